"""ELF programs packed by UPX: blocks of the segments in a row, then blocks of what lies between and behind them."""

from __future__ import annotations

import struct
from typing import NamedTuple

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source
from gate.intake.readers.upx_filter import restore_jumps
from gate.intake.readers.upx_header import HEADER, MAGIC, headers
from gate.intake.readers.upx_nrv import unpacked

_HEADS = 24
"""Bytes of the two headers behind the program headers: of the loader and of the program."""
_BLOCK = struct.Struct("<LLBBBB")
_LITTLE_ENDIAN = 1
_LOADED = 1
_SEGMENTS = 64
_LONGEST_TAIL = 64
"""Bytes behind the last block at most: a checked header, and the place of the program's header."""


class _Segments(NamedTuple):
    """The loaded segments of an ELF file: where each begins and ends; and where the program headers end."""

    spans: list[tuple[int, int]]
    end: int


def is_packed_elf(head: bytes) -> bool:
    """Say whether the ELF file that begins with ``head`` has the header of UPX's loader."""
    try:
        end = _segments(head).end
    except Damaged:
        return False
    return head[end + 4 : end + 8] == MAGIC


def read_elf(source: Source, most: int) -> tuple[bytes, int]:
    """Return the program, and where the packed one ends.  Raises :class:`Damaged`, also beyond ``most`` bytes."""
    head = source.read_at(0, 4096)
    packed = _segments(head)
    size = int.from_bytes(head[packed.end + 16 : packed.end + 20], "little")
    if size > most:
        raise Damaged(f"more than {most >> 20} MiB", "too-large")
    blocks = _Blocks(source, packed.end + _HEADS, size)
    first = blocks.next()
    original = _segments(first)
    program = bytearray(size)
    position = len(first)
    program[:position] = first
    covered: list[tuple[int, int]] = []
    for start, stop in original.spans:
        begin = max(start, position) if not covered else start
        if stop > size or begin > stop or (covered and start < covered[-1][1]):
            raise Damaged("segments that overlap or go on past the end", "unsupported")
        blocks.fill(program, begin, stop)
        covered.append((start, stop))
    blocks.position = (max(stop for _, stop in packed.spans) + 3) & ~3
    end = 0
    for start, stop in [*covered, (size, size)]:
        blocks.fill(program, end, start)
        end = max(end, stop)
    return bytes(program), _end(source, blocks.position)


def _end(source: Source, position: int) -> int:
    """Return where the packed program ends: behind a header with checksums that follows its blocks."""
    tail = source.read_at(position, _LONGEST_TAIL)
    places = [place + HEADER.size for place, _ in headers(tail)]
    if not places:
        raise Damaged("its end is not found")
    return position + min(places[0] + 4, len(tail))


def _segments(head: bytes) -> _Segments:
    """Return the loaded segments of an ELF file by its first bytes.  Raises :class:`Damaged`."""
    if len(head) < 52 or not head.startswith(b"\x7fELF"):  # noqa: PLR2004  # the shorter header
        raise Damaged("no ELF header")
    if head[5] != _LITTLE_ENDIAN:
        raise Damaged("an ELF file of a machine whose packing is not read", "unsupported")
    wide = head[4] == 2  # noqa: PLR2004  # 64 bit
    place, length, count = struct.unpack_from("<32xQ14xHH" if wide else "<28xL10xHH", head.ljust(64, b"\0"))
    form = "<L4xQ16xQ" if wide else "<LL8xL"
    end = place + length * count
    if not 0 < count <= _SEGMENTS or length < struct.calcsize(form) or end > len(head):
        raise Damaged("bad program headers")
    spans = []
    for number in range(count):
        kind, start, size = struct.unpack_from(form, head, place + number * length)
        if kind == _LOADED:
            spans.append((start, start + size))
    if not spans:
        raise Damaged("no segments")
    return _Segments(spans, end)


class _Blocks:
    """The blocks of packed data, of which no one may expand to more than ``most`` bytes."""

    def __init__(self, source: Source, position: int, most: int) -> None:
        self._source = source
        self._most = most
        self.position = position

    def next(self) -> bytes:
        """Return what the next block expands to.  Raises :class:`Damaged`."""
        head = self._source.read_at(self.position, _BLOCK.size)
        if len(head) < _BLOCK.size:
            raise Damaged("truncated")
        size, stored, method, kind, mark, _ = _BLOCK.unpack(head)
        if not 0 < stored <= size <= self._most:
            raise Damaged("bad block")
        data = self._source.read_at(self.position + _BLOCK.size, stored)
        if len(data) < stored:
            raise Damaged("truncated")
        self.position += _BLOCK.size + stored
        if stored < size:
            data = unpacked(data, size, method)
        if not kind:
            return data
        code = bytearray(data)
        if not restore_jumps(code, 0, len(code), kind, mark):
            raise Damaged(f"filter {kind} is not read", "unsupported")
        return bytes(code)

    def fill(self, program: bytearray, start: int, stop: int) -> None:
        """Expand blocks to a part of the program.  Raises :class:`Damaged`."""
        while start < stop:
            block = self.next()
            if len(block) > stop - start:
                raise Damaged("a block that is longer than its part of the program")
            program[start : start + len(block)] = block
            start += len(block)
