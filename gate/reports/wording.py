"""Texts that several reports share, in the reader's language."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.policy.clauses import AUTHENTICITY, SATISFIED, clause_printed
from gate.policy.findings import finding_text, kind_of, split_gap_id
from gate.reports.escaping import shortened
from gate.text import Language, has_message, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gate.models import Clause, DatabaseInfo, EngineProblem, MessageArgs, Verdict
    from gate.policy.model import Parties
    from gate.reports.exceptions_view import ExceptionView
    from gate.reports.view import ReportView


SEPARATOR: Final[Mapping[Language, str]] = MappingProxyType({"en": ", ", "ja": "、"})
"""What stands between the members of a list."""


class _Blanks(dict[str, "str | int"]):
    """Arguments for a text that is to be shown without any: each field becomes ``…``."""

    def __missing__(self, field: str) -> str:
        return "…"


def described(finding_id: str, language: Language) -> str:
    """Return what a kind of finding says, with ``…`` for whatever a single one says there."""
    examiner = split_gap_id(finding_id)[0] if finding_id.startswith("gap/") else ""
    named = f"finding.examiner.{examiner}"
    known = render(named, language) if has_message(named, language) else examiner
    blanks: MessageArgs = _Blanks({"examiner": known} if known else {"": ""})  # empty would mean no arguments at all
    return finding_text(finding_id, "message", language, blanks)


def blanked(code: str, language: Language) -> str:
    """Return a text of the catalogue with ``…`` in place of all its fields."""
    return render(code, language, _Blanks({"": ""}))  # empty would mean no arguments at all


def suppressible_text(finding_id: str, language: Language) -> str:
    """Return whether and how a person can set a finding aside."""
    answered = "executable" if finding_id.startswith("executable/") else kind_of(finding_id).suppressible
    return render(f"report.suppressible.{answered}", language)


def problem_text(problem: EngineProblem, language: Language) -> str:
    """Return what kept an engine from its work; one that another version of the gate wrote stays in English."""
    return render(problem.code, language, problem.args) if has_message(problem.code, language) else problem.message


def problem_advice(problem: EngineProblem, language: Language) -> str:
    """Return what to do about it; empty where this version does not know the problem."""
    code = f"{problem.code}.advice"
    return render(code, language, problem.args) if has_message(code, language) else ""


def clause_reason(clause: Clause, language: Language) -> str:
    """Return why a clause has its status; a reason that another version of the gate gave stays in English."""
    known = has_message(clause.reason_code, language)
    return render(clause.reason_code, language, clause.reason_args) if known else clause.reason


def listed(texts: Iterable[str], language: Language) -> str:
    """Return texts one after the other, parted as the language parts them."""
    return SEPARATOR[language].join(texts)


def bracketed(text: str, language: Language) -> str:
    """Return a text in brackets, as it is put behind another one."""
    return f"（{text}）" if language == "ja" else f" ({text})"


def database_text(database: DatabaseInfo, language: Language) -> str:
    """Return kind, version and day of a database, of rules or of signatures; a version that is its day is told once."""
    known = dict.fromkeys(filter(None, (shortened(database.version), shortened(database.date))))
    return " ".join((render(f"report.database-kind.{database.kind}", language), *known))


def size_text(count: int) -> str:
    """Return a number of bytes in decimal units."""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:  # noqa: PLR2004  # decimal units
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def decided_by(entry: ExceptionView, parties: Parties, language: Language) -> str:
    """Return who decided an exception, in which role and for which party."""
    party = parties.supplier if entry.party == "乙" else parties.recipient
    about: MessageArgs = {"by": entry.approved_by, "role": entry.role, "party": party}
    return render("output.decided-by", language, about)


def next_text(view: ReportView, language: Language) -> str:
    """Return what to do next.

    Who has only checked has yet to sign, and who has signed has to hand over, unless it is a sample; who has no
    policy yet is told how to begin one, and who has no gap which required clauses are open all the same.
    """
    if view.verdict == "approved" and view.sample:
        return render("report.next.sample", language)
    if view.verdict != "approved" and view.policy.path is None:
        return render("report.next.no-policy", language)
    if view.verdict == "incomplete" and not view.open_counts["gap"]:
        unconfirmed = [
            clause.id for clause in view.clauses if clause.id in view.required and clause.status not in SATISFIED
        ]
        printed = listed((clause_printed(clause, language, view.article_map) for clause in unconfirmed), language)
        return render("report.next.unconfirmed", language, {"clauses": printed})
    return render(_next_code(view.verdict, view.clauses), language)


def _next_code(verdict: Verdict, clauses: Iterable[Clause]) -> str:
    reasons = {clause.reason_code for clause in clauses if clause.id == AUTHENTICITY}
    if verdict == "approved" and "clause.reason.signed-later" in reasons:
        return "report.next.unsigned"
    signed = any(clause.id == AUTHENTICITY and clause.status != "not-applicable" for clause in clauses)
    return "report.next.signed" if verdict == "approved" and signed else f"report.next.{verdict}"
