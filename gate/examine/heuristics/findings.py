"""What the examination of one item has come to so far: reasons, uncovered bytes, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.heuristics.reasons import Seen, detection
from gate.models import Derived, DetectionFact, Gap

MOST_DERIVED = 32
"""How many uncovered blobs of one item become items."""
LARGEST_DERIVED = 15 << 20
"""Longest of them, in bytes: an answer of a worker holds no more."""


class Findings:
    """Collects, and keeps the numbers within bounds; what is left out is a gap and never silence."""

    def __init__(self) -> None:
        self._seen: list[Seen] = []
        self._derived: dict[bytes, Derived] = {}
        self._gaps: dict[Gap, None] = {}

    def see(self, code: str, evidence: str = "") -> None:
        """Add a reason."""
        self._seen.append(Seen(code, evidence))

    def see_all(self, seen: Iterator[Seen]) -> None:
        """Add reasons; those that came before an exception stay."""
        self._seen.extend(seen)

    def gap(self, gap: Gap) -> None:
        """Add something that could not be looked at."""
        self._gaps[gap] = None

    def derive(self, layers: tuple[str, ...], data: bytes) -> None:
        """Let bytes that were uncovered become an item, named for how they were encoded; equal ones once."""
        if not data or data in self._derived:
            return
        if len(data) > LARGEST_DERIVED:
            self.gap(Gap("too-large", f"decoded bytes of more than {LARGEST_DERIVED} are not examined"))
        elif len(self._derived) >= MOST_DERIVED:
            self.gap(Gap("too-many", f"more than {MOST_DERIVED} encoded programs, archives or scripts"))
        else:
            number = len(self._derived) + 1
            self._derived[data] = Derived(f"decoded-{'-'.join(layers)}-{number}", data)

    def observations(self) -> Iterator[DetectionFact | Gap | Derived]:
        """Yield the detection if there is reason for one, what was uncovered, and the gaps."""
        fact = detection(self._seen)
        if fact:
            yield fact
        yield from self._derived.values()
        yield from self._gaps
