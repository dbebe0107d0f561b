"""Compressed fonts: their texts (makers, licences, tables of pictures) are read as identifiers, as nothing loads them.

Forms: WOFF 1.0, "table directory" (each table zlib on its own) and WOFF 2.0, "compressed data block" (one brotli stream
of all tables).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped]  # publishes no type information

from gate.examine.outbound.binaries.scan import scan_bytes
from gate.examine.outbound.found import Found, Reference
from gate.models import Gap

WOFF = b"wOFF"
WOFF2 = b"wOF2"
FONT_BYTES = 64 << 20
"""Most bytes of a font's tables that are read."""
_TABLES = 4096
_DIRECTORY = 44
_ENTRY = 20
_PIECE = 1 << 16
_OUTPUT = 1 << 20
_HEADER_2 = 48
_NO_TAG = 0x3F
_TRANSFORMED = (10, 11)
"""Numbers of ``glyf`` and ``loca`` among the known tags: they have a second length unless their version is 3."""


class Damaged(ValueError):
    """A font that is not what its header says."""


def read_font(data: bytes) -> Iterator[Found]:
    """Yield the URLs in the tables of a compressed font; a gap where they cannot be unpacked."""
    if data[4:8] == b"ttcf":
        yield Gap("unsupported", "compressed collections of fonts are not read")
        return
    try:
        tables = list(_tables_1(data) if data.startswith(WOFF) else [_tables_2(data)])
    except (Damaged, struct.error, IndexError, zlib.error, brotli.error) as problem:
        yield Gap("corrupt", f"font: {problem}"[:200])
        return
    for url in dict.fromkeys(hit.url for table in tables for hit in scan_bytes(table)):
        yield Reference(url, "identifier", "font")


def _tables_1(data: bytes) -> Iterator[bytes]:
    count = int.from_bytes(data[12:14], "big")
    left = FONT_BYTES
    for number in range(min(count, _TABLES)):
        _, offset, length, whole, _ = struct.unpack_from(">5I", data, _DIRECTORY + _ENTRY * number)
        packed = data[offset : offset + length]
        table = packed if length >= whole else zlib.decompressobj().decompress(packed, min(whole, left) or 1)
        if len(packed) < length or len(table) < min(whole, left):
            raise Damaged("a table is shorter than it says")
        left -= len(table)
        if left <= 0:
            raise Damaged(f"more than {FONT_BYTES} bytes of tables")
        yield table


def _tables_2(data: bytes) -> bytes:
    """Return the one stream of all tables of a WOFF2 font."""
    count = int.from_bytes(data[12:14], "big")
    place = _HEADER_2
    for _ in range(count):
        flags = data[place]
        place += 1 + (4 if flags & _NO_TAG == _NO_TAG else 0)
        place = _past_number(data, place)
        version = flags >> 6
        is_outline = flags & _NO_TAG in _TRANSFORMED
        if is_outline != (version == 3) and (is_outline or version):  # noqa: PLR2004  # "null transform" of outlines
            place = _past_number(data, place)
    length = int.from_bytes(data[20:24], "big")
    return _from_brotli(data[place : place + length])


def _past_number(data: bytes, place: int) -> int:
    """Return the place behind a UIntBase128."""
    for _ in range(5):
        place += 1
        if not data[place - 1] & 0x80:
            return place
    raise Damaged("a number is too long")


def _from_brotli(packed: bytes) -> bytes:
    """Return the content of one brotli stream; what it holds back for want of room comes without further data."""
    decoder = brotli.Decompressor()
    content = bytearray()
    place = 0
    while not decoder.is_finished():
        piece = packed[place : place + _PIECE] if decoder.can_accept_more_data() else b""
        place += len(piece)
        made = decoder.process(piece, output_buffer_limit=_OUTPUT)
        if not piece and not made and not decoder.is_finished():
            raise Damaged("the tables have no end")
        content += made
        if len(content) > FONT_BYTES:
            raise Damaged(f"more than {FONT_BYTES} bytes of tables")
    return bytes(content)
