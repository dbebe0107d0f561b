"""What a finding, a refusal of ``gate verify`` or a clause means, for ``gate explain``."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gate.policy.clauses import (
    AUTHENTICITY,
    BY_EVIDENCE,
    CHANGES,
    DEFAULT_REQUIRED,
    OUT_OF_SCOPE,
    QUALITY,
    clause_printed,
    clause_title,
)
from gate.policy.findings import finding_advice, finding_why, text_code
from gate.policy.registry import FINDINGS
from gate.reports.printing import SEVERITY_STYLE, line, printed
from gate.reports.topics import ALL_CLAUSES, refusal_code, refusals, topics
from gate.reports.wording import blanked, described, suppressible_text
from gate.text import Language, has_message, render


def render_topic(topic: str, language: Language, *, colour: bool = False, width: int | None = 100) -> str:
    """Return the explanation of an id of :func:`gate.reports.topics.topics`.

    Raises ``KeyError`` for an id that this version does not know.
    """
    kind = topics()[topic]
    explain = {"finding": _finding, "refusal": _refusal, "clause": _clause}[kind]
    return printed(Group(*explain(topic, language)), colour=colour, width=width)


def render_topics(language: Language, *, colour: bool = False, width: int | None = 100) -> str:
    """Return every id that can be explained: findings with severity and clause, refusals, clauses."""
    parts: list[RenderableType] = [_heading("findings", language)]
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for finding_id, kind in FINDINGS.items():
        severity = Text(render(f"report.severity.{kind.severity}", language), style=SEVERITY_STYLE[kind.severity])
        table.add_row(finding_id, severity, clause_printed(kind.clause, language) if kind.clause else "")
    parts += [table, Text(""), _heading("refusals", language), *map(Text, refusals())]
    parts += [Text(""), _heading("clauses", language)]
    for clause in ALL_CLAUSES:
        parts += [Text(_both_forms(clause, language)), line(clause_title(clause, language), "dim", indent=4)]
    return printed(Group(*parts), colour=colour, width=width)


def _heading(name: str, language: Language) -> RenderableType:
    return Text(render(f"report.explain.{name}", language), style="bold")


def _both_forms(clause: str, language: Language) -> str:
    form = clause_printed(clause, language)
    return clause if form == clause else f"{clause}  {form}"


def _finding(finding_id: str, language: Language) -> Iterator[RenderableType]:
    """Say what a finding says, why it matters, what to do about it, and whether a person can set it aside."""
    kind = FINDINGS[finding_id]
    head = Text(finding_id, style="bold")
    head.append(f"  {render(f'report.severity.{kind.severity}', language)}", style=SEVERITY_STYLE[kind.severity])
    yield head
    if kind.clause:
        printed_form, title = clause_printed(kind.clause, language), clause_title(kind.clause, language)
        yield _row("report.clause", f"{printed_form}: {title}", language)
    yield _row("output.says", described(finding_id, language), language)
    seen = f"{text_code(finding_id)}.seen"
    if has_message(seen, language):
        yield _row("report.seen", render(seen, language), language)
    yield _row("report.why", finding_why(finding_id, language), language)
    yield _row("report.do", finding_advice(finding_id, language), language)
    yield line(suppressible_text(finding_id, language))


def _refusal(reason: str, language: Language) -> Iterator[RenderableType]:
    """Say what a refusal says, what it means for who received the release, and what to do."""
    code = refusal_code(reason)
    yield Text(reason, style="bold")
    yield _row("output.says", blanked(code, language), language)
    yield _row("report.why", render("report.explain.refusal-why", language), language)
    yield _row("report.do", blanked(f"{code}.advice", language), language)


def _clause(clause: str, language: Language) -> Iterator[RenderableType]:
    """Say what a clause asks, how this version judges it, and which findings count for it."""
    yield Text(_both_forms(clause, language), style="bold")
    yield _row("report.clause", clause_title(clause, language), language)
    yield line(render(f"report.explain.{_judged_by(clause)}", language))
    if clause in DEFAULT_REQUIRED:
        yield line(render("report.explain.required", language))
    counting = [kind.id for kind in FINDINGS.values() if clause in (kind.clause, *kind.also)]
    named = [each for each in counting if not each.startswith("gap/")]
    if named:
        yield _row("report.explain.counting", ", ".join(named), language)
    if len(named) != len(counting):
        yield line(render("report.explain.gaps", language))


def _judged_by(clause: str) -> str:
    if clause in OUT_OF_SCOPE:
        return "out-of-scope"
    if clause == AUTHENTICITY:
        return "by-signers"
    if clause in (QUALITY, CHANGES):
        return "by-delivery"
    return "by-evidence" if clause in BY_EVIDENCE else "by-examination"


def _row(label: str, text: str, language: Language) -> RenderableType:
    return line(f"{render(label, language)}: {text}")
