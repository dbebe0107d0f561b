"""The bytes of one entry of a zip file: what they expand to, and whether they are what the headers say."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gate.intake.readers.decoders import FEED, Damaged, Decoder, Inflate, Region, ZipLzma, bzip2, expand, xz
from gate.intake.readers.interface import Data, Source, Trouble
from gate.intake.readers.zip_records import (
    DESCRIPTOR,
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_LZMA_END,
    FLAG_MASKED,
    FLAG_STRONG,
    FLAG_UTF8,
    SATURATED_32,
    Central,
    Local,
)

STORE, DEFLATE, BZIP2, LZMA, XZ, AES = 0, 8, 12, 14, 95, 99
_UNIX_SYSTEMS = frozenset({3, 19})
_DOS_FOLDER = 0x10
_ALL_TYPES = 0o170000
_MEANING = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG | FLAG_UTF8 | FLAG_MASKED
_DESCRIPTORS = (struct.Struct("<LLL"), struct.Struct("<LQQ"))

Kind = Literal["file", "folder", "symbolic-link", "special"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read an entry's bytes; ``crc`` and ``size`` are None where they are not known beforehand."""

    method: int
    flags: int
    crc: int | None
    size: int | None
    start: int
    stop: int

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed (APPNOTE 4.4.4, 7.2)."""
        return self.method == AES or bool(self.flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))


class Contents:
    """Iterates over the data of a reading, then over what is wrong with it.

    Afterwards ``position`` is the end of the compressed stream, ``crc`` and ``size`` those of the data, and ``whole``
    says whether nothing was wrong.
    """

    def __init__(self, source: Source, reading: Reading) -> None:
        self._source = source
        self._reading = reading
        self.position = reading.stop
        self.crc = 0
        self.size = 0
        self.whole = False

    def __iter__(self) -> Iterator[Data | Trouble]:
        """Yield the data, then troubles that concern the member begun last."""
        if self._reading.encrypted:
            yield Trouble("encrypted", reason="encrypted", in_member=True)
            return
        region = Region(self._source, self._reading.start, self._reading.stop)
        try:
            for block in self._blocks(region):
                self.crc = zlib.crc32(block, self.crc)
                self.size += len(block)
                yield Data(block)
        except Damaged as damage:
            yield Trouble(damage.detail, reason=damage.reason, in_member=True)
            return
        self.position = region.position
        self.whole = True
        for detail in self._mismatches():
            self.whole = False
            yield Trouble(detail, reason="corrupt", in_member=True)

    def _blocks(self, region: Region) -> Iterator[bytes]:
        reading = self._reading
        if reading.method == STORE:
            return region.blocks()
        if reading.method == DEFLATE:
            return expand(Inflate, region, FEED)
        if reading.method == BZIP2:
            return expand(bzip2, region, FEED)
        if reading.method == XZ:
            return expand(xz, region, FEED)
        if reading.method == LZMA:
            return expand(self._lzma, region, FEED)
        raise Damaged(f"unknown method {reading.method}", "unsupported")

    def _lzma(self) -> Decoder:
        end_marker = bool(self._reading.flags & FLAG_LZMA_END) or self._reading.size is None
        return ZipLzma(self._reading.size or 0, end_marker=end_marker)

    def _mismatches(self) -> Iterator[str]:
        if self._reading.size not in {None, self.size}:
            yield "size mismatch"
        if self._reading.crc not in {None, self.crc}:
            yield "crc mismatch"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What an entry is, its permission bits, and where its name and its attributes do not agree."""

    kind: Kind
    mode: int | None
    problem: str = ""


def attributes(header: Central) -> Attributes:
    """Return what the entry is by its name and its external attributes (APPNOTE 4.4.15).

    Permission bits of other systems than Unix count where a file type stands beside them, as installers of wheels
    honour those too.
    """
    high = header.attributes >> 16
    file_type = stat.S_IFMT(high)
    unix = header.creator in _UNIX_SYSTEMS
    mode = stat.S_IMODE(high) if high and (unix or file_type) else None
    slash = header.name.endswith(b"/")
    if file_type == stat.S_IFLNK:
        problem = "" if unix and not slash else "link by some readers only"
        return Attributes("symbolic-link", mode, problem)
    if slash:
        # Old archivers of Java give folders the type of a file, or all bits: every reader goes by the name.
        plausible = file_type in {0, stat.S_IFDIR, stat.S_IFREG, _ALL_TYPES}
        return Attributes("folder", mode, "" if plausible else "folder by name, not by mode")
    if file_type == stat.S_IFDIR or header.attributes & _DOS_FOLDER:
        if header.size:
            return Attributes("file", mode, "folder by mode, not by name")
        return Attributes("folder", mode)
    if file_type not in {0, stat.S_IFREG}:
        return Attributes("special", mode)
    return Attributes("file", mode)


def differences(header: Central, local: Local) -> list[str]:
    """Return in what the local header differs from the central one, as short English words.

    With a data descriptor the local checksum and sizes may be zero (APPNOTE 4.4.4, bit 3).
    """
    pairs = {
        "name": (header.name, local.name),
        "method": (header.method, local.method),
        "flags": (header.flags & _MEANING, local.flags & _MEANING),
        "crc": (header.crc, local.crc),
        "compressed size": (header.compressed, local.compressed),
        "size": (header.size, local.size),
    }
    late = {"crc", "compressed size", "size"} if local.flags & FLAG_DESCRIPTOR else set()
    return [name for name, (ours, theirs) in pairs.items() if ours != theirs and not (name in late and theirs == 0)]


def descriptor_length(data: bytes, crc: int, compressed: int, size: int, room: int) -> int | None:
    """Return the length of the data descriptor at the start of ``data`` that holds these values, or None.

    It may have a signature or none, and 32-bit or 64-bit sizes (APPNOTE 4.3.9); of several that fit, the one that
    fills the ``room`` before the next record, else the shortest.
    """
    narrow = max(compressed, size) <= SATURATED_32
    bodies = [layout.pack(crc, compressed, size) for layout in _DESCRIPTORS if narrow or layout is not _DESCRIPTORS[0]]
    forms = [head + body for body in bodies for head in (b"", DESCRIPTOR)]
    fitting = [len(form) for form in forms if data.startswith(form)]
    return room if room in fitting else min(fitting, default=None)
