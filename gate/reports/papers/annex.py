"""What else a paper for submission holds: evidence, the agreement, signatures, services outside, notes on editions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.policy.findings import finding_message
from gate.reports.papers.blocks import Block, Cell, Heading, Words
from gate.reports.papers.wording import Speaker, code, one, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import EvidenceFact, Finding
    from gate.record.statement import PromisedSignature
    from gate.reports.papers.blocks import Tone
    from gate.reports.view import PaperView, ReportView


def evidence_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the attached evidence by clause; what nobody read is shown as declared and unread."""
    yield Heading(say("evidence.title"))
    if not view.evidence:
        yield say.prose("evidence.none")
        return
    columns = (("clause", 20), ("paper", 34), ("made", 24), ("standing", 22))
    yield say.table(columns, view.evidence, lambda each: _paper(each, say))


def _paper(each: PaperView, say: Speaker) -> tuple[Cell, ...]:
    paper = each.paper
    digest = (code(f"SHA-256 {paper.sha256}", "quiet"),) if paper.sha256 else ()
    what = (Words(say.label("paper.paper", paper.kind)), code(paper.file), *digest)
    made = (*say.day(paper.date), plain(paper.by), *(one(paper.tool, "quiet") if paper.tool else ()))
    return one(say.clause(paper.clause)), what, made, (*_standing(each, say), *_read(each.read, say))


def _standing(each: PaperView, say: Speaker) -> Cell:
    """Return what stands against the evidence, or whether anybody read it."""
    if each.against:
        return tuple(plain(finding_message(finding, say.language), _tone(finding)) for finding in each.against[:4])
    return say.cell("evidence.unread", "doubt") if each.read is None else say.cell("evidence.read", "good")


def _tone(finding: Finding) -> Tone:
    return "bad" if finding.severity == "reject" else "doubt"


def _read(fact: EvidenceFact | None, say: Speaker) -> Cell:
    """Return what the file itself says: its tools, when they ran, and how many results are unresolved by level."""
    if fact is None:
        return ()
    counts = say("list-separator").join(f"{say.label('paper.level', each.level)} {each.count}" for each in fact.counts)
    ran = (say.words("evidence.ran", "quiet", time=say.stated(fact.ran)),) if fact.ran else ()
    tools = tuple(plain(tool, "quiet") for tool in fact.tools[:4])
    unresolved = say.words("evidence.unresolved", counts=counts) if counts else say.words("evidence.none-unresolved")
    return (*tools, *ran, unresolved)


def signatures_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield which signatures the record promises; without any, that this run signed nothing."""
    yield Heading(say("signatures.title"))
    if view.promised:
        yield say.prose("signatures.note")
        columns = (("signed", 36), ("backend", 14), ("signer", 50))
        yield say.table(columns, view.promised, _promise)
    else:
        yield say.prose("signatures.none")
    if view.deliverable is not None and view.deliverable.kind == "website":
        yield say.prose("signatures.website")
    if view.signed_programs:
        yield Heading(say("signatures.embedded"), 3)
        yield say.prose("signatures.embedded.note", "doubt")
        placed = (("place", 70), ("format", 30))
        yield say.table(placed, view.signed_programs, lambda fact: ((code(fact.path),), one(fact.format)))


def _promise(each: PromisedSignature) -> tuple[Cell, ...]:
    return (code(each.signs),), one(each.backend), (code(each.signer),)


def services_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the services outside of this machine that the run itself used (paragraph 2 of the article)."""
    yield Heading(say("services.title"))
    if not view.external_services:
        yield say.prose("services.none")
        return
    columns = (("service", 34), ("operator", 22), ("sent", 28), ("ismap", 16))
    yield say.table(
        columns,
        view.external_services,
        lambda each: (one(each.name), one(each.operator), one(each.sent), say.cell("services.ismap", "doubt")),
    )


def editions_part(say: Speaker) -> Iterator[Block]:
    """Yield the editions of the rules that the contract names, and where the whole of the facts lies."""
    yield Heading(say("editions.title"))
    yield say.prose("editions.standards")
    yield say.prose("editions.facts")
