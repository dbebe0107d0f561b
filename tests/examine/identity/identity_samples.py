"""The smallest files of each family of containers, and beside each a twin that is none: made byte by byte."""

from __future__ import annotations

import binascii
import struct
import zlib

TEXT = b"Nothing but a text that goes on for some lines.\n" * 40
NOISE = bytes((index * 197 + 31 * (index >> 3)) % 256 for index in range(3000))


def _at(offset: int, data: bytes, size: int = 4096) -> bytes:
    return (bytes(offset) + data).ljust(size, b"\0")


def jffs2(order: str = "<") -> bytes:
    """Return a JFFS2 node of type ``cleanmarker`` (Linux, include/uapi/linux/jffs2.h) and erased flash."""
    head = struct.pack(f"{order}HHL", 0x1985, 0x2003, 12)
    crc = zlib.crc32(head, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return head + struct.pack(f"{order}L", crc) + b"\xff" * 500


def minix(zones: int = 360, order: str = "<") -> bytes:
    """Return an empty file system of Minix, version 1."""
    return _at(1024, struct.pack(f"{order}HHHHHHLHH", 128, zones, 1, 1, 8, 0, 0x10081C00, 0x138F, 1), 16384)


def hfs(unit: int = 512) -> bytes:
    """Return the master directory block of an empty HFS volume."""
    block = b"BD" + struct.pack(">LLHHHHHLLHLH", 1, 1, 0x100, 0, 3, 0, 800, unit, 512, 5, 16, 790) + b"\4disk"
    return _at(1024, block, 1024 * 400)


def macbinary(break_crc: bool = False) -> bytes:
    """Return a file of 128 bytes of a Macintosh with its header (MacBinary II)."""
    head = (
        b"\0\4name".ljust(65, b"\0")
        + b"TEXTttxt"
        + bytes(10)
        + struct.pack(">LLLL", 128, 0, 3_000_000_000, 3_000_000_000)
    )
    head = head.ljust(122, b"\0") + b"\x81\x81"
    return head + struct.pack(">HH", binascii.crc_hqx(head, 0) ^ break_crc, 0) + TEXT[:128]


def boot_sector(start: int = 63) -> bytes:
    """Return a disk of 64 sectors and one with a partition that begins at sector ``start``."""
    entry = struct.pack("<B3sB3sLL", 0x80, b"\1\1\0", 0x83, b"\xfe\x3f\0", start, 100)
    return (bytes([0xFA, 0x33, 0xC0]).ljust(446, b"\0") + entry.ljust(64, b"\0") + b"\x55\xaa").ljust(64 * 512, b"\0")


def apple_disk(entry: bytes = b"PM") -> bytes:
    """Return the driver map of an Apple disk and an entry of its partition map."""
    return (b"ER" + struct.pack(">HL", 512, 800)).ljust(512, b"\0") + (entry + bytes(6)).ljust(4096, b"\1")


def openpgp(version: int = 4, follows: int = 0xD2) -> bytes:
    """Return a session key by password and the head of encrypted data (RFC 4880, 5.3 and 5.13)."""
    key = bytes([0x8C, 13, version, 9, 3, 10]) + bytes(range(8)) + b"\xff"
    return key + bytes([follows, 200, 1]) + NOISE[:199]


def symbian() -> bytes:
    """Return the head of an installation file of Symbian."""
    return struct.pack("<LLLL", 0x10001234, 0x1000006D, 0x10000419, 0) + NOISE


def makeself() -> bytes:
    """Return a script that unpacks what is behind it."""
    script = b"#!/bin/sh\n# This script was generated using Makeself 2.4.5\nexit 0\n"
    return script + b"\x1f\x8b\x08\0" + NOISE


SAMPLES: dict[str, bytes] = {
    "zlib stream": zlib.compress(TEXT + NOISE),
    "compress stream": b"\x1f\x9d\x90" + NOISE,
    "ARC archive": b"\x1a\x08NAME.TXT\0\0\0\0\0" + struct.pack("<LHHHL", 200, 0, 0, 0, 300) + NOISE,
    "dar archive": b"\0\0\0\x7b" + NOISE[:10] + b"TT" + NOISE,
    "JFFS2 image": jffs2(),
    "Minix image": minix(),
    "HFS image": hfs(),
    "MacBinary file": macbinary(),
    "disk with a boot sector": boot_sector(),
    "disk of Apple": apple_disk(),
    "OpenPGP message": openpgp(),
    "encrypted data": b"Salted__" + NOISE,
    "file of AES Crypt": b"AES\x02\0" + NOISE,
    "archive in text": b"#!/bin/sh\n# This is a shell archive (produced by hand).\necho x - a\n",
    "history of version control": b"# v2 git bundle\n" + b"0" * 40 + b" refs/heads/main\n\nPACK\0\0\0\2\0\0\0\0",
    "program that unpacks itself": makeself(),
    "archive": b"MPQ\x1a\x20\0\0\0" + NOISE,
    "package": symbian(),
    "compressed stream": b"BZ3v1\0\0\0\1" + NOISE,
    "file system image": b"XFSB\0\0\x10\0" + NOISE,
    "image of a disk": b"QED\0" + NOISE,
    "backup": _at(24, struct.pack("<L", 60012)),
    "difference between files": b"\xd6\xc3\xc4\0\0" + NOISE,
    "store of mail": b"!BDN" + bytes(6) + b"\x0e\0" + bytes(500),
    "forked file": b"\0\5\x16\0\0\2\0\0" + bytes(16) + b"\0\0",
}

TWINS: dict[str, bytes] = {
    "zlib stream": b"\x78\x9c" + NOISE,
    "compress stream": b"\x1f\x9d\x7f" + NOISE,
    "ARC archive": b"\x1a\x08NAME.TXT\0\0\0\0\0" + struct.pack("<LHHHL", 1 << 30, 0, 0, 0, 300) + NOISE,
    "dar archive": b"\0\0\0{0} puntenn" + NOISE,
    "JFFS2 image": jffs2()[:8] + b"\0\0\0\0" + b"\xff" * 500,
    "Minix image": minix(zones=7),
    "HFS image": hfs(unit=77),
    "MacBinary file": macbinary(break_crc=True),
    "disk with a boot sector": boot_sector(start=1 << 20),
    "disk of Apple": apple_disk(entry=b"pm"),
    "OpenPGP message": openpgp(follows=0x12),
    "encrypted data": b"Salted fish" + NOISE,
    "file of AES Crypt": b"AES is a cipher with blocks of 128 bits.\n",
    "archive in text": b"A shell archive unpacks itself.\n",
    "history of version control": b"A git bundle holds objects of git.\n",
    "program that unpacks itself": b"#!/bin/sh\n# This script was not generated using Makeself\nexit 0\n",
    "archive": b"PARENT_DIRECTORY\n----------------\n\nJAM, HA and PAQ are archivers.\n",
    "package": struct.pack("<LLLL", 0x10001234, 0x1000006D, 0x10000418, 0) + NOISE,
    "compressed stream": b"BZ3w1\0\0\0\1" + NOISE,
    "file system image": b"XFSb\0\0\x10\0" + NOISE,
    "image of a disk": b"QEd\0" + NOISE,
    "backup": _at(24, struct.pack("<L", 60014)),
    "difference between files": b"\xd6\xc3\xc5\0\0" + NOISE,
    "store of mail": b"!BDM" + bytes(6) + b"\x0e\0" + bytes(500),
    "forked file": b"\0\5\x16\7\0\2\0\0" + bytes(16) + b"\0\0",
}
"""Near misses: one value is not that of the format, or the word stands in a text."""
