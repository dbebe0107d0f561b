"""Images of file systems that are programs: what a machine boots from, and packages that are mounted.

Sources: "El Torito" Bootable CD-ROM Format Specification 1.0, UEFI 2.10 13.3.2.1; squashfs (kernel,
``Documentation/filesystems/squashfs.rst``); snap format of snapcraft.io.
"""

from __future__ import annotations

import lzma
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import lz4.block  # type: ignore[import-untyped]  # it ships no types

from gate.examine.executable.content import Content, Family, Named

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_SECTOR = 2048
_FIRST_DESCRIPTOR, _LAST_DESCRIPTOR = 16, 48
_BOOT_RECORD = b"\0CD001\1EL TORITO SPECIFICATION"
_CATALOG = 0x47
_PLATFORMS = {0: "x86", 1: "powerpc", 2: "macintosh", 0xEF: "efi"}
_VALIDATION, _KEY = 1, b"\x55\xaa"
_SQUASHFS = (b"hsqs", b"sqsh")
_SUPERBLOCK = struct.Struct("<4xLLLLHHHHHHQQQQQQQQ")
_BLOCK = 8192
_STORED = 0x8000
_MEMORY = 64 << 20
_BLOCKS = 256
"""Blocks of the table of directories that are read; a snap's first folders fill one."""
_SNAP_ENTRY = b"\x08\0snap.yaml"
"""A directory entry's length of the name less one, and the name."""


def boot_catalog(content: Content) -> Named | None:
    """Name an image of a disc that a machine can boot from, by its boot record and the catalog that it points to."""
    if content.at(_FIRST_DESCRIPTOR * _SECTOR + 1, 5) != b"CD001":
        return None
    for sector in range(_FIRST_DESCRIPTOR, _LAST_DESCRIPTOR):
        descriptor = content.at(sector * _SECTOR, _CATALOG + 4)
        if descriptor[1:6] != b"CD001":
            return None
        if descriptor.startswith(_BOOT_RECORD):
            place = int.from_bytes(descriptor[_CATALOG:], "little") * _SECTOR
            entry = content.at(place, 32)
            known = len(entry) == 32 and entry[0] == _VALIDATION and entry[30:] == _KEY  # noqa: PLR2004  # one entry
            platform = _PLATFORMS.get(entry[1], "") if known else ""
            return Named("el-torito", platform, () if known else ("broken=catalog",))
    return None


_UNPACK: Mapping[int, Callable[[bytes], bytes]] = MappingProxyType(
    {
        1: lambda data: zlib.decompressobj().decompress(data, _BLOCK),
        2: lambda data: lzma.LZMADecompressor(lzma.FORMAT_ALONE, _MEMORY).decompress(data, _BLOCK),
        4: lambda data: lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY).decompress(data, _BLOCK),
        5: lambda data: lz4.block.decompress(data, uncompressed_size=_BLOCK),
        6: lambda data: zstd.ZstdDecompressor().decompress(data, _BLOCK),
    }
)
"""How to undo a compression, by its number in the superblock: gzip, lzma, xz, lz4, zstd; not lzo."""


def snap(content: Content) -> Named | None:
    """Name a package for snapd: a squashfs with ``snap.yaml`` among its directory entries."""
    if not content.head.startswith(_SQUASHFS) or len(content.head) < _SUPERBLOCK.size:
        return None
    fields = _SUPERBLOCK.unpack_from(content.head)
    compression, begin, stop = fields[4], fields[15], min(fields[16], content.size)
    seen = b""
    for block in _blocks(content, begin, stop, compression):
        if _SNAP_ENTRY in seen + block:
            return Named("snap")
        seen = block[-len(_SNAP_ENTRY) :]
    return None


def _blocks(content: Content, place: int, stop: int, compression: int) -> Iterator[bytes]:
    """Yield the blocks of a table of metadata; none where its compression is not known."""
    for _ in range(_BLOCKS):
        header = content.number(place, 2)
        if place >= stop or header < 0:
            return
        data = content.at(place + 2, header & ~_STORED)
        place += 2 + (header & ~_STORED)
        if header & _STORED:
            yield data
        elif compression in _UNPACK:
            try:
                yield _UNPACK[compression](data)
            except (zlib.error, lzma.LZMAError, zstd.ZstdError, lz4.block.LZ4BlockError, EOFError):
                return


def named_snap(content: Content) -> Named | None:
    """Name a squashfs that calls itself a snap: its directory may be packed in a way that is not read here."""
    is_one = content.suffix == "snap" and content.head.startswith(_SQUASHFS) and "snap" not in content.told
    return Named("snap") if is_one else None


FAMILIES = (
    Family("native", ("el-torito",), boot_catalog),
    Family("installer", ("snap",), snap, b"hs"),
    Family("installer", ("snap",), named_snap, b"hs", by_name=True),
)
