"""The rules of a SARIF log, one for every kind of finding, and the clauses of the contract as its taxonomy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gate.policy.clauses import clause_printed, clause_title
from gate.policy.findings import finding_advice, finding_why, kind_of
from gate.policy.registry import FINDINGS
from gate.reports.escaping import markdown, sarif
from gate.reports.wording import described, suppressible_text
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import Judgement, Severity
    from gate.reports.view import ReportView

LEVELS: Final[Mapping[Severity, str]] = {"reject": "error", "gap": "error", "warn": "warning", "note": "note"}
"""SARIF's level of each severity: what keeps a release from being approved is an error, whatever keeps it."""
TAXONOMY: Final = "Article 26-3"


def rules_of(judgement: Judgement, article_map: Mapping[str, str], language: Language) -> dict[str, dict[str, Any]]:
    """Return the rule of every kind of finding by its id, in the order of their indexes (3.49)."""
    known = dict.fromkeys((*FINDINGS, *sorted({finding.id for finding in judgement.findings})))
    return {finding_id: _rule(finding_id, article_map, language) for finding_id in known}


def _rule(finding_id: str, article_map: Mapping[str, str], language: Language) -> dict[str, Any]:
    kind = kind_of(finding_id)
    why = finding_why(finding_id, language)
    advice = finding_advice(finding_id, language)
    answer = suppressible_text(finding_id, language)
    labels = {name: render(f"report.{name}", language) for name in ("why", "do")}
    rule: dict[str, Any] = {
        "id": finding_id,
        "name": "".join(word.capitalize() for word in finding_id.replace("/", "-").split("-")),
        "shortDescription": {"text": sarif(described(finding_id, language))},
        "fullDescription": {"text": sarif(why)},
        "help": {
            "text": sarif(f"{labels['why']}: {why} {labels['do']}: {advice} {answer}"),
            "markdown": f"**{labels['why']}**: {markdown(why)}\n\n**{labels['do']}**: {markdown(advice)}\n\n"
            f"{markdown(answer)}\n",
        },
        "defaultConfiguration": {"level": LEVELS[kind.severity]},
        "properties": {"tags": ["security"], "severity": kind.severity},
    }
    if kind.clause:
        rule["properties"]["clause"] = clause_printed(kind.clause, language, article_map)
        rule["relationships"] = [
            {"target": {"id": kind.clause, "toolComponent": {"name": TAXONOMY}}, "kinds": ["relevant"]}
        ]
    return rule


def taxonomy_reference() -> dict[str, Any]:
    """Return how the driver names the taxonomy (3.54)."""
    return {"name": TAXONOMY, "index": 0}


def clause_taxonomy(view: ReportView, language: Language) -> dict[str, Any]:
    """Return the clauses of the contract as a taxonomy (3.19.3)."""
    return {
        "name": TAXONOMY,
        "version": view.issue.gate.version,
        "language": language,
        "shortDescription": {"text": render("output.sarif.taxonomy", language)},
        "isComprehensive": True,
        "taxa": [
            {
                "id": clause.id,
                "name": clause_printed(clause.id, language, view.article_map),
                "shortDescription": {"text": sarif(clause_title(clause.id, language))},
            }
            for clause in view.clauses
        ],
    }
