"""Readers of compressed streams: the members of a tar file inside, or else the expanded bytes as one member."""

from __future__ import annotations

from collections.abc import Iterator

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Source, Trouble
from gate.intake.readers.stream_formats import Expander, Notes, bzip2_chunks, gzip_chunks, lzma_chunks, xz_chunks
from gate.intake.readers.stream_lz4 import lz4_chunks
from gate.intake.readers.stream_lzip import lzip_chunks
from gate.intake.readers.stream_zstd import zstd_chunks
from gate.intake.readers.tar import read_stream
from gate.intake.readers.tar_header import BLOCK, has_checksum

_GATHERED = CHUNK // 4


def read_gzip(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in a gzip file."""
    yield from _read(source, options, gzip_chunks)


def read_bzip2(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in a bzip2 file."""
    yield from _read(source, options, bzip2_chunks)


def read_xz(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in an xz file."""
    yield from _read(source, options, xz_chunks)


def read_lzma(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in an ``.lzma`` file."""
    yield from _read(source, options, lzma_chunks)


def read_zstd(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in a Zstandard file."""
    yield from _read(source, options, zstd_chunks)


def read_lzip(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in an lzip file."""
    yield from _read(source, options, lzip_chunks)


def read_lz4(source: Source, options: Options) -> Iterator[Event]:
    """Yield what is in an lz4 file."""
    yield from _read(source, options, lz4_chunks)


def _read(source: Source, options: Options, expander: Expander) -> Iterator[Event]:
    notes = Notes()
    stream = ByteStream(_gathered(expander(source, notes)))
    try:
        head = stream.peek(BLOCK)
        if has_checksum(head):
            yield from read_stream(stream, options)
        elif head or not stream.read(1):  # that read raises where the stream broke before its first byte
            yield Member(b"content", made_up=True)
            for piece in stream.rest():
                yield Data(piece)
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)
    yield from notes.events(source)


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Join small chunks, so that a file of many tiny streams makes no more events than one of a single stream."""
    parts: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size >= _GATHERED:
                yield b"".join(parts)
                parts, size = [], 0
    except Damaged as damage:
        if parts:
            yield b"".join(parts)
        raise damage from None
    if parts:
        yield b"".join(parts)
