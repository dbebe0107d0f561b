"""Which readers an item gets: as many as there are programs that would read it differently.

A form is told by the content, a language or kind by the name or the first characters.  Every item that is no mere
container has at least one reader: what nothing else is for is searched for URLs as it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import cached_property

from gate.examine.interface import View
from gate.examine.outbound.binaries.fonts import FONT_BYTES, WOFF, WOFF2, read_font
from gate.examine.outbound.binaries.forms import Form, is_picture, program_form
from gate.examine.outbound.binaries.programs import read_program
from gate.examine.outbound.decoding import decode, is_text
from gate.examine.outbound.documents.cards import is_card, read_card
from gate.examine.outbound.documents.compound import has_macros, read_macros, read_stream, stream_name
from gate.examine.outbound.documents.mail import read_mail_header
from gate.examine.outbound.documents.office_xml import is_office, read_office, root_is_later
from gate.examine.outbound.documents.pdf import read_pdf
from gate.examine.outbound.documents.rtf import read_rtf
from gate.examine.outbound.documents.shortcuts import LINK, is_sections, read_link, read_sections
from gate.examine.outbound.found import Found, Nested
from gate.examine.outbound.javascript.libraries import read_library
from gate.examine.outbound.kinds import SNIFFED_CHARACTERS, Kind, kind_of
from gate.examine.outbound.lines import Lines, SourceLines
from gate.examine.outbound.packages import PACKAGE, read_package
from gate.examine.outbound.reading import Limits, collect, read_nested
from gate.examine.outbound.sources.languages import language_of
from gate.examine.outbound.sources.texts import read_source
from gate.models import Gap, LibraryFact, OutboundFact, PageFact, ReferenceFact

HEAD_BYTES = 16_384
"""How much of an item is looked at to tell its form."""
_BESIDE_MEMBERS = frozenset({"overlay", "picture", "upx", "pdf", "rtf", "mail", "mbox"})
"""Labels of containers that are something else too: for all others the members say everything."""

_MODULE_BYTES = 4 << 20
"""Largest stream that is looked at for the source of macros."""
_HTML_NAMES = (b".html", b".htm", b".shtm", b".hta", b".htc")
_COMPRESSED_FLASH = (b"CWS", b"ZWS")
_ARCHIVES_OF_APPLE = b".iwa"
"""Forms that can contact a server, and whose texts no search of the bytes shows."""
_BESIDE_KINDS = frozenset({"php"})
"""Languages whose texts are pages as well."""


def read_item(view: View, limits: Limits) -> list[OutboundFact | LibraryFact | PageFact | ReferenceFact | Gap]:
    """Return what the readers of an item found: facts in order of their lines, each once, and then gaps."""
    return collect(_Item(view, limits).readings(), limits)


class _Item:
    """One item with its readers."""

    def __init__(self, view: View, limits: Limits) -> None:
        self._view = view
        self._limits = limits
        self._head = view.read(HEAD_BYTES)
        self._start = decode(self._head)

    def readings(self) -> Iterator[Iterator[Found]]:
        """Yield a reading by each reader."""
        form = program_form(self._head)
        documents = list(self._documents())
        kind = kind_of(self._view.name, self._start[:SNIFFED_CHARACTERS])
        if not form and self._begins_office():
            kind = None if kind in ("xml", "text") or b"." not in self._view.name else kind
            kind = None if kind == "html" and not self._view.name.lower().endswith(_HTML_NAMES) else kind
            documents.append(self._office())
        language = language_of(self._view.name, self._start) if form is None else ""
        if kind == "text" and (documents or language == "settings"):
            kind = None  # a list of requirements is no prose
        if language == "script":
            kind, language = kind or "script", ""
        yield from documents
        if kind is not None:
            yield self._text(kind)
        if language in _BESIDE_KINDS or (not (documents or kind or form or self._is_container()) and self._is_text):
            yield self._source(language)
        elif form or not (documents or kind or self._is_container()):
            yield self._bytes(form)

    def _documents(self) -> Iterator[Iterator[Found]]:
        view, labels = self._view, self._view.labels
        if "pdf" in labels or self._head.startswith(b"%PDF-"):
            yield read_pdf(view)
        if "rtf" in labels or self._head.lstrip(b" \t\r\n\0").startswith(b"{\\rt"):
            yield self._plain("RTF document", read_rtf, "latin-1")
        if "mail" in labels or "mbox" in labels:
            yield self._plain("mail", read_mail_header, "utf-8")
        if self._head.startswith(LINK):
            yield self._shell_link()
        if is_sections(self._start):
            yield self._plain("shortcut", read_sections, "utf-8")
        if self._head.startswith(_COMPRESSED_FLASH) or view.name.lower().endswith(_ARCHIVES_OF_APPLE):
            yield iter([Gap("unsupported", "compressed content of a form that is not read for contacts")])
        if is_card(self._start):
            yield self._plain("contact or calendar", read_card, "utf-8")
        yield from self._streams()

    def _streams(self) -> Iterator[Iterator[Found]]:
        view = self._view
        if "ole" in view.labels:
            return  # every stream is an item of its own, and what no stream explains too
        name = stream_name(view.name)
        data = view.read() if name or (view.size <= _MODULE_BYTES and self._may_be_stream) else b""
        if name and not self._is_text and len(data) <= self._limits.text_bytes:
            yield read_stream(data, name)
        if has_macros(data):
            yield read_macros(data)

    @property
    def _may_be_stream(self) -> bool:
        return not self._is_text and not self._view.labels and program_form(self._head) is None

    def _begins_office(self) -> bool:
        later = root_is_later(self._start) and self._view.size <= self._limits.text_bytes
        return is_office(self._whole_text if later else self._start)

    def _shell_link(self) -> Iterator[Found]:
        if (yield from self._fits("shell link")):
            yield from read_link(self._view.read())

    def _office(self) -> Iterator[Found]:
        if (yield from self._fits("part of an office document")):
            yield from read_office(self._whole_text, SourceLines(self._whole_text))

    def _plain(self, what: str, read: Callable[[str, Lines], Iterator[Found]], codec: str) -> Iterator[Found]:
        if (yield from self._fits(what)):
            text = self._view.read().decode(codec, "replace").replace("\r\n", "\n")
            yield from read(text, SourceLines(text))

    def _is_container(self) -> bool:
        """Say whether all that the item holds has been opened, and comes as items of their own."""
        return bool(self._view.labels) and not _BESIDE_MEMBERS.intersection(self._view.labels)

    def _text(self, kind: Kind) -> Iterator[Found]:
        if (yield from self._fits(kind)):
            if kind == "script":
                yield from read_library(self._whole_text)
            if kind == "json" and self._view.name == PACKAGE:
                yield from read_package(self._whole_text)
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
        if self._head.startswith((WOFF, WOFF2)) and self._view.size <= FONT_BYTES:
            yield from read_font(self._view.read())
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
