"""SARIF 2.1.0: the findings of a run for tools that show results beside code (``--format sarif``).

Sections named here are those of the OASIS standard "Static Analysis Results Interchange Format Version 2.1.0".
What stands in a report is bounded as what reads it is: GitHub takes 25 000 results of a run, the gravest come first,
and how many were left out is said in a notification.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from gate.models import RevisionFact
from gate.reports.escaping import sarif, shortened, visible
from gate.reports.sarif_results import Bounded, bounded_results, item_location
from gate.reports.sarif_rules import clause_taxonomy, rules_of, taxonomy_reference
from gate.reports.wording import problem_text
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Examination, Judgement
    from gate.reports.view import ReportView

MOST_RESULTS: Final = 25_000
"""Results of one run that GitHub takes; a file with more is refused there as a whole."""
MOST_BYTES: Final = 48 << 20
"""Bytes of all results together, which hostile names could make any number."""
MOST_PACKED: Final = 8 << 20
"""Bytes of them once compressed: GitHub takes 10 MB, of the whole file as gzip makes it, and refuses a larger one."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_OMITTED: Final = "output.sarif.omitted"
_RESULTS: Final = '"@results@"'
_WEB: Final = ("https://", "http://", "ssh://", "git://")


def render_sarif(
    view: ReportView,
    examination: Examination,
    judgement: Judgement,
    *,
    language: Language,
    most_results: int = MOST_RESULTS,
    most_bytes: int = MOST_BYTES,
    most_packed: int = MOST_PACKED,
) -> str:
    """Return the log with one run, as JSON in one line."""
    rules = rules_of(judgement, view.article_map, language)
    results = bounded_results(
        view, judgement, rules, language, most_results=most_results, most_bytes=most_bytes, most_packed=most_packed
    )
    run = {
        "tool": {"driver": _driver(view, rules, language)},
        "language": language,
        "automationDetails": {"id": "release-gate/"},
        "invocations": [_invocation(examination, judgement, results, language)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"DELIVERY": {"description": {"text": render("output.sarif.delivery", language)}}},
        "taxonomies": [clause_taxonomy(view, language)],
        "artifacts": [
            {
                "location": item_location(artifact.path),
                "roles": ["analysisTarget"],
                "length": artifact.size,
                "hashes": {"sha-256": artifact.sha256},
            }
            for artifact in view.artifacts
        ],
        "versionControlProvenance": list(_revisions(examination)),
        "properties": _properties(view, examination, results),
        "results": "@results@",
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    written = json.dumps(log, ensure_ascii=False, separators=(",", ":"))
    before, _, after = written.rpartition(_RESULTS)
    return f"{before}[{','.join(results.written)}]{after}\n"


def _driver(view: ReportView, rules: dict[str, dict[str, Any]], language: Language) -> dict[str, Any]:
    return {
        "name": "release-gate",
        "version": view.issue.gate.version,
        "semanticVersion": view.issue.gate.version,
        "language": language,
        "supportedTaxonomies": [taxonomy_reference()],
        "rules": list(rules.values()),
    }


def _invocation(examination: Examination, judgement: Judgement, results: Bounded, language: Language) -> dict[str, Any]:
    """Return what is said of the run (3.20): not successful where an engine did not do its work."""
    failed = any(finding.id.startswith("engine/") for finding in judgement.findings)
    notifications = [
        {
            "descriptor": {"id": problem.code},
            "level": "error",
            "message": {"text": sarif(shortened(problem_text(problem, language), 1000))},
        }
        for problem in examination.problems
    ]
    if results.omitted:
        text = render(_OMITTED, language, {"count": results.omitted, "shown": len(results.written)})
        notifications.append({"descriptor": {"id": _OMITTED}, "level": "warning", "message": {"text": sarif(text)}})
    return {
        "executionSuccessful": not (failed or examination.problems),
        "startTimeUtc": examination.started,
        "endTimeUtc": examination.finished,
        "toolExecutionNotifications": notifications,
    }


def _properties(view: ReportView, examination: Examination, results: Bounded) -> dict[str, Any]:
    """Return what SARIF has no place for: the verdict, the clauses, the engines and what they covered."""
    return {
        "verdict": view.verdict,
        "sample": view.sample,
        "policy": {"path": _name(view.policy.path or ""), "sha256": view.policy.sha256, "agreed": view.policy.agreed},
        "clauses": [
            {"id": clause.id, "status": clause.status, "required": clause.id in view.required}
            for clause in view.clauses
        ],
        "engines": [
            {"name": _name(engine.name), "version": _name(engine.version), "canary": engine.canary}
            for engine in examination.engines
        ],
        "coverage": [
            {"examiner": _name(row.examiner), "examined": row.examined, "gaps": row.gaps}
            for row in examination.coverage
        ],
        "omittedResults": results.omitted,
    }


def _name(text: str) -> str:
    return visible(shortened(text))


def _revisions(examination: Examination) -> Iterator[dict[str, Any]]:
    """Yield the commit that the delivery comes from, where the address of its repository is known (3.23)."""
    for fact in examination.facts:
        if isinstance(fact, RevisionFact) and (address := _repository(fact.remote)):
            details = {"repositoryUri": address, "revisionId": _name(fact.commit)}
            if fact.branch:
                details["branch"] = _name(fact.branch)
            if fact.tags:
                details["revisionTag"] = _name(fact.tags[0])
            yield details


def _repository(remote: str) -> str:
    """Return the address of a repository as a URI; git's short form ``host:path`` is one of SSH."""
    host, colon, path = remote.partition(":")
    if not remote.startswith(_WEB):
        remote = f"ssh://{host}/{path.lstrip('/')}" if host and colon and path and "/" not in host else ""
    return quote(visible(shortened(remote)), safe=":/?@!$&'()*+,;=~%-._")
