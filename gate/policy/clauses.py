"""The clauses of Article 26-3 that the gate speaks of, by machine id, and their printed forms and labels.

Texts stand in the catalogue (domain ``clause``).  Every other sentence of the article is listed as out of scope:
silence would read as compliance.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.text import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import ClauseStatus, Verdict
    from gate.text import Language

QUALITY: Final = "26-3(1)"
CHANGES: Final = "26-3(4)"
MALWARE: Final = "26-3 3(1)①"
CONTRARY_CODE: Final = "26-3 3(1)②"
OUTBOUND: Final = "26-3 3(1)③"
VULNERABILITIES: Final = "26-3 3(2)"
EXECUTABLES: Final = "26-3 3(3)"
AUTHENTICITY: Final = "26-3 3(4)"
PRIVACY: Final = "26-3 3(6)"

CLAUSES: Final = (
    QUALITY,
    CHANGES,
    MALWARE,
    CONTRARY_CODE,
    OUTBOUND,
    VULNERABILITIES,
    EXECUTABLES,
    AUTHENTICITY,
    PRIVACY,
)
"""The clauses that are judged, in the order of the article."""

EXAMINED: Final = (MALWARE, OUTBOUND, EXECUTABLES, PRIVACY)
"""Clauses that are answered by what examiners saw of every item."""

BY_EVIDENCE: Final = (QUALITY, CONTRARY_CODE, VULNERABILITIES)
"""Clauses for which this version has no examiner: what is attached as evidence answers them."""

OUT_OF_SCOPE: Final = (
    "26-3(2)",
    "26-3(3)",
    "26-3(5)",
    "26-3(6)",
    "26-3 2",
    "26-3 3(5)",
)
"""Sentences of the article that this version does not judge, in the order of the article."""

DEFAULT_REQUIRED: Final = (MALWARE, OUTBOUND, EXECUTABLES, AUTHENTICITY)

SATISFIED: Final[frozenset[ClauseStatus]] = frozenset(
    {"confirmed", "confirmed-with-exceptions", "supported", "not-applicable"}
)
"""Statuses that satisfy a required clause."""


def clause_title(clause: str, language: Language) -> str:
    """Return what a clause asks, in one line."""
    return render(f"clause.{clause}.title", language)


def clause_printed(clause: str, language: Language, article_map: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the form in which papers print a clause (第26条の3第3項(1)①), or that which ``article_map`` gives it."""
    return article_map.get(clause) or render(f"clause.{clause}.printed", language)


def status_label(status: ClauseStatus, language: Language) -> str:
    """Return the label of a clause status; in Japanese the one that papers for submission use."""
    return render(f"clause.status.{status}", language)


def verdict_label(verdict: Verdict, language: Language) -> str:
    """Return the label of a verdict; in Japanese it says that it is the supplier's own."""
    return render(f"clause.verdict.{verdict}", language)
