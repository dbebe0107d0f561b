"""Lzip files (the manual of lzip 1.23, "File format"): members of an LZMA stream with a header and a trailer."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import partial

from gate.intake.readers.decoders import Damaged, Decoder, Region, expand, lzma_alone
from gate.intake.readers.interface import Source
from gate.intake.readers.stream_formats import Notes, note_trailing

_MAGIC = b"LZIP"
_VERSION = 1
_HEADER = 6
_TRAILER = struct.Struct("<LQQ")
_PROPERTIES = 93
"""Literal and position bits are fixed (lc=3, lp=0, pb=2), as the ``.lzma`` format writes them in one byte."""
_DICTIONARY_BITS = range(12, 30)
_LARGEST, _SMALLEST = 1 << 29, 1 << 12


def lzip_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all members of an lzip file expand to.  Raises :class:`Damaged`."""
    region = Region(source, 0, source.size)
    while True:
        start = region.position
        dictionary = _dictionary(region.take(_HEADER))
        checksum = size = 0
        for chunk in expand(partial(_decoder, dictionary), region):
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            yield chunk
        trailer = region.take(_TRAILER.size)
        if len(trailer) < _TRAILER.size:
            raise Damaged("truncated stream")
        if trailer != _TRAILER.pack(checksum, size, region.position - start):
            notes.damage("crc or size mismatch")
        if source.read_at(region.position, len(_MAGIC)) != _MAGIC:
            break
    note_trailing(source, region.position, notes)


def _dictionary(head: bytes) -> int:
    """Return the dictionary size that a header asks for: a power of two less some sixteenths of it."""
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        raise Damaged("truncated header")
    if head[4] != _VERSION:
        raise Damaged("unknown version of lzip", "unsupported")
    bits, sixteenths = head[5] & 0x1F, head[5] >> 5
    size = (1 << bits) - sixteenths * ((1 << bits) // 16)
    if bits not in _DICTIONARY_BITS or size < _SMALLEST or size > _LARGEST:
        raise Damaged("bad stream header")
    return size


def _decoder(dictionary: int) -> Decoder:
    """Return a decoder of one member's stream, which ends with a marker: that of a ``.lzma`` file of unknown size."""
    decoder = lzma_alone()
    decoder.decompress(bytes([_PROPERTIES]) + dictionary.to_bytes(4, "little") + b"\xff" * 8, 0)
    return decoder
