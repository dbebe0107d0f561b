"""What bytes are, told by their beginning: a program, an archive, a script, or nothing of interest."""

from __future__ import annotations

import re
from typing import Literal

ByteOrder = Literal["little", "big"]
Kind = Literal["program", "bytecode", "archive", "script", ""]

_PE_POINTER = 0x3C
PE_MARK = b"PE\0\0"
_FURTHEST_PE = 256 << 20
"""Where the loader gives up looking for the header (``RTL_IMAGE_MAX_DOS_HEADER``)."""
_ELF = re.compile(rb"\x7fELF[\x01\x02][\x01\x02]\x01")
_MACHO = (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
_BIG_ENDIAN = 0xFE
_PROCESSOR = 0x00FF_FFFF
PROCESSORS = frozenset({7, 12, 18})
"""Intel, ARM and PowerPC; further bits say how wide they are (``mach/machine.h``)."""
_KINDS = range(1, 13)
_BYTECODE = (b"\0asm\x01\0\0\0", b"dex\n03", b"\xca\xfe\xba\xbe\0\0\0")
_ARCHIVES = (
    b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF\0\0\0\0", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd",
    b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"ITSF\x03\0\0\0", b"!<arch>\n",
)  # fmt: skip  # one magic a line would be a page
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_LINK = bytes.fromhex("4c0000000114020000000000c000000000000046")
_SCRIPT_HEAD = 512
_SCRIPT_START = re.compile(
    rb"\s*(?:#!\s*/|<\?php\b|@echo off|#@~\^|<script\b|<job\b|<hta:|<%@"
    rb"|\$ErrorActionPreference|\[CmdletBinding|powershell|(?:iex|invoke-expression)\b|cmd(?:\.exe)?\s*/c"
    rb"|exec\s*\(|eval\s*\(|import\s+(?:os|sys|base64|zlib|marshal|socket|subprocess|ctypes|urllib)\b|from\s+\w+\s+import\b"
    rb"|__import__\(|Set\s+\w+\s*=\s*CreateObject\(|Dim\s+\w+|On Error Resume Next|WScript\."
    rb"|var\s+\w+\s*=\s*new ActiveXObject)",
    re.IGNORECASE,
)
"""How scripts begin that somebody had a reason to hide."""


def kind_of(data: bytes) -> Kind:
    """Return what ``data`` is by its beginning; empty for images, plain text and all else."""
    if is_program(data):
        return "program"
    if data.startswith(_BYTECODE):
        return "bytecode"
    if data.startswith(_ARCHIVES) or _BZIP2.match(data):
        return "archive"
    if data.startswith(_LINK) or _SCRIPT_START.match(_eight_bit(data[:_SCRIPT_HEAD])):
        return "script"
    return ""


def header_of(head: bytes) -> int:
    """Return where an item that begins with ``head`` has its PE header, if it has one; 0 where it can have none."""
    place = int.from_bytes(head[_PE_POINTER : _PE_POINTER + 4], "little") if head[:2] == b"MZ" else 0
    return place if place < _FURTHEST_PE else 0


def is_program(data: bytes) -> bool:
    """Say whether ``data`` begins like a native program: PE with its header in place, ELF, or Mach-O."""
    place = header_of(data)
    if place:
        return data[place : place + 4] == PE_MARK
    return _ELF.match(data) is not None or _is_mach_o(data)


def _is_mach_o(data: bytes) -> bool:
    """Say whether a Mach-O header is there: its magic alone is a word that test data like (``feedface``)."""
    orders: dict[bytes, ByteOrder] = {magic: "big" if magic[0] == _BIG_ENDIAN else "little" for magic in _MACHO}
    order = orders.get(data[:4])
    if order is None:
        return False
    processor, kind = int.from_bytes(data[4:8], order), int.from_bytes(data[12:16], order)
    return processor & _PROCESSOR in PROCESSORS and kind in _KINDS


def _eight_bit(head: bytes) -> bytes:
    """Return text of 16 bits a character, which PowerShell takes its commands in, as one byte a character."""
    return head[::2] if head[1::2].count(0) * 10 > len(head) * 4 else head
