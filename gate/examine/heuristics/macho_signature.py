"""The code signature of a Mach-O file: whether its page hashes still fit the bytes.

No certificate is judged.  Source of the structures: Apple, ``cs_blobs.h`` of the open-source kernel; all numbers are
big-endian.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gate.examine.heuristics.reasons import Seen

_SUPER_BLOB = 0xFADE_0CC0
_DIRECTORY = 0xFADE_0C02
_INDEX = struct.Struct(">II")
_HEAD = struct.Struct(">III")
_FIELDS = struct.Struct(">IIIIIIIIIBBBB")
_MOST_BLOBS = 64
_LARGEST_PAGE = 24
_HASHES = {1: ("sha1", 20), 2: ("sha256", 32), 3: ("sha256", 20), 4: ("sha384", 48)}
"""``hashType`` -> algorithm and how many bytes of it are kept."""


@dataclass(frozen=True, slots=True)
class _Directory:
    algorithm: str
    kept: int
    limit: int
    page: int
    hashes: memoryview
    """The hashes of the pages one after another."""


def signature_signs(program: memoryview, offset: int, size: int) -> Iterator[Seen]:
    """Yield a sign where a page of ``program`` does not have the hash that its signature names.

    ``program`` begins at the header of the architecture's program, ``offset`` and ``size`` are those of the load
    command.  A signature that is not of a known structure is a mismatch too: the system would not take it.
    """
    blob = program[offset : offset + size]
    if len(blob) < size or not size:
        yield Seen("macho-signature-mismatch", f"beyond:{offset:#x}+{size:#x}")
        return
    directories = list(_directories(blob))
    if not directories:
        yield Seen("macho-signature-mismatch", "no_code_directory")
    for directory in directories:
        wrong = _first_wrong_page(program, directory)
        if wrong is not None:
            yield Seen("macho-signature-mismatch", f"{directory.algorithm}:page_{wrong}")
            return


def _directories(blob: memoryview) -> Iterator[_Directory]:
    if len(blob) < _HEAD.size:
        return
    magic, _length, count = _HEAD.unpack_from(blob)
    if magic != _SUPER_BLOB:
        return
    for number in range(min(count, _MOST_BLOBS)):
        place = _HEAD.size + _INDEX.size * number
        if place + _INDEX.size > len(blob):
            return
        _kind, start = _INDEX.unpack_from(blob, place)
        directory = _directory(blob[start:])
        if directory:
            yield directory


def _directory(blob: memoryview) -> _Directory | None:
    if len(blob) < _FIELDS.size:
        return None
    fields = _FIELDS.unpack_from(blob)
    magic, _length, _version, _flags, start, _identity, _special, pages, limit, kept, kind, _platform, page = fields
    algorithm, length = _HASHES.get(kind, ("", 0))
    if magic != _DIRECTORY or not algorithm or kept != length:
        return None
    hashes = blob[start : start + pages * kept]
    return _Directory(algorithm, kept, limit, 1 << page if 0 < page <= _LARGEST_PAGE else max(limit, 1), hashes)


def _first_wrong_page(program: memoryview, directory: _Directory) -> int | None:
    """Return the number of the first page whose hash differs or is missing, or None where all fit."""
    if directory.limit > len(program):
        return len(program) // directory.page
    for number, place in enumerate(range(0, directory.limit, directory.page)):
        page = program[place : min(place + directory.page, directory.limit)]
        expected = directory.hashes[number * directory.kept : (number + 1) * directory.kept]
        # SHA-1 is what old signatures use: the question is whether they fit, not whether they are strong.
        if hashlib.new(directory.algorithm, page, usedforsecurity=False).digest()[: directory.kept] != expected:
            return number
    return None
