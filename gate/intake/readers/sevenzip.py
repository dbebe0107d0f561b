"""A reader of the containers that 7-Zip opens, by the program itself (``7zz``), of which nothing is believed twice.

The list of members comes first, then the bytes of all of them as one stream, cut by the sizes in the list: no name
from an archive is ever used for anything.  The stream has to have exactly as many bytes as the list says; a word of
warning, an exit status, a second count of the members that differs, or bytes of the file that belong to nothing make
a gap or a finding.  What 7-Zip does not show of a format is looked at by ``sevenzip_extras``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace

from gate.intake.readers import sevenzip_udf
from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Data, Decrypted, Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import carry, hidden
from gate.intake.readers.sevenzip_extras import Extras, is_one_of_several, refuse_what_it_cannot
from gate.intake.readers.sevenzip_list import Overview
from gate.intake.readers.sevenzip_members import Entry, entry_of
from gate.intake.readers.sevenzip_run import SevenZip, meaning
from gate.intake.readers.sevenzip_stream import SINGLE, Members
from gate.models import GapReason

_TAIL_IN_MEMORY = 4 << 20
"""Most bytes held back to find where a member of unknown size ends."""
_RUNS = 2_000
"""Most members that are expanded by a run of their own."""
_ARGUMENT_BYTES = 64 << 10
_EMPTY_7Z = 32
_TOLD_OTHERWISE = (b"after the end of archive", b"open with offset")


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of the container that ``options.label`` names, and all that is wrong with it.

    Needs the program ``7zz``; without it the container is a gap.
    """
    try:
        refuse_what_it_cannot(source, options.label)
        if is_one_of_several(source, options.label):
            yield Trouble("part of a set of several volumes", reason="unsupported")
        archive = SevenZip(source, options)
        found = archive.overview()
        yield from _told_problems(found)
        entries, complete = _entries(archive, options, found.members)
        extras = Extras(source, options, found)
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)
        return
    try:
        entries = extras.corrected(entries, complete=complete)
    except Damaged as damage:  # what 7-Zip says is all there is, then
        yield Trouble(damage.detail, reason=damage.reason)
    if not entries and not (options.label == "7z" and source.size == _EMPTY_7Z):
        yield Trouble("no members in a container that is not empty", reason="corrupt")
    try:
        yield from _extracted(archive, source, options, entries, extras, complete=complete)
        yield from extras.beside()
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)
    yield from _outside(source, found.offset, extras.end())


def _extracted(
    archive: SevenZip, source: Source, options: Options, entries: list[Entry], extras: Extras, *, complete: bool
) -> Iterator[Event]:
    """Yield the members; of an image that is UDF as well, also what only that tree has.  Raises :class:`Damaged`."""
    members = _Extraction(archive, options, entries, extras.boot_parameters, complete=complete).events()
    if not extras.is_udf_too:
        yield from members
        return
    digests = sevenzip_udf.Digests()
    yield from digests.watch(members)
    yield from sevenzip_udf.beside(source, options, digests)


def _told_problems(found: Overview) -> Iterator[Trouble]:
    for problem in found.problems:
        if not any(words in problem for words in _TOLD_OTHERWISE):
            damage = meaning(problem)
            yield Trouble(damage.detail, reason=damage.reason)


def _entries(archive: SevenZip, options: Options, members: int) -> tuple[list[Entry], bool]:
    """Return the members, and whether these are all: no more than ``options.entries``.  Raises :class:`Damaged`."""
    entries: list[Entry] = []
    with closing(archive.members()) as listed:
        for properties in listed:
            if len(entries) == options.entries:
                return entries, False
            entry = entry_of(properties, options.label)
            if not entry.name and options.label not in SINGLE:
                raise Damaged("7zz: the list is not consistent")
            entries.append(entry)
    if members != len(entries):
        raise Damaged("7zz: two lists of the members differ")
    return entries, True


def _telling(events: Iterator[Event], reason: GapReason) -> Generator[Event, None, bool]:
    """Yield ``events`` and return whether a gap of that reason was among them."""
    told = False
    for event in events:
        told = told or (isinstance(event, Trouble) and event.reason == reason)
        yield event
    return told


