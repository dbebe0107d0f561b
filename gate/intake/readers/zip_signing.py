"""The signing block that Android puts between the entries and the directory of a package.

"APK Signature Scheme v2", section "APK Signing Block"; the block is part of the format, and its content is not.
"""

from __future__ import annotations

from gate.intake.readers.interface import Source

_MAGIC = b"APK Sig Block 42"
_LENGTH = 8
_FOOT = _LENGTH + len(_MAGIC)
_PAIR_HEAD = 12
_MOST_BYTES = 1 << 24
_PAGE = 4096


def block_start(source: Source, start: int, stop: int) -> int | None:
    """Return where the well-formed signing block that ends at ``stop`` begins, or None.

    It has to fill the space from ``start`` but for less than a page of zeros, which signers put in front.
    """
    foot = source.read_at(stop - _FOOT, _FOOT) if stop - start >= _FOOT + _LENGTH else b""
    if not foot.endswith(_MAGIC):
        return None
    length = int.from_bytes(foot[:_LENGTH], "little")
    begin = stop - length - _LENGTH
    if begin < start or begin - start >= _PAGE or length > _MOST_BYTES or any(source.read_at(start, begin - start)):
        return None
    block = source.read_at(begin, stop - begin)
    if int.from_bytes(block[:_LENGTH], "little") != length:
        return None
    return begin if _pairs_fill(block[_LENGTH:-_FOOT]) else None


def _pairs_fill(pairs: bytes) -> bool:
    position = 0
    while position + _PAIR_HEAD <= len(pairs):
        length = int.from_bytes(pairs[position : position + _LENGTH], "little")
        if length < _PAIR_HEAD - _LENGTH:
            return False
        position += _LENGTH + length
    return position == len(pairs)
