"""What a kind of finding means, for ``gate explain``."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gate.policy.clauses import clause_printed, clause_title
from gate.policy.findings import finding_advice, finding_why, text_code
from gate.policy.registry import FINDINGS
from gate.reports.printing import SEVERITY_STYLE, line, printed
from gate.reports.wording import described, suppressible_text
from gate.text import Language, has_message, render


def render_explanation(finding_id: str, language: Language, *, colour: bool = False, width: int | None = 100) -> str:
    """Return what a finding says, why it matters, what to do about it, and whether a person can set it aside.

    Raises ``KeyError`` for an id that this version does not know.
    """
    kind = FINDINGS[finding_id]
    head = Text(finding_id, style="bold")
    head.append(f"  {render(f'report.severity.{kind.severity}', language)}", style=SEVERITY_STYLE[kind.severity])
    rows: list[RenderableType] = [head]
    if kind.clause:
        printed_form, title = clause_printed(kind.clause, language), clause_title(kind.clause, language)
        rows.append(_row("report.clause", f"{printed_form}: {title}", language))
    rows.append(_row("output.says", described(finding_id, language), language))
    seen = f"{text_code(finding_id)}.seen"
    if has_message(seen, language):
        rows.append(_row("report.seen", render(seen, language), language))
    rows += [
        _row("report.why", finding_why(finding_id, language), language),
        _row("report.do", finding_advice(finding_id, language), language),
        line(suppressible_text(finding_id, language)),
    ]
    return printed(Group(*rows), colour=colour, width=width)


def render_findings(language: Language, *, colour: bool = False, width: int | None = 100) -> str:
    """Return every kind of finding in a line: id, severity, clause."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for finding_id, kind in FINDINGS.items():
        severity = Text(render(f"report.severity.{kind.severity}", language), style=SEVERITY_STYLE[kind.severity])
        table.add_row(finding_id, severity, clause_printed(kind.clause, language) if kind.clause else "")
    return printed(table, colour=colour, width=width)


def _row(label: str, text: str, language: Language) -> RenderableType:
    return line(f"{render(label, language)}: {text}")
