"""Paragraphs of Japanese in a PDF: lines that end where Japanese lines may.

The library breaks before any letter that may begin a line, lets one stop hang in the margin, and lets lines end with an
opening bracket.  Here the rules are those of a terminal: JIS X 4051, and words of Latin letters in one piece.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Paragraph

from gate.reports.breaking import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DESCENT: Final = 0.2
"""Part of the size of letters that lies below the line, as the library takes it."""


class JapaneseParagraph(Paragraph):
    """A paragraph without markup in it, whose style wraps as ``CJK``."""

    def breakLinesCJK(self, maxWidths: Any) -> Any:  # noqa: ANN401, N802, N803  # a method of the library, as it is named
        """Return the lines of the text, with the room that each leaves: the library's method.

        ``maxWidths`` is the width of all lines, or a list of widths, of which the last holds for all that follow; no
        paper indents a first line, so they are the same.
        """
        if getattr(self, "_splitpara", False) or len(self.frags) != 1:
            return super().breakLinesCJK(maxWidths)
        (frag,) = self.frags
        text = frag.text if hasattr(frag, "text") else "".join(getattr(frag, "words", ()))  # words: after a split
        width = maxWidths[-1] if isinstance(maxWidths, (list, tuple)) else maxWidths
        size = frag.fontSize
        measure = partial(stringWidth, fontName=frag.fontName, fontSize=size)
        lines = [(width - measure(line), [line + gap]) for line, gap in _with_gaps(text, width, measure)]
        return frag.clone(kind=0, lines=lines, ascent=size, descent=-_DESCENT * size)


def _with_gaps(text: str, width: float, measure: Callable[[str], float]) -> Iterator[tuple[str, str]]:
    """Yield the lines, each with the blank behind it: a paragraph split over pages is made of its lines again."""
    place = 0
    for line in wrapped(text, width, measure=measure):
        place = text.index(line, place) + len(line)
        yield line, " " if text[place : place + 1] == " " else ""
