"""A reader of Symbian installation files before Symbian OS 9.1 (EPOC release 3 to 6).

The layout is known from "SIS File Format" by A. Thoukydides: a header with pointers, records of files, and the bytes of
the files, which release 6 compresses by zlib.  Files of Symbian OS 9.1 and later are another format and a gap.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from gate.intake.readers.checks import Members, bounded
from gate.intake.readers.decoders import FEED, Damaged, Region, expand, zlib_stream
from gate.intake.readers.interface import CHUNK, Data, Event, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import hidden

Span: TypeAlias = tuple[int, int]

_RELEASE_5, _RELEASE_6, _INSTALLATION = 0x1000006D, 0x10003A12, 0x10000419
_NEWER = b"\x7a\x1a\x20\x10"
_HEADER = struct.Struct("<18xHHH12xH10xLLLLL")
_HEADER_5, _HEADER_6 = 68, 100
_UNICODE, _UNCOMPRESSED = 1, 8
_FILE, _FILE_BY_LANGUAGE, _CHOICE, _IF, _ELSE_IF, _ELSE, _END_IF = range(7)
_NOTHING = 4
"""Type of a file that is not in the installation file but made when it runs."""
_LANGUAGES = range(1, 201)
_NAME_BYTES = 4096
_PLACES = 2_000_000
"""Most places of a package that are read: more than 65,535 records in any sensible number of languages have."""
_UTF_16 = codecs.lookup("utf-16-le")


def is_sis(head: bytes) -> bool:
    """Say whether a file that begins with ``head`` is an installation file of Symbian OS or EPOC, of any release."""
    if head.startswith(_NEWER):
        return True
    kinds = {_RELEASE_5, _RELEASE_6}
    return int.from_bytes(head[8:12], "little") == _INSTALLATION and int.from_bytes(head[4:8], "little") in kinds


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the files of an installation file and all that is wrong with it."""
    if source.read_at(0, 4) == _NEWER:
        yield Trouble("an installation file of Symbian OS 9.1 or later, which is not read", reason="unsupported")
        return
    yield from bounded(_Package(source).events(Members(options)), options)


class _Record(NamedTuple):
    """A file of the package in one language: its name, its kind, where its bytes are, and what they expand to."""

    name: bytes
    kind: int
    start: int
    stored: int
    size: int | None


class _Form(NamedTuple):
    """How a package is written: number of languages, release 6, texts in UTF-16, files compressed."""

    languages: int
    newer: bool
    wide: bool
    compressed: bool


