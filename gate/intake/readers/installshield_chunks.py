"""The compressed files of InstallShield's cabinets: pieces of raw deflate (RFC 1951), each with its size before it.

In older cabinets the pieces have no sizes; each ends with the empty block by which a deflate stream is flushed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.decoders import Damaged, Inflate
from gate.intake.readers.interface import CHUNK

_FLUSHED = b"\0\0\xff\xff"
_PROBED = 1 << 20


def expanded(stream: ByteStream, *, old: bool) -> Iterator[bytes]:
    """Yield what the stored bytes of a file expand to; ``old`` where the pieces may have no sizes.

    Raises :class:`Damaged`.
    """
    if old and not _begins_with_size(stream):
        yield from _without_sizes(stream)
    else:
        yield from _with_sizes(stream)


def _begins_with_size(stream: ByteStream) -> bool:
    """Say whether the first bytes are a size and a whole piece of that size."""
    size = int.from_bytes(stream.peek(2), "little")
    piece = stream.peek(2 + size)[2:]
    if not size or len(piece) < size:
        return False
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        decoder.decompress(piece, _PROBED)
    except zlib.error:
        return False
    if decoder.unconsumed_tail:
        return True
    return not decoder.unused_data and (decoder.eof or piece.endswith(_FLUSHED))


def _with_sizes(stream: ByteStream) -> Iterator[bytes]:
    while head := stream.read(2):
        size = int.from_bytes(head, "little")
        piece = stream.read(size)
        if not size or len(head) < 2 or len(piece) < size:  # noqa: PLR2004  # the bytes of a size
            raise Damaged("truncated data of a file")
        decoder = Inflate()
        yield from _steps(decoder, piece)
        if decoder.unused_data:
            raise Damaged("data behind a compressed piece")
        if not decoder.eof and not piece.endswith(_FLUSHED):
            raise Damaged("truncated compressed data")


def _without_sizes(stream: ByteStream) -> Iterator[bytes]:
    """Yield what pieces expand to: they refer to nothing before them, so that one decoder reads them all."""
    decoder = Inflate()
    last = b""
    while block := stream.read(CHUNK):
        yield from _steps(decoder, block)
        if decoder.unused_data:
            raise Damaged("data behind the compressed data")
        last = (last + block)[-len(_FLUSHED) :]
    if last and not decoder.eof and last != _FLUSHED:
        raise Damaged("truncated compressed data")


def _steps(decoder: Inflate, block: bytes) -> Iterator[bytes]:
    """Yield what ``block`` expands to."""
    try:
        while True:
            if output := decoder.decompress(block, CHUNK):
                yield output
            block = b""
            if decoder.eof or decoder.needs_input:
                return
            if not output:
                raise Damaged("stalled stream")
    except zlib.error as error:
        raise Damaged("bad compressed data") from error
