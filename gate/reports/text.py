"""The report for a terminal: verdict first, then what stands against it, clauses, engines, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.paths import printable
from gate.policy.clauses import clause_printed, clause_title
from gate.policy.findings import finding_advice, finding_message, finding_why, text_code
from gate.policy.registry import FINDINGS
from gate.reports.executables import executables_part
from gate.reports.printing import printed
from gate.text import Language, has_message, render

if TYPE_CHECKING:
    from gate.models import Clause, Examination, Finding, Judgement
    from gate.policy import LoadedPolicy

_SHOWN_PATHS = 8
_VERDICT_STYLE = {"approved": "bold green", "rejected": "bold red", "incomplete": "bold yellow"}
_SEVERITIES = ("reject", "gap", "warn", "note")
_SEVERITY_STYLE = {"reject": "bold red", "gap": "bold yellow", "warn": "yellow", "note": "dim"}
_STATUS_STYLE = {
    "confirmed": "green",
    "confirmed-with-exceptions": "green",
    "supported": "green",
    "violated": "red",
    "not-confirmed": "yellow",
    "not-applicable": "dim",
    "out-of-scope": "dim",
}


def render_check(
    examination: Examination,
    judgement: Judgement,
    policy: LoadedPolicy,
    *,
    language: Language,
    colour: bool,
    verbose: bool,
    width: int | None = None,
) -> str:
    """Return the report of one check in the given language; ``verbose`` shows every path, note and clause."""
    report = _Report(examination, judgement, policy, language, verbose=verbose)
    return printed(Group(*report.parts()), colour=colour, width=width)


def render_explanation(finding_id: str, language: Language) -> str:
    """Return what a finding means, why it matters and what to do about it; what was seen where that needs words."""
    kind = FINDINGS[finding_id]
    head = Text(finding_id, style="bold")
    head.append(f"  {_label(f'severity.{kind.severity}', language)}", style=_SEVERITY_STYLE[kind.severity])
    rows = [head]
    if kind.clause:
        rows.append(
            Text(
                f"{_label('clause', language)} {clause_printed(kind.clause, language)}: "
                f"{clause_title(kind.clause, language)}"
            )
        )
    seen = f"{text_code(finding_id)}.seen"
    if has_message(seen, language):
        rows.append(Text(f"{_label('seen', language)}: {render(seen, language)}"))
    answered = "executable" if finding_id.startswith("executable/") else kind.suppressible
    rows += [
        Text(finding_why(finding_id, language)),
        Text(f"{_label('do', language)}: {finding_advice(finding_id, language)}"),
        Text(_label(f"suppressible.{answered}", language)),
    ]
    return printed(Group(*rows), colour=False, width=100)


def _label(code: str, language: Language, **arguments: str | int) -> str:
    return render(f"report.{code}", language, arguments)


class _Report:
    """Builds the parts of the report in order."""

    def __init__(
        self, examination: Examination, judgement: Judgement, policy: LoadedPolicy, language: Language, *, verbose: bool
    ) -> None:
        self._examination = examination
        self._judgement = judgement
        self._policy = policy
        self._language: Language = language
        self._verbose = verbose

    def _say(self, code: str, **arguments: str | int) -> str:
        return _label(code, self._language, **arguments)

    def parts(self) -> Iterator[RenderableType]:
        yield from self._headline()
        yield from self._findings()
        yield from executables_part(self._judgement, self._language, verbose=self._verbose)
        yield from self._clauses()
        yield from self._engines()
        yield from self._next()

    def _open(self, severity: str) -> list[Finding]:
        return [
            finding
            for finding in self._judgement.findings
            if finding.severity == severity and finding.suppressed_by is None
        ]

    def _headline(self) -> Iterator[RenderableType]:
        verdict = self._judgement.verdict
        line = Text(self._say(f"verdict.{verdict}"), style=_VERDICT_STYLE[verdict])
        counts = {severity: len(self._open(severity)) for severity in ("reject", "gap", "warn")}
        line.append("  " + self._say(f"headline.{verdict}", **counts), style="default")
        yield line
        if self._judgement.sample:
            yield Text(self._say("sample"), style="bold yellow")
        deliverable = self._policy.policy.deliverable
        if deliverable is not None:
            yield Text(f"{deliverable.name} {deliverable.version} ({deliverable.kind})")
        for artifact in self._examination.artifacts:
            yield Text(
                self._say(
                    "artifact",
                    path=artifact.path,
                    items=artifact.items,
                    size=_size(artifact.size),
                    sha256=artifact.sha256[:16],
                )
            )
        source = self._policy.path or self._say("default-policy")
        yield Text(self._say("policy", path=source, sha256=self._policy.sha256[:16]), style="dim")
        exceptions = sum(finding.suppressed_by is not None for finding in self._judgement.findings)
        if exceptions:
            yield Text(self._say("suppressed", count=exceptions))
        yield Text("")

    def _findings(self) -> Iterator[RenderableType]:
        for severity in _SEVERITIES:
            findings = self._open(severity)
            if not findings:
                continue
            if severity == "note" and not self._verbose:
                yield Text(self._say("notes", count=len(findings)), style="dim")
                yield Text("")
                continue
            for finding_id, group in groupby(sorted(findings, key=lambda each: each.id), key=lambda each: each.id):
                yield from self._group(finding_id, severity, list(group))

    def _group(self, finding_id: str, severity: str, findings: Sequence[Finding]) -> Iterator[RenderableType]:
        line = Text(self._say(f"severity.{severity}"), style=_SEVERITY_STYLE[severity])
        line.append(f"  {finding_id}", style="bold")
        if findings[0].clause:
            line.append(f"  {clause_printed(findings[0].clause, self._language)}", style="dim")
        yield line
        shown = findings if self._verbose else findings[:_SHOWN_PATHS]
        for finding in shown:
            if finding.path:
                yield Padding(Text(finding.path, style="cyan", overflow="fold"), (0, 0, 0, 4))
            yield Padding(Text(finding_message(finding, self._language), overflow="fold"), (0, 0, 0, 6))
        if len(shown) < len(findings):
            yield Padding(Text(self._say("more", count=len(findings) - len(shown)), style="dim"), (0, 0, 0, 4))
        yield Padding(Text(f"{self._say('why')}: {finding_why(finding_id, self._language)}"), (0, 0, 0, 4))
        yield Padding(Text(f"{self._say('do')}: {finding_advice(finding_id, self._language)}"), (0, 0, 0, 4))
        yield Text("")

    def _clauses(self) -> Iterator[RenderableType]:
        shown = [clause for clause in self._judgement.clauses if self._verbose or clause.status != "out-of-scope"]
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for clause in shown:
            table.add_row(
                clause_printed(clause.id, self._language),
                Text(self._status(clause), style=_STATUS_STYLE[clause.status]),
                self._reason(clause),
            )
        yield Text(self._say("clauses"), style="bold")
        yield Padding(table, (0, 0, 0, 2))
        hidden = len(self._judgement.clauses) - len(shown)
        if hidden:
            yield Padding(Text(self._say("clauses-hidden", count=hidden), style="dim"), (0, 0, 0, 2))
        yield Text("")

    def _status(self, clause: Clause) -> str:
        required = clause.id in self._policy.policy.gate.require
        return self._say(f"status.{clause.status}") + (" *" if required else "")

    def _reason(self, clause: Clause) -> str:
        return render(clause.reason_code, self._language, clause.reason_args)

    def _engines(self) -> Iterator[RenderableType]:
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        coverage = {each.examiner: each for each in self._examination.coverage}
        for engine in self._examination.engines:
            database = engine.database
            about = (
                self._say(
                    "database",
                    kind=database.kind,
                    version=printable(database.version) or "–",
                    date=printable(database.date) or "–",
                    signatures=database.signatures,
                )
                if database
                else ""
            )
            counts = coverage.get(engine.name)
            seen = self._say("coverage", examined=counts.examined, gaps=counts.gaps) if counts else ""
            canary = Text(self._say(f"canary.{engine.canary}"), style="green" if engine.canary == "passed" else "red")
            table.add_row(f"{engine.name} {printable(engine.version)}", canary, seen, Text(about, overflow="fold"))
        yield Text(self._say("engines"), style="bold")
        yield Padding(table, (0, 0, 0, 2))
        for problem in self._examination.problems:
            yield Padding(Text(render(problem.code, self._language, problem.args), style="red"), (0, 0, 0, 2))
            yield Padding(
                Text(f"{self._say('do')}: {render(f'{problem.code}.advice', self._language, problem.args)}"),
                (0, 0, 0, 2),
            )
        yield Text("")

    def _next(self) -> Iterator[RenderableType]:
        yield Text(self._say(f"next.{self._judgement.verdict}"))


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004  # decimal units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
