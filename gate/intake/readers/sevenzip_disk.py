"""What lies on the image of a disk outside of its partitions: boot code, tables, and whatever someone put there."""

from __future__ import annotations

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
