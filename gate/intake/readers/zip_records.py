"""The records of a zip file as they are stored (APPNOTE 6.3.10, section 4.3), parsed and not yet believed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from gate.intake.readers.interface import Source

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
DESCRIPTOR = b"PK\x07\x08"

LOCAL_SIZE = 30
CENTRAL_SIZE = 46
END_SIZE = 22
END64_SIZE = 56
LOCATOR64_SIZE = 20

SATURATED_16 = 0xFFFF
SATURATED_32 = 0xFFFFFFFF

FLAG_ENCRYPTED = 1 << 0
FLAG_LZMA_END = 1 << 1
FLAG_DESCRIPTOR = 1 << 3
FLAG_STRONG = 1 << 6
FLAG_UTF8 = 1 << 11
FLAG_MASKED = 1 << 13

EXTRA_ZIP64 = 0x0001
EXTRA_AES = 0x9901
_EXTRA_HEAD = struct.Struct("<HH")
_CENTRAL = struct.Struct("<4xBBHHHHHLLLHHHHHLL")
_SKIMMED = struct.Struct("<20xLLHHHH6xL")
_LOCAL = struct.Struct("<4xHHHHHLLLHH")
_EXTRA_FIELDS = 64
_WINDOW = 1 << 18
_PEEP = 1 << 12


class Window:
    """Reads a source by position through one block, so that many small reads in order cost few system calls.

    A read that does not follow the block before it fetches little, so that a hostile order costs little too.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._block = b""
        self._start = 0

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset``, fewer than ``size`` only at the end of the file."""
        begin = offset - self._start
        if begin < 0 or begin + size > len(self._block):
            follows = 0 <= begin <= len(self._block)
            self._block = self._source.read_at(offset, max(size, _WINDOW if follows else _PEEP))
            self._start = offset
            begin = 0
        return self._block[begin : begin + size]


class Central(NamedTuple):
    """A header of the central directory; sizes and offset with their zip64 values put in."""

    creator: int
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    disk: int
    attributes: int
    offset: int
    name: bytes
    extra: bytes
    comment: bytes
    length: int
    """Bytes of the whole header."""
    time: int


class Local(NamedTuple):
    """A local header; sizes with their zip64 values put in."""

    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    name: bytes
    extra: bytes
    wide: bool
    """Whether it has a zip64 field, and so a data descriptor of 64-bit sizes."""
    length: int
    time: int


class BadExtra(Exception):
    """A saturated field without the zip64 field that should hold its value."""


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield id and data of each extra field; what is left at the end without being one comes with id -1.

    So does what follows the 64th: honest entries have a handful.
    """
    position = 0
    for _ in range(_EXTRA_FIELDS):
        if position + _EXTRA_HEAD.size > len(extra):
            break
        kind, size = _EXTRA_HEAD.unpack_from(extra, position)
        begin = position + _EXTRA_HEAD.size
        if begin + size > len(extra):
            break
        yield kind, extra[begin : begin + size]
        position = begin + size
    if position < len(extra):
        yield -1, extra[position:]


def _widen(extra: bytes, values: list[int], saturated: list[int]) -> list[int]:
    """Put the values of the zip64 field, in its order, in place of saturated ones."""
    wide = next((data for kind, data in extra_fields(extra) if kind == EXTRA_ZIP64), None)
    position = 0
    result = []
    for value, mark in zip(values, saturated, strict=True):
        if value != mark:
            result.append(value)
            continue
        width = 4 if mark == SATURATED_16 else 8
        if wide is None or position + width > len(wide):
            raise BadExtra
        result.append(int.from_bytes(wide[position : position + width], "little"))
        position += width
    return result


def skim_central(window: Window, position: int, stop: int) -> tuple[int, int] | None:
    """Return length and offset of the central header at ``position``, as :func:`read_central` would, but sooner.

    Raises :class:`BadExtra`.
    """
    fixed = window.read(position, CENTRAL_SIZE)
    if len(fixed) < CENTRAL_SIZE or not fixed.startswith(CENTRAL):
        return None
    compressed, size, name_length, extra_length, comment_length, disk, offset = _SKIMMED.unpack(fixed)
    if SATURATED_32 in {compressed, size, offset} or disk == SATURATED_16:
        header = read_central(window, position, stop)
        return (header.length, header.offset) if header is not None else None
    length = CENTRAL_SIZE + name_length + extra_length + comment_length
    return (length, offset) if position + length <= stop else None


def read_central(window: Window, position: int, stop: int) -> Central | None:
    """Return the central header at ``position``, or None where there is none that ends before ``stop``.

    Raises :class:`BadExtra`.
    """
    fixed = window.read(position, CENTRAL_SIZE)
    if len(fixed) < CENTRAL_SIZE or not fixed.startswith(CENTRAL):
        return None
    (
        _,
        creator,
        _,
        flags,
        method,
        time,
        _,
        crc,
        compressed,
        size,
        name_length,
        extra_length,
        comment_length,
        disk,
        _,
        attributes,
        offset,
    ) = _CENTRAL.unpack(fixed)
    rest = window.read(position + CENTRAL_SIZE, name_length + extra_length + comment_length)
    length = CENTRAL_SIZE + name_length + extra_length + comment_length
    if position + length > stop or len(rest) < length - CENTRAL_SIZE:
        return None
    extra = rest[name_length : name_length + extra_length]
    if SATURATED_32 in {compressed, size, offset} or disk == SATURATED_16:
        size, compressed, offset, disk = _widen(
            extra, [size, compressed, offset, disk], [SATURATED_32, SATURATED_32, SATURATED_32, SATURATED_16]
        )
    return Central(
        creator,
        flags,
        method,
        crc,
        compressed,
        size,
        disk,
        attributes,
        offset,
        rest[:name_length],
        extra,
        rest[name_length + extra_length :],
        length,
        time,
    )


def read_local(window: Window, position: int, stop: int) -> Local | None:
    """Return the local header at ``position``, or None where there is none that ends before ``stop``.

    Raises :class:`BadExtra`.
    """
    fixed = window.read(position, LOCAL_SIZE)
    if len(fixed) < LOCAL_SIZE or not fixed.startswith(LOCAL):
        return None
    _, flags, method, time, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack(fixed)
    length = LOCAL_SIZE + name_length + extra_length
    rest = window.read(position + LOCAL_SIZE, name_length + extra_length)
    if position + length > stop or len(rest) < length - LOCAL_SIZE:
        return None
    extra = rest[name_length:]
    if SATURATED_32 in {compressed, size}:
        size, compressed = _widen(extra, [size, compressed], [SATURATED_32, SATURATED_32])
    wide = any(kind == EXTRA_ZIP64 for kind, _ in extra_fields(extra)) if extra else False
    return Local(flags, method, crc, compressed, size, rest[:name_length], extra, wide, length, time)
