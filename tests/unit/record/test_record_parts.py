"""The parts of the record: hosts with what declares them, detections, dispositions, settings, and what lies around."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from gate.models import BuilderFact, Comparison, DetectionFact, Examination, Fact, PreviousFact
from gate.policy import SigningState, judge
from gate.policy.load import LoadedPolicy, load_policy
from gate.record import contacts as contacts_module
from gate.record import detections as detections_module
from gate.record.documents import GateIdentity, schema
from gate.record.statement import build_record, parse_record
from tests.unit.policy.policy_kit import (
    APPROVED,
    OTHER_SHA,
    SHA,
    contact,
    deliverable,
    destination_entry,
    detection,
    examined,
    executable_entry,
    item,
    program,
    suppress_entry,
)
from tests.unit.record.test_attestations import revision
from tests.unit.record.test_statement import CREATED

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = '[malware]\nsuspicion_threshold = 80\n[agreement]\npolicy_sha256 = "' + SHA + '"\nagreed_on = 2026-05-10\n'
REVIEWED = f'[[outbound.reviewed]]\nid = "texts"\nhost = "docs.example.org"\ndisposition = "表示のみ"\n{APPROVED}'


def policy(folder: Path, *sections: str) -> LoadedPolicy:
    (folder / "gate.toml").write_text("\n".join(sections), encoding="utf-8")
    return load_policy(folder / "gate.toml")


def predicate(loaded: LoadedPolicy, *facts: Fact, seen: Examination | None = None) -> Any:  # JSON
    examination = seen or examined(*facts)
    state = SigningState(intended=True, ready=("openpgp",))
    judgement = judge(examination, loaded.policy, policy_sha256=loaded.sha256, today=date(2026, 11, 23), signing=state)
    raw = build_record(examination, judgement, loaded, GateIdentity("1", SHA), created=CREATED, files={},
                       sums_sha256=SHA, papers={}, promised=[])  # fmt: skip
    document = json.loads(raw)
    jsonschema.Draft202012Validator(schema("record")).validate(document)
    assert parse_record(raw).predicate.verdict == judgement.verdict
    return document["predicate"]


def test_hosts_by_host_with_what_declares_and_disposes_of_them(tmp_path: Path) -> None:
    loaded = policy(tmp_path, deliverable("website"), destination_entry(), REVIEWED)
    found = predicate(
        loaded,
        contact(),
        contact(path="site/b.html"),
        contact("docs.example.org", reach="string"),
        contact("evil.example.org"),
        contact("", reach="opaque"),
    )
    hosts = {host["host"]: host for host in found["hosts"]}
    assert [host["host"] for host in found["hosts"]] == ["evil.example.org", "", "tile.example.org", "docs.example.org"]
    assert hosts["tile.example.org"] == {
        "host": "tile.example.org", "standing": "declared", "contacts": 2, "reaches": {"automatic": 2},
        "places": ["site/b.html", "site/index.html"], "declared_by": ["maps"], "reviewed_by": [],
    }  # fmt: skip
    assert hosts["docs.example.org"]["reviewed_by"] == ["texts"]
    assert hosts["docs.example.org"]["standing"] == "reviewed"
    assert hosts["evil.example.org"]["standing"] == "undeclared"
    (destination,) = found["destinations"]
    assert (destination["operator"], destination["sends"], destination["disable"]) == (
        "Example", "IP アドレス、User-Agent", "設定で無効にする",
    )  # fmt: skip
    sections = {entry["id"]: entry["section"] for entry in found["justifications"]}
    assert sections == {"maps": "outbound.destination", "texts": "outbound.reviewed"}
    assert found["omitted"] == {"detections": 0, "hosts": 0}


def test_lists_of_hosts_and_detections_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts_module, "MOST_HOSTS", 2)
    monkeypatch.setattr(detections_module, "MOST_DETECTIONS", 1)
    hosts = [contact(f"{letter}.example.org", reach="link") for letter in "abc"]
    found = predicate(
        policy(tmp_path, deliverable("website")), *hosts, contact("z.example.org"), detection(), detection("app.whl!/y")
    )
    assert [host["host"] for host in found["hosts"]] == ["z.example.org", "a.example.org"]
    assert found["omitted"] == {"detections": 1, "hosts": 2}


def test_detections_with_what_policy_makes_of_them(tmp_path: Path) -> None:
    aside = suppress_entry("malware/suspected", more='path = "app.whl!/x"')
    weak = DetectionFact("heuristics", "packed", "suspected", score=20, path="app.whl!/w", sha256=SHA)
    long = DetectionFact("yara", "r" * 600, "suspected", path="app.whl!/l", sha256=SHA)
    found = predicate(policy(tmp_path, aside), weak, long, detection("app.whl!/k"), detection(certainty="suspected"))[
        "detections"
    ]
    assert [(each["path"], each["certainty"], each["severity"], each["suppressed_by"]) for each in found] == [
        ("app.whl!/k", "known", "reject", None),
        ("app.whl!/l", "suspected", "reject", None),
        ("app.whl!/x", "suspected", "reject", "aside"),
        ("app.whl!/w", "suspected", "note", None),
    ]
    assert found[3]["score"] == 20


def test_executables_rest_on_a_basis(tmp_path: Path) -> None:
    found = predicate(policy(tmp_path, executable_entry()), program())
    (entry,) = found["justifications"]
    assert (entry["basis"], entry["spec_ref"], entry["alternatives"]) == (
        "no-alternative",
        None,
        ["HTML: 速度が不足する"],
    )


def test_settings_that_were_changed_and_what_was_agreed(tmp_path: Path) -> None:
    loaded = policy(tmp_path, SETTINGS)
    assert predicate(loaded)["policy"] == {
        "path": "gate.toml",
        "sha256": loaded.sha256,
        "agreed": False,
        "agreement": {"policy_sha256": SHA, "agreed_on": "2026-05-10", "reference": None},
        "deviations": [{"key": "malware.suspicion_threshold", "default": "60", "value": "80"}],
    }
    bare = predicate(load_policy(None))["policy"]
    assert (bare["agreement"], bare["deviations"]) == (None, [])


def test_what_lies_around_a_delivery(tmp_path: Path) -> None:
    same = Comparison(0, 0, 0, 1)
    before = PreviousFact(OTHER_SHA, "2026-10-01T00:00:00Z", "sample", "0.9", SHA, (), same, same, same, same)
    builder = BuilderFact("gitlab-ci", "https://g.example/-/runners/1", actor="yamada")
    found = predicate(policy(tmp_path, deliverable("website")), item(), before, builder, revision())
    assert found["previous"] == {
        "sha256": OTHER_SHA, "created": "2026-10-01T00:00:00Z", "name": "sample", "version": "0.9",
        "policy_sha256": SHA,
    }  # fmt: skip
    assert found["builder"]["claimed_by"] == "runner"
    assert found["builder"]["id"] == "https://g.example/-/runners/1"
    assert found["builder"]["actor"] == "yamada"
    assert found["source"]["commit"] == revision().commit
    assert found["source"]["work_tree"] == "clean"
    without = predicate(load_policy(None))
    assert (without["previous"], without["builder"], without["source"]) == (None, None, None)


def test_what_a_judgement_does_not_speak_of_is_seen() -> None:
    """A detection that no finding answers is listed first, and not as harmless."""
    examination = examined(detection("app.whl!/k"))
    state = SigningState(intended=False, ready=())
    judgement = judge(examined(), load_policy(None).policy, policy_sha256=SHA, today=date(2026, 11, 23), signing=state)
    listed, omitted = detections_module.record_detections(examination, judgement)
    assert [(each.severity, each.certainty) for each in listed] == [(None, "known")]
    assert omitted == 0
