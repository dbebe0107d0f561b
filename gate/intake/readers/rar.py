"""A strict reader of RAR archives: our own walk through the blocks says what is there, libarchive what it expands to.

What is stored as it is, is read without libarchive; of what it expands, size and checksum have to be those of the
header.  It opens no encrypted members, and no archives of several volumes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from gate.intake.readers import rar4_blocks, rar5_blocks
from gate.intake.readers.blake2sp import Blake2sp
from gate.intake.readers.checks import bounded
from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.entries import Entries
from gate.intake.readers.interface import Data, Event, Member, Options, Source, Trouble
from gate.intake.readers.libarchive_data import NEEDED, LibArchive, installed
from gate.intake.readers.made_up import hidden, is_note
from gate.intake.readers.rar_blocks import ORDINARY_SERVICES, STREAM_SERVICE, Blocks, Entry
from gate.intake.readers.stream_formats import skip_zeros

_LINK_BYTES = 4096
_COMMENT = b"CMT"


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a RAR archive and all that is wrong with it."""
    yield from bounded(_events(source, options), options)


def _events(source: Source, options: Options) -> Iterator[Event]:
    head = source.read_at(0, len(rar5_blocks.MAGIC))
    if head == rar5_blocks.MAGIC:
        form, blocks = "rar5", rar5_blocks.read_blocks(source, options.entries)
    elif head.startswith(rar4_blocks.MAGIC):
        form, blocks = "rar", rar4_blocks.read_blocks(source, options.entries)
    else:
        raise Damaged("unknown version of RAR", "unsupported")
    yield from _Archive(source, options, form, blocks).events()


class _Checks(Protocol):
    """What the digests of the headers have in common."""

    def update(self, block: bytes) -> None:
        """Take the next bytes."""

    def digest(self) -> bytes:
        """Return the digest of all bytes."""


class _Checksum:
    def __init__(self) -> None:
        self._value = 0

    def update(self, block: bytes) -> None:
        self._value = zlib.crc32(block, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class _Archive:
    """One archive while it is read."""

    def __init__(self, source: Source, options: Options, form: str, blocks: Blocks) -> None:
        self._source = source
        self._entries = Entries(source, options)
        self._form = form
        self._blocks = blocks
        self._library: LibArchive | None = None
        self._passed = 0
        self._lost: Damaged | None = None

    def events(self) -> Iterator[Event]:
        """Yield everything of the file."""
        try:
            place = 0
            for entry in self._blocks.entries:
                if entry.kind == "service":
                    yield from self._service(entry)
                else:
                    place += 1
                    yield from self._file(entry, place)
        finally:
            if self._library is not None:
                self._library.close()
        yield from self._blocks.troubles
        for start, stop, detail in self._blocks.regions:
            yield from self._entries.carry("block", start, stop, hidden(detail) if detail else None)
        if not self._blocks.closed:
            start = skip_zeros(self._source, self._blocks.end)
            yield from self._entries.carry("trailing", start, self._source.size, hidden("data behind the end"))
        yield from self._entries.end()

    def _service(self, entry: Entry) -> Iterator[Event]:
        trouble = None
        if entry.name == STREAM_SERVICE:
            trouble = hidden("a stream beside a file")
        elif entry.name not in ORDINARY_SERVICES:
            trouble = hidden("unknown service block")
        elif entry.name == _COMMENT and entry.stored and not entry.encrypted:
            note = is_note(self._source.read_at(entry.start, entry.stop - entry.start).rstrip(b"\0"))
            trouble = None if note else hidden("data in the comment")
        yield from self._entries.carry("service", entry.start, entry.stop, trouble)
        if entry.start < entry.stop and not entry.stored and entry.name in {_COMMENT, STREAM_SERVICE}:
            yield Trouble("packed service block is not opened", reason="unsupported", in_member=True)

    def _file(self, entry: Entry, place: int) -> Iterator[Event]:
        target = entry.target
        if entry.kind == "symbolic-link" and entry.stored and not entry.encrypted and not target:
            target = self._source.read_at(entry.start, min(entry.stop - entry.start, _LINK_BYTES))
        kind = "file" if entry.kind == "service" else entry.kind
        yield from self._entries.begin(Member(entry.name, kind, entry.mode, target, entry.size, utf8=entry.utf8))
        if entry.problem:
            yield Trouble(entry.problem, issue="ambiguous", in_member=True)
        if entry.split:
            yield Trouble("continued in another volume", reason="unsupported", in_member=True)
        elif entry.encrypted:
            yield Trouble("encrypted", reason="encrypted", in_member=True)
        elif entry.kind == "file":
            yield from self._content(entry, place)
        elif entry.stop - entry.start > len(target):
            yield from self._entries.carry("data", entry.start, entry.stop, hidden("data of what is no file"))

    def _content(self, entry: Entry, place: int) -> Iterator[Event]:
        if not entry.stored:
            yield from self._expanded(entry, place)
            return
        yield from self._entries.content(entry.start, entry.stop)
        if entry.stop <= self._source.size:
            checks = _checks(entry)
            for block in Region(self._source, entry.start, entry.stop).blocks():
                for check in checks.values():
                    check.update(block)
            yield from _told(entry, entry.stop - entry.start, checks)

    def _expanded(self, entry: Entry, place: int) -> Iterator[Event]:
        size = 0
        checks = _checks(entry)
        try:
            for block in self._at(place, entry).data():
                size += len(block)
                for check in checks.values():
                    check.update(block)
                yield Data(block)
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason, in_member=True)
            self._lost = self._lost or Damaged("behind a member that libarchive cannot read")
            return
        yield from _told(entry, size, checks)
        if not checks:
            yield Trouble("expanded, with no checksum to hold it against", reason="unsupported", in_member=True)

    def _at(self, place: int, entry: Entry) -> LibArchive:
        """Return the library at the entry that is number ``place`` of the files.  Raises :class:`Damaged`."""
        if not installed():
            raise Damaged(NEEDED, "unsupported")
        if self._lost is not None:
            raise self._lost
        if self._library is None:
            self._library = LibArchive(self._source, self._form)
        size = -1
        while self._passed < place:
            size = self._library.next()
            self._passed += 1
        if entry.size is not None and size != entry.size:
            raise Damaged("libarchive: another size than in the header")
        return self._library


def _checks(entry: Entry) -> dict[bytes, _Checks]:
    """Return what computes the digests of the header, by what they have to be."""
    checks: dict[bytes, _Checks] = {}
    if entry.crc is not None:
        checks[entry.crc.to_bytes(4, "big")] = _Checksum()
    if entry.blake is not None:
        checks[entry.blake] = Blake2sp()
    return checks


def _told(entry: Entry, size: int, checks: dict[bytes, _Checks]) -> Iterator[Trouble]:
    if entry.size not in {None, size}:
        yield Trouble("size mismatch", reason="corrupt", in_member=True)
    if any(check.digest() != wanted for wanted, check in checks.items()):
        yield Trouble("checksum mismatch", reason="corrupt", in_member=True)
