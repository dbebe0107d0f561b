"""The papers that a release folder holds, bound by its record: reports, and how to verify it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.record import layout
from gate.record.identity import gate_identity
from gate.reports.guide import render_guides
from gate.reports.html import render_html
from gate.reports.papers.report import compose_report
from gate.reports.pdf import render_pdf
from gate.reports.view import Issue, build_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gate.models import Examination, Judgement
    from gate.policy import LoadedPolicy
    from gate.record.statement import PromisedSignature
    from gate.reports.pdf_fonts import Fonts


def release_reports(
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    fonts: Fonts,
    number: str,
    created: datetime,
    promised: Sequence[PromisedSignature],
) -> Mapping[str, bytes]:
    """Return each report by its path in the release folder."""
    view = build_view(examination, judgement, loaded, Issue(created, gate_identity(), number), promised)
    japanese = compose_report(view, "ja")
    return {
        layout.REPORT_JA: render_html(japanese).encode(),
        layout.REPORT_EN: render_html(compose_report(view, "en")).encode(),
        layout.REPORT_PDF: render_pdf(japanese, fonts, created=created),
        **render_guides(loaded.policy, promised),
    }
