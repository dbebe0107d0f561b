"""What lies on the image of a disk outside of its partitions: boot code, tables, and whatever someone put there."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise

from gate.intake.readers.interface import Source

_SECTOR = 512
_TABLE = 446
_ENTRY = 16
_SIGNATURE = b"\x55\xaa"
_STATES = frozenset({0x00, 0x80})
_GPT = b"EFI PART"
_GPT_ENTRIES = 1024
_GPT_HEADER, _GPT_ENTRY = 92, 128
_DISK_SIGNATURE = 440
_GPT_ENTRY_BYTES = range(128, 4097)

Span = tuple[int, int]


def is_mbr(head: bytes, size: int) -> bool:
    """Say whether a file of ``size`` bytes that begins with ``head`` is the image of a disk with a partition table.

    The table of a master boot record (UEFI specification 2.10, 5.2.1) has no magic of its own, only the signature of
    every boot sector: so all of it has to make sense.
    """
    if head[510:512] != _SIGNATURE or len(head) < _SECTOR or size < 2 * _SECTOR:
        return False
    found: list[Span] = []
    for state, kind, start, stop in _records(head):
        if not kind and start == stop:
            continue
        if state not in _STATES or not kind or not 0 < start < stop or start >= size:
            return False
        found.append((start, stop))
    found.sort()
    return bool(found) and all(first[1] <= second[0] for first, second in pairwise(found))


def partitions(source: Source, label: str) -> list[Span]:
    """Return where the partitions of the image of a disk lie, from first to last byte behind."""
    if label == "gpt":
        return list(_gpt(source))
    head = source.read_at(0, _SECTOR)
    return [(start, stop) for _, kind, start, stop in _records(head) if kind and start < stop]


def tables(source: Source, start: int = 0) -> list[Span]:
    """Return what of an image is the GUID partition table itself, its copy at the end included; nothing without one.

    ``start`` is where the disk begins in its file.  Only what the table uses is its own (UEFI specification 2.10,
    5.3): fields of no meaning, entries of no partition, and a copy that differs, are left for whoever looks outside.
    """
    header = source.read_at(start + _SECTOR, _SECTOR)
    if not _is_table(header):
        return []
    length, count = _number(header, 84, 4), _number(header, 80, 4)
    place = start + _number(header, 72, 8) * _SECTOR
    entries = source.read_at(place, min(count, _GPT_ENTRIES) * length)
    found = [
        (start + _SECTOR, start + _SECTOR + _GPT_HEADER),
        *_used(entries, place, length),
        *_protective(source, start),
    ]
    behind = start + _number(header, 32, 8) * _SECTOR
    copy = source.read_at(behind, _SECTOR)
    copied = start + _number(copy, 72, 8) * _SECTOR
    if _is_table(copy) and copied >= place + len(entries) and source.read_at(copied, len(entries)) == entries:
        found += [(behind, behind + _GPT_HEADER), *_used(entries, copied, length)]
    return found


def _is_table(header: bytes) -> bool:
    sized = header.startswith(_GPT) and _number(header, 12, 4) == _GPT_HEADER
    summed = zlib.crc32(header[:16] + bytes(4) + header[20:_GPT_HEADER]) == _number(header, 16, 4)
    return sized and summed and _number(header, 84, 4) in _GPT_ENTRY_BYTES


def _used(entries: bytes, place: int, length: int) -> Iterator[Span]:
    """Yield where the entries of partitions lie, each without what goes beyond its fields."""
    for at in range(0, len(entries), length):
        if any(entries[at : at + 16]):
            yield place + at, place + at + min(length, _GPT_ENTRY)


def _protective(source: Source, start: int) -> Iterator[Span]:
    """Yield the table of the first sector, which tells systems that know no other of partitions."""
    if source.read_at(start + 510, 2) == _SIGNATURE:
        yield start + _DISK_SIGNATURE, start + _SECTOR


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "little")


def outside(source: Source, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the parts of the image that belong to no partition and are not all zeros."""
    position = 0
    for start, stop in [*sorted(spans), (source.size, source.size)]:
        if position < min(start, source.size) and _has_data(source, position, min(start, source.size)):
            yield position, min(start, source.size)
        position = max(position, stop)


def _records(head: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield state, type, first byte and the byte behind the last of the four records of a boot sector."""
    for place in range(_TABLE, _TABLE + 4 * _ENTRY, _ENTRY):
        record = head[place : place + _ENTRY].ljust(_ENTRY, b"\0")
        start = int.from_bytes(record[8:12], "little") * _SECTOR
        yield record[0], record[4], start, start + int.from_bytes(record[12:16], "little") * _SECTOR


def _gpt(source: Source) -> Iterator[Span]:
    """Yield the partitions of a GUID partition table (UEFI specification 2.10, 5.3), with sectors of 512 bytes."""
    header = source.read_at(_SECTOR, 92)
    if not header.startswith(_GPT):
        return
    place, count, length = (
        int.from_bytes(header[at : at + wide], "little") for at, wide in ((72, 8), (80, 4), (84, 4))
    )
    if length not in _GPT_ENTRY_BYTES:
        return
    for number in range(min(count, _GPT_ENTRIES)):
        entry = source.read_at(place * _SECTOR + number * length, 48)
        if len(entry) == 48 and any(entry[:16]):  # noqa: PLR2004  # type and place: the name follows
            first, last = int.from_bytes(entry[32:40], "little"), int.from_bytes(entry[40:48], "little")
            yield first * _SECTOR, (last + 1) * _SECTOR


def _has_data(source: Source, start: int, stop: int) -> bool:
    while start < stop:
        block = source.read_at(start, min(1 << 18, stop - start))
        if not block or block.count(0) != len(block):
            return bool(block)
        start += len(block)
    return False
