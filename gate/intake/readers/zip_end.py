"""Where a zip file ends: its end records, and which of them readers would take (APPNOTE 4.3.14 to 4.3.16)."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source, Trouble
from gate.intake.readers.zip_records import (
    CENTRAL,
    END,
    END64,
    END64_SIZE,
    END_SIZE,
    LOCATOR64,
    LOCATOR64_SIZE,
    SATURATED_16,
    SATURATED_32,
)

_END = struct.Struct("<4xHHHHLLH")
_END64 = struct.Struct("<4xQHHLLQQQQ")
_LOCATOR64 = struct.Struct("<4xLQL")
_COMMENT = 0xFFFF
_BLOCK = 1 << 20
_ATTEMPTS = 1000
"""How many signatures behind which something else follows are tried: a file of nothing but signatures ends there."""


@dataclass(frozen=True)
class End:
    """The end of a zip file as one reading of it: where the directory lies and what it should hold.

    ``position`` is that of the end record, ``records`` that of the first record of the end (zip64 or not), right
    behind the directory; ``base`` is what has to be added to stored offsets; ``stop`` the end of the comment.
    """

    position: int
    records: int
    base: int
    directory: int
    entries: int
    comment: int
    stop: int
    troubles: tuple[Trouble, ...] = ()


@dataclass
class _Fields:
    """The values of an end record, later those of its zip64 twin."""

    disks: set[int]
    entries: int
    total: int
    size: int
    offset: int
    troubles: list[Trouble] = field(default_factory=list)


def locate(source: Source) -> End:
    """Return the end of the zip file in ``source``.

    The reading is the one whose record ends, with its comment, where the file ends; every other record that some
    reader would take makes the file ambiguous.  Raises :class:`Damaged` where there is none, or where the directory
    cannot lie where it says.
    """
    tail_start = max(0, source.size - END_SIZE - _COMMENT)
    tail = source.read_at(tail_start, source.size - tail_start)
    found = [tail_start + position for position in _positions(tail)]
    exact = [position for position in found if _stop(source, position) == source.size]
    if not exact:
        return _inexact(source)
    readings = [reading for position in exact if (reading := _try(source, position)) is not None]
    if not readings:
        return _read_end(source, exact[-1])
    chosen = readings[0]
    # A signature behind the chosen record lies in its comment: readers that look for the last one take it.
    if len(exact) > 1 or found[-1] != chosen.position:
        chosen = _with(chosen, Trouble("several end records", issue="ambiguous"))
    return chosen


def _positions(data: bytes) -> Iterator[int]:
    position = data.find(END)
    while position >= 0:
        yield position
        position = data.find(END, position + 1)


def _stop(source: Source, position: int) -> int:
    """Return where the comment of the end record at ``position`` ends, or -1 where the record is cut short."""
    record = source.read_at(position, END_SIZE)
    if len(record) < END_SIZE:
        return -1
    return position + END_SIZE + int.from_bytes(record[-2:], "little")


def _with(end: End, trouble: Trouble) -> End:
    return End(
        end.position, end.records, end.base, end.directory, end.entries, end.comment, end.stop, (*end.troubles, trouble)
    )


def _try(source: Source, position: int) -> End | None:
    try:
        return _read_end(source, position)
    except Damaged:
        return None


def _inexact(source: Source) -> End:
    """Return the last end record with a directory, wherever it stands: something else follows it."""
    cut = False
    for position in itertools.islice(_backwards(source), _ATTEMPTS):
        stop = _stop(source, position)
        if stop < 0 or stop > source.size:
            cut = True
            continue
        reading = _try(source, position)
        if reading is not None:
            return reading
    raise Damaged("truncated end record" if cut else "no end record")


def _backwards(source: Source) -> Iterator[int]:
    """Yield the places of end record signatures from the last to the first."""
    stop = source.size
    while stop > 0:
        start = max(0, stop - _BLOCK)
        # Three bytes more, for a signature across the border.
        block = source.read_at(start, stop - start + len(END) - 1)
        position = block.rfind(END)
        while position >= 0:
            yield start + position
            position = block.rfind(END, 0, position + len(END) - 1)
        stop = start


def _read_end(source: Source, position: int) -> End:
    record = source.read_at(position, END_SIZE)
    disk, directory_disk, entries, total, size, offset, comment = _END.unpack(record)
    fields = _Fields({disk, directory_disk}, entries, total, size, offset)
    records = _read_zip64(source, position, fields)
    if fields.disks != {0}:
        raise Damaged("split archive", "unsupported")
    if fields.entries != fields.total:
        fields.troubles.append(Trouble("entry counts differ", issue="ambiguous"))
    directory = _directory(source, records, fields)
    stop = position + END_SIZE + comment
    base = 0 if directory == fields.offset else directory - fields.offset
    return End(
        position, records, base, directory, fields.total, comment, min(stop, source.size), tuple(fields.troubles)
    )


def _directory(source: Source, records: int, fields: _Fields) -> int:
    """Return where the directory begins: right before the records of the end, or where they say that it is.

    Some readers look at the one place and some at the other; with neither a prefix nor a gap they are the same.
    """
    behind = records - fields.size
    if behind == fields.offset and (not fields.size or _is_directory(source, behind)):
        return behind
    if not fields.size:
        if behind < fields.offset:
            raise Damaged("directory outside of the file")
        return behind
    before, said = _is_directory(source, behind), _is_directory(source, fields.offset)
    if before and behind > fields.offset:
        if said:
            fields.troubles.append(Trouble("two directories", issue="ambiguous"))
        return behind
    if said and fields.offset + fields.size <= records:
        fields.troubles.append(Trouble("directory not before its end record", issue="ambiguous"))
        return fields.offset
    raise Damaged("no directory where the end record says")


def _is_directory(source: Source, position: int) -> bool:
    return position >= 0 and source.read_at(position, len(CENTRAL)) == CENTRAL


def _read_zip64(source: Source, position: int, fields: _Fields) -> int:
    """Put the values of the zip64 record into ``fields``; return where the records of the end begin.

    Readers differ in when they look for the record: some always, some only where a field is saturated.  All of them
    agree only where the fields that are not saturated hold the same values.
    """
    saturated = SATURATED_16 in {fields.entries, fields.total} or SATURATED_32 in {fields.size, fields.offset}
    locator = source.read_at(position - LOCATOR64_SIZE, LOCATOR64_SIZE) if position >= LOCATOR64_SIZE else b""
    if not locator.startswith(LOCATOR64):
        return position
    start_disk, stored, disks = _LOCATOR64.unpack(locator)
    # The record stands right before its locator; where it is said to stand is true only without a prefix.
    at = position - LOCATOR64_SIZE - END64_SIZE
    record = source.read_at(at, END64_SIZE) if at >= 0 else b""
    if not record.startswith(END64):
        if saturated:
            raise Damaged("no zip64 end record before its locator", "unsupported")
        if source.read_at(stored, len(END64)) == END64:
            fields.troubles.append(Trouble("zip64 end record elsewhere", issue="ambiguous"))
        return position
    length, _, _, disk, directory_disk, entries, total, size, offset = _END64.unpack(record)
    if length != END64_SIZE - 12:
        raise Damaged("zip64 end record of another length", "unsupported")
    _compare(fields, {"entries": entries, "total": total, "size": size, "offset": offset})
    if stored not in {at, offset + size}:
        fields.troubles.append(Trouble("zip64 end record elsewhere", issue="ambiguous"))
    fields.disks |= {disk, directory_disk, start_disk, max(0, disks - 1)}
    fields.disks -= {SATURATED_16}
    fields.entries, fields.total, fields.size, fields.offset = entries, total, size, offset
    return at


def _compare(fields: _Fields, wide: dict[str, int]) -> None:
    marks = {"entries": SATURATED_16, "total": SATURATED_16, "size": SATURATED_32, "offset": SATURATED_32}
    for name, value in wide.items():
        narrow = getattr(fields, name)
        if narrow not in {marks[name], value}:
            fields.troubles.append(Trouble(f"zip64 {name} differs", issue="ambiguous"))
