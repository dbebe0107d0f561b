"""The boundaries of one multipart (RFC 2046, section 5.1): its parts, and what is in none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

_LINE_BYTES = 2000
"""Longest line that is looked at for a boundary (RFC 2046 bounds one to 70 characters)."""
_ODD_LINES = 1000


@dataclass
class Layout:
    """Where a multipart's delimiters are, as pairs of their start and the start of the next line.

    ``gaps`` are the preamble, epilogues, and what else is between a closing delimiter and the next one; ``odd_lines``
    are boundaries that lines would give which begin as a delimiter and go on otherwise.
    """

    delimiters: list[tuple[int, int, bool]] = field(default_factory=list)
    gaps: list[tuple[str, int, int]] = field(default_factory=list)
    odd_lines: set[bytes] = field(default_factory=set)
    closed: bool = False
    reopened: bool = False
    stop: int = 0

    def parts(self) -> Iterator[tuple[int, int]]:
        """Yield where each part begins and ends."""
        for behind, stop, closing in self.spans():
            if not closing:
                yield behind, stop

    def spans(self) -> Iterator[tuple[int, int, bool]]:
        """Yield what is behind each delimiter, up to the next one, and whether the delimiter is a closing one."""
        if not self.delimiters:
            return
        following = chain((start for start, _, _ in self.delimiters[1:]), (self.stop,))
        for (_, behind, closing), stop in zip(self.delimiters, following, strict=True):
            yield behind, max(behind, stop), closing


def split(text: bytes, start: int, stop: int, boundary: bytes) -> Layout:
    """Find the delimiters of ``boundary`` between two places of ``text``."""
    layout = Layout(stop=stop)
    delimiter = b"--" + boundary
    position = text.find(delimiter, start, stop)
    while position >= 0:
        behind = position + len(delimiter)
        if position == start or text[position - 1] in b"\r\n":
            behind = _look(text, position, behind, layout)
        position = text.find(delimiter, behind, stop)
    _gaps(layout, start)
    return layout


def _look(text: bytes, position: int, behind: int, layout: Layout) -> int:
    """Note the delimiter at ``position``, if it is one; return where to look on."""
    rest = text[behind : min(behind + _LINE_BYTES, layout.stop)]
    line = rest.split(b"\n", 1)[0].split(b"\r", 1)[0]
    closing = line.startswith(b"--")
    if line.removeprefix(b"--").strip(b" \t"):
        if len(layout.odd_lines) < _ODD_LINES:
            whole = (text[position + 2 : behind] + line).rstrip(b" \t")
            layout.odd_lines.add(whole.removesuffix(b"--"))
        return behind
    end = behind + len(line)
    end += 2 if text.startswith(b"\r\n", end) else 1
    layout.reopened = layout.reopened or (layout.closed and not closing)
    layout.closed = layout.closed or closing
    layout.delimiters.append((_line_end_before(text, position), min(end, layout.stop), closing))
    return end


def _line_end_before(text: bytes, position: int) -> int:
    """Return where the line end before a delimiter begins: it belongs to the delimiter (RFC 2046, section 5.1.1)."""
    if text.startswith(b"\r\n", position - 2) and position > 1:
        return position - 2
    return position - 1 if position else 0


def _gaps(layout: Layout, start: int) -> None:
    if not layout.delimiters:
        layout.gaps.append(("body", start, layout.stop))
        return
    layout.gaps.append(("preamble", start, max(start, layout.delimiters[0][0])))
    layout.gaps.extend(("epilogue", behind, stop) for behind, stop, closing in layout.spans() if closing)