@dataclass
class _Package:
    """An installation file while it is read; ``_used`` is what of it is explained."""

    source: Source
    _used: list[Span] = field(default_factory=list)
    _position: int = 0

    def events(self, members: Members) -> Iterator[Event]:
        """Yield everything of the package.  Raises ``Damaged`` and ``TooManyMembers``."""
        head = self._take(0, _HEADER_5)
        newer = int.from_bytes(head[4:8], "little") == _RELEASE_6
        languages, files, needs, flags, *pointers = _HEADER.unpack(head)
        language, first, needed, certificates, names = pointers
        signature, abilities = struct.unpack("<LL", self._take(0, _HEADER_6)[68:76]) if newer else (0, 0)
        if languages not in _LANGUAGES:
            raise Damaged("no languages, or too many")
        form = _Form(languages, newer, bool(flags & _UNICODE), newer and not flags & _UNCOMPRESSED)
        self._take(language, 2 * languages)
        self._position = first
        for _ in range(files):
            for record in self._records(form):
                yield from self._member(record, form, members)
        self._metadata(form, needed, needs, names)
        yield from self._gaps(members, {certificates, signature, abilities} - {0})

    def _take(self, start: int, size: int) -> bytes:
        """Return bytes of the package that are now explained.  Raises :class:`Damaged`."""
        data = self.source.read_at(start, size)
        if len(data) < size:
            raise Damaged("truncated")
        if len(self._used) == _PLACES:
            raise Damaged("too many records", "too-many")
        self._used.append((start, start + size))
        return data

    def _numbers(self, count: int) -> tuple[int, ...]:
        """Return the next numbers of the records.  Raises :class:`Damaged`."""
        data = self._take(self._position, 4 * count)
        self._position += 4 * count
        return struct.unpack(f"<{count}L", data)

    def _records(self, form: _Form) -> Iterator[_Record]:
        """Yield the files of the next record, one for each language; most kinds of record are no files."""
        (kind,) = self._numbers(1)
        if kind in {_FILE, _FILE_BY_LANGUAGE}:
            yield from self._files(form, form.languages if kind == _FILE_BY_LANGUAGE else 1)
        elif kind == _CHOICE:
            (count,) = self._numbers(1)
            for _ in range(count):
                self._texts(form)
        elif kind in {_IF, _ELSE_IF}:
            (size,) = self._numbers(1)
            self._take(self._position, min(size, self.source.size))
            self._position += size
        elif kind not in {_ELSE, _END_IF}:
            raise Damaged("an unknown kind of record", "unsupported")

    def _files(self, form: _Form, count: int) -> Iterator[_Record]:
        kind, _, *texts = self._numbers(6)
        stored, starts = self._numbers(count), self._numbers(count)
        sizes: tuple[int | None, ...] = (None,) * count
        if form.newer:
            sizes = self._numbers(count)
            self._text(form, *self._numbers(2))
        origin, target = self._text(form, *texts[:2]), self._text(form, *texts[2:])
        name = target.replace(b"\\", b"/") or origin.replace(b"\\", b"/").rpartition(b"/")[2]
        for start, length, size in zip(starts, stored, sizes, strict=True):
            yield _Record(name, kind, start, length, size)

    def _text(self, form: _Form, size: int, start: int) -> bytes:
        """Return a text as UTF-8, or as it is stored where that is in some old code page."""
        if not size:
            return b""
        if size > _NAME_BYTES or (form.wide and size % 2):
            raise Damaged("a text of a bad length")
        stored = self._take(start, size)
        return _UTF_16.decode(stored, "surrogatepass")[0].encode("utf-8", "surrogatepass") if form.wide else stored

    def _texts(self, form: _Form) -> None:
        """Read over the texts of all languages that stand next."""
        sizes, starts = self._numbers(form.languages), self._numbers(form.languages)
        for size, start in zip(sizes, starts, strict=True):
            self._text(form, size, start)

    def _member(self, record: _Record, form: _Form, members: Members) -> Iterator[Event]:
        if record.kind == _NOTHING and not record.stored:
            return
        size = record.size if form.compressed else record.stored
        if record.name:
            # Names begin with a drive, or `!` for one that the user chooses.
            drive = record.name[1:3] == b":/" and (record.name[:1].isalpha() or record.name[:1] == b"!")
            yield from members.named(record.name, size, judged=record.name[3:] if drive else None)
        else:
            yield from members.nameless("file", size)
        stop = record.start + record.stored
        if stop > self.source.size:
            yield Trouble("truncated", reason="corrupt", in_member=True)
            return
        self._used.append((record.start, stop))
        if form.compressed and record.stored:
            yield from self._expanded(record, stop)
        elif record.stored:
            yield Stored(record.start, record.stored)

    def _expanded(self, record: _Record, stop: int) -> Iterator[Event]:
        region = Region(self.source, record.start, stop)
        size = 0
        try:
            for block in expand(zlib_stream, region, FEED):
                size += len(block)
                yield from (Data(block[place : place + CHUNK]) for place in range(0, len(block), CHUNK))
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason, in_member=True)
            return
        if region.position < stop:
            yield Trouble("data behind the compressed stream", reason="corrupt", in_member=True)
        if size != record.size:
            yield Trouble("size mismatch", reason="corrupt", in_member=True)

    def _metadata(self, form: _Form, needed: int, needs: int, names: int) -> None:
        """Read over what the package needs and what it is called."""
        self._position = needed
        for _ in range(needs):
            self._numbers(3)
            self._texts(form)
        if names:
            self._position = names
            self._texts(form)

    def _gaps(self, members: Members, known: set[int]) -> Iterator[Event]:
        """Yield what nothing explains; certificates and the like, which the header points to, are no hidden data."""
        position = 0
        for start, stop in sorted([*self._used, (self.source.size, self.source.size)]):
            if position < start:
                yield from members.nameless("gap", start - position)
                yield Stored(position, start - position)
                if position not in known:
                    yield hidden("data that belongs to no file of the package")
            position = max(position, stop)
