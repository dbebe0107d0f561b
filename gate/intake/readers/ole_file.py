"""Compound files ([MS-CFB]): sectors, chains and the directory, read so that every sector has one owner.

Chains are followed once and sectors belong to whom they were given first: a file that links sectors twice, or in a
circle, is told to be damaged, and reading it takes time linear in its size.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK, Source

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ROOT, STORAGE, STREAM = 5, 1, 2
_HEADER = struct.Struct("<8s16sHHHHH6s9L")
_HEADER_BYTES = 512
_ENTRY = struct.Struct("<64sHBBLLL16sLQQLQ")
_ENTRY_BYTES = 128
_LITTLE = 0xFFFE
_SHIFTS = {3: 9, 4: 12}
MINI = 64
_MINI_SHIFT = 6
_CUTOFF = 4096
_LAST = 0xFFFFFFFA
"""Larger sector numbers mean something else ([MS-CFB] 2.1)."""
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
NO_ENTRY = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """An entry of the directory; ``name`` is in UTF-16 as stored, without its final NUL."""

    name: bytes
    kind: int
    left: int
    right: int
    child: int
    class_id: bytes
    start: int
    size: int


class Stream:
    """The bytes of one stream, wherever they lie."""

    def __init__(self, source: Source, offsets: array[int], unit: int, size: int) -> None:
        self._source = source
        self.offsets = offsets
        self._unit = unit
        self.size = min(size, len(offsets) * unit)
        self.missing = size - self.size

    def read_at(self, position: int, size: int) -> bytes:
        """Return bytes of the stream, fewer than ``size`` only at its end or that of the file."""
        return b"".join(self.chunks(position, position + size))

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes between two places, in chunks; fewer where the file ends."""
        stop = self.size if stop is None else min(stop, self.size)
        while start < stop:
            number, inside = divmod(start, self._unit)
            run = self._run(number, (min(stop - start, CHUNK) + inside + self._unit - 1) // self._unit)
            size = min(run * self._unit - inside, stop - start, CHUNK)
            block = self._source.read_at(self.offsets[number] + inside, size)
            if block:
                yield block
            if len(block) < size:
                return
            start += size

    def slack(self) -> bytes:
        """Return what stands behind the stream in its last sector."""
        used = self.size % self._unit
        if not used:
            return b""
        return self._source.read_at(self.offsets[self.size // self._unit] + used, self._unit - used)

    def _run(self, number: int, most: int) -> int:
        """Return how many units from ``number`` on lie behind each other."""
        offsets = self.offsets
        count = 1
        while (
            count < most
            and number + count < len(offsets)
            and (offsets[number + count] == offsets[number] + count * self._unit)
        ):
            count += 1
        return count


@dataclass
class CompoundFile:
    """A compound file that has been opened; ``problems`` tells of all that readers may take in different ways."""

    source: Source
    sector_bytes: int
    table: array[int]
    owned: bytearray
    entries: list[DirectoryEntry] = field(default_factory=list)
    mini_table: array[int] = field(default_factory=lambda: array("I"))
    mini_offsets: array[int] = field(default_factory=lambda: array("Q"))
    mini_owned: bytearray = field(default_factory=bytearray)
    problems: dict[str, None] = field(default_factory=dict)

    def stream(self, entry: DirectoryEntry) -> Stream:
        """Return the bytes of an entry; each entry is asked for once."""
        if entry.size >= _CUTOFF or entry.kind == ROOT:
            sectors = self.chain(entry.start, (entry.size + self.sector_bytes - 1) // self.sector_bytes)
            offsets = array("Q", ((sector + 1) * self.sector_bytes for sector in sectors))
            return Stream(self.source, offsets, self.sector_bytes, entry.size)
        minis = self._follow(self.mini_table, self.mini_owned, entry.start, (entry.size + MINI - 1) // MINI)
        return Stream(self.source, array("Q", map(self._mini_place, minis)), MINI, entry.size)

    def _mini_place(self, mini: int) -> int:
        number, inside = divmod(mini * MINI, self.sector_bytes)
        return self.mini_offsets[number] + inside

    def unowned(self) -> Iterator[tuple[int, int]]:
        """Yield the places of the file that nothing owns, as start and end."""
        for begin, end in _zeros(self.owned):
            yield (begin + 1) * self.sector_bytes, min((end + 1) * self.sector_bytes, self.source.size)

    def unowned_minis(self) -> Iterator[int]:
        """Yield the places of the pieces of the mini stream that nothing owns, each of ``MINI`` bytes."""
        for begin, end in _zeros(self.mini_owned):
            yield from map(self._mini_place, range(begin, end))

    def chain(self, start: int, most: int | None) -> array[int]:
        """Return the sectors of a chain, at most so many, and own them."""
        return self._follow(self.table, self.owned, start, most)

    def _follow(self, table: array[int], owned: bytearray, start: int, most: int | None) -> array[int]:
        chain = array("I")
        sector = start
        while sector < _LAST and (most is None or len(chain) < most):
            if sector >= len(owned):
                self.problems["sector outside of the file"] = None
                break
            if owned[sector]:
                self.problems["sector that belongs to two chains"] = None
                break
            owned[sector] = 1
            chain.append(sector)
            sector = table[sector] if sector < len(table) else _FREE
        if sector != _END and len(chain) == most and most:
            self.problems["chain longer than its stream"] = None
        return chain


def open_compound(source: Source, entries: int) -> CompoundFile:
    """Read header, allocation tables and at most ``entries`` directory entries.  Raises :class:`Damaged`."""
    head = source.read_at(0, _HEADER_BYTES)
    if len(head) < _HEADER_BYTES or not head.startswith(MAGIC):
        raise Damaged("truncated header")
    fields = _HEADER.unpack_from(head)
    major, order, shift, mini_shift = fields[3], fields[4], fields[5], fields[6]
    first_directory, cutoff, first_mini = fields[10], fields[12], fields[13]
    first_difat = fields[15]
    if shift not in _SHIFTS.values() or mini_shift != _MINI_SHIFT or cutoff != _CUTOFF:
        raise Damaged("sector sizes that no writer uses", "unsupported")
    size = 1 << shift
    count = max(0, (source.size + size - 1) // size - 1)
    found = CompoundFile(source, size, array("I"), bytearray(count))
    if order != _LITTLE or _SHIFTS.get(major) != shift:
        found.problems["version and sector size disagree"] = None
    _load_table(found, array("I", struct.unpack_from("<109L", head, _HEADER.size)), first_difat)
    _load_directory(found, first_directory, entries)
    _load_mini(found, first_mini)
    return found


def _zeros(flags: bytearray) -> Iterator[tuple[int, int]]:
    """Yield where each run of zeros begins and ends."""
    begin = flags.find(0)
    while begin >= 0:
        end = flags.find(1, begin)
        end = len(flags) if end < 0 else end
        yield begin, end
        begin = flags.find(0, end)


def _numbers(data: bytes) -> array[int]:
    """Return the 32-bit numbers in ``data``."""
    return array("I", (number for (number,) in struct.iter_unpack("<L", data[: len(data) // 4 * 4])))


def _sector(found: CompoundFile, number: int) -> bytes:
    data = found.source.read_at((number + 1) * found.sector_bytes, found.sector_bytes)
    if len(data) < found.sector_bytes:
        found.problems["truncated table or directory"] = None
    return data


def _own(found: CompoundFile, number: int) -> bool:
    """Own one sector of the tables; say whether that was possible."""
    if number >= len(found.owned) or found.owned[number]:
        found.problems["sector of the allocation table outside of the file or used twice"] = None
        return False
    found.owned[number] = 1
    return True


def _load_table(found: CompoundFile, places: array[int], difat: int) -> None:
    """Read the allocation table, whose sectors the header and the DIFAT sectors name."""
    for number in places:
        if number < _LAST and _own(found, number):
            found.table.extend(_numbers(_sector(found, number)))
    while difat < _LAST and _own(found, difat):
        numbers = _numbers(_sector(found, difat))
        for number in numbers[:-1]:
            if number < _LAST and _own(found, number):
                found.table.extend(_numbers(_sector(found, number)))
        difat = numbers[-1] if numbers else _END


def _load_directory(found: CompoundFile, first: int, most: int) -> None:
    for number in found.chain(first, None):
        data = _sector(found, number)
        for start in range(0, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            if len(found.entries) > most:
                raise Damaged(f"more than {most} entries", "too-many")
            found.entries.append(_entry(found, data, start))
    if not found.entries or found.entries[0].kind != ROOT:
        raise Damaged("no root entry")


def _entry(found: CompoundFile, data: bytes, start: int) -> DirectoryEntry:
    fields = _ENTRY.unpack_from(data, start)
    length, kind, size = fields[1], fields[2], fields[12]
    if kind and (length % 2 or not 2 <= length <= 64 or fields[0][length - 2 : length] != b"\0\0"):  # noqa: PLR2004  # bytes of the field
        found.problems["malformed name"] = None
    if kind not in {0, STORAGE, STREAM, ROOT}:
        found.problems["unknown kind of entry"] = None
    if found.sector_bytes == 1 << _SHIFTS[3]:
        size &= 0xFFFFFFFF  # the upper half means nothing in version 3 ([MS-CFB] 2.6.3)
    return DirectoryEntry(
        fields[0][: max(0, min(length, 64) - 2) & ~1],
        kind,
        fields[4],
        fields[5],
        fields[6],
        fields[7],
        fields[11],
        size,
    )


def _load_mini(found: CompoundFile, first: int) -> None:
    root = found.entries[0]
    mini = found.stream(root)
    if mini.missing:
        found.problems["truncated mini stream"] = None
    found.mini_offsets = array("Q", mini.offsets)
    found.mini_owned = bytearray(mini.size // MINI)
    for number in found.chain(first, None):
        found.mini_table.extend(_numbers(_sector(found, number)))
