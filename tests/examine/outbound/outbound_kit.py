"""Reads samples with the outbound examiner and tells what it found in few words."""

from __future__ import annotations

from gate.examine.interface import Observation
from gate.examine.outbound.examiner import OutboundExaminer
from gate.models import Gap, LibraryFact, OutboundFact, PageFact, ReferenceFact
from tests.examine.viewing import examined, view_of

HOST = "x.example"


def outbound(data: str | bytes, name: str = "page.html", **limits: int) -> list[OutboundFact]:
    """Return the facts of an item that is read without a gap."""
    facts, gaps = outbound_and_gaps(data, name, **limits)
    assert gaps == []
    return facts


def outbound_and_gaps(
    data: str | bytes, name: str = "page.html", **limits: int
) -> tuple[list[OutboundFact], list[Gap]]:
    raw = data.encode() if isinstance(data, str) else data
    found = examined(OutboundExaminer(**limits), raw, name.encode())
    facts = [fact for fact in found if isinstance(fact, OutboundFact)]
    gaps = [gap for gap in found if isinstance(gap, Gap)]
    assert len(facts) + len(gaps) + sum(
        isinstance(each, LibraryFact | PageFact | ReferenceFact) for each in found
    ) == len(found)
    return facts, gaps


def libraries(data: str | bytes, name: str = "a.js") -> list[tuple[str, str, str]]:
    """Return name, version and proof of the libraries that an item is recognised as."""
    raw = data.encode() if isinstance(data, str) else data
    found = examined(OutboundExaminer(), raw, name.encode())
    return [(fact.name, fact.version, fact.by) for fact in found if isinstance(fact, LibraryFact)]


def reached(data: str | bytes, name: str = "page.html") -> set[tuple[str, str, str]]:
    """Return host, reach and via of each fact."""
    return {(fact.host, fact.reach, fact.via) for fact in outbound(data, name)}


def read_with_labels(data: str, name: str, labels: tuple[str, ...]) -> list[Observation]:
    """Return what is found in an item that intake gave labels to."""
    subject = OutboundExaminer()
    with view_of(data.encode(), subject, name=name.encode()) as view:
        view.labels = labels
        return list(subject.examine(view))
