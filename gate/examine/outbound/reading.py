"""Reads one item and every document inside of it, and turns what is found into facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from gate.examine.outbound.data import read_json, read_manifest, read_source_map
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import SourceLines
from gate.examine.outbound.markup_html import read_html
from gate.examine.outbound.markup_xml import read_xml
from gate.examine.outbound.prose import read_markdown, read_text
from gate.examine.outbound.rules import matches_any_page
from gate.examine.outbound.script import read_script
from gate.examine.outbound.stylesheet import read_stylesheet
from gate.examine.outbound.template import has_code, read_code, read_template
from gate.examine.outbound.trackers import read_trackers
from gate.examine.outbound.unknown import reached_by_script
from gate.examine.outbound.urls import Target, resolve, shown_text
from gate.models import Gap, LibraryFact, OutboundFact, PageFact, Reach, ReferenceFact
from gate.paths import printable

_VIA_LENGTH = 80
_TARGETS_KEPT = 4096
_NO_SINK: frozenset[Reach] = frozenset({"link", "interaction", "identifier", "text", "tracker"})
"""Reaches for which a host that is not constant is no opaque sink: they contact nothing by themselves, or are known."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the reading of one item.

    ``text_bytes`` is the largest item that is read; ``facts`` how many references are reported; ``depth`` how many
    documents may stand inside of one another (a page, a ``srcdoc`` in it, a style attribute in that one …).
    """

    text_bytes: int = 32 << 20
    facts: int = 10_000
    depth: int = 8


class _Facts:
    """The facts of one item, each once, up to the limit."""

    def __init__(self, limit: int) -> None:
        self.full = False
        self._limit = limit
        self._facts: dict[OutboundFact, None] = {}
        self._targets: dict[tuple[str, str | None], Target | None] = {}

    def add(self, reference: Reference) -> None:
        """Add the fact for a reference, if it contacts a server and there is room for it."""
        target = self._target(reference)
        if target is None:
            return
        reach: Reach = reference.reach
        if not target.host and reach not in _NO_SINK:
            reach = "opaque"
        elif target.local:
            reach = "local"
        via = _shown_via(reference.via)
        condition = "; ".join(filter(None, (reference.condition, target.note)))
        fact = OutboundFact(
            target.url,
            target.host,
            reach,
            via,
            reference.line,
            condition,
            integrity=reference.integrity,
            by_code=reference.by_code and reach == "conditional",
        )
        if fact not in self._facts:
            self.full = len(self._facts) >= self._limit
            if not self.full:
                self._facts[fact] = None

    def _target(self, reference: Reference) -> Target | None:
        """Return where a reference leads; pages repeat themselves, so the answers are kept."""
        if reference.reach == "opaque":
            return Target(shown_text(reference.raw), "")
        if reference.reach == "tracker" and not reference.raw:
            return Target("", "")
        key = (reference.raw, reference.base)
        if key in self._targets:
            return self._targets[key]
        target = resolve(*key)
        if len(self._targets) < _TARGETS_KEPT:
            self._targets[key] = target
        return target

    def in_order(self) -> list[OutboundFact]:
        """Return the facts in order of their lines."""
        return sorted(self._facts, key=lambda fact: fact.line)


def read_document(
    kind: Kind, text: str, limits: Limits
) -> list[OutboundFact | LibraryFact | PageFact | ReferenceFact | Gap]:
    """Return the facts of a document in order of their lines, each once, and then what it is, and the gaps."""
    return collect([read_nested(Nested(kind, text, "", SourceLines(text)))], limits)


def collect(
    readings: Iterable[Iterator[Found]], limits: Limits
) -> list[OutboundFact | LibraryFact | PageFact | ReferenceFact | Gap]:
    """Return what several readings of an item find: facts in order of their lines, what it is, and the gaps."""
    facts = _Facts(limits.facts)
    others: dict[LibraryFact | PageFact | ReferenceFact | Gap, None] = {}
    for found in chain.from_iterable(_everything(reading, limits) for reading in readings):
        if isinstance(found, Gap | LibraryFact | PageFact | ReferenceFact):
            others[found] = None
            continue
        facts.add(found)
        if facts.full:
            others[Gap("too-many", f"more than {limits.facts} references to other hosts")] = None
            break
    return [*facts.in_order(), *others]


def _everything(
    reading: Iterator[Found], limits: Limits
) -> Iterator[Reference | LibraryFact | PageFact | ReferenceFact | Gap]:
    """Yield what stands in a document and, where they stand, in the documents inside of it."""
    open_documents: list[tuple[Iterator[Found], Reach | None]] = [(reading, None)]
    while open_documents:
        reader, reached = open_documents[-1]
        for found in reader:
            if isinstance(found, Reference):
                yield found if reached is None else reached_by_script(found, reached)
            elif not isinstance(found, Nested):
                yield found
            elif len(open_documents) > limits.depth:
                yield Gap("too-deep", f"more than {limits.depth} documents inside of one another")
            else:
                open_documents.append((read_nested(found), reached or found.reached))
                break
        else:
            open_documents.pop()


def read_nested(document: Nested) -> Iterator[Found]:
    """Return the reading of a document by the reader of its kind."""
    text, base, lines, condition = document.text, document.base, document.lines, document.condition
    via = document.via
    match document.kind:
        case "html":
            page = read_html(text, base, lines, condition, page=not via)
            return chain(page, read_code(text, lines, condition)) if not via and has_code(text) else page
        case "template":
            return read_template(text, base, lines, condition)
        case "xml":
            return read_xml(text, base, lines, condition)
        case "script":
            read = read_script(text, base, lines, condition, via or "script", document.strings)
            return chain(read_trackers(text, lines, condition), read)
        case "css":
            return read_stylesheet(text, base, lines, condition, via, document.matches or matches_any_page)
        case "declarations":
            return read_stylesheet(text, base, lines, condition, via)
        case _:
            return _data_reader(document)


def _data_reader(document: Nested) -> Iterator[Found]:
    """Return the reader of a document that is data or text for people."""
    text, base, lines, condition = document.text, document.base, document.lines, document.condition
    match document.kind:
        case "json":
            return read_json(text, base, lines, condition, document.via, document.strings)
        case "manifest":
            return read_manifest(text, base, lines)
        case "sourcemap":
            return read_source_map(text, base, lines)
        case "markdown":
            return read_markdown(text, base, lines, condition)
        case _:
            return read_text(text, lines)


@lru_cache(maxsize=512)
def _shown_via(via: str) -> str:
    return printable(via) if len(via) <= _VIA_LENGTH else printable(via[:_VIA_LENGTH]) + "…"
