"""What a reader gathers from one file, and the bounded fact that is made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, get_args

from gate.models import EvidenceFact, EvidenceForm, EvidenceLevel, EvidenceProblem, EvidenceResult, LevelCount

KEPT_RESULTS: Final = 300
"""Most unresolved results, and most accepted ones, that a fact holds."""
KEPT_ANSWERS: Final = 3000
"""Most results that are answered with a reason: lists of a vendor hold many."""
KEPT_SUBJECTS: Final = 20_000
"""Most things looked at that a fact holds."""
KEPT_SKIPPED: Final = 100
_KEPT_TOOLS: Final = 20
ORDER: Final[tuple[EvidenceLevel, ...]] = get_args(EvidenceLevel)


def greatest(levels: list[EvidenceLevel], *, default: EvidenceLevel = "none") -> EvidenceLevel:
    """Return the gravest of levels, of which "unknown" is the gravest."""
    return max(levels, key=ORDER.index, default=default)


def level_of_score(score: float) -> EvidenceLevel:
    """Return the level of a score from 0 to 10 (CVSS v3.1 section 5, qualitative severity rating scale)."""
    bounds: list[tuple[float, EvidenceLevel]] = [(9.0, "critical"), (7.0, "high"), (4.0, "medium")]
    if not 0 <= score <= 10:  # noqa: PLR2004  # the ends of the scale; NaN is in no order
        return "unknown"
    return next((level for least, level in bounds if score >= least), "low" if score else "none")


@dataclass(slots=True)
class Draft:
    """What one file says, as it is read."""

    form: EvidenceForm
    problem: EvidenceProblem = ""
    detail: str = ""
    tools: list[str] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    unresolved: list[EvidenceResult] = field(default_factory=list)
    accepted: list[EvidenceResult] = field(default_factory=list)
    resolved: list[EvidenceResult] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)
    skipped: list[str] = field(default_factory=list)

    def fail(self, problem: EvidenceProblem, detail: str) -> None:
        """Say why the file shows nothing; the first reason stays."""
        if not self.problem:
            self.problem, self.detail = problem, detail

    def ran_at(self, *moments: datetime | None) -> None:
        """Take the first of these times that is known."""
        self.times += [each for each in moments if each is not None][:1]

    def fact(self) -> EvidenceFact:
        """Return the fact, in an order that does not depend on the file's, and bounded."""
        counts = Counter(each.level for each in self.unresolved)
        return EvidenceFact(
            self.form,
            self.problem,
            self.detail,
            tuple(dict.fromkeys(self.tools))[:_KEPT_TOOLS],
            _rfc3339(min(self.times)) if self.times else "",
            tuple(LevelCount(level, counts[level]) for level in ORDER if counts[level]),
            _kept(self.unresolved),
            _kept(self.accepted),
            _kept(self.resolved, KEPT_ANSWERS),
            max(0, len(self.accepted) - KEPT_RESULTS),
            max(0, len(self.resolved) - KEPT_ANSWERS),
            tuple(sorted(self.looked_at)[:KEPT_SUBJECTS]),
            len(self.looked_at) > KEPT_SUBJECTS,
            _skipped(self.skipped),
        )


def _kept(results: list[EvidenceResult], most: int = KEPT_RESULTS) -> tuple[EvidenceResult, ...]:
    return tuple(sorted(results, key=lambda each: (-ORDER.index(each.level), each.rule, repr(each)))[:most])


def _skipped(skipped: list[str]) -> tuple[str, ...]:
    ordered = sorted(set(skipped))
    rest = len(ordered) - KEPT_SKIPPED
    return (*ordered[:KEPT_SKIPPED], *([f"… {rest} more"] if rest > 0 else []))


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
