"""Expands the source of macros as it is stored in modules ([MS-OVBA] 2.4.1)."""

from __future__ import annotations

from collections.abc import Iterator

_MARK = b"\0Attribut"
"""How the expanded source of every module begins, behind the flags of its first eight tokens."""
_CHUNK = 4096
_SOURCE_BYTES = 8 << 20
_MODULES = 100


def macro_sources(data: bytes) -> Iterator[str]:
    """Yield the source of each module in ``data``, as far as it can be expanded."""
    place = data.find(_MARK)
    for _ in range(_MODULES):
        if place < 0:
            return
        yield _expanded(data, place - 2).decode("cp1252", "replace")
        place = data.find(_MARK, place + 1)


def _expanded(data: bytes, place: int) -> bytes:
    """Expand the chunks from the header at ``place`` on; what is damaged ends them."""
    source = bytearray()
    while 0 <= place < len(data) - 2 and len(source) < _SOURCE_BYTES:
        header = int.from_bytes(data[place : place + 2], "little")
        if header >> 12 & 7 != 3:  # noqa: PLR2004  # the signature of a chunk
            break
        end = min(len(data), place + (header & 0xFFF) + 3)
        chunk = data[place + 2 : end]
        source += _chunk(chunk) if header & 0x8000 else chunk[:_CHUNK]
        place = end
    return bytes(source)


def _chunk(chunk: bytes) -> bytes:
    out = bytearray()
    place = 0
    while place < len(chunk) and len(out) < _CHUNK:
        flags = chunk[place]
        place += 1
        for bit in range(8):
            if place >= len(chunk):
                break
            if not flags >> bit & 1:
                out.append(chunk[place])
                place += 1
                continue
            token = int.from_bytes(chunk[place : place + 2], "little")
            place += 2
            width = max(4, (len(out) - 1).bit_length()) if out else 4
            offset = (token >> (16 - width)) + 1
            length = (token & (0xFFFF >> width)) + 3
            if offset > len(out):
                return bytes(out)
            for _ in range(length):
                out.append(out[-offset])
    return bytes(out)
