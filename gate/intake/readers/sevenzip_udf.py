"""An image that is ISO 9660 and UDF at once: whether the second tree holds what the first does not.

Which of the two a system shows is its own choice.  Names differ by the rules of the formats; what counts is that no
file can be seen in one that is not in the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Data, Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import MadeUpNames
from gate.intake.readers.sevenzip_members import Entry, entry_of
from gate.intake.readers.sevenzip_run import SevenZip, meaning

_OTHER = Trouble("a file that only the UDF tree of the image shows", issue="ambiguous", in_member=True)


class Digests:
    """The digests of all files that pass by."""

    def __init__(self) -> None:
        self.known: set[bytes] = {hashlib.sha256().digest()}
        self._running = hashlib.sha256()

    def watch(self, events: Iterator[Event]) -> Iterator[Event]:
        """Pass events on and note the digest of each member."""
        for event in events:
            if isinstance(event, Data):
                self._running.update(event.chunk)
            elif isinstance(event, Member):
                self._note()
            yield event
        self._note()

    def _note(self) -> None:
        self.known.add(self._running.digest())
        self._running = hashlib.sha256()


def beside(source: Source, options: Options, digests: Digests) -> Iterator[Event]:
    """Yield the files of the UDF tree whose content is in none of the members known.  Raises :class:`Damaged`."""
    options = replace(options, label="udf")
    archive = SevenZip(source, options)
    entries: list[Entry] = []
    with closing(archive.members()) as listed:
        for properties in listed:
            if len(entries) == options.entries:
                yield Trouble(f"more than {options.entries} entries in the UDF tree", reason="too-many")
                return
            entries.append(entry_of(properties, "udf"))
    new = {place for place, _, digest in _contents(archive, entries) if digest and digest not in digests.known}
    if not new:
        return
    names = MadeUpNames()
    last = -1
    for place, piece, digest in _contents(archive, entries):
        if place in new and not digest:
            if place != last:
                yield Member(names.next("udf"), size=entries[place].size, made_up=True)
                last = place
            yield Data(piece)
        elif place in new:
            yield _OTHER


def _contents(archive: SevenZip, entries: list[Entry]) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the place of each entry with each of its pieces, then with its digest.  Raises :class:`Damaged`."""
    with archive.extract() as child:
        stream = ByteStream(child.chunks())
        for place, entry in enumerate(entries):
            digest = hashlib.sha256()
            missing = entry.size or 0
            for piece in stream.pieces(missing):
                digest.update(piece)
                missing -= len(piece)
                yield place, piece, b""
            if missing:
                raise Damaged("iso: the UDF tree ends early")
            if entry.kind == "file":
                yield place, b"", digest.digest()
        if stream.peek(1):
            raise Damaged("iso: the UDF tree has more bytes than its list")
        ended = child.end()
        if ended.status or ended.errors.strip():
            raise meaning(ended.errors)
