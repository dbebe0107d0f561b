"""The report for a terminal: verdict, clauses, what stands against them, exceptions, engines, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.models import ENGINE_NOT_STARTED
from gate.policy.clauses import clause_printed
from gate.policy.findings import finding_advice, finding_message, finding_why
from gate.reports.escaping import SHOWN, shortened, terminal
from gate.reports.executables import executables_part
from gate.reports.printing import SEVERITY_STYLE, STATUS_STYLE, VERDICT_STYLE, line, place, printed
from gate.reports.wording import (
    bracketed,
    clause_reason,
    database_text,
    decided_by,
    next_text,
    problem_advice,
    problem_text,
    size_text,
)
from gate.reports.wrapping import Prose
from gate.text import Language, render

if TYPE_CHECKING:
    from gate.models import Clause, EngineInfo, Finding, Judgement, MessageArgs
    from gate.reports.exceptions_view import ExceptionView
    from gate.reports.view import FindingGroup, ReportView

Row: TypeAlias = tuple[tuple[Text, ...], str]
"""Cells of one line each, and a text of any length."""
SHOWN_PLACES: Final = 8
"""Places of one kind of finding that are shown where the person has not asked for all."""
MOST_PLACES: Final = 500
"""Places of one kind that are shown at most; the result document holds all."""
_SHOWN_ARTIFACTS: Final = 20
_MOST_ROWS: Final = 200
_SHOWN_ENGINE: Final = 32
"""Characters of an engine's name and versions where the person has not asked for all."""
_LEAST_TEXT: Final = 30
"""Columns that the last cell of a row needs; where there are fewer it stands below the others."""


def render_check(
    view: ReportView,
    judgement: Judgement,
    *,
    language: Language,
    colour: bool,
    verbose: bool,
    width: int | None = None,
) -> str:
    """Return the report of one check in the given language; ``verbose`` shows every place, note and clause."""
    columns = width or Console().width
    report = _Report(view, judgement, language, columns, verbose=verbose)
    return printed(Group(*report.parts()), colour=colour, width=columns)


