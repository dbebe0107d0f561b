"""Method 9 of zip, "enhanced deflate" (APPNOTE 4.4.5), by the library ``inflate64`` in small steps."""

from __future__ import annotations

from collections.abc import Iterator

import inflate64

from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.interface import CHUNK

_STEP = 1 << 8
"""Compressed bytes handed over at once: 256 expand to less than 8 MiB, as a match takes at least 18 bits and gives at
most 65,538 bytes.  The library forgets what it has not used when its output is limited, so only this bounds it."""


def deflate64_blocks(region: Region) -> Iterator[bytes]:
    """Yield what the stream at the start of ``region``, not read yet, expands to, and leave ``region`` right behind it.

    Raises :class:`Damaged` where the stream is cut short or is none.
    """
    decoder = inflate64.Inflater()
    while not decoder.eof:
        before = region.position
        # The library does not say what it left over, so the end of the region is handed over byte by byte.
        last = region.stop - before <= _STEP
        block = region.take(1 if last else _STEP)
        if not block:
            raise Damaged("truncated stream")
        output = _step(decoder, block)
        for place in range(0, len(output), CHUNK):
            yield output[place : place + CHUNK]
        if decoder.eof and not last:
            region.position = _end(region.again(), before)


def _end(again: Region, before: int) -> int:
    """Return where the stream ends, which it does in the step from ``before``: by reading it once more."""
    decoder = inflate64.Inflater()
    while again.position < before:
        _step(decoder, again.take(min(_STEP, before - again.position)))
    while not decoder.eof:
        _step(decoder, again.take(1))
    return again.position


def _step(decoder: inflate64.Inflater, block: bytes) -> bytes:
    try:
        output: bytes = decoder.inflate(block)
    except (ValueError, RuntimeError) as error:
        raise Damaged("bad compressed data") from error
    except MemoryError as error:
        raise Damaged("needs too much memory", "too-large") from error
    return output
