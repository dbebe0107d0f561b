"""What a finding, a refusal of ``gate verify`` or a clause means, for ``gate explain``."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
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
from gate.reports.wording import blanked, described, listed, suppressible_text
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
    parts += _listed_findings(language, width or Console().width)
    parts += [Text(""), _heading("refusals", language), *map(Text, refusals())]
    parts += [Text(""), _heading("clauses", language)]
    for clause in ALL_CLAUSES:
        parts += [Text(_both_forms(clause, language)), line(clause_title(clause, language), "dim", indent=4)]
    return printed(Group(*parts), colour=colour, width=width)


def _listed_findings(language: Language, columns: int) -> Iterator[RenderableType]:
    """Yield a line for each finding; where there is no room for all columns, what is said of an id stands below it."""
    rows = [
        (
            finding_id,
            Text(render(f"report.severity.{kind.severity}", language), style=SEVERITY_STYLE[kind.severity]),
            clause_printed(kind.clause, language) if kind.clause else "",
        )
        for finding_id, kind in FINDINGS.items()
    ]
    widths = [max(cell_len(str(row[column])) for row in rows) for column in range(3)]
    narrow = sum(widths) + 4 > columns
    for finding_id, severity, clause in rows:
        name = Text(finding_id, no_wrap=True, overflow="ignore")
        severity.pad_right(widths[1] - severity.cell_len)
        if narrow:
            yield name
            yield Text.assemble("    ", severity, f"  {clause}")
        else:
            name.pad_right(widths[0] - name.cell_len)
            yield Text.assemble(name, "  ", severity, f"  {clause}")


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
        yield _row("report.explain.counting", listed(named, language), language)
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