class _Report:
    """Builds the parts of the report in order."""

    def __init__(
        self, view: ReportView, judgement: Judgement, language: Language, columns: int, *, verbose: bool
    ) -> None:
        self._view = view
        self._judgement = judgement
        self._language: Language = language
        self._columns = columns
        self._verbose = verbose

    def parts(self) -> Iterator[RenderableType]:
        yield from self._headline()
        yield from self._clauses()
        yield from self._findings()
        yield from executables_part(self._judgement, self._language, verbose=self._verbose)
        yield from self._exceptions()
        yield from self._engines()
        yield from self._next()

    def _say(self, code: str, **arguments: str | int) -> str:
        return render(code, self._language, arguments)

    def _printed(self, clause: str) -> str:
        return terminal(clause_printed(clause, self._language, self._view.article_map))

    # --- verdict ------------------------------------------------------------------------------------------------

    def _headline(self) -> Iterator[RenderableType]:
        view = self._view
        yield self._verdict()
        if view.sample:
            yield line(self._say("report.sample"), "bold magenta")
        if view.deliverable is not None:
            about = view.deliverable
            kind = bracketed(render(f"paper.kind.{about.kind}", self._language), self._language)
            yield line(f"{about.name} {about.version}{kind}")
        shown = view.artifacts if self._verbose else view.artifacts[:_SHOWN_ARTIFACTS]
        for artifact in shown[:_MOST_ROWS]:
            about_it: MessageArgs = {
                "items": artifact.items,
                "size": size_text(artifact.size),
                "sha256": artifact.sha256[:16],
            }
            yield line(self._say("report.artifact", path=shortened(artifact.path), **about_it))
        yield from self._hidden(len(view.artifacts) - min(len(shown), _MOST_ROWS))
        source = view.policy.path or self._say("report.default-policy")
        yield line(self._say("report.policy", path=source, sha256=view.policy.sha256[:16]), "dim")
        yield Text("")

    def _verdict(self) -> Text:
        verdict = self._view.verdict
        counts = {severity: self._view.open_counts[severity] for severity in ("reject", "gap", "warn")}
        text = Text(self._say(f"report.verdict.{verdict}"), style=VERDICT_STYLE[verdict])
        return text.append("  " + self._say(f"report.headline.{verdict}", **counts), style="default")

    def _hidden(self, count: int, *, indent: int = 0) -> Iterator[RenderableType]:
        """Say how many rows are not shown, and how to see them."""
        if count > 0:
            code = "output.more" if self._verbose else "report.more"
            yield line(self._say(code, count=count), "dim", indent=indent)

    # --- clauses ------------------------------------------------------------------------------------------------

    def _clauses(self) -> Iterator[RenderableType]:
        shown = [clause for clause in self._view.clauses if self._verbose or clause.status != "out-of-scope"]
        rows = [
            (
                (Text(self._printed(clause.id)), Text(self._status(clause), style=STATUS_STYLE[clause.status])),
                terminal(clause_reason(clause, self._language)),
            )
            for clause in shown
        ]
        yield Text(self._say("report.clauses"), style="bold")
        yield from self._table(rows)
        hidden = len(self._view.clauses) - len(shown)
        if hidden:
            yield line(self._say("report.clauses-hidden", count=hidden), "dim", indent=2)
        yield Text("")

    def _status(self, clause: Clause) -> str:
        required = clause.id in self._view.required
        return self._say(f"report.status.{clause.status}") + (" *" if required else "")

    def _table(self, rows: Sequence[Row]) -> Iterator[RenderableType]:
        """Yield rows in columns, their text wrapped; where there is no room for it, it stands below."""
        columns = [max(map(cell_len, map(str, column))) for column in zip(*(cells for cells, _ in rows), strict=True)]
        if self._columns < sum(columns) + 2 * len(columns) + _LEAST_TEXT:
            for cells, text in rows:
                yield Padding(Text("  ").join(cells), (0, 0, 0, 2))
                if text:
                    yield line(text, indent=6)
            return
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        for _ in columns:
            table.add_column(no_wrap=True)
        for cells, text in rows:
            table.add_row(*cells, Prose(text))
        yield Padding(table, (0, 0, 0, 2))

    # --- findings -----------------------------------------------------------------------------------------------

    def _findings(self) -> Iterator[RenderableType]:
        for group in self._view.findings:
            if group.severity != "note" or self._verbose:
                yield from self._group(group)
        notes = self._view.open_counts["note"]
        if notes and not self._verbose:
            yield Text(self._say("report.notes", count=notes), style="dim")
            yield Text("")

    def _group(self, group: FindingGroup) -> Iterator[RenderableType]:
        head = Text.assemble((self._say(f"report.severity.{group.severity}"), SEVERITY_STYLE[group.severity]))
        head.append(f"  {terminal(shortened(group.id))}", style="bold")
        if group.clause:
            head.append(f"  {self._printed(group.clause)}", style="dim")
        head.append(f"  {self._say('report.group-count', count=len(group.findings))}", style="default")
        yield head
        if not self._verbose and all(finding.args.get("detail") == ENGINE_NOT_STARTED for finding in group.findings):
            yield line(finding_message(group.findings[0], self._language), indent=4)
            yield line(self._say("report.not-started", count=len(group.findings)), "dim", indent=6)
        else:
            yield from self._places(group)
        yield line(f"{self._say('report.why')}: {finding_why(group.id, self._language)}", "dim", indent=4)
        yield line(f"{self._say('report.do')}: {finding_advice(group.id, self._language)}", indent=4)
        yield Text("")

    def _places(self, group: FindingGroup) -> Iterator[RenderableType]:
        """Yield what the findings say, and where."""
        shown = group.findings[: MOST_PLACES if self._verbose else SHOWN_PLACES]
        for message, findings in self._by_message(shown).items():
            yield line(message, indent=4)
            for finding in findings:
                if finding.path:
                    yield place(finding.path, indent=6)
        yield from self._hidden(len(group.findings) - len(shown), indent=4)

    def _by_message(self, findings: Sequence[Finding]) -> dict[str, list[Finding]]:
        """Return findings by what they say, so that what is said of many places is said once."""
        by_message: dict[str, list[Finding]] = {}
        for finding in findings:
            by_message.setdefault(finding_message(finding, self._language), []).append(finding)
        return by_message

    # --- exceptions and engines ---------------------------------------------------------------------------------

    def _exceptions(self) -> Iterator[RenderableType]:
        entries = self._view.exceptions
        if not entries:
            return
        heading = f"{self._say('output.exceptions')}  {self._say('report.group-count', count=len(entries))}"
        yield Text(heading, style="bold")
        shown = entries[: _MOST_ROWS if self._verbose else SHOWN_PLACES]
        for entry in shown:
            yield from self._exception(entry)
        yield from self._hidden(len(entries) - len(shown), indent=2)
        yield Text("")

    def _exception(self, entry: ExceptionView) -> Iterator[RenderableType]:
        about: MessageArgs = {
            "id": entry.id,
            "covers": entry.covers,
            "by": decided_by(entry, self._view.parties, self._language),
            "expires": entry.expires.isoformat(),
        }
        yield line(self._say("output.exception-line", **about), indent=2)
        yield line(f"{shortened(entry.about)}: {entry.reason}", "dim", indent=6)

    def _engines(self) -> Iterator[RenderableType]:
        yield Text(self._say("report.engines"), style="bold")
        yield from self._table([self._engine(engine) for engine in self._view.engines])
        for problem in self._view.problems[:_MOST_ROWS]:
            yield line(problem_text(problem, self._language), "red", indent=2)
            advice = problem_advice(problem, self._language)
            if advice:
                yield line(f"{self._say('report.do')}: {advice}", indent=4)
        yield Text("")

    def _engine(self, engine: EngineInfo) -> Row:
        database, about = engine.database, ""
        if database is not None:
            known = database_text(database, self._language)
            about = self._say("report.database", about=known, signatures=f"{database.signatures:,}")
        counts = next((row for row in self._view.coverage if row.examiner == engine.name), None)
        seen = self._say("report.coverage", examined=counts.examined, gaps=counts.gaps) if counts else ""
        style = "green" if engine.canary == "passed" else "red"
        name = shortened(f"{engine.name} {engine.version}", SHOWN if self._verbose else _SHOWN_ENGINE)
        cells = (Text(terminal(name)), Text(self._say(f"report.canary.{engine.canary}"), style=style))
        return cells, terminal("  ".join(filter(None, (seen, about))))

    def _next(self) -> Iterator[RenderableType]:
        """Close with the verdict once more: after a long report it is what stands on the screen."""
        yield self._verdict()
        yield line(next_text(self._view, self._language))
