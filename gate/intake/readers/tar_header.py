"""Header blocks of tar files: POSIX ustar, GNU and the old form without magic (POSIX.1-2017 pax; GNU tar manual)."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.intake.readers.decoders import Damaged

BLOCK = 512
ZEROS = bytes(BLOCK)

REGULAR = frozenset({b"0", b"\0", b"7"})
HARD_LINK, SYMBOLIC_LINK, FOLDER = b"1", b"2", b"5"
SPECIAL = frozenset({b"3", b"4", b"6"})
PAX, PAX_GLOBAL, LONG_NAME, LONG_LINK, GNU_SPARSE = b"x", b"g", b"L", b"K", b"S"

_CHECKSUM = slice(148, 156)
_PREFIX = slice(345, 500)
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_CHECKSUM_TEXT = re.compile(rb" *([0-7]{1,7})[ \0]*")
_BASE_256 = 0x80
_NEGATIVE = 0x40
_HIGH_BYTES = bytes(range(0x80, 0x100))
_MOST = 1 << 62


class BadHeader(Damaged):
    """What a header says cannot be followed, so that the place of the next one is unknown."""


class Header(NamedTuple):
    """A header block; ``name`` is put together with its prefix where the format has one.

    ``stray_prefix`` says that there is something in the place of a prefix in a format that has none there: some
    readers take it for one all the same.
    """

    name: bytes
    mode: int
    size: int
    kind: bytes
    target: bytes
    stray_prefix: bool
    block: bytes


def has_checksum(block: bytes) -> bool:
    """Say whether a block is a header by its checksum, which old writers made of signed bytes."""
    if len(block) < BLOCK:
        return False
    stored = _CHECKSUM_TEXT.fullmatch(block, *_CHECKSUM.indices(BLOCK)[:2])
    if stored is None:
        return False
    wanted = int(stored[1], 8)
    # The field itself counts as spaces.
    counted = block[: _CHECKSUM.start] + b" " * 8 + block[_CHECKSUM.stop : BLOCK]
    total = sum(counted)
    if total == wanted:
        return True
    high = len(counted) - len(counted.translate(None, _HIGH_BYTES))
    return bool(high) and total - 256 * high == wanted


def read_header(block: bytes) -> Header:
    """Return what a block with a right checksum says.  Raises :class:`BadHeader` for numbers that are none."""
    magic = block[257:265]
    ustar = magic.startswith(b"ustar\0")
    name = _text(block[:100])
    prefix = _text(block[_PREFIX]) if ustar else b""
    kind = block[156:157]
    stray = not ustar and kind != GNU_SPARSE and any(block[_PREFIX])
    return Header(
        name=prefix + b"/" + name if prefix else name,
        mode=number(block[100:108]),
        size=number(block[124:136]),
        kind=kind,
        target=_text(block[157:257]),
        stray_prefix=stray,
        block=block,
    )


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def number(field: bytes) -> int:
    """Return the value of a numeric field: octal digits, or GNU's base 256.

    Raises :class:`BadHeader` for anything else, and for values below zero or absurdly large.
    """
    if field[0] & _BASE_256:
        value = int.from_bytes(bytes([field[0] & ~_BASE_256]) + field[1:], "big")
        if field[0] & _NEGATIVE or value > _MOST:
            raise BadHeader("bad number in a header")
        return value
    digits = _OCTAL.fullmatch(field)
    if digits is None:
        raise BadHeader("bad number in a header")
    return int(digits[1] or b"0", 8)
