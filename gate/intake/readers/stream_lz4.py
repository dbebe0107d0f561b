"""Lz4 files (LZ4 Frame Format 1.6.2): frames, skippable frames, and the legacy frames of the first ``lz4`` programs."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import lz4.block  # type: ignore[import-untyped]  # it ships no types
import lz4.frame  # type: ignore[import-untyped]  # it ships no types

from gate.intake.readers.decoders import Damaged, Region, expand
from gate.intake.readers.interface import CHUNK, Source
from gate.intake.readers.stream_formats import Notes, note_trailing

_MAGIC = b"\x04\x22\x4d\x18"
_LEGACY = b"\x02\x21\x4c\x18"
_SKIPPABLE = b"\x2a\x4d\x18"
_SKIPPABLE_FIRST = range(0x50, 0x60)
_HEAD = struct.Struct("<4sL")
_DICTIONARY = 1
_LEGACY_BLOCK = 8 << 20
"""Bytes that each legacy block but the last expands to."""
_LEGACY_PACKED = _LEGACY_BLOCK + _LEGACY_BLOCK // 255 + 16
"""Most bytes of a legacy block: those of a block that does not shrink (``LZ4_compressBound``)."""


class _Frame:
    """One lz4 frame in the form of a ``Decoder``."""

    def __init__(self) -> None:
        self._inner = lz4.frame.LZ4FrameDecompressor()
        self.needs_input = True

    @property
    def eof(self) -> bool:
        """Whether the end mark of the frame was reached."""
        return bool(self._inner.eof)

    @property
    def unused_data(self) -> bytes:
        """What was handed in past the end of the frame."""
        return self._inner.unused_data or b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take ``data`` in and return at most ``max_length`` bytes."""
        output: bytes = self._inner.decompress(data, max_length)
        # Output of exactly the most allowed may leave more of it inside although all input was taken.
        self.needs_input = bool(self._inner.needs_input) and len(output) < max_length
        return output


def lz4_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all frames of an lz4 file expand to.  Raises :class:`Damaged`."""
    region = Region(source, 0, source.size)
    while True:
        start = region.position
        head = source.read_at(start, _HEAD.size)
        if head.startswith(_MAGIC):
            if len(head) > len(_MAGIC) and head[4] & _DICTIONARY:
                raise Damaged("needs a dictionary", "unsupported")
            yield from expand(_Frame, region)
        elif head.startswith(_LEGACY):
            region.position += len(_LEGACY)
            yield from _legacy(source, region)
        elif head[1:4] == _SKIPPABLE and head[0] in _SKIPPABLE_FIRST:
            region.position = _skip(source, start, head, notes)
        elif start:
            break
        else:
            raise Damaged("bad stream header")
    note_trailing(source, region.position, notes)


def _skip(source: Source, start: int, head: bytes, notes: Notes) -> int:
    begin = start + _HEAD.size
    stop = begin + int.from_bytes(head[4:], "little")
    if begin < min(stop, source.size):
        notes.hide("skippable", begin, min(stop, source.size), "data in a skippable frame")
    if len(head) < _HEAD.size or stop > source.size:
        raise Damaged("truncated stream")
    return stop


def _legacy(source: Source, region: Region) -> Iterator[bytes]:
    """Yield what the blocks of a legacy frame expand to: it ends where no block can follow.

    Each block but the last holds 8 MiB, and none has a checksum.
    """
    full = True
    while full:
        size = int.from_bytes(source.read_at(region.position, 4), "little")
        if not 0 < size <= _LEGACY_PACKED:
            return
        region.position += 4
        packed = region.take(size)
        if len(packed) < size:
            raise Damaged("truncated stream")
        try:
            block: bytes = lz4.block.decompress(packed, uncompressed_size=_LEGACY_BLOCK)
        except lz4.block.LZ4BlockError as error:
            raise Damaged("bad compressed data") from error
        full = len(block) == _LEGACY_BLOCK
        for start in range(0, len(block), CHUNK):
            yield block[start : start + CHUNK]
