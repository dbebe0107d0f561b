"""From the blocks of a paper to what flows down the pages of a PDF."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from gate.reports.escaping import visible
from gate.reports.papers.blocks import (
    Banner,
    Block,
    Cell,
    Codes,
    Fields,
    Form,
    Heading,
    Notice,
    Paper,
    Prose,
    Stamps,
    Table,
    Tone,
    Words,
)
from gate.reports.pdf_prose import JapaneseParagraph
from gate.reports.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gate.reports.pdf_fonts import Fonts
    from gate.text import Language

_INK: Final[dict[Tone, Color]] = {
    "plain": HexColor("#16191d"),
    "good": HexColor("#1a6b34"),
    "bad": HexColor("#b3261e"),
    "doubt": HexColor("#8a5300"),
    "quiet": HexColor("#4f5862"),
}
_TINT: Final[dict[Tone, Color]] = {
    "plain": HexColor("#f6f8fa"),
    "good": HexColor("#edf7ef"),
    "bad": HexColor("#fdf0ee"),
    "doubt": HexColor("#fdf6e7"),
    "quiet": HexColor("#f6f8fa"),
}
_RULE: Final = HexColor("#b8c0c9")
_LABELS: Final = 0.27
"""Part of the width that the labels of fields take."""
_CODE: Final = 22 * mm
"""Side of a code: a camera reads it from a hand's breadth."""
_CODE_BORDER: Final = 2
"""Squares that stay empty around a code, beside what is empty there anyhow."""
_CODES_A_ROW: Final = 4
_WHOLE: Final = ((0, 0), (-1, -1))
_CELL_SIDES: Final = 3.5
OUTLINE: Final = "outline"
"""Attribute of the paragraph that heads a section: the text of its entry in the outline of the document."""
_WITH_HEADING: Final = {2: 60 * mm, 3: 42 * mm}
"""What a page must have room for from a heading of a level on; else it begins on the next."""
_TALL: Final = 190 * mm
"""A row taller than this may break within: it might fit no page."""
_IDEOGRAPHIC: Final = "\u2e80"
"""From here on scripts break between any two letters."""


