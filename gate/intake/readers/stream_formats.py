"""Compressed streams, expanded in bounded steps: what comes out, and where in the file something else stands.

RFC 1952 (gzip), the bzip2 and xz formats with any number of streams in a row, and the old ``.lzma`` format with one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gate.intake.readers.decoders import Damaged, Inflate, Region, bzip2, expand, lzma_alone, xz
from gate.intake.readers.interface import Event, Source, Trouble
from gate.intake.readers.made_up import MadeUpNames, carry, hidden, is_note

GZIP_MAGIC = b"\x1f\x8b"
BZIP2_MAGIC = b"BZh"
XZ_MAGIC = b"\xfd7zXZ\0"
_DEFLATE = 8
_FIXED = 10
_TRAILER = 8
_HEADER_CHECKSUM, _EXTRA, _NAME, _COMMENT, _RESERVED = 2, 4, 8, 16, 0xE0
_XZ_ALIGNMENT = 4
_SCAN = 1 << 12
_REGIONS = 1000
"""How many places of hidden bytes are remembered; more of them are told as one gap."""
_KNOWN_EXTRA = {b"BC": 2, b"RA": 1 << 16, b"CZ": 1 << 10}
"""Fields of blocked gzip (SAM format), dictzip and Debian's ``cz``: type and most bytes."""


@dataclass
class Notes:
    """What was noticed beside the expanded bytes, to be told after them."""

    troubles: list[Trouble] = field(default_factory=list)
    regions: list[tuple[str, int, int, str]] = field(default_factory=list)
    crowded: bool = False

    def hide(self, name: str, start: int, stop: int, detail: str) -> None:
        """Note bytes of the file that no reader shows; with no ``detail`` it is known what they are for."""
        if len(self.regions) < _REGIONS:
            self.regions.append((name, start, stop, detail))
        else:
            self.crowded = True

    def damage(self, detail: str) -> None:
        """Note damage behind which reading went on; the first of a kind stands for all."""
        trouble = Trouble(detail, reason="corrupt")
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def events(self, source: Source) -> Iterator[Event]:
        """Yield all that was noted."""
        yield from self.troubles
        names = MadeUpNames()
        for name, start, stop, detail in self.regions:
            numbered = name.encode() if name == "trailing" else names.next(name)
            yield from carry(source, start, stop, numbered, hidden(detail) if detail else None)
        if self.crowded:
            yield Trouble(f"more than {_REGIONS} places of hidden data", reason="too-many")


Expander = Callable[[Source, Notes], Iterator[bytes]]


def gzip_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all members of a gzip file expand to.  Raises :class:`Damaged`."""
    region = Region(source, 0, source.size)
    first = True
    while first or source.read_at(region.position, len(GZIP_MAGIC)) == GZIP_MAGIC:
        first = False
        region.position = _gzip_header(source, region.position, notes)
        checksum = size = 0
        for chunk in expand(Inflate, region):
            checksum = zlib.crc32(chunk, checksum)
            size += len(chunk)
            yield chunk
        trailer = region.take(_TRAILER)
        if len(trailer) < _TRAILER:
            raise Damaged("truncated stream")
        if trailer != checksum.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little"):
            notes.damage("crc or size mismatch")
    note_trailing(source, region.position, notes)


def _gzip_header(source: Source, start: int, notes: Notes) -> int:
    """Return where the deflate stream begins; note what a header carries beyond a file's name and a comment."""
    fixed = source.read_at(start, _FIXED)
    if len(fixed) < _FIXED or not fixed.startswith(GZIP_MAGIC):
        raise Damaged("truncated header")
    method, flags = fixed[2], fixed[3]
    if method != _DEFLATE or flags & _RESERVED:
        raise Damaged("unknown gzip method or flag", "unsupported")
    position = start + _FIXED
    if flags & _EXTRA:
        length = int.from_bytes(source.read_at(position, 2), "little")
        extra = source.read_at(position + 2, length)
        if not _extra_explained(extra):
            notes.hide("header", position + 2, position + 2 + length, "data in an extra field")
        position += 2 + length
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            stop = _find_zero(source, position)
            if stop - position > _SCAN or not is_note(source.read_at(position, stop - position)):
                notes.hide("header", position, stop, "data in a name or comment")
            position = stop + 1
    if flags & _HEADER_CHECKSUM:
        position = _check_header(source, start, position)
    if position > source.size:
        raise Damaged("truncated header")
    return position


def _check_header(source: Source, start: int, position: int) -> int:
    """Compare the checksum of a header; return where it ends."""
    checksum = 0
    for block in Region(source, start, position).blocks():
        checksum = zlib.crc32(block, checksum)
    if source.read_at(position, 2) != (checksum & 0xFFFF).to_bytes(2, "little"):
        raise Damaged("header checksum mismatch")
    return position + 2


def _extra_explained(extra: bytes) -> bool:
    position = 0
    while position + 4 <= len(extra):
        length = int.from_bytes(extra[position + 2 : position + 4], "little")
        if length > _KNOWN_EXTRA.get(extra[position : position + 2], 0):
            return False
        position += 4 + length
    return position == len(extra)


def _find_zero(source: Source, position: int) -> int:
    while block := source.read_at(position, _SCAN):
        found = block.find(b"\0")
        if found >= 0:
            return position + found
        position += len(block)
    raise Damaged("truncated header")


def bzip2_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all streams of a bzip2 file expand to.  Raises :class:`Damaged`."""
    region = Region(source, 0, source.size)
    yield from expand(bzip2, region)
    while source.read_at(region.position, len(BZIP2_MAGIC)) == BZIP2_MAGIC:
        yield from expand(bzip2, region)
    note_trailing(source, region.position, notes)


def xz_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all streams of an xz file expand to.  Raises :class:`Damaged`.

    Between streams may stand zeros, four at a time (xz file format 1.2.1, section 2.2).
    """
    region = Region(source, 0, source.size)
    while True:
        yield from expand(xz, region)
        following = skip_zeros(source, region.position)
        if (following - region.position) % _XZ_ALIGNMENT:
            notes.damage("bad stream padding")
        if source.read_at(following, len(XZ_MAGIC)) != XZ_MAGIC:
            break
        region.position = following
    note_trailing(source, region.position, notes)


def lzma_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what the stream of an ``.lzma`` file expands to.  Raises :class:`Damaged`."""
    region = Region(source, 0, source.size)
    yield from expand(lzma_alone, region)
    note_trailing(source, region.position, notes)


def skip_zeros(source: Source, position: int) -> int:
    """Return where the zeros at ``position`` end."""
    for block in Region(source, position, source.size).blocks():
        behind = block.lstrip(b"\0")
        position += len(block) - len(behind)
        if behind:
            break
    return position


def note_trailing(source: Source, position: int, notes: Notes) -> None:
    """Note what follows the last stream; zeros are the filling of a tape or disk."""
    start = skip_zeros(source, position)
    if start < source.size:
        notes.hide("trailing", start, source.size, "data behind the end")
