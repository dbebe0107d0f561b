"""Decompression in bounded steps: whatever a stream expands to, no more than one chunk of it is held at a time."""

from __future__ import annotations

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

from gate.intake.readers.interface import CHUNK, Source
from gate.models import GapReason

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FEED = 1 << 16
"""Most compressed bytes handed to a decoder at once."""
FIRST_FEED = 1 << 10
"""Compressed bytes handed to a fresh decoder where streams follow each other: doubled from there to ``FEED``, so that a
file of many tiny streams costs no more than a few times its size (each decoder copies what it did not use)."""
MEMORY_BYTES = 256 << 20
"""Most memory for the dictionary of one stream; ``xz -9`` and ``7zz -mx9`` need a quarter of it."""
ZSTD_WINDOW_LOG = 27
"""Largest window of a zstd frame, as a power of two: 128 MiB, what ``zstd --ultra -22`` asks for, and the most that
the ``zstd`` program decodes without being told to."""
_LZMA_PROPERTIES = 5
_LZMA_HEADER = 4


class Damaged(Exception):
    """Bytes that cannot be read on: why, in short English words, and the reason of the gap."""

    def __init__(self, detail: str, reason: GapReason = "corrupt") -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason: GapReason = reason


class Decoder(Protocol):
    """What the decompressors of ``bz2`` and ``lzma`` have in common; they hold back what exceeds ``max_length``."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out before more goes in."""

    @property
    def unused_data(self) -> bytes:
        """What was handed in past the end of the stream."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Take ``data`` in and return at most ``max_length`` bytes."""


class Region:
    """A part of a source that is read from its start; ``position`` is where the next byte comes from."""

    def __init__(self, source: Source, start: int, stop: int) -> None:
        self._source = source
        self._start = start
        self.position = start
        self.stop = stop

    def again(self) -> Region:
        """Return the same region at its start."""
        return Region(self._source, self._start, self.stop)

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer than ``size`` only at the end of the region or the file."""
        block = self._source.read_at(self.position, min(size, self.stop - self.position))
        self.position += len(block)
        return block

    def blocks(self) -> Iterator[bytes]:
        """Yield what is left, in chunks."""
        while block := self.take(CHUNK):
            yield block


class Inflate:
    """Raw deflate (RFC 1951) in the form of a :class:`Decoder`; with a ``window`` of ``zlib.MAX_WBITS`` RFC 1950."""

    def __init__(self, window: int = -zlib.MAX_WBITS) -> None:
        self._inner = zlib.decompressobj(window)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the last block of the stream was decoded."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """What was handed in past the end of the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Take ``data`` in and return at most ``max_length`` bytes."""
        output = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        # Output of exactly the most allowed may leave more of it inside although all input was taken.
        self.needs_input = not self._inner.unconsumed_tail and len(output) < max_length
        return output


def zlib_stream() -> Decoder:
    """Return a decoder of one zlib stream (RFC 1950)."""
    return Inflate(zlib.MAX_WBITS)


def bzip2() -> Decoder:
    """Return a decoder of one bzip2 stream."""
    return bz2.BZ2Decompressor()


def xz() -> Decoder:
    """Return a decoder of one xz stream."""
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES)


def lzma_alone() -> Decoder:
    """Return a decoder of one stream of the old ``.lzma`` format."""
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_BYTES)


def zstandard() -> Decoder:
    """Return a decoder of one frame of Zstandard (RFC 8878)."""
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})


class ZipLzma:
    """Method 14 of zip (APPNOTE 5.8): a header of its own, then LZMA with or without an end marker.

    Read as the ``.lzma`` format, whose header is put together from the zip's, so that the decoder knows the end.
    """

    def __init__(self, size: int, *, end_marker: bool) -> None:
        self._size = (1 << 64) - 1 if end_marker else size
        self._head = b""
        self._inner: Decoder | None = None

    @property
    def eof(self) -> bool:
        """Whether the end marker or the size was reached."""
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out before more goes in."""
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        """What was handed in past the end of the stream."""
        return self._inner.unused_data if self._inner is not None else b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take ``data`` in and return at most ``max_length`` bytes."""
        if self._inner is not None:
            return self._inner.decompress(data, max_length)
        self._head += data
        if len(self._head) < _LZMA_HEADER + _LZMA_PROPERTIES:
            return b""
        if int.from_bytes(self._head[2:4], "little") != _LZMA_PROPERTIES:
            raise Damaged("unknown LZMA properties", "unsupported")
        properties, rest = self._head[4:9], self._head[9:]
        self._head = b""
        self._inner = lzma_alone()
        return self._inner.decompress(properties + self._size.to_bytes(8, "little") + rest, max_length)


def expand(make: Callable[[], Decoder], region: Region, feed: int = FIRST_FEED) -> Iterator[bytes]:
    """Yield what one stream at the start of ``region`` expands to, and leave ``region`` right behind the stream.

    ``feed`` is how much the decoder gets at first: ``FEED`` where ``region`` holds but this one stream.
    Raises :class:`Damaged` where the stream is cut short, is no such stream, or needs too much memory.
    """
    decoder = _guarded(make)
    while not decoder.eof:
        block = b""
        if decoder.needs_input:
            block = region.take(feed)
            feed = min(2 * feed, FEED)
            if not block:
                raise Damaged("truncated stream")
        output = _step(decoder, block)
        if output:
            yield output
        elif not (block or decoder.needs_input or decoder.eof):
            raise Damaged("stalled stream")
    region.position -= len(decoder.unused_data)


def _guarded(make: Callable[[], Decoder]) -> Decoder:
    try:
        return make()
    except ValueError as error:
        raise Damaged("bad stream header") from error
    except lzma.LZMAError as error:
        raise _told_by(str(error)) from error


def _step(decoder: Decoder, block: bytes) -> bytes:
    try:
        return decoder.decompress(block, CHUNK)
    except (zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Damaged("bad compressed data") from error
    except MemoryError as error:
        raise Damaged("needs too much memory", "too-large") from error
    except (lzma.LZMAError, zstd.ZstdError) as error:
        raise _told_by(str(error)) from error


_DAMAGES: tuple[tuple[str, str, GapReason], ...] = (
    ("emory", "needs too much memory", "too-large"),
    ("ictionary", "needs a dictionary", "unsupported"),
    ("checksum", "checksum mismatch", "corrupt"),
    ("nsupported", "unsupported filter or check", "unsupported"),
)
"""What the texts of errors of liblzma and libzstd have in them, and what that means."""


def _told_by(text: str) -> Damaged:
    for part, detail, reason in _DAMAGES:
        if part in text:
            return Damaged(detail, reason)
    return Damaged("bad compressed data")
