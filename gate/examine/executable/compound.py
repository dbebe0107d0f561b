"""Compound files (MS-CFB): macros, macro sheets, DDE, controls and packages in documents of Microsoft Office 97.

Storages and streams are read by olefile.  A macro project is known by its storage (MS-OVBA 2.2.1), macro sheets and
DDE links by their records (MS-XLS 2.4.28, 2.4.271), DDE fields by their code (MS-DOC 2.8.25), and a PowerPoint
document holds its project as a compound file of its own, compressed (MS-PPT 2.10.40).
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator

import olefile

from gate.examine.executable.content import Answer, Content, Family, Named, families_of
from gate.models import Gap
from gate.paths import printable

_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
LARGEST = 512 << 20
"""Largest document, in bytes, that is read."""
_STREAM_BYTES = 64 << 20
"""How much of one stream is looked at; what is larger leaves a gap."""
_FILE_PASS = 0x002F
_WORD_MAGICS = (b"\xec\xa5", b"\xdc\xa5")
_WORD_FLAGS, _WORD_ENCRYPTED = 0x0A, 0x0100
"""Where a Word document's flags are, and that which says that its text is encrypted (MS-DOC 2.5.2)."""
_BOUND_SHEET, _SUPPORTING_BOOK = 0x0085, 0x01AE
_MACRO_SHEET = b"\1"
_LINK_MARK = b"\x03"
_POWERPOINT_OBJECT = 0x1011
_SHEET_KIND = 5
"""Where a sheet's record says what kind of sheet it is."""
_CONTAINER = 0xF
_EQUATION = "0002CE02-0000-0000-C000-000000000046"
_FIELD = re.compile(
    rb"\x13[ -~]{0,40}?DDE(?:AUTO)?[ \"\x14]|\x13\0(?:[ -~]\0){0,40}?D\0D\0E\0(?:A\0U\0T\0O\0)?["
    rb" \"\x14]\0"
)
_SHEETS = ("workbook", "book")
_DEEPEST = 3


def macros(content: Content) -> Iterator[Answer]:
    """Yield what a compound file holds that acts, and a gap where it could not be read."""
    if not content.head.startswith(_MAGIC):
        return
    if content.size > LARGEST:
        yield Gap("too-large", f"compound file of {content.size} bytes: its macros are not looked for")
        return
    yield from read_compound(content.everything())


