"""Scripts inside of what is no text: behind the header of a picture, after control characters, in any other file.

What runs them does not mind what stands before them.  Only the surroundings of places that decode and run something
are read as text: in most files there are none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from gate.examine.heuristics.encoded import examine_encoded
from gate.examine.heuristics.findings import Findings
from gate.examine.heuristics.running import REACH, commands, direct_places
from gate.examine.heuristics.scripts import examine_text

OVERLAP = 1 << 20
"""How far behind such a place, and over the end of a window, what belongs to it is read, in bytes."""
Read: TypeAlias = Callable[[int, int], bytes]


def scraps_in(read: Read, size: int, findings: Findings, window: int | None = None) -> None:
    """Add to ``findings`` what runs or hides in ``size`` bytes that are read as ``read(offset, size)``.

    They are looked at in windows (of ``window`` bytes, or all at once), with what begins in each.
    """
    step = window or max(size, 1)
    for begin in range(0, size, step):
        piece = read(begin, step + OVERLAP)
        examine_encoded(piece, findings, begin, step)
        for start, end in _spans(piece, step):
            examine_text(piece[start:end], findings, begin + start)


def _spans(piece: bytes, reach: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a piece to be read as text, where they touch as one."""
    places = [(place.start, place.end) for place in direct_places(piece)]
    places += [found.span() for found in commands(piece)]
    spans: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if start >= reach:
            break
        first, last = max(0, start - REACH), min(len(piece), end + OVERLAP)
        if spans and first <= spans[-1][1]:
            first, last = spans[-1][0], max(last, spans.pop()[1])
        spans.append((first, last))
    yield from spans
