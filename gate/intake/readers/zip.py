"""A strict reader of zip files (APPNOTE 6.3.10): every byte belongs to a record, or is shown as hidden.

The file is read as a tiling: for each entry of the directory, in the order in which they lie, its local header, data
and data descriptor; then the directory; then the end records and the comment.  What lies between becomes a made-up
member.  Local and central headers have to say the same; where they do not, the bytes are read both ways.  Entries that
overlap are never expanded, so that nothing in the file is expanded more than twice.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Data, Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import MadeUpNames, carry, hidden, is_note
from gate.intake.readers.names import NameRegister, unsafe
from gate.intake.readers.zip_contents import Contents, Reading, reading_of
from gate.intake.readers.zip_encryption import Key
from gate.intake.readers.zip_end import End, locate
from gate.intake.readers.zip_entry import Attributes, about, attributes, descriptor_length, differences, is_utf8
from gate.intake.readers.zip_extra import explained, other_name, repeated
from gate.intake.readers.zip_records import (
    FLAG_DESCRIPTOR,
    FLAG_UTF8,
    BadExtra,
    Central,
    Local,
    Window,
    read_central,
    read_local,
    skim_central,
)
from gate.intake.readers.zip_salvage import salvage
from gate.intake.readers.zip_signing import block_start

_LINK_BYTES = 4096
_DESCRIPTOR_BYTES = 24


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a zip file and all that is wrong with it, in the order of its bytes."""
    try:
        end = locate(source)
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)
        yield from salvage(source, options)
        return
    yield from end.troubles
    yield from _Archive(source, options, end).events()


class _Place(NamedTuple):
    """Where an entry lies: its local header, if there is one, and the end of its data.

    ``limit`` is where the next record begins; ``overlaps`` says that bytes of the entry are another record's too.
    """

    local: Local | None
    start: int
    stop: int
    limit: int
    overlaps: bool


