"""Programs that carry what they install, and images that machines boot from, built byte by byte; for each a twin."""

from __future__ import annotations

import gzip
import lzma
import struct
import zlib

from tests.examine.executable.native_samples import pe
from tests.examine.executable.sample import Sample

SECTOR = 2048
PROGRAM = pe()
ARCHIVE = b"7z\xbc\xaf\x27\x1c\0\4" + bytes(40)


def bootable_disc(*, key: bytes = b"\x55\xaa", record: bytes = b"EL TORITO SPECIFICATION") -> bytes:
    """Return an ISO 9660 image that is nothing but a boot record and its catalog in sector 20."""
    boot = (b"\0CD001\1" + record).ljust(0x47, b"\0") + struct.pack("<L", 20)
    catalog = b"\1\xef\0\0".ljust(30, b"\0") + key + b"\x88"
    sectors = {16: b"\1CD001\1", 17: boot, 18: b"\xffCD001\1", 20: catalog}
    return b"".join(sectors.get(number, b"").ljust(SECTOR, b"\0") for number in range(22))


def squashfs(entry: bytes, *, compression: int = 1, block: bytes | None = None) -> bytes:
    """Return a squashfs of which there is only a superblock and one block of directory entries."""
    header = struct.pack("<LLHH", 1, 32, 0, 0) + struct.pack("<HHH", 0, 2, len(entry) - 1) + entry
    packed = zlib.compress(header) if block is None else block
    table = struct.pack("<H", len(packed)) + packed
    superblock = struct.pack(
        "<4sLLLLHHHHHHQQQQQQQQ", b"hsqs", 1, 0, 1 << 17, 0, compression, 17, 0, 1, 4, 0,
        0, 96 + len(table), 0, 0, 96, 96, 96 + len(table), 0,
    )  # fmt: skip  # the order of the superblock
    return superblock + table + bytes(64)


def xz_squashfs(entry: bytes) -> bytes:
    """Return the same with its directory packed by xz."""
    header = struct.pack("<LLHHHHH", 1, 32, 0, 0, 0, 2, len(entry) - 1) + entry
    return squashfs(entry, compression=4, block=lzma.compress(header, check=lzma.CHECK_CRC32))


SAMPLES: dict[str, Sample] = {
    "nsis": PROGRAM + bytes(512) + struct.pack("<L", 0) + b"\xef\xbe\xad\xdeNullsoftInst" + bytes(40),
    "inno-setup": PROGRAM + b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a" + bytes(40),
    "wix-burn": PROGRAM + b".wixburn" + bytes(40),
    "installshield": PROGRAM + b"ISSetupStream\0" + bytes(40),
    "iexpress": PROGRAM + b"wextract_cleanup%d\0" + bytes(40),
    "sfx": PROGRAM + ARCHIVE,
    "el-torito": bootable_disc(),
    "snap": squashfs(b"snap.yaml"),
}

TWINS: dict[str, Sample] = {
    "nsis": b"The mark of NSIS is NullsoftInst behind deadbeef.\n",
    "inno-setup": b"Inno Setup Setup Data (5.5.0) is what stands in such programs.\n",
    "wix-burn": b".wixburn is the name of a section.\n",
    "installshield": b"ISSetupStream\0 as a text has it.\n",
    "iexpress": b"wextract_cleanup0 is a value of the registry.\n",
    "sfx": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "el-torito": bootable_disc(record=b"SOMETHING ELSE ALTOGETHER"),
    "snap": squashfs(b"soap.yaml"),
}

SCRIPT_WITH_ARCHIVE = b"#!/bin/sh\ntail -n +3 $0 | tar xz\nexit\n" + gzip.compress(b"files" * 900, mtime=0) * 3
