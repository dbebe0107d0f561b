"""Tells which parts of a WebAssembly module are code and data, and which only describe it (core specification 5.5)."""

from __future__ import annotations

from collections.abc import Callable

_CUSTOM = 0
_SECTIONS = 100_000


def described_spans(read: Callable[[int, int], bytes], size: int) -> list[tuple[int, int]]:
    """Return the places of custom sections: names, source maps and producers, which no program reads when it runs.

    Reading ends at the first section that cannot be: what follows counts as data.
    """
    spans, place = [], 8
    for _ in range(_SECTIONS):
        head = read(6, place)
        length, width = _unsigned(head[1:])
        end = place + 1 + width + length
        if len(head) < 2 or not width or end > size:  # noqa: PLR2004  # a kind and a length
            break
        if head[0] == _CUSTOM:
            spans.append((place, end))
        place = end
    return spans


def _unsigned(data: bytes) -> tuple[int, int]:
    """Return a LEB128 number of at most 32 bits and its width; width 0 where none stands there."""
    value = 0
    for width, byte in enumerate(data[:5], 1):
        value |= (byte & 0x7F) << 7 * (width - 1)
        if byte < 0x80:  # noqa: PLR2004  # the highest bit says that more follows
            return value, width
    return 0, 0
