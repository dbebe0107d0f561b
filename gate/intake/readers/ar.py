"""A strict reader of ``ar`` archives and of the Debian packages that are such archives.

There is no standard: System V and GNU (``ar(5)``, names in a table), BSD (names before the data) and Microsoft (the PE
format, "Archive (Library) File Format") differ in names only; ``deb(5)`` says what a package holds.
"""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Generator, Iterator
from typing import NamedTuple

from gate.intake.readers.checks import bounded
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.entries import Entries
from gate.intake.readers.interface import Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import hidden
from gate.intake.readers.zip_records import Window

_MAGIC, _THIN = b"!<arch>\n", b"!<thin>\n"
_HEADER = struct.Struct("16s12s6s6s8s10s2s")
_END = b"`\n"
_DECIMAL = re.compile(rb"[0-9]+ *")
_NO_DATE = b"-1"
_OCTAL = re.compile(rb"[0-7]+ *")
_SYMBOLS = re.compile(rb"/|/SYM64/|/<[A-Z]+>/")
"""Tables of GNU, of 64-bit GNU and of Microsoft (``/<ECSYMBOLS>/`` and the like)."""
_BSD_SYMBOLS = frozenset({b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED"})
_NAME_TABLE = b"//"
_IN_TABLE = re.compile(rb"/([0-9]+)")
_BSD_NAME = re.compile(rb"#1/([0-9]+)")
_NAME_END = re.compile(rb"[\n\0]")
_PADDING = b"\n\0"
_TARS = {
    b"control": frozenset({b"", b".gz", b".xz", b".zst"}),
    b"data": frozenset({b"", b".gz", b".xz", b".zst", b".bz2", b".lzma"}),
}
_VERSION = re.compile(rb"2\.[0-9]{1,3}\n")
_VERSION_BYTES = 16


class _Header(NamedTuple):
    name: bytes
    mode: int | None
    size: int


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of an ``ar`` archive and all that is wrong with it; ``options.label`` is ``ar`` or ``deb``."""
    yield from bounded(_Archive(source, options).events(), options)


def _is_decimal(field: bytes) -> bool:
    """Say whether a field of a header is a number, or left empty."""
    return _DECIMAL.fullmatch(field) is not None or not field.strip(b" ")


class _Archive:
    """One archive while it is read."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._entries = Entries(source, options)
        self._window = Window(source)
        self._thin = source.read_at(0, len(_THIN)) == _THIN
        self._table: tuple[int, int] | None = None
        self._symbols = False
        self._begun = False
        self._package = _Package() if options.label == "deb" else None

    def events(self) -> Iterator[Event]:
        """Yield everything of the file."""
        if not self._thin and self._source.read_at(0, len(_MAGIC)) != _MAGIC:
            raise Damaged("no ar archive")
        position = len(_MAGIC)
        while position < self._source.size:
            header = self._header(position)
            if header is None:
                yield from self._entries.carry("trailing", position, self._source.size, hidden("no member header"))
                break
            start = position + _HEADER.size
            outside = self._thin and not header.name.startswith((b"/ ", _NAME_TABLE, b"/SYM64/"))
            stop = start if outside else start + header.size
            yield from self._member(header, start, stop, outside=outside)
            position = yield from self._padding(stop)
        yield from self._entries.end()
        if self._package is not None:
            yield from self._package.end()

    def _header(self, position: int) -> _Header | None:
        block = self._window.read(position, _HEADER.size)
        if len(block) < _HEADER.size:
            return None
        name, *numbers, mode, size, end = _HEADER.unpack(block)
        if end != _END or not _DECIMAL.fullmatch(size):
            return None
        date, *owners = numbers
        # The linker of Microsoft writes -1 for a date that is none, so that the same members give the same library.
        if date.rstrip(b" ") != _NO_DATE and not _is_decimal(date):
            return None
        if not all(_is_decimal(owner) for owner in owners):
            return None
        if not (_OCTAL.fullmatch(mode) or not mode.strip(b" ")):
            return None
        return _Header(name, int(mode, 8) if mode.strip(b" ") else None, int(size))

    def _padding(self, stop: int) -> Generator[Event, None, int]:
        """Return where the next header is."""
        if stop % 2 == 0 or stop >= self._source.size:
            return stop
        if self._source.read_at(stop, 1) not in _PADDING:
            yield Trouble("padding is no line feed", issue="ambiguous", in_member=self._begun)
        return stop + 1

    # --- members ----------------------------------------------------------------------------------------------

    def _member(self, header: _Header, start: int, stop: int, *, outside: bool) -> Iterator[Event]:
        stored = header.name.rstrip(b" ")
        if _SYMBOLS.fullmatch(stored):
            yield from self._symbol_table(start, stop)
        elif stored == _NAME_TABLE:
            yield from self._name_table(start, stop)
        else:
            yield from self._file(header, stored, start, stop, outside=outside)

    def _symbol_table(self, start: int, stop: int) -> Iterator[Event]:
        if self._begun:
            yield Trouble("symbol table behind members", issue="ambiguous")
        self._symbols = True
        yield from self._entries.carry("symbols", start, stop)

    def _name_table(self, start: int, stop: int) -> Iterator[Event]:
        if self._table is not None or self._begun:
            yield Trouble("second or late table of names", issue="ambiguous")
        if self._table is None:
            self._table = (start, min(stop, self._source.size))
        yield from self._entries.carry("names", start, stop)

    def _file(self, header: _Header, stored: bytes, start: int, stop: int, *, outside: bool) -> Iterator[Event]:
        name, length, problem = self._name(stored, start, stop)
        mode = header.mode
        special = mode is not None and stat.S_IFMT(mode) not in {0, stat.S_IFREG}
        if name in _BSD_SYMBOLS and not self._begun:
            self._symbols = True
        self._begun = True
        member = Member(name, mode=None if mode is None else stat.S_IMODE(mode), size=max(0, stop - start - length))
        # Linkers take the members that the table of symbols points at: their names may well be the same.
        yield from self._entries.begin(member, same_names=self._symbols and self._package is None)
        if problem:
            yield Trouble(problem, issue="ambiguous", in_member=True)
        if special:
            yield Trouble("mode is not that of a file", issue="ambiguous", in_member=True)
        if outside:
            yield Trouble("thin archive: the content is not in it", reason="unsupported", in_member=True)
        yield from self._entries.content(start + length, stop)
        if length > self._options.name_bytes:
            yield from self._entries.carry("name", start, start + length, hidden("data in a name"))
        if self._package is not None:
            yield from self._package.member(name, self._source.read_at(start, min(stop - start, _VERSION_BYTES)))

    def _name(self, stored: bytes, start: int, stop: int) -> tuple[bytes, int, str]:
        """Return the name of a member, how much of its data that name takes, and what is wrong with it."""
        in_table, before_data = _IN_TABLE.fullmatch(stored), _BSD_NAME.fullmatch(stored)
        if before_data is not None:
            length = int(before_data[1])
            if length > stop - start:
                return stored, 0, "name longer than the member"
            return self._source.read_at(start, min(length, self._options.name_bytes + 1)).rstrip(b"\0"), length, ""
        if in_table is not None:
            name = self._name_in_table(int(in_table[1]))
            return (stored, 0, "no such name in the table") if name is None else (name, 0, "")
        # GNU ends a name with a slash, so that it can end with spaces; others do not.
        return stored.removesuffix(b"/") if stored != b"/" else stored, 0, ""

    def _name_in_table(self, offset: int) -> bytes | None:
        if self._table is None:
            return None
        start, stop = self._table
        text = self._source.read_at(start + offset, min(stop - start - offset, self._options.name_bytes + 2))
        end = _NAME_END.search(text)
        if not text or (end is None and start + offset + len(text) == stop):
            return None
        return text[: end.start()].removesuffix(b"/") if end is not None else text


class _Package:
    """Holds the members of a Debian package against ``deb(5)``."""

    def __init__(self) -> None:
        self._seen: list[bytes] = []

    def member(self, name: bytes, start: bytes) -> Iterator[Trouble]:
        """Yield what is wrong with the next member, given the start of its content."""
        wanted = (b"debian-binary", b"control", b"data")
        place = len(self._seen)
        stem, _, ending = name.partition(b".tar")
        if place == 0 and name == wanted[0]:
            if not _VERSION.fullmatch(start):
                yield Trouble("unknown format of the package", reason="unsupported", in_member=True)
            self._seen.append(name)
        elif 0 < place < len(wanted) and stem == wanted[place] and self._is_tar(name, stem, ending):
            self._seen.append(stem)
        elif not (place and name.startswith(b"_")):
            # Names with an underscore are kept for additions, such as signatures.
            yield hidden("a member that dpkg ignores or refuses")

    def _is_tar(self, name: bytes, stem: bytes, ending: bytes) -> bool:
        return name == stem + b".tar" + ending and ending in _TARS[stem]

    def end(self) -> Iterator[Trouble]:
        """Yield what is missing."""
        if self._seen != [b"debian-binary", b"control", b"data"]:
            yield Trouble("not the members of a Debian package in their order", issue="ambiguous")
