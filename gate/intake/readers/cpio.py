"""A strict reader of cpio archives in all forms that are in use.

Readers stop at the trailer; the Linux kernel goes on behind it with further archives, compressed or not.  What stands
there comes out as one member, and is opened as what it is.
"""

from __future__ import annotations

import stat
from collections.abc import Generator, Iterator
from typing import Literal

from gate.intake.readers.checks import bounded
from gate.intake.readers.cpio_header import HEADER_BYTES, TRAILER, Header, form_of, read_header
from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.entries import Entries
from gate.intake.readers.interface import Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import hidden
from gate.intake.readers.stream_formats import skip_zeros
from gate.intake.readers.zip_records import Window

_LINK_BYTES = 4096
_NAME_BYTES = 1 << 16
"""Bytes of a name beyond which a header is taken for damaged."""

Kind = Literal["file", "folder", "symbolic-link", "hard-link", "special"]
_KINDS: dict[int, Kind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "symbolic-link"}
_SPECIAL = frozenset({stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK, 0o110000})


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a cpio archive and all that is wrong with it."""
    yield from bounded(_Archive(source, options).events(), options)


class _Archive:
    """One archive while it is read."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._entries = Entries(source, options)
        self._window = Window(source)
        self._form = form_of(source.read_at(0, HEADER_BYTES))
        self._linked = self._hard_links()

    def events(self) -> Iterator[Event]:
        """Yield everything of the file."""
        if self._form is None:
            raise Damaged("no cpio archive")
        position = 0
        while True:
            header = self._header(position)
            if header is None:
                yield from self._broken(position)
                break
            name, start, stop = self._layout(header, position)
            if name == TRAILER:
                yield from self._behind(start)
                break
            yield from self._gap(position + header.length + header.name_size, start)
            yield from self._member(header, name, start)
            yield from self._gap(start + header.size, stop)
            position = stop
        yield from self._entries.end()

    def _header(self, position: int) -> Header | None:
        header = read_header(self._window.read(position, HEADER_BYTES))
        if header is None or header.form != self._form or not 0 < header.name_size <= _NAME_BYTES:
            return None
        end = position + header.length + header.name_size
        if end > self._source.size or self._window.read(end - 1, 1) != b"\0":
            return None
        return header

    def _layout(self, header: Header, position: int) -> tuple[bytes, int, int]:
        """Return the name of a member, where its data begins, and where the next header does."""
        name = self._window.read(position + header.length, header.name_size - 1)
        start = _aligned(position, header.length + header.name_size, header.alignment)
        return name, start, start + _aligned(0, header.size, header.alignment)

    def _hard_links(self) -> dict[tuple[int, ...], bytes]:
        """Return which member has the data of the files with several names, of which just one has it (SVR4 forms)."""
        found: dict[tuple[int, ...], bytes] = {}
        position = 0
        for _ in range(self._options.entries):
            header = self._header(position)
            if header is None:
                break
            name, _, position = self._layout(header, position)
            if header.form in {"newc", "crc"} and header.links > 1 and header.size and stat.S_ISREG(header.mode):
                found.setdefault(header.place, name)
        return found

    # --- members ----------------------------------------------------------------------------------------------

    def _member(self, header: Header, name: bytes, start: int) -> Iterator[Event]:
        file_type = stat.S_IFMT(header.mode)
        kind: Kind = "special" if file_type in _SPECIAL else _KINDS.get(file_type, "file")
        target = b""
        if kind == "symbolic-link" and header.size <= _LINK_BYTES:
            target = self._source.read_at(start, header.size).removesuffix(b"\0")
        elif kind == "file" and not header.size and header.links > 1 and header.place in self._linked:
            kind, target = "hard-link", self._linked[header.place]
        mode = stat.S_IMODE(header.mode)
        yield from self._entries.begin(Member(name, kind, mode, target, header.size))
        if file_type not in _KINDS and file_type not in _SPECIAL:
            yield Trouble("mode of no known type", issue="ambiguous", in_member=True)
        yield from self._content(header, kind, start)

    def _content(self, header: Header, kind: Kind, start: int) -> Iterator[Event]:
        stop = start + header.size
        if kind == "file":
            yield from self._entries.content(start, stop)
        elif header.size and (kind != "symbolic-link" or header.size > _LINK_BYTES):
            yield Trouble("data of what is no file", issue="ambiguous", in_member=True)
            yield from self._entries.carry("data", start, stop)
        elif stop > self._source.size:
            yield Trouble("truncated", reason="corrupt", in_member=True)
        # Of what is no file, GNU cpio writes no checksum.
        checked = header.checksum is not None and kind == "file" and stop <= self._source.size
        if checked and header.checksum != self._sum(start, stop):
            yield Trouble("checksum mismatch", reason="corrupt", in_member=True)

    def _sum(self, start: int, stop: int) -> int:
        return sum(sum(block) for block in Region(self._source, start, stop).blocks()) & 0xFFFFFFFF

    def _gap(self, start: int, stop: int) -> Iterator[Event]:
        """Yield the bytes that align what follows, where they are more than that."""
        padding = self._source.read_at(start, stop - start)
        if any(padding):
            yield from self._entries.carry("gap", start, start + len(padding), hidden("data between records"))

    # --- the end ----------------------------------------------------------------------------------------------

    def _broken(self, position: int) -> Generator[Event, None, None]:
        yield Trouble("no trailer" if position >= self._source.size else "bad header", reason="corrupt")
        yield from self._entries.carry("trailing", position, self._source.size, hidden("no member header"))

    def _behind(self, position: int) -> Iterator[Event]:
        start = skip_zeros(self._source, position)
        yield from self._entries.carry("trailing", start, self._source.size, hidden("data behind the end"))


def _aligned(base: int, length: int, alignment: int) -> int:
    return base + -(-length // alignment) * alignment
