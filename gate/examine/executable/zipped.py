"""The members of a zip file by name, read from its directory alone and within limits (APPNOTE 4.3).

Whether readers could take the file for another one is intake's business, which tells every ambiguity; here the
members that documents and models are made of are found and inflated.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.executable.content import Content

MOST_MEMBERS = 200_000
_END, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_END_RECORD = struct.Struct("<4s4xHHLLH")
_ZIP64_LOCATOR, _ZIP64_END = b"PK\x06\x07", b"PK\x06\x06"
_LOCATOR = struct.Struct("<4s4xQ4x")
_ZIP64_RECORD = struct.Struct("<4s36xQQ")
_CENTRAL_RECORD = struct.Struct("<4s6xH8xLLHHH8xL")
_CENTRAL_SIZE, _LOCAL_SIZE = 46, 30
_TAIL_BYTES = 66_000
_DIRECTORY_BYTES = 64 << 20
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 20


class Member(NamedTuple):
    """A member: its name in lower case with slashes, how it is packed, and where."""

    name: str
    method: int
    packed: int
    size: int
    place: int


class Unlisted(Exception):
    """The file has no directory that can be read here."""


def is_zip(content: Content) -> bool:
    """Say whether the content begins as a zip file does."""
    return content.head.startswith(_LOCAL)


def members(content: Content) -> Iterator[Member]:
    """Yield the members that the directory names; raises :class:`Unlisted` where there is none or one too large."""
    tail = content.at(max(0, content.size - _TAIL_BYTES), _TAIL_BYTES)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_RECORD.size:
        raise Unlisted("no end record")
    _sign, _here, _entries, length, offset, _comment = _END_RECORD.unpack_from(tail, place)
    directory_end = content.size - len(tail) + place
    locator = content.at(directory_end - _LOCATOR.size, _LOCATOR.size)
    if locator.startswith(_ZIP64_LOCATOR):  # some writers put it there whatever the size
        directory_end, length, offset = _zip64(content, directory_end - _LOCATOR.size, _LOCATOR.unpack(locator)[1])
    # With something before the archive all offsets are too small by its length.
    start = directory_end - length
    if not 0 <= start <= directory_end or length > _DIRECTORY_BYTES:
        raise Unlisted("a directory that does not fit")
    yield from _listed(content.at(start, length), start - offset)


def _zip64(content: Content, locator: int, told: int) -> tuple[int, int, int]:
    """Return where the Zip64 end record begins, and length and offset of the directory (APPNOTE 4.3.14)."""
    # The record stands right before its locator, unless it has data of its own: then where the locator says.
    for place in (locator - _ZIP64_RECORD.size, told):
        record = content.at(place, _ZIP64_RECORD.size)
        if record.startswith(_ZIP64_END) and len(record) == _ZIP64_RECORD.size:
            _sign, length, offset = _ZIP64_RECORD.unpack(record)
            return place, length, offset
    raise Unlisted("a Zip64 end record that is not there")


def _listed(directory: bytes, shift: int) -> Iterator[Member]:
    place = 0
    for _ in range(MOST_MEMBERS):
        if place + _CENTRAL_SIZE > len(directory):
            return
        sign, method, packed, size, name, extra, comment, offset = _CENTRAL_RECORD.unpack_from(directory, place)
        if sign != _CENTRAL:
            raise Unlisted("a directory that breaks off")
        raw = directory[place + _CENTRAL_SIZE : place + _CENTRAL_SIZE + name]
        yield Member(raw.decode("latin-1").lower().replace("\\", "/").lstrip("/"), method, packed, size, offset + shift)
        place += _CENTRAL_SIZE + name + extra + comment
    raise Unlisted(f"more than {MOST_MEMBERS} members")


def is_readable(member: Member) -> bool:
    """Say whether a member is packed in a way that is read here."""
    return member.method in (_STORED, _DEFLATED)


def inflated(content: Content, member: Member, limit: int) -> bytes:
    """Return up to ``limit`` bytes of a member, fewer where it is damaged or packed in another way than deflate."""
    head = content.at(member.place, _LOCAL_SIZE)
    if len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
        return b""
    name, extra = struct.unpack_from("<HH", head, 26)
    start = member.place + _LOCAL_SIZE + name + extra
    if member.method == _STORED:
        return content.at(start, min(member.packed, limit))
    if member.method != _DEFLATED:
        return b""
    return _inflated(content, start, start + member.packed, limit)


def _inflated(content: Content, start: int, stop: int, limit: int) -> bytes:
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    room = limit
    try:
        for place in range(start, stop, _CHUNK):
            part = decoder.decompress(content.at(place, min(_CHUNK, stop - place)), room)
            parts.append(part)
            room -= len(part)
            if room <= 0 or decoder.eof:
                break
    except zlib.error:
        pass  # what came out before the damage is what a lenient reader has as well
    return b"".join(parts)
