"""The report in GitHub's Markdown: for the summary page of a pipeline's job, and for ``gate report``.

Verdict first, then the clauses, what to do, what was found, what persons have decided, and with what it was examined.
A summary of a job may have 1 MiB (GitHub refuses a larger one as a whole), so every part is bounded and says how much
it leaves out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.policy.clauses import clause_printed, status_label, verdict_label
from gate.policy.findings import finding_advice, finding_message, finding_why
from gate.reports.escaping import markdown, markdown_code, shortened
from gate.reports.papers.dates import stated_moment_text
from gate.reports.wording import (
    clause_reason,
    database_text,
    decided_by,
    next_text,
    problem_advice,
    problem_text,
    size_text,
)
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.reports.exceptions_view import ExceptionView
    from gate.reports.view import FindingGroup, ReportView

MOST_BYTES: Final = 1 << 20
"""Bytes of a whole report."""
SHOWN_FINDINGS: Final = 20
"""Findings of one kind that are shown one by one."""
_PART_BYTES: Final = 96 << 10
"""Bytes of the list of artifacts, and of exceptions; what the fixed parts leave over is for the findings."""
_TEXT: Final = 600


def render_markdown(view: ReportView, *, language: Language, most_bytes: int = MOST_BYTES) -> str:
    """Return the report."""
    report = _Report(view, language)
    before = [*report.head(), *report.artifacts(), *report.clauses(), *report.next()]
    after = [*report.exceptions(), *report.engines(), *report.foot()]
    left = most_bytes - _bytes(before) - _bytes(after)
    return "\n".join([*before, *report.findings(left), *after]) + "\n"


def _bytes(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _table(*heads: str) -> list[str]:
    return [_row(*heads), _row(*("---" for _ in heads))]


class _Report:
    """Builds the parts of the report; each begins with a heading and ends with an empty line."""

    def __init__(self, view: ReportView, language: Language) -> None:
        self._view = view
        self._language: Language = language

    def _say(self, code: str, **arguments: str | int) -> str:
        return markdown(render(code, self._language, arguments))

    def _printed(self, clause: str) -> str:
        return markdown(clause_printed(clause, self._language, self._view.article_map))

    def _printed_with_id(self, clause: str) -> str:
        """Return the same, where the contract has a name of its own with the id by which policies know it."""
        beside = f" ({markdown(clause)})" if clause in self._view.article_map else ""
        return f"{self._printed(clause)}{beside}"

    def _bounded(self, rows: Sequence[str], budget: int) -> list[str]:
        """Return as many rows as fit, and a line that counts the others."""
        shown: list[str] = []
        for row in rows:
            budget -= len(row.encode()) + 1
            if budget < 0:
                return [*shown, "", self._say("output.more", count=len(rows) - len(shown))]
            shown.append(row)
        return shown

    # --- verdict, artifacts, clauses ----------------------------------------------------------------------------

    def head(self) -> Iterator[str]:
        view = self._view
        about = view.deliverable
        name = f": {markdown(shortened(f'{about.name} {about.version}'))}" if about else ""
        yield f"# {markdown(verdict_label(view.verdict, self._language))}{name}"
        yield ""
        counts = {severity: view.open_counts[severity] for severity in ("reject", "gap", "warn")}
        yield self._say(f"report.headline.{view.verdict}", **counts)
        yield ""
        if view.sample:
            yield f"> **{self._say('report.sample')}**"
            yield ""
        if view.issue.rendering:
            yield f"> {self._say('paper.rendering.text')}"
            if view.issue.rendering == "differs":
                yield ">"
                yield f"> **{self._say('paper.rendering.differs')}**"
            yield ""
        if view.exceptions:
            yield self._say("output.exceptions-count", count=len(view.exceptions))
            yield ""

    def artifacts(self) -> Iterator[str]:
        yield from _table(*map(self._say, ("output.artifacts", "output.items", "output.size")), "SHA-256")
        rows = [
            _row(
                markdown_code(shortened(artifact.path)),
                str(artifact.items),
                size_text(artifact.size),
                markdown_code(artifact.sha256),
            )
            for artifact in self._view.artifacts
        ]
        yield from self._bounded(rows, _PART_BYTES)
        yield ""

    def clauses(self) -> Iterator[str]:
        shown = [clause for clause in self._view.clauses if clause.status != "out-of-scope"]
        yield f"## {self._say('report.clauses')}"
        yield ""
        yield from _table(*map(self._say, ("report.clause", "output.status", "report.why")))
        for clause in shown:
            mark = "&#42;" if clause.id in self._view.required else ""
            status = markdown(status_label(clause.status, self._language))
            yield _row(
                f"{self._printed_with_id(clause.id)}{mark}",
                f"**{status}**",
                markdown(shortened(clause_reason(clause, self._language), _TEXT)),
            )
        yield ""
        hidden = len(self._view.clauses) - len(shown)
        if hidden:
            yield self._say("output.clauses-hidden", count=hidden)
            yield ""

    def next(self) -> Iterator[str]:
        yield f"**{markdown(next_text(self._view, self._language))}**"
        yield ""

    # --- findings -----------------------------------------------------------------------------------------------

    def findings(self, budget: int) -> list[str]:
        """Return the open findings by kind, as many kinds as fit; notes are only counted."""
        lines = [f"## {self._say('output.findings')}", ""]
        groups = [group for group in self._view.findings if group.severity != "note"]
        if not groups:
            lines += [self._say("output.no-findings"), ""]
        budget -= _bytes(lines) + 1024  # for the two lines below
        for index, group in enumerate(groups):
            part = self._group(group)
            budget -= _bytes(part)
            if budget < 0:
                left = sum(len(other.findings) for other in groups[index:])
                lines += [self._say("output.more", count=left), ""]
                break
            lines += part
        if self._view.open_counts["note"]:
            lines += [self._say("output.notes", count=self._view.open_counts["note"]), ""]
        return lines

    def _group(self, group: FindingGroup) -> list[str]:
        severity = self._say(f"report.severity.{group.severity}")
        clause = f" · {self._printed(group.clause)}" if group.clause else ""
        lines = [f"### {severity}: {markdown_code(group.id)}{clause} ({len(group.findings)})", ""]
        for finding in group.findings[:SHOWN_FINDINGS]:
            message = markdown(shortened(finding_message(finding, self._language), _TEXT))
            place = f"{markdown_code(shortened(finding.path))}: " if finding.path else ""
            lines.append(f"- {place}{message}")
        hidden = len(group.findings) - SHOWN_FINDINGS
        if hidden > 0:
            lines.append(f"- {self._say('output.more', count=hidden)}")
        lines += [
            "",
            f"**{self._say('report.why')}**: {markdown(finding_why(group.id, self._language))}",
            "",
            f"**{self._say('report.do')}**: {markdown(finding_advice(group.id, self._language))}",
            "",
        ]
        return lines

    # --- exceptions and engines ---------------------------------------------------------------------------------

    def exceptions(self) -> Iterator[str]:
        if not self._view.exceptions:
            return
        yield f"## {self._say('output.exceptions')}"
        yield ""
        heads = ("id", "about", "covers", "reason", "approved-by", "expires")
        yield from _table(*(self._say(f"output.exception.{head}") for head in heads))
        yield from self._bounded([self._exception(entry) for entry in self._view.exceptions], _PART_BYTES)
        yield ""

    def _exception(self, entry: ExceptionView) -> str:
        return _row(
            markdown_code(entry.id),
            markdown_code(shortened(entry.about)),
            str(entry.covers),
            markdown(shortened(entry.reason)),
            markdown(shortened(decided_by(entry, self._view.parties, self._language))),
            markdown(entry.expires.isoformat()),
        )

    def engines(self) -> Iterator[str]:
        coverage = {row.examiner: row for row in self._view.coverage}
        yield f"## {self._say('report.engines')}"
        yield ""
        heads = ("output.engine", "output.proof", "output.examined", "output.gaps", "output.database")
        yield from _table(*map(self._say, heads))
        for engine in self._view.engines:
            row = coverage.get(engine.name)
            database = engine.database
            about = database_text(database, self._language) if database else ""
            yield _row(
                markdown(shortened(f"{engine.name} {engine.version}")),
                self._say(f"report.canary.{engine.canary}"),
                str(row.examined) if row else "",
                str(row.gaps) if row else "",
                markdown(shortened(about)),
            )
        yield ""
        for problem in self._view.problems:
            text, advice = problem_text(problem, self._language), problem_advice(problem, self._language)
            yield f"- **{markdown(shortened(text or '–', _TEXT))}** {markdown(shortened(advice, _TEXT))}".rstrip()
        yield ""

    def foot(self) -> Iterator[str]:
        view = self._view
        path = view.policy.path or render("report.default-policy", self._language)
        yield self._say("report.policy", path=shortened(path), sha256=view.policy.sha256[:16])
        yield ""
        finished = stated_moment_text(view.finished, view.timezone, self._language)
        yield self._say("output.made-by", version=view.issue.gate.version, time=finished)