class _Extraction:
    """The bytes of the members of one archive, by as few runs of the program as can be."""

    def __init__(
        self, archive: SevenZip, options: Options, entries: list[Entry], boot_parameters: bytes, *, complete: bool
    ) -> None:
        self._archive = archive
        self._options = options
        self._entries = entries
        self._complete = complete
        suspects = any(b"_" in entry.name for entry in entries)
        line_feeds = archive.members_with_line_feeds() if suspects else set()
        self._members = Members(options, entries, line_feeds, boot_parameters)

    def events(self) -> Iterator[Event]:
        """Yield all members.  Raises :class:`Damaged`."""
        locked = [entry for entry in self._entries if entry.encrypted]
        if locked and self._options.password is None:
            yield from self._without(locked)
        else:
            wrong = yield from _telling(self._members_of(self._entries, ()), "encrypted")
            if locked and not wrong:
                yield Decrypted()
        yield from self._members.shadowed()
        if not self._complete:
            yield Trouble(f"more than {self._options.entries} entries", reason="too-many")

    def _without(self, locked: list[Entry]) -> Iterator[Event]:
        """Yield the members that need no password; the others as gaps."""
        trouble = Trouble("encrypted, and no password is known", reason="encrypted", in_member=True)
        for entry in locked:
            yield from self._members.unread(entry, trouble)
        rest = [entry for entry in self._entries if not entry.encrypted]
        switches = [b"-x!" + entry.name for entry in locked]
        if not any(entry.size or entry.size is None for entry in rest):
            yield from self._from(ByteStream(iter(())), rest)
        elif sum(map(len, switches)) > _ARGUMENT_BYTES:
            yield Trouble("too many encrypted members to leave out", reason="encrypted")
        else:
            yield from self._members_of(rest, ("-spd", *switches))

    def _members_of(self, entries: list[Entry], switches: tuple[str | bytes, ...]) -> Iterator[Event]:
        open_ended = [place for place, entry in enumerate(entries) if entry.size is None]
        if len(open_ended) <= 1:
            after = sum(entry.size or 0 for entry in entries[open_ended[0] + 1 :]) if open_ended else 0
            if after <= _TAIL_IN_MEMORY:
                yield from self._in_one_run(entries, switches, after)
                return
        yield from self._one_by_one(entries)

    def _in_one_run(self, entries: list[Entry], switches: tuple[str | bytes, ...], after: int) -> Iterator[Event]:
        with self._archive.extract(*switches) as child:
            stream = ByteStream(child.chunks())
            yield from self._from(stream, entries, after)
            if not self._complete:
                return
            ended = child.end() if not stream.peek(1) else None
            if ended is None:
                yield Trouble("more bytes than the list of members tells", reason="corrupt")
                yield Member(b"unlisted", made_up=True)
                yield from map(Data, stream.rest())
                ended = child.end()
            if ended.status or ended.errors.strip():
                raise meaning(ended.errors)

    def _from(self, stream: ByteStream, entries: list[Entry], after: int = 0) -> Iterator[Event]:
        for number, entry in enumerate(entries, start=1):
            short = False
            for event in self._members.cut(entry, stream, after):
                short = short or (isinstance(event, Trouble) and event.detail == "ends early")
                yield event
            if short:
                if number < len(entries):
                    yield Trouble(f"{len(entries) - number} members behind it not read", reason="corrupt")
                return

    def _one_by_one(self, entries: list[Entry]) -> Iterator[Event]:
        """Expand members by a run each: where sizes are not known, nothing tells where one ends in a common stream."""
        names = Counter(entry.name for entry in entries)
        runs = 0
        for entry in entries:
            if entry.kind == "folder" or entry.size == 0:
                yield from self._members.cut(entry, ByteStream(iter(())))
                continue
            runs += 1
            if names[entry.name] > 1 or runs > _RUNS:
                detail = (
                    "too many members of unknown size" if runs > _RUNS else "one of several of a name, of unknown size"
                )
                reason = Trouble(detail, reason="unsupported", in_member=True)
                yield from self._members.unread(entry, reason)
                continue
            yield from self._alone(entry)

    def _alone(self, entry: Entry) -> Iterator[Event]:
        with self._archive.extract("-spd", b"-i!" + entry.name) as child:
            stream = ByteStream(child.chunks())
            yield from self._members.cut(replace(entry, size=None) if entry.kind == "file" else entry, stream)
            ended = child.end()
            if ended.status or ended.errors.strip():
                damage = meaning(ended.errors)
                yield Trouble(damage.detail, reason=damage.reason, in_member=True)


def _outside(source: Source, offset: int, end: int) -> Iterator[Event]:
    """Yield what stands before and behind the archive in its file; zeros behind it are filling."""
    if 0 < offset <= source.size:
        yield from carry(source, 0, offset, b"prefix", hidden("data before the archive"))
    start = _skip_zeros(source, end)
    if start < source.size:
        yield from carry(source, start, source.size, b"trailing", hidden("data behind the archive"))


def _skip_zeros(source: Source, position: int) -> int:
    while block := source.read_at(position, 1 << 18):
        behind = block.lstrip(b"\0")
        position += len(block) - len(behind)
        if behind:
            break
    return position
