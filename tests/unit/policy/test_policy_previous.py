"""The release before: what clause 26-3(4) comes to, what speaks against a comparison, and what reports say of it."""

from __future__ import annotations

import dataclasses

import pytest

from gate.models import Comparison, PreviousFact
from gate.policy.previous import changes_since, exceptions_used, previous_of
from tests.unit.policy.policy_kit import (
    OTHER_SHA,
    SHA,
    clause,
    contact,
    deliverable,
    destination_entry,
    examined,
    executable_entry,
    ids,
    item,
    judged,
    only,
    program,
    suppress_entry,
)

CHANGES = "26-3(4)"
NONE = Comparison(0, 0, 0, 3)
PREVIOUS = PreviousFact(
    record_sha256=OTHER_SHA,
    created="2026-10-01T00:00:00Z",
    name="sample",
    version="0.9",
    policy_sha256=SHA,
    exceptions=("gone", "native-core"),
    files=Comparison(1, 2, 3, 4),
    executables=NONE,
    hosts=NONE,
    engines=NONE,
)
DELIVERABLE = deliverable("application")


def test_without_a_previous_release_the_clause_is_out_of_scope() -> None:
    judgement = judged(DELIVERABLE)
    assert clause(judgement, CHANGES).status == "out-of-scope"
    assert clause(judgement, CHANGES).reason_code == "clause.reason.no-previous"
    assert changes_since(examined(), judgement, SHA) is None
    assert [each for each in ids(judgement) if each.startswith("previous/")] == []


def test_a_comparison_supports_it() -> None:
    found = clause(judged(DELIVERABLE, facts=[PREVIOUS]), CHANGES)
    assert (found.status, found.reason_code) == ("supported", "clause.reason.compared")
    assert found.reason_args == {"version": "0.9", "added": 1, "removed": 2, "changed": 3}
    assert found.evidence == (f"previous:record#sha256:{OTHER_SHA}", f"policy:sha256:{SHA}")
    bare = dataclasses.replace(PREVIOUS, version="")
    assert clause(judged(DELIVERABLE, facts=[bare]), CHANGES).reason_args["version"] == "–"


def test_it_can_be_required() -> None:
    section = f'[gate]\nrequire = ["{CHANGES}"]\n'
    assert judged(DELIVERABLE, section).verdict == "incomplete"
    assert judged(DELIVERABLE, section, facts=[PREVIOUS]).verdict == "approved"


def test_two_previous_releases_are_none() -> None:
    seen = examined(PREVIOUS, dataclasses.replace(PREVIOUS, record_sha256=SHA))
    assert previous_of(seen) is None
    assert clause(judged(DELIVERABLE, seen=seen), CHANGES).status == "out-of-scope"


@pytest.mark.parametrize(("policy", "name"), [(DELIVERABLE, "another"), (DELIVERABLE, ""), ("", "sample")])
def test_a_release_of_something_else_is_not_the_previous_one(policy: str, name: str) -> None:
    judgement = judged(policy, facts=[dataclasses.replace(PREVIOUS, name=name)])
    assert only(judgement, "previous/other-deliverable").severity == "warn"
    assert clause(judgement, CHANGES).status == "not-confirmed"


def test_releases_without_deliverable_are_alike() -> None:
    assert clause(judged(facts=[dataclasses.replace(PREVIOUS, name="")]), CHANGES).status == "supported"


@pytest.mark.parametrize(
    ("created", "is_earlier"),
    [
        ("2026-11-23T01:00:00Z", True),
        ("2026-11-23T01:00:01Z", False),
        ("", False),
        ("1", False),
        ("2026-11-22T23:00:00-09:00", False),
    ],
)
def test_the_previous_release_is_the_earlier_one(created: str, *, is_earlier: bool) -> None:
    judgement = judged(DELIVERABLE, facts=[dataclasses.replace(PREVIOUS, created=created)])
    assert ("previous/not-earlier" in ids(judgement)) != is_earlier


def test_exceptions_and_policy_are_compared_by_the_judgement() -> None:
    sections = DELIVERABLE, executable_entry(), destination_entry(), suppress_entry("link/symbolic")
    seen = examined(item(), program(), contact(), PREVIOUS)
    judgement = judged(*sections, seen=seen)
    assert exceptions_used(judgement) == {"native-core", "maps"}
    changes = changes_since(seen, judgement, SHA)
    assert changes is not None
    assert (changes.exceptions_added, changes.exceptions_removed) == (("maps",), ("gone",))
    assert not changes.policy_changed
    other = changes_since(seen, judgement, OTHER_SHA)
    assert other is not None
    assert other.policy_changed


def test_content_and_own_hosts_are_no_exceptions() -> None:
    website = deliverable("website") + '[outbound]\nown = ["*.meti.go.jp"]\n'
    seen = examined(item("site/a.js"), program("site/a.js", class_="script"), contact("www.meti.go.jp"))
    assert exceptions_used(judged(website, seen=seen)) == set()
