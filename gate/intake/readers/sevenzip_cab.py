"""The tiling of a cabinet: which of its bytes belong to no header and no block of data.

Microsoft Cabinet File Format (MS-CAB): a header, folders, files, and for each folder a row of blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Event, Source
from gate.intake.readers.made_up import MadeUpNames, carry, hidden

_HEADER = 36
_PREVIOUS, _NEXT, _RESERVE = 1, 2, 4
_FILE, _FOLDER, _BLOCK = 16, 8, 8
_NAME_BYTES = 4096
_SIGNED = 20


def is_part_of_a_set(head: bytes) -> bool:
    """Say whether a cabinet that begins with ``head`` goes on from, or in, another one."""
    return bool(int.from_bytes(head[30:32], "little") & (_PREVIOUS | _NEXT))


def signature_end(source: Source, end: int) -> int:
    """Return where a signature behind the cabinet's ``end`` ends, where its header tells of one.

    Authenticode puts the place and length of the signature into a reserve of 20 bytes.
    """
    if not _number(source, 30, 2) & _RESERVE or _number(source, _HEADER, 2) != _SIGNED:
        return end
    start, length = _number(source, _HEADER + 8, 4), _number(source, _HEADER + 12, 4)
    return end + length if start == end and 0 < length <= source.size - end else end


def gaps(source: Source, start: int) -> Iterator[Event]:
    """Yield the bytes of a cabinet that begins at ``start`` which no record of it explains.  Raises ``Damaged``."""
    names = MadeUpNames()
    position = start
    for begin, stop in sorted(_records(source, start)):
        if position < begin:
            yield from carry(source, position, begin, names.next("gap"), hidden("data between the parts of a cabinet"))
        position = max(position, stop)


def _records(source: Source, start: int) -> Iterator[tuple[int, int]]:
    """Yield where the records of the cabinet begin and end, and its own end."""
    size, first_file = _number(source, start + 8, 4), _number(source, start + 16, 4)
    folders, files, flags = (_number(source, start + place, 2) for place in (26, 28, 30))
    position, folder_reserve, block_reserve = start + _HEADER, 0, 0
    if flags & _RESERVE:
        folder_reserve, block_reserve = source.read_at(position + 2, 2)
        position += 4 + _number(source, position, 2)
    for _ in range(2 * ((flags & _PREVIOUS) + (flags & _NEXT) // 2)):
        position = _behind_zero(source, position)
    if sum(_number(source, position + number * (_FOLDER + folder_reserve) + 4, 2) for number in range(folders)) > (
        source.size // _BLOCK
    ):
        # Folders that share blocks would be walked through again and again.
        raise _bad()
    for number in range(folders):
        folder = position + number * (_FOLDER + folder_reserve)
        place, blocks = start + _number(source, folder, 4), _number(source, folder + 4, 2)
        begin = place
        for _ in range(blocks):
            place += _BLOCK + block_reserve + _number(source, place + 4, 2)
        yield begin, place
    yield start, position + folders * (_FOLDER + folder_reserve)
    place = start + first_file
    for _ in range(files):
        place = _behind_zero(source, place + _FILE)
    yield start + first_file, place
    yield start + size, start + size


def _bad() -> Damaged:
    return Damaged("cab: damaged headers")


def _number(source: Source, place: int, width: int) -> int:
    data = source.read_at(place, width)
    if len(data) < width:
        raise _bad()
    return int.from_bytes(data, "little")


def _behind_zero(source: Source, place: int) -> int:
    found = source.read_at(place, _NAME_BYTES).find(b"\0")
    if found < 0:
        raise _bad()
    return place + found + 1
