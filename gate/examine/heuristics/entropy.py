"""How much like random bytes something is: compressed data come near 8 bits a byte, code stays below 7."""

from __future__ import annotations

from collections import Counter
from math import log2

SAMPLE_BYTES = 1 << 16
"""Most bytes that are looked at: of more, sixteen stretches that are spread evenly."""
_STRETCHES = 16


def entropy(data: bytes | memoryview) -> float:
    """Return the Shannon entropy of ``data`` in bits per byte, 0.0 to 8.0; of a sample where it is long."""
    sample = _sample(data)
    if not sample:
        return 0.0
    total = len(sample)
    return -sum(count / total * log2(count / total) for count in Counter(sample).values())


def _sample(data: bytes | memoryview) -> bytes:
    if len(data) <= SAMPLE_BYTES:
        return bytes(data)
    stretch = SAMPLE_BYTES // _STRETCHES
    step = (len(data) - stretch) // (_STRETCHES - 1)
    return b"".join(data[place : place + stretch] for place in range(0, step * _STRETCHES, step))
