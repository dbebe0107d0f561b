"""A paper in the form that the command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.reports.html import render_html
from gate.reports.papers.markdown import render_paper_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gate.reports.papers.blocks import Paper


def render_paper(paper: Paper, form: str, *, created: datetime, environment: Mapping[str, str]) -> bytes:
    """Return a paper as ``html``, ``markdown`` or ``pdf``; fonts of the last are looked for where needed.

    Raises ``UsageError`` where there is no font to write a PDF with.
    """
    if form == "pdf":
        from gate.reports.pdf import render_pdf  # noqa: PLC0415  # takes longer to load than most papers to write
        from gate.reports.pdf_fonts import find_fonts  # noqa: PLC0415  # as above

        return render_pdf(paper, find_fonts(environment), created=created)
    return (render_html(paper) if form == "html" else render_paper_markdown(paper)).encode()
