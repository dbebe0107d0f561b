"""A reader of compound files ([MS-CFB]): Office documents, mails of Outlook, packages of Windows Installer.

Every stream comes out as a member, and what no stream explains as made-up ones.  The files in packages, and the
objects of PowerPoint, come out once more as what they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.intake.readers.checks import Members, bounded, pieces
from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.interface import Data, Event, Options, Source, Trouble
from gate.intake.readers.made_up import hidden
from gate.intake.readers.names import NameRegister
from gate.intake.readers.ole_file import MINI, NO_ENTRY, STORAGE, STREAM, DirectoryEntry, Stream, open_compound
from gate.intake.readers.ole_names import entry_name, is_installer, without_mark
from gate.intake.readers.ole_office import encrypted, inflated, powerpoint_objects
from gate.intake.readers.ole_package import native_package

_AMBIGUOUS = frozenset({"chain longer than its stream"})
_TOO_DEEP = "storages too deep within each other"
_NATIVE = b"\x01ole10native"
_POWERPOINT = frozenset({b"powerpoint document", b"pp97_dualstorage/powerpoint document"})
_FILLING = b"\0\xff"
_HEADER_BYTES = 512


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the streams of a compound file and all that is wrong with it."""
    yield from bounded(_read(source, options), options)


def _read(source: Source, options: Options) -> Iterator[Event]:
    yield from _Reading(source, options).events()


class _Reading:
    """One compound file while it is read."""

    def __init__(self, source: Source, options: Options) -> None:
        self._source = source
        self._options = options
        self._file = open_compound(source, options.entries)
        self._members = Members(options)
        self._names = NameRegister(options)
        self._packed = is_installer(self._file.entries[0].class_id)
        self._visited = bytearray(len(self._file.entries))
        self._encrypted = False
        self._slack = bytearray()

    def events(self) -> Iterator[Event]:
        """Yield everything of the file."""
        self._visited[0] = 1
        for name, entry in self._tree():
            yield from self._stream(name, entry)
        yield from self._orphans()
        if self._encrypted:
            yield Trouble("encrypted document", reason="encrypted")
        if self._slack.strip(_FILLING):
            yield from self._members.carried("slack", self._slack)
        yield from self._unowned()
        for problem in self._file.problems:
            if problem in _AMBIGUOUS:
                yield Trouble(problem, issue="ambiguous")
            else:
                yield Trouble(problem, reason="too-deep" if problem == _TOO_DEEP else "corrupt")

    def _tree(self) -> Iterator[tuple[bytes, DirectoryEntry]]:
        """Yield the streams below the root with their paths; each entry once."""
        entries, problems = self._file.entries, self._file.problems
        waiting = [(entries[0].child, b"", 0)]
        while waiting:
            number, folder, depth = waiting.pop()
            if number == NO_ENTRY:
                continue
            if number >= len(entries) or self._visited[number]:
                problems["directory entry that is none or has two places"] = None
                continue
            self._visited[number] = 1
            entry = entries[number]
            waiting += [(entry.right, folder, depth), (entry.left, folder, depth)]
            name = folder + entry_name(entry.name, packed=self._packed)
            if entry.kind == STREAM:
                yield name, entry
            elif entry.kind != STORAGE:
                problems["directory entry of no proper kind"] = None
            elif depth < self._options.name_depth:
                waiting.append((entry.child, name + b"/", depth + 1))
            else:
                problems[_TOO_DEEP] = None

    def _stream(self, name: bytes, entry: DirectoryEntry) -> Iterator[Event]:
        stream = self._file.stream(entry)
        yield from self._members.named(name, entry.size, judged=without_mark(name))
        clash = self._names.add(name, folder=False)
        if clash:
            yield Trouble(clash, issue="ambiguous", in_member=True)
        yield from self._content(stream)
        if b"/" not in name and encrypted(name, stream):
            self._encrypted = True
        lower = name.lower()
        if lower.rpartition(b"/")[2] == _NATIVE:
            yield from self._package(stream)
        elif lower in _POWERPOINT:
            yield from self._objects(stream)

    def _content(self, stream: Stream) -> Iterator[Event]:
        sent = 0
        for chunk in stream.chunks():
            sent += len(chunk)
            yield Data(chunk)
        if stream.missing or sent < stream.size:
            yield Trouble("truncated stream", reason="corrupt", in_member=True)
        self._slack += stream.slack()

    def _package(self, stream: Stream) -> Iterator[Event]:
        package = native_package(stream, sized=True)
        size = package.stop - package.start
        if package.name:
            yield from self._members.named(package.name, size)
        else:
            yield from self._members.nameless("native-data", size)
        for chunk in stream.chunks(package.start, package.stop):
            yield Data(chunk)
        if package.problem:
            yield Trouble(package.problem, reason="corrupt", in_member=True)

    def _objects(self, stream: Stream) -> Iterator[Event]:
        """Yield the objects of a presentation; in an encrypted one the records cannot be read."""
        try:
            for start, stop, compressed in powerpoint_objects(stream):
                yield from self._members.nameless("object")
                if not compressed:
                    yield from map(Data, stream.chunks(start, stop))
                    continue
                for chunk in inflated(stream, start, stop):
                    yield Data(chunk)
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason)

    def _orphans(self) -> Iterator[Event]:
        """Yield the streams that the tree does not reach: no reader shows them."""
        for number, entry in enumerate(self._file.entries):
            if entry.kind == STREAM and not self._visited[number]:
                stream = self._file.stream(entry)
                yield from self._members.nameless("orphan", entry.size)
                yield from self._content(stream)
                yield hidden("stream outside of the directory's tree")

    def _unowned(self) -> Iterator[Event]:
        """Yield what is in sectors of no stream."""
        places = list(self._file.unowned())
        if self._file.sector_bytes > _HEADER_BYTES:
            places.insert(0, (_HEADER_BYTES, min(self._file.sector_bytes, self._source.size)))
        yield from self._gathered(places, "sectors that belong to no stream")
        minis = [(place, place + MINI) for place in self._file.unowned_minis()]
        yield from self._gathered(minis, "small sectors that belong to no stream")

    def _gathered(self, places: list[tuple[int, int]], detail: str) -> Iterator[Event]:
        """Yield all of these bytes that are not filling as one made-up member."""
        begun = False
        for start, stop in places:
            for block in Region(self._source, start, stop).blocks():
                if block.strip(_FILLING):
                    if not begun:
                        begun = True
                        yield from self._members.nameless("unused")
                    yield from pieces(block)
        if begun:
            yield hidden(detail)
