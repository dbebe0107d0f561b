"""Papers as PDF: A4, a cover, the record number and page n/m in every footer, fonts embedded, the same bytes each time.

Only texts come in, no bytes of an artifact.  Whatever the fonts have no letter for is shown as its code point, never
as an empty box.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

from gate.reports.escaping import visible
from gate.reports.pdf_flow import OUTLINE, Flow, letters_only

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from gate.reports.papers.blocks import Paper
    from gate.reports.pdf_fonts import Fonts

MARGIN: Final = 18 * mm
_FOOTER: Final = 10 * mm
_OPTIONS: Final = {"invariant": 1, "pageCompression": 1}
_SCALES: Final = (1.0, 0.94, 0.88, 0.82, 0.76)
"""How much smaller letters become on a paper of few pages: the least are of 6 points."""
_QUIET: Final = HexColor("#57606a")
_RULE: Final = HexColor("#9aa4b0")
_MARK: Final = HexColor("#b3261e")


def render_pdf(paper: Paper, fonts: Fonts, *, created: datetime, most: int | None = None) -> bytes:
    """Return a paper as PDF; ``created`` (aware) is the date that stands in it, so that same inputs make same bytes.

    It is laid out twice, as every footer says how many pages there are.  Where it may have no more than ``most`` pages,
    letters are made smaller for that, as far as they can still be read; nothing is left out.
    """
    for scale in _SCALES if most is not None else _SCALES[:1]:
        _, pages = _laid_out(paper, fonts, created, 0, scale)
        if most is None or pages <= most:
            break
    data, _ = _laid_out(paper, fonts, created, pages, scale)
    return data


def _laid_out(paper: Paper, fonts: Fonts, created: datetime, pages: int, scale: float) -> tuple[bytes, int]:
    """Return the bytes, whose footers say ``pages``, and how many pages there are."""
    buffer = io.BytesIO()
    document = _Document(
        buffer,
        pagesize=A4,
        title=f"{visible(paper.title)} {visible(paper.subtitle)}",
        author=visible(paper.author),
        creator="gate",
        lang=paper.language,
    )
    frame = Frame(MARGIN, MARGIN, A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN, 0, 0, 0, 0, id="page")
    every_page = partial(_every_page, paper=paper, fonts=fonts, pages=pages)
    document.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=every_page)])
    document.build(_story(paper, fonts, scale), canvasmaker=partial(_canvas, fonts=fonts, created=created))
    return buffer.getvalue(), document.page


class _Document(BaseDocTemplate):
    """A document whose sections are entries of its outline."""

    sections = 0

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802  # reportlab's name
        """Enter the heading of a section at the place where it came to stand."""
        text = vars(flowable).get(OUTLINE)
        if text is not None:
            self.sections += 1
            key = f"section-{self.sections}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key)


def _story(paper: Paper, fonts: Fonts, scale: float) -> list[Flowable]:
    flow = Flow(paper.language, fonts, A4[0] - 2 * MARGIN, scale)
    cover = [*flow.blocks(paper.cover), PageBreak()] if paper.cover else []
    return [*flow.title(paper), *cover, *flow.blocks(paper.body)]


def _canvas(*arguments: Any, fonts: Fonts, created: datetime, **options: Any) -> Canvas:  # noqa: ANN401  # reportlab's
    """Return a canvas whose document bears the given time, and an ID that depends on nothing but its content."""
    canvas = Canvas(*arguments, **{**options, **_OPTIONS, "initialFontName": fonts.regular})
    document: Any = vars(canvas)["_doc"]  # reportlab takes a time from the environment alone
    moment = created.astimezone(UTC)
    stamp = vars(document)["_timeStamp"]
    stamp.YMDhms = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    stamp.dhh = stamp.dmm = 0
    document.signature = hashlib.md5(moment.isoformat().encode(), usedforsecurity=False)  # what a PDF's ID is made of
    return canvas


def _every_page(canvas: Canvas, document: BaseDocTemplate, *, paper: Paper, fonts: Fonts, pages: int) -> None:
    """Draw what stands on every page: the record number, n/m, and on a sample that it is one."""
    width = A4[0]
    canvas.saveState()
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(0.4)
    canvas.line(MARGIN, _FOOTER + 4 * mm, width - MARGIN, _FOOTER + 4 * mm)
    canvas.setFillColor(_QUIET)
    canvas.setFont(fonts.regular, 8)
    canvas.drawString(MARGIN, _FOOTER, letters_only(paper.footer, fonts.letters))
    canvas.drawRightString(width - MARGIN, _FOOTER, paper.page_label.format(page=document.page, pages=pages))
    if paper.mark:
        _draw_mark(canvas, letters_only(paper.mark, fonts.letters), fonts)
    canvas.restoreState()


def _draw_mark(canvas: Canvas, mark: str, fonts: Fonts) -> None:
    width, height = A4
    canvas.setFillColor(_MARK)
    canvas.setFont(fonts.bold, 11)
    canvas.drawCentredString(width / 2, height - 11 * mm, mark)
    canvas.translate(width / 2, height / 2)
    canvas.rotate(35)
    canvas.setFillAlpha(0.10)
    size = min(64, 0.95 * width / canvas.stringWidth(mark, fonts.bold, 1))
    canvas.setFont(fonts.bold, size)
    canvas.drawCentredString(0, -size / 3, mark)
