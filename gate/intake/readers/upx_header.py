"""The header with checksums that UPX writes before the packed data of most formats of programs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from gate.intake.readers.upx_nrv import METHODS

MAGIC = b"UPX!"
HEADER = struct.Struct("<4xBBBBLLLLLBBBB")
_CHECKED = slice(4, 31)
_MODULUS = 251
_VERSIONS = range(10, 32)
"""Versions of the header since UPX 1.0; older ones are shorter."""


class PackHeader(NamedTuple):
    """The fields of the header; checksums are Adler-32 (RFC 1950) of the unpacked and of the packed bytes."""

    version: int
    form: int
    method: int
    level: int
    checksum: int
    packed_checksum: int
    size: int
    packed_size: int
    file_size: int
    filter: int
    filter_mark: int
    filter_count: int
    check: int


def headers(head: bytes) -> Iterator[tuple[int, PackHeader]]:
    """Yield the places of headers whose own checksum is right, and the headers."""
    place = head.find(MAGIC)
    while 0 <= place <= len(head) - HEADER.size:
        header = PackHeader(*HEADER.unpack_from(head, place))
        stored = head[place : place + HEADER.size]
        known = header.version in _VERSIONS and header.method in METHODS and header.packed_size and header.size
        if known and sum(stored[_CHECKED]) % _MODULUS == header.check:
            yield place, header
        place = head.find(MAGIC, place + 1)
