"""Programs that are hidden by XOR with one byte.

The key drops out of the XOR of each byte with the next one, so that one search finds every key: what is looked for
is a text of 30 characters that nearly every program for Windows holds, or the first bytes of an ELF header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.heuristics.programs import is_program

BLOCK = 4 << 20
_OVERLAP = 256
_STUB = b"This program cannot be run in DOS mode"
_STUB_REACH = 512
"""How far before its text the header of a program begins at most."""
_ELF = b"\x7fELF"
_ELF_START = re.compile(rb"\x7fELF[\x01\x02][\x01\x02]\x01[\x00\x03\x09]\x00{8}")
MOST = 16


class Hidden(NamedTuple):
    """A program behind XOR: where it begins and with which byte."""

    offset: int
    key: int


def _difference(data: bytes) -> bytes:
    """Return the XOR of each byte with the next one, one byte shorter than ``data``."""
    number = int.from_bytes(data, "big")
    return (number ^ (number >> 8)).to_bytes(len(data), "big")[1:]


_STUB_DIFFERENCE = _difference(_STUB)
_ELF_DIFFERENCE = _difference(_ELF)


def hidden_programs(data: bytes | memoryview) -> Iterator[Hidden]:
    """Yield the programs in ``data`` that XOR with one byte other than zero hides, in order, up to ``MOST``."""
    found: dict[Hidden, None] = {}
    for start in range(0, len(data), BLOCK):
        block = bytes(data[max(0, start - _OVERLAP) : start + BLOCK])
        for place, key in _marks(_difference(block), block):
            hidden = _header(data, max(0, start - _OVERLAP) + place, key)
            if hidden and len(found) < MOST:
                found[hidden] = None
    yield from sorted(found)


def _marks(difference: bytes, block: bytes) -> Iterator[tuple[int, int]]:
    for pattern, plain in ((_STUB_DIFFERENCE, _STUB), (_ELF_DIFFERENCE, _ELF)):
        place = difference.find(pattern)
        while place >= 0:
            key = block[place] ^ plain[0]
            if key:
                yield place, key
            place = difference.find(pattern, place + 1)


def _header(data: bytes | memoryview, place: int, key: int) -> Hidden | None:
    """Return where the program begins whose mark stands at ``place``; None where no header is there."""
    start = max(0, place - _STUB_REACH)
    window = uncovered(data[start : place + 0x1000], key)
    if _ELF_START.match(window, place - start):
        return Hidden(place, key)
    begin = window.rfind(b"MZ", 0, place - start)
    while begin >= 0:
        if is_program(window[begin:]):
            return Hidden(start + begin, key)
        begin = window.rfind(b"MZ", 0, begin)
    return None


def uncovered(data: bytes | memoryview, key: int) -> bytes:
    """Return ``data`` with XOR by ``key`` undone."""
    return bytes(data).translate(bytes(value ^ key for value in range(256)))
