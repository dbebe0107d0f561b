"""The table of every sentence of Article 26-3 (第26条の3), with status, reason and evidence."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from gate.policy.clauses import clause_title, status_label
from gate.record.clauses import ClauseText, article
from gate.reports.escaping import shortened
from gate.reports.papers.blocks import Block, Cell, Column, Heading, Table, Tone, Words
from gate.reports.papers.wording import Speaker, evidence_kind
from gate.reports.wording import clause_reason
from gate.text import has_message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Clause, ClauseStatus
    from gate.reports.view import ReportView

STATUS_TONES: Final[dict[ClauseStatus, Tone]] = {
    "confirmed": "good",
    "confirmed-with-exceptions": "good",
    "supported": "good",
    "violated": "bad",
    "not-confirmed": "doubt",
    "not-applicable": "quiet",
    "out-of-scope": "quiet",
}
MOST_EVIDENCE: Final = 6


def overview_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the clauses that are judged, in one line each, for the first page."""
    judged = tuple(clause for clause in view.clauses if clause.status != "out-of-scope")
    yield Heading(say("overview.title"))
    columns = (("clause", 26), ("gist", 48), ("status", 26))
    yield say.table(columns, judged, lambda clause: _overview(clause, view, say))


def _overview(clause: Clause, view: ReportView, say: Speaker) -> tuple[Cell, ...]:
    printed = Words(say.clause(clause.id), form="strong")
    mark = (say.words("clauses.required", "quiet"),) if clause.id in view.required else ()
    return (printed,), (Words(clause_title(clause.id, say.language)),), (*_status(clause, say), *mark)


def _status(clause: Clause, say: Speaker) -> Cell:
    label = Words(status_label(clause.status, say.language), STATUS_TONES[clause.status], "strong")
    return (label, say.words("clauses.exceptions", count=clause.exceptions)) if clause.exceptions else (label,)


def clauses_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the table; a clause that stands against the delivery is seen by its status alone."""
    yield Heading(say("clauses.title"))
    yield say.prose("clauses.note")
    judged = {clause.id: clause for clause in view.clauses}
    columns = (("clause", 15), ("sentence", 37), ("status", 17), ("basis", 31))
    yield Table(
        tuple(Column(say(f"column.{name}"), share) for name, share in columns),
        tuple(_row(text, judged.get(text.id), view, say) for text in article()),
    )


def _row(text: ClauseText, clause: Clause | None, view: ReportView, say: Speaker) -> tuple[Cell, ...]:
    printed = say.article_map.get(text.id) or text.printed[say.language]
    # Where the contract numbers it otherwise, the id by which policies and trust files know it stands below.
    mark: Cell = (Words(text.id, "quiet"),) if text.id in say.article_map else ()
    mark += (say.words("clauses.required", "quiet"),) if text.id in view.required else ()
    sentences = tuple(Words(sentence.shown(say.language)) for sentence in text.sentence)
    how = tuple(dict.fromkeys(Words(sentence.how[say.language], "quiet") for sentence in text.sentence))
    if clause is None:
        status = say.cell("clauses.by-items" if text.ceiling == "items" else "clauses.unknown", "quiet")
        return ((Words(printed, form="strong"), *mark), sentences, status, how)
    basis = (Words(clause_reason(clause, say.language), form="strong"), *how, *_evidence(clause, say))
    return (Words(printed, form="strong"), *mark), sentences, _status(clause, say), basis


def _evidence(clause: Clause, say: Speaker) -> Cell:
    """Return what the answer rests on; the policy's digest stands on page one already."""
    named = [_named(each, say) for each in clause.evidence if not each.startswith("policy:")]
    if not named:
        return ()
    shown = say("list-separator").join(named[:MOST_EVIDENCE])
    more = len(named) - MOST_EVIDENCE
    return (say.words("clauses.evidence", "quiet", evidence=shown if more <= 0 else f"{shown} …"),)


def _named(evidence: str, say: Speaker) -> str:
    """Return how papers name one piece of evidence: ``engine:clamav``, ``paper:review.pdf#sha256:…``."""
    kind, _, name = evidence.partition("#")[0].partition(":")
    if kind == "gpki":
        return _gpki(name, say)
    if kind == "engine":
        return say.label("paper.examiner", name)
    return shortened(name) if kind == "paper" else shortened(f"{evidence_kind(kind, say)} {name}".rstrip())


def _gpki(stated: str, say: Speaker) -> str:
    """Return what the supplier states of the government's certificates: ``unavailable``, ``asked:2026-11-01`` …."""
    state, _, asked_on = stated.partition(":")
    day = say.day(date.fromisoformat(asked_on))[0].text if asked_on else say("not-known")
    if not has_message(f"paper.gpki.{state}", say.language):
        return shortened(f"GPKI {stated}")
    return say(f"gpki.{state}", day=day)