class Flow:
    """Turns blocks into flowables of one width; ``scale`` makes letters, and the room around them, smaller."""

    def __init__(self, language: Language, fonts: Fonts, width: float, scale: float = 1.0) -> None:
        self._language = language
        self._fonts = fonts
        self._width = width
        self._scale = scale
        self._room = scale**2  # where room is short, it is taken first from what is between letters

    def title(self, paper: Paper) -> Iterator[Flowable]:
        """Yield the head of a paper."""
        yield self._paragraph(paper.title, "plain", "strong", 17)
        yield self._gap(1.5)
        yield self._paragraph(paper.subtitle, "quiet", "prose", 9.5)
        yield self._gap(4)

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Flowable]:
        """Yield the flowables of blocks, one after the other."""
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[Flowable]:
        match block:
            case Heading():
                size, before = (12.5, 6) if block.level == 2 else (10, 3)  # noqa: PLR2004  # levels of headings
                yield CondPageBreak(_WITH_HEADING[block.level])
                yield self._gap(before)
                heading = self._paragraph(block.text, "plain", "strong", size)
                if block.level == 2:  # noqa: PLR2004  # sections
                    vars(heading)[OUTLINE] = letters_only(block.text, self._fonts.letters)
                yield heading
                yield self._gap(1.5)
            case Prose():
                yield self._words(block.words, 9)
                yield self._gap(1.5)
            case Banner():
                yield self._banner(block)
                yield self._gap(3)
            case Notice():
                yield self._notice(block)
                yield self._gap(3)
            case Fields():
                yield self._fields(block)
                yield self._gap(2)
            case Table():
                yield from self._table(block)
            case Stamps():
                yield self._stamps(block)
                yield self._gap(2)
            case Codes():
                yield self._codes(block)
                yield self._gap(2)

    # --- one function for each kind of block ----------------------------------------------------------------------

    def _banner(self, block: Banner) -> Flowable:
        counts = listed((f"{label} {count}" for label, count, _ in block.counts), self._language)
        lines = [
            self._paragraph(block.label, block.tone, "strong", 16),
            self._gap(1),
            self._paragraph(block.sentence, "plain", "prose", 9.5),
            self._gap(1.2),
            self._paragraph(counts, "plain", "strong", 10),
        ]
        style = self._look(
            ("BACKGROUND", *_WHOLE, _TINT[block.tone]),
            ("LINEBEFORE", *_WHOLE, 5, _INK[block.tone]),
            ("BOX", *_WHOLE, 0.4, _INK[block.tone]),
            sides=9,
            ends=6,
        )
        return Grid([[lines]], colWidths=[self._width], style=style)

    def _notice(self, block: Notice) -> Flowable:
        title = self._paragraph(block.title, block.tone, "strong", 9.5)
        lines = [title, *(self._words(each, 8.5) for each in block.lines)]
        edge = _RULE if block.tone == "plain" else _INK[block.tone]
        style = self._look(("BACKGROUND", *_WHOLE, _TINT["plain"]), ("BOX", *_WHOLE, 0.6, edge), sides=7, ends=5)
        return Grid([[lines]], colWidths=[self._width], style=style, splitInRow=1)

    def _fields(self, block: Fields) -> Flowable:
        rows = [(self._paragraph(name, "quiet", "prose", 8.5), self._cell(lines, 9)) for name, lines in block.rows]
        style = self._look(
            ("LINEBELOW", *_WHOLE, 0.4, _RULE),
            ("LINEABOVE", (0, 0), (-1, 0), 0.4, _RULE),
            ("VALIGN", *_WHOLE, "TOP"),
            sides=2,
            ends=2.4,
        )
        widths = [self._width * _LABELS, self._width * (1 - _LABELS)]
        tall = any(_height(lines, widths[1]) > _TALL for _, lines in rows)
        return Grid(rows, colWidths=widths, style=style, splitInRow=int(tall))

    def _table(self, block: Table) -> Iterator[Flowable]:
        head = [self._paragraph(column.label, "plain", "strong", 8) for column in block.columns]
        rows = [[self._cell(lines, 8) for lines in row] for row in block.rows]
        widths = [self._width * column.share / 100 for column in block.columns]
        style = self._look(
            ("GRID", *_WHOLE, 0.4, _RULE),
            ("BACKGROUND", (0, 0), (-1, 0), _TINT["plain"]),
            ("VALIGN", *_WHOLE, "TOP"),
            sides=_CELL_SIDES,
            ends=2.6,
        )
        tall = any(_height(cell, width) > _TALL for row in rows for cell, width in zip(row, widths, strict=True))
        yield Grid([head, *rows], colWidths=widths, repeatRows=1, style=style, splitInRow=int(tall))
        if block.more:
            yield self._paragraph(block.more, "quiet", "prose", 8)
        yield self._gap(2.5)

    def _stamps(self, block: Stamps) -> Flowable:
        cells = [
            [
                self._paragraph(role, "quiet", "prose", 7.5),
                self._paragraph(name or "　", "plain", "prose", 9),
                self._gap(1),
                self._paragraph(f"{block.date_label}：", "quiet", "prose", 7.5),
                self._gap(1.5),
                self._paragraph(f"{block.mark_label}：", "quiet", "prose", 7.5),
                self._gap(6),
            ]
            for role, name in block.places
        ]
        style = self._look(("GRID", *_WHOLE, 0.5, _INK["quiet"]), ("VALIGN", *_WHOLE, "TOP"), sides=4, ends=2.5)
        grid = Grid([cells], colWidths=[self._width / len(cells)] * len(cells), style=style)
        return KeepTogether([self._paragraph(block.title, "plain", "strong", 9), self._gap(1), grid])

    def _codes(self, block: Codes) -> Flowable:
        cells = [
            [_Square(text, _CODE * self._scale), self._paragraph(label, "quiet", "prose", 7.5)]
            for label, text in block.codes
        ]
        style = self._look(("VALIGN", *_WHOLE, "TOP"), sides=0, ends=0)
        return Grid([cells], colWidths=[self._width / _CODES_A_ROW] * len(cells), hAlign="LEFT", style=style)

    def _look(self, *commands: Any, sides: float, ends: float) -> TableStyle:  # noqa: ANN401  # reportlab's commands
        """Return a style of a table: the commands, and how much room there is around what stands in a cell.

        The font is that of the paper, though paragraphs bring their own: a table names one, which would be listed.
        """
        room = ends * self._room
        padding: list[Any] = [("LEFTPADDING", *_WHOLE, sides), ("RIGHTPADDING", *_WHOLE, sides),
                              ("TOPPADDING", *_WHOLE, room), ("BOTTOMPADDING", *_WHOLE, room)]  # fmt: skip
        return TableStyle([("FONTNAME", *_WHOLE, self._fonts.regular), *commands, *padding])

    def _gap(self, millimetres: float) -> Spacer:
        return Spacer(0, millimetres * mm * self._room)

    # --- text -----------------------------------------------------------------------------------------------------

    def _cell(self, lines: Cell, size: float) -> list[Flowable]:
        return [self._words(each, size) for each in lines]

    def _words(self, words: Words, size: float) -> Paragraph:
        smaller = size - 0.7 if words.form == "code" else size
        return self._paragraph(words.text, words.tone, words.form, smaller)

    def _paragraph(self, text: str, tone: Tone, form: Form, size: float) -> Paragraph:
        anywhere = form == "code" or self._language == "ja" or max(text, default="") >= _IDEOGRAPHIC
        style = _style(self._fonts, tone, form, size * self._scale, anywhere=anywhere)
        kind = JapaneseParagraph if anywhere and form != "code" else Paragraph
        return kind(markup(text, self._fonts.letters), style)


