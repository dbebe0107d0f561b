"""Every clause, every status that it can have, each by a case; and no case beyond what the article's table says.

The ceilings stand in ``gate/record/clauses.toml``, which papers show to the other party.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, get_args

import pytest

from gate.models import ClauseStatus, Gap, LinkFact
from gate.policy import SigningState
from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE
from gate.record.clauses import article
from tests.unit.policy.policy_kit import (
    CHECK,
    RELEASE,
    SHA,
    clause,
    contact,
    deliverable,
    destination_entry,
    detection,
    examined,
    executable_entry,
    item,
    judged,
    program,
    suppress_entry,
)
from tests.unit.policy.test_policy_evidence import acceptance, entry, result, scan
from tests.unit.policy.test_policy_tracing import run, trace
from tests.unit.reports.test_papers_origin import PREVIOUS

if TYPE_CHECKING:
    from gate.models import Examination, Fact, Judgement

ORDER: Final[tuple[ClauseStatus, ...]] = (
    "violated",
    "out-of-scope",
    "not-applicable",
    "not-confirmed",
    "supported",
    "confirmed-with-exceptions",
    "confirmed",
)
"""From the least that can be said to the most."""
Case = Callable[[], "Judgement"]


def case(*sections: str, facts: tuple[Fact, ...] = (), gaps: tuple[Gap, ...] = (),
         signing: SigningState = CHECK) -> Case:  # fmt: skip
    """Return a judgement that is made when it is asked for."""
    return of(examined(*facts, gaps=gaps), *sections, signing=signing)


def of(seen: Examination, *sections: str, signing: SigningState = CHECK) -> Case:
    """Return the same of a whole examination."""
    return lambda: judged(*sections, seen=seen, signing=signing)


def gap(examiner: str) -> Gap:
    return Gap("timeout", "", examiner, "app.whl", SHA)


OTHER_NAME = dataclasses.replace(PREVIOUS, name="another")
PAPER = entry("code-review", file="review.pdf")
SILENT = destination_entry().replace('privacy_page = "site/privacy.html"', "")
ASIDE = suppress_entry("outbound/undisclosed", more='path = "site/index.html"')

CASES: Mapping[str, Mapping[ClauseStatus, Case]] = {
    "26-3(1)": {
        "violated": of(run(item("a/a.py"), trace("a/a.py", "untraced"))),
        "not-confirmed": case(),
        "supported": of(run(item("a/a.py"), trace("a/a.py"))),
    },
    "26-3(4)": {
        "out-of-scope": case(),
        "not-confirmed": case(deliverable("application"), facts=(OTHER_NAME,)),
        "supported": case(deliverable("application"), facts=(dataclasses.replace(PREVIOUS, name="sample"),)),
    },
    "26-3 3(1)①": {
        "violated": case(facts=(detection(),)),
        "not-confirmed": case(gaps=(gap("clamav"),)),
        "confirmed-with-exceptions": case(
            suppress_entry("malware/suspected", more='path = "app.whl!/x"'), facts=(detection(certainty="suspected"),)
        ),
        "confirmed": case(),
    },
    "26-3 3(1)②": {
        "violated": case(entry(clause_id="26-3 3(1)②", more='reject_at = "low"'), facts=(scan(result()),)),
        "not-confirmed": case(),
        "supported": case(entry("code-review", clause_id="26-3 3(1)②", file="review.pdf")),
    },
    "26-3 3(1)③": {
        "violated": case(facts=(contact("other.example"),)),
        "not-confirmed": case(gaps=(gap("outbound"),)),
        "confirmed-with-exceptions": case(deliverable("website"), destination_entry(), facts=(contact(),)),
        "confirmed": case(),
    },
    "26-3 3(2)": {
        "violated": case(entry(more='reject_at = "low"'), facts=(scan(result()),)),
        "not-confirmed": case(PAPER),
        "supported": case(entry(), facts=(scan(looked_at=()),)),
        "confirmed-with-exceptions": case(
            entry(more='reject_at = "low"'),
            acceptance("evidence/unresolved"),
            facts=(scan(result()),),
        ),
        "confirmed": case(entry(), facts=(scan(),)),
    },
    "26-3 3(3)": {
        "violated": case(deliverable("application"), facts=(program(),)),
        "not-confirmed": case(gaps=(gap("executable"),)),
        "confirmed-with-exceptions": case(deliverable("application"), executable_entry(), facts=(program(),)),
        "confirmed": case(facts=(LinkFact("symbolic", "x", path="app.whl!/l", sha256=SHA),)),
    },
    "26-3 3(4)": {
        "not-applicable": case(),
        "not-confirmed": case(signing=SigningState(intended=True, ready=())),
        "confirmed": case(signing=RELEASE),
    },
    "26-3 3(6)": {
        "violated": case(deliverable("website"), SILENT, facts=(contact(),)),
        "not-confirmed": case(deliverable("website"), facts=(contact("", reach="opaque", url=""),)),
        "confirmed-with-exceptions": case(deliverable("website"), SILENT, ASIDE, facts=(contact(),)),
        "confirmed": case(),
    },
    **{each: {"out-of-scope": case()} for each in OUT_OF_SCOPE},
}


def rows() -> list[tuple[str, ClauseStatus]]:
    return [(clause_id, status) for clause_id, cases in CASES.items() for status in cases]


@pytest.mark.parametrize(("clause_id", "status"), rows())
def test_each_status_is_reached(clause_id: str, status: ClauseStatus) -> None:
    assert clause(CASES[clause_id][status](), clause_id).status == status


def test_every_clause_reaches_its_ceiling_and_no_case_goes_beyond() -> None:
    assert set(ORDER) == set(get_args(ClauseStatus))
    ceilings = {each.id: each.ceiling for each in article() if each.ceiling != "items"}
    assert set(CASES) == set(ceilings) == {*CLAUSES, *OUT_OF_SCOPE}
    highest: dict[str, ClauseStatus] = {}
    for cases in CASES.values():
        for made in cases.values():
            for found in made().clauses:
                best = highest.get(found.id, ORDER[0])
                highest[found.id] = max(best, found.status, key=ORDER.index)
    assert highest == ceilings
