"""Sparse files in tar: GNU's old form and its three pax forms (GNU tar manual, "Storing Sparse Files")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.interface import CHUNK
from gate.intake.readers.tar_extended import Extension, decimal
from gate.intake.readers.tar_header import BLOCK, BadHeader, number

_SEGMENTS = 100_000
"""Most segments of one file: a map of more is no honest one, and would have to be held in memory."""
_FIELD = 12
_ENTRY = 24
_HOLE = bytes(CHUNK)
_PAX = b"GNU.sparse."

Segments = list[tuple[int, int]]


@dataclass(frozen=True)
class Plan:
    """How to make a file of ``real`` bytes from the ``stored`` ones that follow in the stream."""

    segments: Segments
    real: int
    stored: int

    def __post_init__(self) -> None:
        position = 0
        for offset, size in self.segments:
            if offset < position or offset + size > self.real:
                raise BadHeader("bad sparse map")
            position = offset + size
        if sum(size for _, size in self.segments) != self.stored:
            raise BadHeader("sparse map and data differ")

    def pieces(self, stream: ByteStream) -> Iterator[bytes]:
        """Yield the file with its holes, in chunks.  Raises :class:`BadHeader` where the data ends too early."""
        position = 0
        for offset, size in self.segments:
            yield from _hole(offset - position)
            missing = size
            for piece in stream.pieces(size):
                missing -= len(piece)
                yield piece
            if missing:
                raise BadHeader("truncated member")
            position = offset + size
        yield from _hole(self.real - position)


def _hole(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _HOLE[:size] if size < CHUNK else _HOLE
        size -= CHUNK


def old_plan(block: bytes, size: int, stream: ByteStream) -> Plan:
    """Return the plan of a member of type ``S``, whose further map blocks are read from the stream.

    Raises :class:`BadHeader`.
    """
    segments = _entries(block[386:482])
    more = block[482]
    while more:
        following = stream.read(BLOCK)
        if len(following) < BLOCK:
            raise BadHeader("truncated sparse map")
        segments += _entries(following[:504])
        more = following[504]
        if len(segments) > _SEGMENTS:
            raise BadHeader("sparse map too long", "unsupported")
    return Plan(segments, number(block[483:495]), size)


def _entries(table: bytes) -> Segments:
    segments = []
    for position in range(0, len(table), _ENTRY):
        offset, size = table[position : position + _FIELD], table[position + _FIELD : position + _ENTRY]
        if not any(offset) and not any(size):
            break
        segments.append((number(offset), number(size)))
    return segments


def has_pax_form(extension: Extension) -> bool:
    """Say whether the pax headers of a member make it a sparse file."""
    return any(key.startswith(_PAX) for key in extension.records)


def pax_plan(extension: Extension, size: int, stream: ByteStream) -> Plan:
    """Return the plan of a sparse member of a pax form; the map of form 1.0 is read from the stream.

    Raises :class:`BadHeader`.
    """
    records = extension.records
    real = decimal(records.get(_PAX + b"realsize") or records.get(_PAX + b"size", b""))
    if records.get(_PAX + b"major") == b"1":
        numbers, used = _map_in_data(stream, size)
        return Plan(_pairs(numbers), real, size - used)
    if _PAX + b"map" in records:
        text = records[_PAX + b"map"]
        return Plan(_pairs([decimal(value) for value in text.split(b",")] if text else []), real, size)
    keys = [key for key, _ in extension.segments]
    if keys != [_PAX + b"offset", _PAX + b"numbytes"] * (len(keys) // 2):
        raise BadHeader("bad sparse map")
    return Plan(_pairs([decimal(value) for _, value in extension.segments]), real, size)


def _map_in_data(stream: ByteStream, size: int) -> tuple[list[int], int]:
    """Read the map of format 1.0: decimal lines before the data, the first their count, filled up to a block."""
    rest = b""
    used = 0
    numbers: list[int] = []
    while not numbers or len(numbers) <= 2 * numbers[0]:
        block = stream.read(BLOCK)
        used += BLOCK
        if len(block) < BLOCK or used > size:
            raise BadHeader("truncated sparse map")
        *lines, rest = (rest + block).split(b"\n")
        numbers += [decimal(line) for line in lines]
        if len(rest) > BLOCK or (numbers and numbers[0] > _SEGMENTS):
            raise BadHeader("sparse map too long", "unsupported")
    if len(numbers) != 1 + 2 * numbers[0] or any(rest):
        raise BadHeader("bad sparse map")
    return numbers[1:], used


def _pairs(numbers: list[int]) -> Segments:
    if len(numbers) % 2:
        raise BadHeader("bad sparse map")
    return list(zip(numbers[::2], numbers[1::2], strict=True))