class _Square(Flowable):
    """A text as a QR code (ISO/IEC 18004), of which a seventh may be lost, drawn as squares and nothing else.

    The library's own drawing would list a font that is not embedded.
    """

    def __init__(self, text: str, side: float) -> None:
        super().__init__()
        self._code: Any = vars(QrCodeWidget(text, barLevel="M"))["qr"]  # the library's stubs know nothing of it
        self._code.make()
        self._side = side

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        """Return how much room it takes: reportlab's method."""
        del available, height
        return self._side, self._side

    def draw(self) -> None:
        """Draw it with the margin that a reader needs: reportlab's method."""
        count = self._code.getModuleCount()
        step = self._side / (count + 2 * _CODE_BORDER)
        self.canv.setFillColor(_INK["plain"])
        for row in range(count):
            for column in range(count):
                if self._code.isDark(row, column):
                    across, up = (column + _CODE_BORDER) * step, self._side - (row + 1 + _CODE_BORDER) * step
                    self.canv.rect(across, up, step, step, stroke=0, fill=1)


@cache
def _style(fonts: Fonts, tone: Tone, form: Form, size: float, *, anywhere: bool) -> ParagraphStyle:
    font = {"prose": fonts.regular, "strong": fonts.bold, "code": fonts.code}[form]
    return ParagraphStyle(
        f"{tone}-{form}-{size}-{anywhere}",
        fontName=font,
        fontSize=size,
        leading=size * 1.45,
        textColor=_INK[tone],
        wordWrap="CJK" if anywhere else None,
    )


def _height(cell: Sequence[Flowable], width: float) -> float:
    return sum(each.wrap(width - 2 * _CELL_SIDES, 10_000 * mm)[1] for each in cell)


def markup(text: str, letters: frozenset[int]) -> str:
    """Return text for a paragraph of reportlab, with no markup in it."""
    return escape(letters_only(text, letters))


def letters_only(text: str, letters: frozenset[int]) -> str:
    """Return text of which every letter can be drawn: a code point stands for what the fonts lack."""
    shown = visible(text)
    if letters.issuperset(map(ord, shown)):
        return shown
    return "".join(each if ord(each) in letters else f"[U+{ord(each):04X}]" for each in shown)
