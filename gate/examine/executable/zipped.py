"""The members of a zip file by name, and what is in them, within limits (APPNOTE 4.3).

Whether readers could take the file for another one is intake's business, which tells every ambiguity; here the
members that documents and models are made of are found and inflated.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.executable.content import Content
from gate.examine.executable.zip_names import DIRECTORY_BYTES, zip_listing

_LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30
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
    listing = content.remembered(zip_listing)
    if listing is None:
        raise Unlisted("no directory")
    if not listing.whole:
        raise Unlisted(f"a directory of more than {DIRECTORY_BYTES} bytes")
    for found in listing.members:
        name = found.name.decode("latin-1").lower().replace("\\", "/").lstrip("/")
        yield Member(name, found.method, found.packed, found.size, found.place)
    if not listing.sound:
        raise Unlisted("a directory that breaks off")


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