def read_compound(data: bytes, depth: int = 0) -> Iterator[Answer]:
    """Yield what the compound file in ``data`` holds that acts."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            yield from _Reading(file, depth).answers()
    except (
        OSError,
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        AttributeError,
        struct.error,
        RecursionError,
    ) as error:
        # Office opens some files that olefile does not.
        yield Gap("corrupt", printable(f"compound file: {type(error).__name__}: {error}")[:200])
        yield from _raw(data)


def _raw(data: bytes) -> Iterator[Named]:
    """Yield what the bytes show of a macro project where the structure is broken."""
    if b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0" in data or b"Attribut\0e VB_Nam" in data or b"Attribut\0 VB_" in data:
        yield Named("vba", "", ("broken=structure",))


class _Reading:
    """One compound file: its streams by their paths in lower case."""

    def __init__(self, file: olefile.OleFileIO, depth: int) -> None:
        self._file = file
        self._depth = depth
        self._streams = {"/".join(path).lower(): path for path in file.listdir(streams=True, storages=False)}

    def answers(self) -> Iterator[Answer]:
        """Yield everything, each format once or more."""
        names = self._streams
        ends = {name.rpartition("/")[2] for name in names}
        if any(f"/{name}".endswith(("/vba/dir", "/_vba_project")) for name in names):
            yield Named("vba")
        if not ends.isdisjoint({"\x03ocxname", "\x03ocxdata"}):
            yield Named("activex")
        if "\x01ole10native" in ends:
            yield Named("ole-package")
        if "equation native" in ends or self._has_equation():
            yield Named("ole-equation")
        if "encryptedpackage" in names:
            yield Gap("encrypted", "document that opens with a password only")
        for name in _SHEETS:
            yield from self._sheets(name)
        yield from self._fields("worddocument")
        yield from self._slides("powerpoint document")

    def _has_equation(self) -> bool:
        storages = self._file.listdir(streams=False, storages=True)
        return any(str(self._file.getclsid(path)).upper() == _EQUATION for path in storages)

    def _read(self, name: str) -> Iterator[bytes | Gap]:
        path = self._streams.get(name)
        if path is None:
            return
        if self._file.get_size(path) > _STREAM_BYTES:
            yield Gap("too-large", f"stream of more than {_STREAM_BYTES} bytes")
        yield self._file.openstream(path).read(_STREAM_BYTES)

    def _sheets(self, name: str) -> Iterator[Answer]:
        for data in self._read(name):
            if isinstance(data, Gap):
                yield data
                continue
            for kind, body in records(data):
                if kind == _BOUND_SHEET and body[_SHEET_KIND : _SHEET_KIND + 1] == _MACRO_SHEET:
                    yield Named("xlm")
                elif kind == _FILE_PASS:
                    yield Gap("encrypted", "workbook whose records are encrypted")
                elif kind == _SUPPORTING_BOOK and _LINK_MARK in body[4:]:
                    yield Named("dde")

    def _fields(self, name: str) -> Iterator[Answer]:
        for data in self._read(name):
            if isinstance(data, Gap):
                yield data
                continue
            flags = int.from_bytes(data[_WORD_FLAGS : _WORD_FLAGS + 2], "little")
            if data.startswith(_WORD_MAGICS) and flags & _WORD_ENCRYPTED:
                yield Gap("encrypted", "document whose text is encrypted")
            if _FIELD.search(data):
                yield Named("dde")

    def _slides(self, name: str) -> Iterator[Answer]:
        for data in self._read(name):
            if isinstance(data, Gap):
                yield data
                continue
            for embedded in powerpoint_objects(data):
                if not embedded.startswith(_MAGIC):
                    continue
                if self._depth >= _DEEPEST:
                    yield Gap("too-deep", "compound files inside of one another")
                    return
                yield from read_compound(embedded, self._depth + 1)


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of each record of a workbook stream (MS-XLS 2.1.4)."""
    place = 0
    while place + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, place)
        yield kind, data[place + 4 : place + 4 + length]
        place += 4 + length


def powerpoint_objects(data: bytes) -> Iterator[bytes]:
    """Yield the storages of embedded objects and of the macro project in a PowerPoint stream, inflated."""
    place = 0
    while place + 8 <= len(data):
        version, kind, length = struct.unpack_from("<HHL", data, place)
        place += 8
        if kind == _POWERPOINT_OBJECT:
            body = data[place : place + length]
            yield _inflated(body[4:]) if version >> 4 == 1 else body
        if version & _CONTAINER != _CONTAINER:  # the records of a container follow its header
            place += length


def _inflated(packed: bytes) -> bytes:
    decoder = zlib.decompressobj()
    try:
        return decoder.decompress(packed, _STREAM_BYTES)
    except zlib.error:
        return b""


def old_macro_sheet(content: Content) -> Named | None:
    """Name a macro sheet of Excel 2 to 4, which is no compound file: its first record says what it is."""
    kind, length = content.number(0, 2), content.number(2, 2)
    if kind not in (0x0009, 0x0209, 0x0409) or length not in (4, 6):
        return None
    return Named("xlm", "", ("version=old",)) if content.number(6, 2) == 0x40 else None  # noqa: PLR2004  # MS-XLS dt


FAMILIES = (
    *families_of(
        macros,
        {"macro": ("vba", "xlm", "dde"), "active-document": ("activex", "ole-package", "ole-equation")},
        _MAGIC[:1],
    ),
    Family("macro", ("xlm",), old_macro_sheet, b"\x09"),
)
