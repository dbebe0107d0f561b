"""What engines said of items, in the record: every statement, with the disposition by which it was set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from gate.models import Certainty, DetectionFact, Severity  # pydantic reads annotations when the module is loaded
from gate.policy.findings import shown
from gate.record.identity import DOCUMENT

if TYPE_CHECKING:
    from gate.models import Examination, Finding, Judgement

MOST_DETECTIONS: Final = 1000
"""How many detections are listed, the gravest first; ``result.json`` lists them all."""
_ORDER: Final[tuple[Severity | None, ...]] = (None, "reject", "gap", "warn", "note")


@dataclass(frozen=True, slots=True)
class RecordDetection:
    """One engine's statement about one item; ``score`` is 0 where it weighs nothing.

    ``severity`` is what policy makes of it, None where the judgement says nothing of it.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    engine: Literal["clamav", "yara", "heuristics"]
    name: str
    path: str
    sha256: str
    certainty: Certainty
    score: int
    severity: Severity | None
    suppressed_by: str | None


def record_detections(examination: Examination, judgement: Judgement) -> tuple[tuple[RecordDetection, ...], int]:
    """Return the detections of the record, and how many are left out of it."""
    said = {_key(finding): finding for finding in judgement.findings if finding.id.startswith("malware/")}
    found = [
        _detection(fact, said.get((fact.engine, shown(fact.name), fact.path)))
        for fact in dict.fromkeys(fact for fact in examination.facts if isinstance(fact, DetectionFact))
    ]
    found.sort(key=lambda each: (_ORDER.index(each.severity), -each.score, each.path, each.engine, each.name))
    listed = tuple(found[:MOST_DETECTIONS])
    return listed, len(found) - len(listed)


def _key(finding: Finding) -> tuple[str, str, str]:
    return str(finding.args.get("engine", "")), str(finding.args.get("name", "")), finding.path


def _detection(fact: DetectionFact, finding: Finding | None) -> RecordDetection:
    return RecordDetection(
        engine=fact.engine,
        name=fact.name,
        path=fact.path,
        sha256=fact.sha256,
        certainty=fact.certainty,
        score=fact.score,
        severity=finding.severity if finding else None,
        suppressed_by=finding.suppressed_by if finding else None,
    )