class _Archive:
    """One zip file while it is read."""

    def __init__(self, source: Source, options: Options, end: End) -> None:
        self._source = source
        self._options = options
        self._end = end
        self._headers = Window(source)
        self._locals = Window(source)
        self._names = NameRegister(options)
        self._key = Key(options.password)
        self._made_up = MadeUpNames()
        self._cursor = 0
        self._comments: list[tuple[int, int]] = []

    def events(self) -> Iterator[Event]:
        """Yield everything of the file behind the troubles of its end records."""
        places: list[int] = []
        offsets: list[int] = []
        position = self._end.directory
        while (found := self._skim(position)) is not None:
            if len(places) == self._options.entries:
                yield Trouble(f"more than {self._options.entries} entries", reason="too-many")
                return
            places.append(position)
            length, offset = found
            offsets.append(self._end.base + offset)
            position += length
        if len(places) != self._end.entries:
            yield Trouble("entry count differs", issue="ambiguous")
        order = sorted(range(len(places)), key=offsets.__getitem__)
        bounds = [*(offsets[index] for index in order), self._end.directory]
        for index, start, limit in zip(order, bounds[:-1], bounds[1:], strict=True):
            yield from self._at(places[index], start, min(limit, self._end.directory))
        yield from self._before_directory()
        yield from self._unexplained(position, self._end.records)
        yield from self._behind_directory()

    def _skim(self, position: int) -> tuple[int, int] | None:
        try:
            return skim_central(self._headers, position, self._end.records)
        except BadExtra:
            return None  # what is left of the directory becomes a gap, and the count differs

    def _at(self, place: int, start: int, limit: int) -> Iterator[Event]:
        header = read_central(self._headers, place, self._end.records)
        if header is None:  # it was there when the directory was read through
            raise Damaged("directory changed")
        if self._cursor < min(start, limit):
            yield from self._unexplained(self._cursor, min(start, limit))
            self._cursor = min(start, limit)
        if header.comment:
            self._comments.append((place + header.length - len(header.comment), len(header.comment)))
        yield from self._entry(header, self._place(header, start, limit))

    def _place(self, header: Central, start: int, limit: int) -> _Place:
        try:
            local = read_local(self._locals, start, self._end.directory) if start < self._end.directory else None
        except BadExtra:
            local = None
        if local is None:
            return _Place(None, start, start, limit, overlaps=start < self._cursor)
        stop = start + local.length + header.compressed
        return _Place(local, start, stop, limit, overlaps=start < self._cursor or stop > limit)

    # --- one entry --------------------------------------------------------------------------------------------

    def _entry(self, header: Central, place: _Place) -> Iterator[Event]:
        what = attributes(header)
        target = b""
        local = place.local
        reading = None
        if local is not None and not place.overlaps:
            begin = place.start + local.length
            reading = reading_of(header, begin, place.stop)
            if what.kind == "symbolic-link":
                target = self._target(reading)
        if len(target) > _LINK_BYTES:
            what = Attributes("file", what.mode, "link with a long target")
            target = b""
        yield Member(header.name, what.kind, what.mode, target, header.size, utf8=bool(header.flags & FLAG_UTF8))
        yield from self._about_name(header.name, header.flags, folder=what.kind == "folder")
        yield from about(header, what)
        if local is None or reading is None:
            yield from self._not_read(place)
            return
        differing = differences(header, local)
        if differing:
            yield Trouble("local header differs: " + ", ".join(differing), issue="ambiguous", in_member=True)
        extras = [extra for extra in (header.extra, local.extra) if extra]
        if extras:
            yield from self._about_extras(extras, header.name)
        length = 0
        if local.flags & FLAG_DESCRIPTOR:
            length = yield from self._descriptor(header, place)
        yield from self._contents(reading, what.kind)
        if differing:
            yield from self._by_local_header(reading, header, local, place)
        if extras:
            yield from self._unknown_extras(extras)
        self._cursor = place.stop + length

    def _about_name(self, name: bytes, flags: int, *, folder: bool) -> Iterator[Trouble]:
        problem = unsafe(name, self._options)
        if problem:
            yield Trouble(problem, issue="unsafe-name", in_member=True)
        if flags & FLAG_UTF8 and not is_utf8(name):
            yield Trouble("name is not UTF-8", issue="ambiguous", in_member=True)
        clash = self._names.add(name, folder=folder)
        if clash:
            yield Trouble(clash, issue="ambiguous", in_member=True)

    def _not_read(self, place: _Place) -> Iterator[Trouble]:
        if place.overlaps:
            yield Trouble("overlapping entries", issue="ambiguous", in_member=True)
            yield Trouble("overlapping entries", reason="ratio", in_member=True)
            self._cursor = max(self._cursor, min(place.stop, self._end.directory))
        else:
            yield Trouble("no local header", reason="corrupt", in_member=True)

    def _target(self, reading: Reading) -> bytes:
        """Return the start of what a link's entry holds, at least one byte more than a target may have if there is."""
        target = b""
        for event in Contents(self._source, reading, self._key, self._locals):
            if isinstance(event, Data):
                target += event.chunk
            elif isinstance(event, Stored):
                target += self._source.read_at(event.offset, event.size)
            if len(target) > _LINK_BYTES:
                break
        return target

    def _descriptor(self, header: Central, place: _Place) -> Generator[Trouble, None, int]:
        """Yield where the data descriptor is not what it must be; return its length."""
        room = place.limit - place.stop
        data = self._source.read_at(place.stop, min(room, _DESCRIPTOR_BYTES))
        length = descriptor_length(data, header.crc, header.compressed, header.size, room)
        if length is None:
            yield Trouble("data descriptor differs", issue="ambiguous", in_member=True)
            return 0
        return length

    def _contents(self, reading: Reading, kind: str) -> Iterator[Event]:
        """Yield the data of an entry."""
        contents = Contents(self._source, reading, self._key, self._locals)
        yield from contents if kind == "file" else self._beside(contents, kind, reading.size)
        if contents.position < reading.stop:
            yield from self._gap(contents.position, reading.stop, "data behind the compressed stream")

    def _beside(self, contents: Contents, kind: str, size: int | None) -> Iterator[Event]:
        """Yield data of what is no file as a made-up member, as some readers write a file there all the same."""
        begun = False
        for event in contents:
            if isinstance(event, Data | Stored) and not begun:
                begun = True
                if kind == "folder":
                    yield Trouble("folder with data", issue="ambiguous", in_member=True)
                yield Member(self._made_up.next("data"), size=size, made_up=True)
            yield event

    def _by_local_header(self, central: Reading, header: Central, local: Local, place: _Place) -> Iterator[Event]:
        """Read the entry once more as its local header has it, where that may give other bytes or another name."""
        late = bool(local.flags & FLAG_DESCRIPTOR) and not local.compressed
        stop = place.stop if late else min(central.start + local.compressed, place.limit)
        reading = reading_of(local, central.start, stop, late=late)
        if header.name == local.name and reading.same_bytes(central):
            return
        if header.name == local.name or local.name.endswith(b"/"):
            yield Member(self._made_up.next("local"), size=reading.size, made_up=True)
        else:
            yield Member(
                local.name, "file", attributes(header).mode, size=reading.size, utf8=bool(local.flags & FLAG_UTF8)
            )
            yield from self._about_name(local.name, local.flags, folder=False)
        yield from Contents(self._source, reading, self._key, self._locals)

    def _about_extras(self, extras: list[bytes], name: bytes) -> Iterator[Trouble]:
        for extra in extras:
            if repeated(extra):
                yield Trouble("repeated extra field", issue="ambiguous", in_member=True)
            if other_name(extra, name):
                yield Trouble("unicode path differs", issue="ambiguous", in_member=True)

    def _unknown_extras(self, extras: list[bytes]) -> Iterator[Event]:
        for extra in extras:
            if not explained(extra):
                yield Member(self._made_up.next("extra"), size=len(extra), made_up=True)
                yield Data(extra)
                yield hidden("unknown extra field")

    def _unexplained(self, start: int, stop: int) -> Iterator[Event]:
        if start >= stop:
            return
        if start == 0:
            yield from carry(self._source, start, stop, b"prefix", hidden("data before the first entry"))
        else:
            yield from self._gap(start, stop, "data between records")

    def _gap(self, start: int, stop: int, detail: str) -> Iterator[Event]:
        yield from carry(self._source, start, stop, self._made_up.next("gap"), hidden(detail))

    def _before_directory(self) -> Iterator[Event]:
        start, stop = self._cursor, self._end.directory
        signing = block_start(self._source, start, stop) if start else None
        if signing is not None:
            yield from carry(self._source, signing, stop, b"apk-signing-block", None)
        else:
            yield from self._unexplained(start, stop)

    def _behind_directory(self) -> Iterator[Event]:
        end = self._end
        comment = end.stop - end.comment
        if end.comment:
            note = is_note(self._source.read_at(comment, end.comment))
            trouble = None if note else hidden("data in the comment")
            yield from carry(self._source, comment, end.stop, b"comment", trouble)
        if end.stop < self._source.size:
            yield from carry(self._source, end.stop, self._source.size, b"trailing", hidden("data behind the end"))
        yield from self._entry_comments()
        if self._names.shadowed():
            yield Trouble("members below a member that is no folder", issue="ambiguous")

    def _entry_comments(self) -> Iterator[Event]:
        """Yield the comments of all entries as one made-up member, a line for each."""
        if not self._comments:
            return
        notes = True
        yield Member(b"entry-comments", made_up=True)
        for position, length in self._comments:
            comment = self._source.read_at(position, length)
            notes = notes and is_note(comment)
            yield Data(comment + b"\n")
        if not notes:
            yield hidden("data in the comment of an entry")
