"""Which readers an item gets: as many as there are programs that would read it differently.

A form is told by the content, a language or kind by the name or the first characters.  Every item that is no mere
container has at least one reader: what nothing else is for is searched for URLs as it lies.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cached_property

from gate.examine.interface import View
from gate.examine.outbound.binaries.forms import Form, is_picture, program_form
from gate.examine.outbound.binaries.programs import read_program
from gate.examine.outbound.decoding import decode, is_text
from gate.examine.outbound.found import Found, Nested
from gate.examine.outbound.kinds import SNIFFED_CHARACTERS, Kind, kind_of
from gate.examine.outbound.lines import SourceLines
from gate.examine.outbound.reading import Limits, collect, read_nested
from gate.examine.outbound.sources.languages import language_of
from gate.examine.outbound.sources.texts import read_source
from gate.models import Gap, LibraryFact, OutboundFact

HEAD_BYTES = 8192
"""How much of an item is looked at to tell its form."""
_BESIDE_MEMBERS = frozenset({"overlay", "picture", "upx", "pdf", "rtf", "mail", "mbox", "ole"})
"""Labels of containers that are something else too: for all others the members say everything."""

_BESIDE_KINDS = frozenset({"php"})
"""Languages whose texts are pages as well."""


def read_item(view: View, limits: Limits) -> list[OutboundFact | LibraryFact | Gap]:
    """Return what the readers of an item found: facts in order of their lines, each once, and then gaps."""
    return collect(_Item(view, limits).readings(), limits)


class _Item:
    """One item with its readers."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self._head = view.read(HEAD_BYTES)
        self._start = decode(self._head[: 4 * SNIFFED_CHARACTERS])[:SNIFFED_CHARACTERS]

    def readings(self) -> Iterator[Iterator[Found]]:
        """Yield a reading by each reader."""
        form = program_form(self._head)
        documents = self._documents()
        kind = kind_of(self._view.name, self._start)
        language = language_of(self._view.name, self._start) if form is None else ""
        if language == "script":
            kind, language = kind or "script", ""
        yield from documents
        if kind is not None:
            yield self._text(kind)
        if language in _BESIDE_KINDS or (not (documents or kind or form or self._is_container()) and self._is_text):
            yield self._source(language)
        elif form or not (documents or kind or self._is_container()):
            yield self._bytes(form)

    def _documents(self) -> list[Iterator[Found]]:
        if self._head.startswith((b"%PDF-", b"{\\rtf")):
            return [iter([Gap("unsupported", "contacts of PDF and RTF documents are not read by this version")])]
        return []

    def _is_container(self) -> bool:
        """Say whether all that the item holds has been opened, and comes as items of their own."""
        return bool(self._view.labels) and not _BESIDE_MEMBERS.intersection(self._view.labels)

    def _text(self, kind: Kind) -> Iterator[Found]:
        if (yield from self._fits(kind)):
            yield from read_nested(Nested(kind, self._whole_text, "", SourceLines(self._whole_text)))

    def _source(self, language: str) -> Iterator[Found]:
        if (yield from self._fits(language or "text")):
            yield from read_source(self._whole_text, language, self._view.name, SourceLines(self._whole_text))

    def _fits(self, what: str) -> Generator[Gap, None, bool]:
        """Say whether the item is a text small enough to be read, and there; else yield what is wrong."""
        if self._view.size > self._limits.text_bytes:
            yield Gap("too-large", f"{what} of {self._view.size} bytes, at most {self._limits.text_bytes} are read")
            return False
        yield from self._missing()
        return True

    def _bytes(self, form: Form | None) -> Iterator[Found]:
        yield from self._missing()
        yield from read_program(self._view, form, "identifier" if is_picture(self._head) else "string")

    def _missing(self) -> Iterator[Gap]:
        if self._view.size and not self._view.read(1, self._view.size - 1):
            yield Gap("unreadable", f"fewer than {self._view.size} bytes are there")

    @cached_property
    def _is_text(self) -> bool:
        return is_text(self._head)

    @cached_property
    def _whole_text(self) -> str:
        return decode(self._view.read())
