"""JUnit XML: the run as suites of tests, for pipelines that show test results (``--format junit``).

There is no standard; the form is that which Jenkins, GitLab and GitHub's actions read, as
``docs/junit.xsd`` describes it.  One suite for each clause, one for the engines and one for the artifacts.  What
rejects is a failure; what could not be told (a gap, an engine, a required clause that is not satisfied) is an error; a
warning, and what a person has set aside, is skipped.  So there is a failure or an error exactly where the verdict is
not "approved".
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from gate.policy.clauses import SATISFIED, clause_printed, clause_title, status_label, verdict_label
from gate.policy.findings import finding_advice, finding_message
from gate.reports.escaping import shortened, xml
from gate.reports.wording import clause_reason, problem_advice, problem_text
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.models import Clause, Finding, Judgement, Severity
    from gate.reports.view import ReportView

Outcome: TypeAlias = Literal["passed", "failure", "error", "skipped"]

MOST_CASES: Final = 2_000
"""Findings of one clause that get a case of their own; the others are counted in one more case of each outcome."""
_OUTCOMES: Final[Mapping[Severity, Outcome]] = {"reject": "failure", "gap": "error", "warn": "skipped"}
_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Case:
    """One test: ``kind`` groups it (``classname``), ``text`` says what was found and what to do about it."""

    kind: str
    name: str
    outcome: Outcome = "passed"
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests of one subject."""

    name: str
    cases: tuple[Case, ...]


def render_junit(view: ReportView, judgement: Judgement, *, language: Language) -> str:
    """Return the document."""
    suites = [*_clauses(view, judgement, language), _engines(view, language), _artifacts(view, judgement, language)]
    return "".join(f"{line}\n" for line in _document(view, suites, language))


# --- what is tested ---------------------------------------------------------------------------------------------


def _clauses(view: ReportView, judgement: Judgement, language: Language) -> Iterator[Suite]:
    """Yield a suite for each clause; findings that concern none stand in one of their own."""
    by_clause: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in judgement.findings:
        if finding.severity != "note":
            by_clause[finding.clause].append(finding)
    for clause in view.clauses:
        printed = clause_printed(clause.id, language, view.article_map)
        cases = [_clause(clause, view, language), *_findings(by_clause.pop(clause.id, ()), language)]
        yield Suite(f"{printed} {clause_title(clause.id, language)}", tuple(cases))
    rest = [finding for findings in by_clause.values() for finding in findings]
    if rest:
        yield Suite(render("output.junit.run", language), tuple(_findings(rest, language)))


def _clause(clause: Clause, view: ReportView, language: Language) -> Case:
    """Return the case that says how a clause stands."""
    reason = clause_reason(clause, language)
    label = status_label(clause.status, language)
    if clause.status == "violated":
        outcome: Outcome = "failure"
    elif clause.id in view.required and clause.status not in SATISFIED:
        outcome = "error"
    else:
        outcome = "passed" if clause.status in SATISFIED - {"not-applicable"} else "skipped"
    return Case("clause", clause.id, outcome, f"{label}: {reason}")


def _findings(findings: Sequence[Finding], language: Language) -> Iterator[Case]:
    """Yield a case for each finding up to a number, then one for all others of the same outcome."""
    for finding in findings[:MOST_CASES]:
        yield _finding(finding, language)
    others = Counter(_outcome(finding) for finding in findings[MOST_CASES:])
    for outcome, count in sorted(others.items()):
        yield Case("finding", f"… {outcome}", outcome, render("output.junit.more", language, {"count": count}))


def _outcome(finding: Finding) -> Outcome:
    return "skipped" if finding.suppressed_by is not None else _OUTCOMES[finding.severity]


def _finding(finding: Finding, language: Language) -> Case:
    message = finding_message(finding, language)
    if finding.suppressed_by is not None:
        text = render("output.junit.set-aside", language, {"id": finding.suppressed_by})
    else:
        text = f"{render('report.do', language)}: {finding_advice(finding.id, language)}"
    line = finding.args.get("line", 0)
    line = line if isinstance(line, int) else 0
    place = shortened(finding.path) + (f":{line}" if line > 0 else "")
    return Case(finding.id, place or message, _outcome(finding), message, text, finding.path, line)


