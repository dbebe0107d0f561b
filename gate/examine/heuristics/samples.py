"""The programs by which the examiner proves itself, built here byte by byte: two that it must doubt, and their twins.

None of them does anything: their code returns at once.
"""

from __future__ import annotations

import struct

_PAGE = 0x1000
_ALIGNMENT = 0x200
_RETURN = b"\xc3"


def tiny_pe(*, writable: bool) -> bytes:
    """Return a PE for x86-64 of one section with code, which can also be written to if ``writable``."""
    flags = 0x6000_0020 | (0x8000_0000 if writable else 0)
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    file_header = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x0022)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, _ALIGNMENT, 0, 0, _PAGE, _PAGE)
    optional += struct.pack(
        "<QIIHHHHHHIIIIHH", 0x140000000, _PAGE, _ALIGNMENT, 6, 0, 0, 0, 6, 0, 0, 2 * _PAGE, 0x200, 0, 3, 0x8160
    )
    optional += struct.pack("<QQQQII", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16) + bytes(128)
    section = b".text\0\0\0" + struct.pack("<IIIIIIHHI", _ALIGNMENT, _PAGE, _ALIGNMENT, _ALIGNMENT, 0, 0, 0, 0, flags)
    headers = (dos + b"PE\0\0" + file_header + optional + section).ljust(_ALIGNMENT, b"\0")
    return headers + _RETURN.ljust(_ALIGNMENT, b"\xcc")


def tiny_elf(*, writable: bool) -> bytes:
    """Return an ELF for x86-64 of one segment with code, which can also be written to if ``writable``."""
    start = 64 + 56
    identification = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000 + start, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    size = start + 16
    segment = struct.pack("<IIQQQQQQ", 1, 7 if writable else 5, 0, 0x400000, 0x400000, size, size, _PAGE)
    return identification + header + segment + _RETURN.ljust(16, b"\xcc")
