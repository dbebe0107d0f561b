"""What a recipient's own policy says of a release, for a terminal: at the day of its record, and today."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.policy.findings import finding_message
from gate.reports.clause_rows import clause_rows
from gate.reports.escaping import shortened, terminal
from gate.text import Language, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gate.models import Finding
    from gate.verification.rejudge import OpenFindings, Rejudged

SHOWN_FINDINGS: Final = 20
"""Findings that are shown; the document holds more of them."""


def rejudged_part(
    rejudged: Rejudged, language: Language, article_map: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Yield the lines: verdict, counts, what is open, clauses, and what has changed since.

    ``article_map`` is what the papers of the release call clauses.
    """
    policy = rejudged.policy
    about = {
        "policy": policy.path or "-",
        "sha256": policy.sha256,
        "day": rejudged.day,
        "verdict": render(f"report.rejudged.{rejudged.verdict}", language),
    }
    yield render("report.rejudged", language, about)
    yield "  " + _counts(rejudged.open, language)
    yield from _findings(rejudged.findings, rejudged.open, language)
    yield from clause_rows(rejudged.clauses, language, article_map)
    today = rejudged.today
    verdict = render(f"report.rejudged.{today.verdict}", language)
    yield "  " + render("report.rejudged.today", language, {"day": today.day, "verdict": verdict})
    yield from _findings(today.since, None, language)


def _counts(counted: OpenFindings, language: Language) -> str:
    about = {"reject": counted.reject, "gap": counted.gap, "warn": counted.warn, "note": counted.note}
    return render("report.rejudged.open", language, about)


def _findings(findings: Sequence[Finding], counted: OpenFindings | None, language: Language) -> Iterator[str]:
    for finding in findings[:SHOWN_FINDINGS]:
        severity = render(f"report.severity.{finding.severity}", language)
        place = f"  {terminal(shortened(finding.path))}" if finding.path else ""
        yield f"  {severity}: {finding.id}{place}"
        yield f"    {terminal(finding_message(finding, language))}"
    all_of_them = counted.reject + counted.gap + counted.warn if counted else len(findings)
    left = all_of_them - min(len(findings), SHOWN_FINDINGS)
    if left > 0:
        yield "  " + render("output.more", language, {"count": left})
