"""Data behind a program: what self-extracting archives and installers carry.

That it is there is normal, so it makes no trouble; each part comes out as a made-up member ``overlay-N``, and intake
identifies it again.  Where a known container begins further on, the data is cut there, so that a note or a stub before
it hides nothing.  A plain list of files, as InstallShield writes behind its stub, is read as such.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator

from gate.intake.readers.checks import Members, bounded
from gate.intake.readers.decoders import Region
from gate.intake.readers.installshield_cabinet import joined
from gate.intake.readers.interface import Data, Event, Options, Source
from gate.structure.programs import Span, behind

PAGE = 4096
_WINDOW = 1 << 18
_7Z = b"7z\xbc\xaf\x27\x1c"
_CABINET = b"MSCF\0\0\0\0"
_NSIS = b"\xef\xbe\xad\xdeNullsoftInst"
_RAR = b"Rar!\x1a\x07"
_SIGNS = (_7Z, _CABINET, _NSIS, _RAR)
_LONGEST = max(map(len, _SIGNS))
_BEFORE_NSIS = 4
_CUTS = 1000
_LISTED_BYTES = 4096
_LISTED_FIELDS = 4
_SIZE_DIGITS = 12


def overlay_start(head: bytes, size: int) -> int | None:
    """Return where data begins behind the program that a file of ``size`` bytes starts with, or None.

    ``head`` are the first bytes of the file, some tens of thousands at least.  Headers that stand at the end of a file
    are not seen, so that now and then a place is told behind which :func:`read` then finds nothing.
    """
    regions = behind(lambda place, length: head[place : place + length] if place >= 0 else b"", size)
    return regions[0][0] if regions else None


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield what lies behind the program at the start of a file; zeros of at most a page are filling."""
    yield from bounded(_overlay(source, Members(options)), options)


def _overlay(source: Source, members: Members) -> Iterator[Event]:
    for start, stop in behind(source.read_at, source.size):
        if stop - start <= PAGE and not source.read_at(start, stop - start).strip(b"\0"):
            continue
        begin = yield from _listed(source, start, stop, members)
        for first, last in _cut(source, begin, stop):
            yield from members.nameless("overlay", last - first)
            yield from _bytes(source, first, last)


def _bytes(source: Source, start: int, stop: int) -> Iterator[Event]:
    for block in Region(source, start, stop).blocks():
        yield Data(block)


# --- files in a row -------------------------------------------------------------------------------------------


def _listed(source: Source, start: int, stop: int, members: Members) -> Generator[Event, None, int]:
    """Yield files that stand in a row, each behind its name, path, version and size; return where the row ends.

    The texts end with a zero byte each, and the size is written in decimal digits.
    """
    row: list[tuple[bytes, int, int]] = []
    while True:
        fields = source.read_at(start, min(_LISTED_BYTES, stop - start)).split(b"\0", _LISTED_FIELDS)
        if len(fields) <= _LISTED_FIELDS:
            yield from joined(source, row, members)
            return start
        name, path, version, digits, _ = fields
        size = int(digits) if digits.isdigit() and len(digits) <= _SIZE_DIGITS else -1
        begin = start + sum(len(field) + 1 for field in fields[:_LISTED_FIELDS])
        same = path.replace(b"\\", b"/").rpartition(b"/")[2] == name != b""
        if not same or not version.replace(b".", b"").isdigit() or not 0 <= size <= stop - begin:
            yield from joined(source, row, members)
            return start
        row.append((path.replace(b"\\", b"/"), begin, begin + size))
        yield from members.named(path.replace(b"\\", b"/"), size)
        yield from _bytes(source, begin, begin + size)
        start = begin + size


# --- containers further on ------------------------------------------------------------------------------------


def _cut(source: Source, start: int, stop: int) -> Iterator[Span]:
    """Yield ``start`` to ``stop`` in parts, so that each container in it begins a part of its own."""
    for _ in range(_CUTS):
        found = _next_container(source, start, stop)
        if found is None:
            break
        if start < found[0]:
            yield start, found[0]
        yield found
        start = found[1]
    if start < stop:
        yield start, stop


def _next_container(source: Source, start: int, stop: int) -> Span | None:
    """Return the first place where a container begins, and where it ends: with the data, if its header does not say."""
    position = start
    while position < stop:
        window = source.read_at(position, min(_WINDOW + _LONGEST, stop - position))
        places = sorted(place for sign in _SIGNS for place in _places(window, sign))
        for place in places:
            found = _container(source, position + place, stop)
            if found is not None and found[0] >= start:
                return found
        position += _WINDOW
    return None


def _places(window: bytes, sign: bytes) -> Iterator[int]:
    place = window.find(sign)
    while 0 <= place < _WINDOW:
        yield place
        place = window.find(sign, place + 1)


def _container(source: Source, place: int, stop: int) -> Span | None:
    """Return the extent of the container whose sign stands at ``place``; None where its header makes no sense."""
    header = source.read_at(place, 36)
    if header.startswith(_NSIS):
        return place - _BEFORE_NSIS, stop
    if header.startswith(_RAR):
        return place, stop
    if len(header) < 36:  # noqa: PLR2004  # the header of a cabinet, the longer one
        return None
    if header.startswith(_7Z):
        offset, size = int.from_bytes(header[12:20], "little"), int.from_bytes(header[20:28], "little")
        end = place + 32 + offset + size
        return (place, min(end, stop)) if zlib.crc32(header[12:32]) == int.from_bytes(header[8:12], "little") else None
    end = place + int.from_bytes(header[8:12], "little")
    unused = header[12:16] + header[20:24]
    return (place, end) if unused == bytes(8) and header[24:26] == b"\3\1" and place + 36 < end <= stop else None