def _engines(view: ReportView, language: Language) -> Suite:
    """Return a case for each engine: an error where it did not prove itself, and for each problem."""
    cases = [
        Case(
            "engine",
            f"{engine.name} {engine.version}",
            "passed" if engine.canary == "passed" else "error",
            render(f"report.canary.{engine.canary}", language),
        )
        for engine in view.engines
    ]
    cases += [
        Case(
            "engine", f"{problem.engine}: {problem.code}", "error", problem_text(problem, language),
            problem_advice(problem, language),
        )
        for problem in view.problems
    ]  # fmt: skip
    return Suite(render("report.engines", language), tuple(cases))


def _artifacts(view: ReportView, judgement: Judgement, language: Language) -> Suite:
    """Return a case for each artifact: passed where nothing stands against what is in it."""
    against = Counter(
        (_artifact_of(finding.path), _OUTCOMES[finding.severity])
        for finding in judgement.findings
        if finding.suppressed_by is None and finding.severity in {"reject", "gap"}
    )
    cases = []
    for artifact in view.artifacts:
        failures, errors = against[artifact.path, "failure"], against[artifact.path, "error"]
        counts = {"items": artifact.items, "reject": failures, "gap": errors}
        outcome: Outcome = "failure" if failures else "error" if errors else "passed"
        cases.append(Case("artifact", artifact.path, outcome, render("output.junit.artifact", language, counts)))
    return Suite(render("output.artifacts", language), tuple(cases))


def _artifact_of(path: str) -> str:
    """Return the artifact that an item path lies in; names of artifacts hold neither ``/`` nor ``!``."""
    return path.partition("!/")[0].partition("/")[0]


# --- how it is written ------------------------------------------------------------------------------------------


def _document(view: ReportView, suites: Sequence[Suite], language: Language) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    every = [case for suite in suites for case in suite.cases]
    yield f'<testsuites name="release-gate: {xml(verdict_label(view.verdict, language))}" {_counts(every)}>'
    for suite in suites:
        yield f'  <testsuite name="{xml(suite.name)}" timestamp="{xml(view.started[:19])}" {_counts(suite.cases)}>'
        yield "    <properties>"
        for name, value in _properties(view):
            yield f'      <property name="{name}" value="{xml(value)}"/>'
        yield "    </properties>"
        for case in _told_apart(suite.cases):
            yield from _case(case)
        yield "  </testsuite>"
    yield "</testsuites>"


def _told_apart(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield cases with names that differ within their kind, as readers show only one of those that are equal."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        name = shortened(case.name)
        seen[case.kind, name] += 1
        number = seen[case.kind, name]
        yield dataclasses.replace(case, name=name if number == 1 else f"{name} #{number}")


def _counts(cases: Iterable[Case]) -> str:
    counts = Counter(case.outcome for case in cases)
    return (
        f'tests="{counts.total()}" failures="{counts["failure"]}" errors="{counts["error"]}" '
        f'skipped="{counts["skipped"]}" time="0"'
    )


def _properties(view: ReportView) -> Iterator[tuple[str, str]]:
    yield "gate.version", view.issue.gate.version
    yield "verdict", view.verdict
    yield "policy.sha256", view.policy.sha256
    if view.sample:
        yield "sample", "true"


def _case(case: Case) -> Iterator[str]:
    place = f' file="{xml(shortened(case.file))}"' if case.file else ""
    place += f' line="{case.line}"' if case.line > 0 else ""
    head = f'    <testcase classname="{xml(case.kind)}" name="{xml(case.name)}"{place} time="0"'
    if case.outcome == "passed":
        yield f"{head}/>"
        return
    yield f"{head}>"
    message = f'message="{xml(shortened(case.message, _SHOWN))}"'
    if case.outcome == "skipped":
        yield f"      <skipped {message}/>"
    else:
        text = xml(shortened(case.text, _SHOWN))
        yield f'      <{case.outcome} type="{xml(case.kind)}" {message}>{text}</{case.outcome}>'
    yield "    </testcase>"
