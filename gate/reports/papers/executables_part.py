"""What is in executable program format, in two tables by the basis that clause 26-3 3(3) gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.reports.papers.blocks import Block, Cell, Heading, Words
from gate.reports.papers.wording import Speaker, code, one, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.models import ExecutableFact
    from gate.reports.view import ContentCount, JustifiedExecutables, ReportView


def executables_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield both tables, what nothing justifies before them, and counts of what is content of such a deliverable."""
    yield Heading(say("executables.title"))
    if not (view.ordered or view.no_alternative or view.unjustified or view.content):
        yield say.prose("executables.none", "good")
        return
    if view.unjustified:
        yield Heading(say("executables.open.title"), 3)
        yield say.prose("executables.open.note", "bad", count=len(view.unjustified))
        columns = (("place", 58), ("format", 22), ("digest", 20))
        yield say.table(columns, view.unjustified, lambda fact: _unjustified(fact, say))
    yield Heading(say("executables.ordered.title"), 3)
    yield from _justified(view.ordered, "ordered", say)
    yield Heading(say("executables.no-alternative.title"), 3)
    yield from _justified(view.no_alternative, "no-alternative", say)
    if view.content:
        yield Heading(say("executables.content.title"), 3)
        yield say.prose("executables.content.note")
        columns = (("class", 40), ("format", 40), ("count", 20))
        yield say.table(columns, view.content, lambda row: _content(row, say))


def _unjustified(fact: ExecutableFact, say: Speaker) -> tuple[Cell, ...]:
    return (code(fact.path),), (plain(_format(fact)), _class(fact, say)), (code(f"{fact.sha256[:16]}…", "quiet"),)


def _justified(rows: Sequence[JustifiedExecutables], basis: str, say: Speaker) -> Iterator[Block]:
    if not rows:
        yield say.prose("executables.of-none", "quiet")
        return
    shown = "spec-ref" if basis == "ordered" else "alternatives"
    columns = (("executables", 32), (shown, 26), ("reason", 20), ("person", 22))
    yield say.table(columns, rows, lambda row: _entry(row, say))


def _entry(row: JustifiedExecutables, say: Speaker) -> tuple[Cell, ...]:
    entry = row.entry
    formats = sorted({_format(fact) for fact in row.facts})
    about = say("executables.about", count=len(row.facts), formats=say("list-separator").join(formats[:4]))
    what = (code(entry.id, "quiet"), plain(about), *say.places([fact.path for fact in row.facts]))
    grounds = one(entry.spec_ref or "") if entry.basis == "specified-program" else say.texts(entry.alternatives or ())
    expires = say.words("executables.until", "quiet", expires=say.day(entry.expires)[0].text)
    person = (
        plain(say.person(entry.approved_by, entry.role)),
        say.words("exceptions.party", party=say.party(entry.party)),
    )
    return what, grounds, one(entry.reason), (*person, expires)


def _content(row: ContentCount, say: Speaker) -> tuple[Cell, ...]:
    return one(say.label("report.class", row.class_)), one(row.format), one(str(row.count))


def _class(fact: ExecutableFact, say: Speaker) -> Words:
    return Words(say.label("report.class", fact.class_), "quiet")


def _format(fact: ExecutableFact) -> str:
    return f"{fact.format} {fact.architecture}".rstrip()
