"""Cabinets of InstallShield, version 5 and later: ``data1.cab`` and its further volumes, with the list of their files.

The list stands in the first volume or in a file of its own, ``data1.hdr``.  What of a volume no file explains is shown.
Layouts as known from unshield, the free program that reads them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.checks import Members
from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.installshield_chunks import expanded
from gate.intake.readers.installshield_cipher import shown_by_place
from gate.intake.readers.installshield_list import SIGNATURE, Listed, Span, Volume, list_of, read_list, volume_at
from gate.intake.readers.interface import Data, Event, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import hidden

_VOLUME_NAME = re.compile(rb"(.*?)([0-9]{1,5})\.(cab|hdr)", re.IGNORECASE | re.DOTALL)
_ELSEWHERE = "its data is in another file"

__all__ = ["SIGNATURE", "joined", "read_cabinet"]


class _Elsewhere(Exception):
    """The bytes of a file are not in the volumes at hand."""


def read_cabinet(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a cabinet that stands alone.  Raises ``Damaged`` and ``TooManyMembers``."""
    place = list_of(source, (0, source.size))
    if place is None:
        raise Damaged("a volume of InstallShield whose list of files is in another file", "unsupported")
    if place.alone:
        raise Damaged("a list of InstallShield of files whose data is in other files", "unsupported")
    cabinet = _Cabinet(source, (0, source.size), {1: (0, source.size)}, frozenset())
    yield from cabinet.events(Members(options), b"")


def joined(source: Source, row: Sequence[tuple[bytes, int, int]], members: Members) -> Iterator[Event]:
    """Yield the files of the cabinets among files that stand in ``source``: their path, and where each begins and ends.

    A list and its volumes belong together by their names, ``data1.hdr``, ``data1.cab``, ``data2.cab``.  Files of a
    cabinet get its path, without a number, as their folder.  Raises ``TooManyMembers``.
    """
    beside = frozenset((_last(path), stop - start) for path, start, stop in row)
    for stem, (lists, volumes) in _sets(source, row).items():
        headed = lists or {number: span for number, span in volumes.items() if list_of(source, span) is not None}
        if not headed or not volumes:
            continue
        try:
            cabinet = _Cabinet(source, headed[min(headed)], volumes, beside)
            yield from cabinet.events(members, stem + b"/")
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason)


def _sets(
    source: Source, row: Sequence[tuple[bytes, int, int]]
) -> dict[bytes, tuple[dict[int, Span], dict[int, Span]]]:
    """Return the lists and the volumes of each set, by the start of their names."""
    sets: dict[bytes, tuple[dict[int, Span], dict[int, Span]]] = {}
    stems: dict[bytes, bytes] = {}
    for path, start, stop in row:
        name = _VOLUME_NAME.fullmatch(path)
        if name is not None and source.read_at(start, min(stop - start, len(SIGNATURE))) == SIGNATURE:
            stem = stems.setdefault(name[1].lower(), name[1])
            found = sets.setdefault(stem, ({}, {}))
            found[name[3].lower() == b"cab"].setdefault(int(name[2]), (start, stop))
    return sets


def _last(path: bytes) -> bytes:
    return path.rpartition(b"/")[2].lower()


@dataclass
class _Cabinet:
    """A list of files and the volumes at hand."""

    source: Source
    header: Span
    volumes: Mapping[int, Span]
    beside: frozenset[tuple[bytes, int]]
    _used: dict[int, set[Span]] = field(default_factory=dict)

    def events(self, members: Members, folder: bytes) -> Iterator[Event]:
        """Yield the files, then what of the volumes belongs to none.  Raises ``Damaged``, ``TooManyMembers``."""
        listing = read_list(self.source, self.header)
        heads = {
            number: volume_at(self.source, self.volumes[number], listing.version) for number in sorted(self.volumes)
        }
        origins: list[Listed] = []
        for file in listing.files():
            origin = file
            if file.linked:
                if file.previous >= file.number:
                    raise Damaged("files of a cabinet that refer to each other in a circle")
                origin = origins[file.previous]
            origins.append(origin)
            if file.valid and not self._is_beside(file):
                yield from members.named(folder + file.path, file.size)
                yield from self._content(origin, heads)
        yield from self._gaps(members, listing.span, heads)

    def _is_beside(self, file: Listed) -> bool:
        """Say whether a file is not in the cabinet but beside it, where it is a member already."""
        return not file.offset and (_last(file.path), file.size) in self.beside

    def _content(self, file: Listed, heads: Mapping[int, Volume]) -> Iterator[Event]:
        digest = hashlib.md5(usedforsecurity=False)
        size = 0
        try:
            for block in self._blocks(file, heads):
                digest.update(block)
                size += len(block)
                yield Data(block)
        except _Elsewhere:
            yield Trouble(_ELSEWHERE, reason="unsupported", in_member=True)
            return
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason, in_member=True)
            return
        if size != file.size:
            yield Trouble("size mismatch", reason="corrupt", in_member=True)
        elif file.md5 is not None and file.md5 != digest.digest():
            yield Trouble("digest mismatch", reason="corrupt", in_member=True)

    def _blocks(self, file: Listed, heads: Mapping[int, Volume]) -> Iterator[bytes]:
        """Yield the bytes of a file.  Raises ``Damaged`` and :class:`_Elsewhere`."""
        spans = self._places(file, heads) if file.stored else []
        blocks: Iterator[bytes] = (block for span in spans for block in Region(self.source, *span).blocks())
        if file.obfuscated:
            blocks = shown_by_place(blocks)
        return expanded(ByteStream(blocks), old=file.old) if file.compressed else blocks

    def _places(self, file: Listed, heads: Mapping[int, Volume]) -> list[Span]:
        """Return where the stored bytes of a file are, in the source.  Raises ``Damaged`` and :class:`_Elsewhere`."""
        number = self._first_volume(file, heads)
        if not file.offset:
            raise _Elsewhere
        spans: list[Span] = []
        left = file.stored
        while left > 0:
            if number not in heads:
                raise _Elsewhere
            head = heads[number]
            offset, size = head.part_of(file) if head.splits(file) else (file.offset, file.stored)
            start, stop = self.volumes[number]
            if start + offset == stop:
                raise _Elsewhere
            if not 0 < size <= left or start + offset + size > stop:
                raise Damaged("the data of a file goes on past the end of its volume")
            spans.append((start + offset, start + offset + size))
            self._used.setdefault(number, set()).add(spans[-1])
            left -= size
            number += 1
        return spans

    def _first_volume(self, file: Listed, heads: Mapping[int, Volume]) -> int:
        if not file.old:
            return file.volume
        found = [number for number, head in heads.items() if head.first <= file.number <= head.last]
        return found[0] if found else 1

    def _is_zero(self, start: int, stop: int) -> bool:
        return not any(block.strip(b"\0") for block in Region(self.source, start, stop).blocks())

    def _gaps(self, members: Members, listed: Span, heads: Mapping[int, Volume]) -> Iterator[Event]:
        """Yield what of each volume is neither its head nor the list of files nor the data of a file."""
        for number, head in heads.items():
            start, stop = self.volumes[number]
            position = min(start + head.data, stop)
            for first, last in sorted({*self._used.get(number, set()), listed, (stop, stop)}):
                if start <= position < first <= stop and not self._is_zero(position, first):
                    yield from members.nameless("gap", first - position)
                    yield Stored(position, first - position)
                    yield hidden("data that belongs to no file of the cabinet")
                position = max(position, last) if first <= stop else position
