"""The smallest programs by which the examiner proves itself, built here byte by byte."""

from __future__ import annotations

import struct

BENIGN = b"MZ is how a program for Windows begins; this is a text that begins in the same way.\n"
_PE_OFFSET = 0x40


def tiny_pe() -> bytes:
    """Return a PE for x86-64 with headers and no section (Microsoft PE Format)."""
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", _PE_OFFSET)
    file_header = struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, 240, 0x0022)
    optional = struct.pack("<H", 0x20B).ljust(68, b"\0") + struct.pack("<H", 3)
    return dos + b"PE\0\0" + file_header + optional.ljust(108, b"\0") + struct.pack("<I", 16) + bytes(128)


def tiny_elf() -> bytes:
    """Return an ELF for x86-64 with a header and nothing else (System V ABI)."""
    identification = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identification + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0)
