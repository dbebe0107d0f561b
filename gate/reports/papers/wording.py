"""The language of a paper: texts of the catalogue (domain ``paper``), labels, days, and how much a table shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed
from gate.reports.escaping import shortened
from gate.reports.papers.blocks import Cell, Column, Form, Prose, Table, Tone, Words
from gate.reports.papers.dates import day_text, moment_text, stated_moment_text
from gate.text import Language, has_message, render

if TYPE_CHECKING:
    from gate.policy.model import Deliverable, Parties

MOST_ROWS: Final = 50
"""Rows of one table; ``facts.json`` and ``result.json`` hold them all."""
MOST_PLACES: Final = 4
"""Places shown for findings of one kind, or for one justification."""

MOST_TEXTS: Final = 8
"""Texts shown that answer one question, such as alternatives considered."""
MOST_NAME: Final = 60
"""Letters of a name that stands in labels and places for signatures: of a party, a person, a clause."""

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language, in the names that the policy gives to parties and clauses."""

    language: Language
    timezone: str
    article_map: Mapping[str, str]
    supplier: str
    recipient: str

    @classmethod
    def of(cls, language: Language, timezone: str, article_map: Mapping[str, str], parties: Parties) -> Speaker:
        """Return the speaker for the names that a policy gives, each of bounded length."""
        printed = {clause: shortened(text, MOST_NAME) for clause, text in article_map.items()}
        supplier, recipient = shortened(parties.supplier, MOST_NAME), shortened(parties.recipient, MOST_NAME)
        return cls(language, timezone, printed, supplier, recipient)

    def __call__(self, code: str, **arguments: str | int) -> str:
        """Return the text ``paper.<code>``; the names of the parties can stand in every one."""
        given = {"supplier": self.supplier, "recipient": self.recipient, **arguments}
        return render(f"paper.{code}", self.language, given)

    def label(self, code: str, word: str) -> str:
        """Return the text ``<code>.<word>`` for one of a closed set of words; one of another version stays as it is."""
        full = f"{code}.{word}"
        return render(full, self.language) if has_message(full, self.language) else word

    def words(self, code: str, tone: Tone = "plain", form: Form = "prose", **arguments: str | int) -> Words:
        """Return the same as words of a block."""
        return Words(self(code, **arguments), tone, form)

    def cell(self, code: str, tone: Tone = "plain", form: Form = "prose", **arguments: str | int) -> Cell:
        """Return the same as a cell with one line."""
        return (Words(self(code, **arguments), tone, form),)

    def prose(self, code: str, tone: Tone = "plain", **arguments: str | int) -> Prose:
        """Return the same as a paragraph."""
        return Prose(Words(self(code, **arguments), tone))

    def clause(self, clause: str) -> str:
        """Return how a clause is printed; an id that this version does not know stays as it is."""
        known = clause in CLAUSES or clause in OUT_OF_SCOPE
        return clause_printed(clause, self.language, self.article_map) if known else clause

    def party(self, party: str) -> str:
        """Return what the policy calls the party that a decision names."""
        return self.recipient if party == "甲" else self.supplier

    def day(self, day: date | None) -> Cell:
        """Return a day as a cell, or that it is not filled in."""
        return self.missing() if day is None else (Words(day_text(day, self.language)),)

    def given(self, text: str | None) -> Cell:
        """Return a text of the policy as a cell, or that it is not filled in."""
        return self.missing() if text is None else (plain(text),)

    def missing(self) -> Cell:
        """Return what stands where the policy names nothing."""
        return self.cell("not-filled-in", "doubt")

    def moment(self, moment: datetime) -> str:
        """Return an aware moment in the policy's time zone."""
        return moment_text(moment, self.timezone, self.language)

    def stated(self, moment: str) -> str:
        """Return a moment that a document states."""
        return stated_moment_text(moment, self.timezone, self.language)

    def span(self, begins: str, ends: str) -> str:
        """Return from when until when, of two moments that a document states."""
        return self("span", begins=self.stated(begins), ends=self.stated(ends))

    def person(self, name: str, role: str) -> str:
        """Return a person with the role in which they decided."""
        return self("person", name=name, role=role)

    def table(
        self,
        columns: Sequence[tuple[str, int]],
        rows: Sequence[RowT],
        row: Callable[[RowT], tuple[Cell, ...]],
        most: int = MOST_ROWS,
    ) -> Table:
        """Return a table of the first rows, with a line that counts those left out; columns are codes and shares."""
        left_out = len(rows) - most
        return Table(
            tuple(Column(self(f"column.{code}"), share) for code, share in columns),
            tuple(row(each) for each in rows[:most]),
            self("more-rows", count=left_out) if left_out > 0 else "",
        )

    def texts(self, texts: Sequence[str], most: int = MOST_TEXTS) -> Cell:
        """Return texts of the policy as lines, with a count of those left out."""
        shown = tuple(plain(text) for text in texts[:most])
        left_out = len(texts) - most
        return (*shown, self.words("more-places", "quiet", count=left_out)) if left_out > 0 else shown

    def places(self, paths: Sequence[str], most: int = MOST_PLACES) -> Cell:
        """Return item paths as lines, with a count of those left out."""
        shown = tuple(code(path) for path in paths[:most])
        left_out = len(paths) - most
        return (*shown, self.words("more-places", "quiet", count=left_out)) if left_out > 0 else shown


def contract_fields(given: Deliverable | None, say: Speaker) -> Iterator[tuple[str, Cell]]:
    """Yield what the cover of every paper says of the contract; what the policy does not name is missing."""
    yield say("field.title"), say.given(given.title if given else None)
    yield say("field.contract"), say.given(given.contract if given else None)
    yield say("field.contracted-on"), say.day(given.contracted_on if given else None)
    yield say("field.recipient"), say.given(given.recipient if given else None)
    yield say("field.supplier"), say.given(given.supplier if given else None)
    yield say("field.responsible"), say.given(given.responsible if given else None)


def deliverable_field(given: Deliverable | None, say: Speaker) -> tuple[str, Cell]:
    """Return what is delivered: name, version and kind."""
    kind = say.label("paper.kind", given.kind) if given else ""
    named = say("deliverable", name=given.name, version=given.version, kind=kind) if given else None
    return say("field.deliverable"), say.given(named)


def plain(text: str, tone: Tone = "plain") -> Words:
    """Return words of any origin, cut where they are long."""
    return Words(shortened(text), tone)


def code(text: str, tone: Tone = "plain") -> Words:
    """Return a name or digest of any origin."""
    return Words(shortened(text), tone, "code")


def one(text: str, tone: Tone = "plain") -> Cell:
    """Return a cell with one line of words."""
    return (plain(text, tone),)


def name_of(name: str | None) -> str:
    """Return a name for a label or a place to sign, cut where it is long; empty where there is none."""
    return shortened(name or "", MOST_NAME)


def evidence_kind(kind: str, say: Speaker) -> str:
    """Return how papers name a kind of evidence of the article: an engine, a paper, or something of the release."""
    labels = (say.label(code, kind) for code in ("paper.evidence-kind", "paper.examiner", "paper.paper"))
    return next((label for label in labels if label != kind), kind)
