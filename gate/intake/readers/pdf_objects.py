"""The objects that a PDF file's tables name, read by qpdf through pikepdf: embedded files (ISO 32000-1, 7.11)."""

from __future__ import annotations

import hashlib
import os
import re
from codecs import lookup
from collections.abc import Iterator
from typing import Any

import pikepdf

from gate.intake.readers.checks import Members, TooManyMembers, pieces
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Decrypted, Event, Options, Source, Trouble
from gate.intake.readers.mime_header import extension
from gate.intake.readers.pdf_filters import decoded
from gate.paths import printable

_NAME_KEYS = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
_WARNING_CHARACTERS = 80
_TEXT_CODECS = ((b"\xfe\xff", lookup("utf-16-be")), (b"\xff\xfe", lookup("utf-16-le")))
"""Looked up when this module is imported: a confined process may not be able to load them any more."""
_STRUCTURE_BYTES = 128 << 20
"""Most bytes that qpdf expands one stream of objects or one table to, which it does at once."""
_OPENED = re.compile(r"^stream <[^>]*>:? ?")
"""How qpdf calls a file that was opened before."""
_HARMLESS = "Resources is missing or invalid"
"""A warning about a page that draws nothing: it is no damage of the file."""
_WARNINGS = 1000
"""Warnings after which qpdf gives a file up."""
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=_WARNINGS,
    flate_max_memory=_STRUCTURE_BYTES,
    png_max_memory=_STRUCTURE_BYTES,
    run_length_max_memory=_STRUCTURE_BYTES,
    tiff_max_memory=_STRUCTURE_BYTES,
)
_NESTED = 100_000
"""Most values looked at within one object."""


class Objects:
    """The objects that the file's tables name; afterwards, what is known of their streams."""

    def __init__(self, options: Options, members: Members) -> None:
        self._options = options
        self._members = members
        self._taken: set[tuple[int, int]] = set()
        self.known: dict[int, bytes] = {}
        """Of each stream, by the number of its object: :func:`digest` of its data as stored, empty where encrypted."""
        self.encrypted = False

    def events(self, source: Source) -> Iterator[Event]:
        """Yield all embedded files."""
        try:
            with os.fdopen(os.dup(source.descriptor), "rb") as stream:
                yield from self._open(stream)
        except pikepdf.PasswordError:
            yield Trouble("opens with a password only", reason="encrypted")
        except (TooManyMembers, Damaged):
            raise
        except MemoryError:
            yield Trouble("needs too much memory", reason="too-large")
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, OverflowError, RuntimeError) as error:
            yield Trouble(f"cannot be read: {words_of(str(error))}", reason="corrupt")

    def _open(self, stream: Any) -> Iterator[Event]:  # noqa: ANN401  # any binary file
        given = self._options.password
        passwords: list[str | bytes] = [""] if given is None else ["", given]
        for number, password in enumerate(passwords):
            try:
                opened = pikepdf.open(stream, password=password, suppress_warnings=True)
                break
            except pikepdf.PasswordError:
                if number == len(passwords) - 1:
                    raise
        if number:
            yield Decrypted()
        with opened as pdf:
            self.encrypted = pdf.is_encrypted
            yield from self._walk(pdf)
            warnings = [str(warning) for warning in pdf.get_warnings() if _HARMLESS not in str(warning)]
        if warnings:
            yield Trouble(f"damaged, {len(warnings)} times: {words_of(warnings[0])}", reason="corrupt")

    def _walk(self, pdf: pikepdf.Pdf) -> Iterator[Event]:
        embedded = []
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                self._remember(item)
                if str(item.get("/Type")) == "/EmbeddedFile":
                    embedded.append(item)
            for specification in _specifications(item):
                yield from self._specified(specification)
        for item in embedded:
            if item.objgen not in self._taken:
                yield from self._members.nameless("embedded-file")
                yield from self._content(item)

    def _remember(self, item: pikepdf.Stream) -> None:
        self.known[item.objgen[0]] = b"" if self.encrypted else digest(bytes(item.get_raw_stream_buffer()))

    def _specified(self, specification: Any) -> Iterator[Event]:  # noqa: ANN401  # an object of any kind
        """Yield the files of a file specification (ISO 32000-1, 7.11.3): most name one stream under several keys."""
        names = [_text(specification.get(key)) for key in _NAME_KEYS]
        shown = [name for name in names if name]
        for stream in _files_of(specification):
            if stream.objgen in self._taken and stream.objgen != (0, 0):
                continue
            self._taken.add(stream.objgen)
            if shown:
                yield from self._members.named(shown[0])
            else:
                yield from self._members.nameless("embedded-file")
            if len({extension(name) for name in shown}) > 1:
                yield Trouble("two file names", issue="ambiguous", in_member=True)
            yield from self._content(stream)

    def _content(self, stream: Any) -> Iterator[Event]:  # noqa: ANN401  # an object of any kind
        """Yield the bytes of the member just begun."""
        problems: dict[str, None] = {}
        try:
            filters = _filters(stream)
            for chunk in decoded(bytes(stream.get_raw_stream_buffer()), filters, problems):
                yield from pieces(chunk)
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason, in_member=True)
        for problem in problems:
            yield Trouble(problem, issue="ambiguous", in_member=True)


