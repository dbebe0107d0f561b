"""What a ZIP file calls its members, wherever in an item its directory stands (APPNOTE 6.3.10).

Java, Python and Android open such a file by the record at its end, whatever stands at its beginning.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.executable.content import Content

_END = struct.Struct("<4xHHHHLLH")
_END_SIGN, _CENTRAL_SIGN, _LOCAL_SIGN = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_END64_SIGN, _LOCATOR_SIGN = b"PK\6\6", b"PK\6\7"
_END64_SIZE, _LOCATOR_SIZE = 56, 20
_CENTRAL = struct.Struct("<4xHHHHHHLLLHHHHHLL")
_LOCAL_SIZE = 30
_LONGEST_COMMENT = 0xFFFF
DIRECTORY_BYTES = 16 << 20
"""Most bytes of a directory that are read: some 200,000 members."""
_STORED, _DEFLATED = 0, 8


class Member(NamedTuple):
    """A member as the directory tells of it; ``place`` is where its local header stands in the item."""

    name: bytes
    method: int
    packed: int
    size: int
    place: int


class Listing(NamedTuple):
    """The members of a ZIP file.

    ``whole`` is false where the directory is longer than what is read, ``sound`` where it breaks off before its end.
    """

    members: tuple[Member, ...]
    whole: bool
    sound: bool = True


def zip_listing(content: Content) -> Listing | None:
    """Return what the last directory in the item lists, or None where there is none.

    A comment can quote the sign of its record: all of them are tried, some 16,000 at most.
    """
    if content.size < _END.size:
        return None
    reach = min(content.size, _END.size + _LONGEST_COMMENT)
    tail = content.at(content.size - reach, reach)
    at = tail.rfind(_END_SIGN)
    while at >= 0:
        found = _directory(content, content.size - reach + at, tail[at : at + _END.size])
        if found is not None:
            return found
        at = tail.rfind(_END_SIGN, 0, at + len(_END_SIGN) - 1)
    return None


def _directory(content: Content, place: int, record: bytes) -> Listing | None:
    """Return the listing by the end record at ``place``.

    With the records of 64 bit before it (APPNOTE 4.3.14) the directory ends there, whether or not their numbers count.
    """
    if len(record) < _END.size:
        return None
    _disk, _start, _here, _count, length, offset, _comment = _END.unpack(record)
    plain = (place, length, offset)
    wide = _wide(content, place)
    for stop, size, start in (plain,) if wide is None else (wide, (wide[0], length, offset), plain):
        begin = stop - size
        if begin >= 0 and content.at(begin, 4) == _CENTRAL_SIGN:
            data = content.at(begin, min(size, DIRECTORY_BYTES))
            members = tuple(_members(data, begin - start))
            return Listing(members, size <= DIRECTORY_BYTES, _is_sound(data))
    return None


def _wide(content: Content, place: int) -> tuple[int, int, int] | None:
    """Return end, size and offset of the directory by the records of 64 bit before the end record at ``place``.

    The first of them stands right before its locator, unless it has data of its own: then where the locator says.
    """
    locator = content.at(place - _LOCATOR_SIZE, _LOCATOR_SIZE)
    if len(locator) < _LOCATOR_SIZE or not locator.startswith(_LOCATOR_SIGN):
        return None
    for stop in (place - _LOCATOR_SIZE - _END64_SIZE, struct.unpack_from("<Q", locator, 8)[0]):
        record = content.at(stop, _END64_SIZE)
        if len(record) == _END64_SIZE and record.startswith(_END64_SIGN):
            size, offset = struct.unpack_from("<QQ", record, 40)
            return stop, size, offset
    return None


def _members(data: bytes, base: int) -> Iterator[Member]:
    position = 0
    while data.startswith(_CENTRAL_SIGN, position) and position + _CENTRAL.size <= len(data):
        fields = _CENTRAL.unpack_from(data, position)
        method, packed, size, name_size, extra, comment, place = fields[3], *fields[7:12], fields[15]
        name = data[position + _CENTRAL.size : position + _CENTRAL.size + name_size]
        yield Member(name, method, packed, size, base + place)
        position += _CENTRAL.size + name_size + extra + comment


def _is_sound(data: bytes) -> bool:
    """Say whether entry follows entry to the end of a directory, but for less than another entry needs."""
    position = 0
    while position + _CENTRAL.size <= len(data):
        if not data.startswith(_CENTRAL_SIGN, position):
            return False
        position += _CENTRAL.size + sum(struct.unpack_from("<HHH", data, position + 28))
    return True


def start_of(content: Content, member: Member, size: int) -> bytes:
    """Return the first bytes of a member, at most ``size``; none where they cannot be had."""
    header = content.at(member.place, _LOCAL_SIZE)
    if len(header) < _LOCAL_SIZE or not header.startswith(_LOCAL_SIGN):
        return b""
    begin = member.place + _LOCAL_SIZE + sum(struct.unpack_from("<HH", header, 26))
    packed = content.at(begin, min(member.packed, size))
    if member.method == _STORED:
        return packed
    if member.method != _DEFLATED:
        return b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
    except zlib.error:
        return b""