def _specifications(item: Any) -> Iterator[Any]:  # noqa: ANN401  # an object of any kind
    """Yield the dictionaries within one object that have embedded files; other objects are walked for themselves."""
    waiting = [item]
    for _ in range(_NESTED):
        if not waiting:
            return
        value = waiting.pop()
        children: list[Any] = []
        if isinstance(value, pikepdf.Array):
            children = list(value)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            if "/EF" in value:
                yield value
            table = value.stream_dict if isinstance(value, pikepdf.Stream) else value
            children = list(table.values())
        waiting.extend(
            child
            for child in children
            if isinstance(child, pikepdf.Array | pikepdf.Dictionary) and not child.is_indirect
        )
    raise Damaged(f"more than {_NESTED} values in one object", "too-many")


def digest(data: bytes) -> bytes:
    """Return what tells the stored data of streams apart: SHA-256, then the size in eight bytes."""
    return hashlib.sha256(data).digest() + len(data).to_bytes(8, "big")


def _files_of(specification: Any) -> Iterator[Any]:  # noqa: ANN401  # an object of any kind
    """Yield the streams of a file specification: the file in each of its forms, and files related to it."""
    for key in ("/EF", "/RF"):
        table = specification.get(key)
        if not isinstance(table, pikepdf.Dictionary):
            continue
        for value in table.values():
            if isinstance(value, pikepdf.Stream):
                yield value
            elif isinstance(value, pikepdf.Array):
                yield from (item for item in value if isinstance(item, pikepdf.Stream))


def _filters(stream: Any) -> list[str]:  # noqa: ANN401  # an object of any kind
    """Return the names of a stream's filters; raises :class:`Damaged` for forms of them that are not read here."""
    value = stream.get("/Filter")
    parameters = stream.get("/DecodeParms")
    for item in parameters if isinstance(parameters, pikepdf.Array) else [parameters]:
        if isinstance(item, pikepdf.Dictionary) and item.get("/Predictor", 1) != 1:
            raise Damaged("embedded file with a predictor", "unsupported")
    if value is None:
        return []
    items = list(value) if isinstance(value, pikepdf.Array) else [value]
    return [str(item) for item in items]


def _text(value: Any) -> bytes:  # noqa: ANN401  # an object of any kind
    """Return a text string (ISO 32000-1, 7.9.2.2) in UTF-8 where it is in UTF-16, else as it is stored."""
    if not isinstance(value, pikepdf.String):
        return b""
    raw = bytes(value)
    for mark, codec in _TEXT_CODECS:
        if raw.startswith(mark):
            return codec.decode(raw[2:], "replace")[0].encode("utf-8", "replace")
    return raw.removeprefix(b"\xef\xbb\xbf")


def words_of(text: str) -> str:
    """Return the start of a message of qpdf in ASCII."""
    start = _OPENED.sub("", text)[:_WARNING_CHARACTERS]
    return printable(start).encode("ascii", "backslashreplace").decode("ascii")
