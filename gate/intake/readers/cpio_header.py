"""Headers of cpio archives: the portable form of POSIX.1 ("odc"), the new ones of SVR4, and the old binary one.

The layouts are those of ``cpio(5)`` of FreeBSD.
"""

from __future__ import annotations

import re
import struct
from typing import Literal, NamedTuple

TRAILER = b"TRAILER!!!"
_HEXADECIMAL = re.compile(rb"[0-9A-Fa-f]+")
_OCTAL = re.compile(rb"[0-7]+")
_NEW = struct.Struct("6s" + "8s" * 13)
_PORTABLE = struct.Struct("6s" + "6s" * 7 + "11s6s11s")
_BINARY_WORDS = 13

Form = Literal["newc", "crc", "odc", "little", "big"]
_MAGICS: dict[bytes, Form] = {b"070701": "newc", b"070702": "crc", b"070707": "odc"}
_BINARY_MAGICS: dict[bytes, Form] = {b"\xc7\x71": "little", b"\x71\xc7": "big"}
HEADER_BYTES = 110
"""The longest header."""


class Header(NamedTuple):
    """What a header says; ``checksum`` is None in the forms without one, ``place`` tells hard links apart."""

    form: Form
    length: int
    mode: int
    links: int
    size: int
    name_size: int
    checksum: int | None
    place: tuple[int, ...]

    @property
    def alignment(self) -> int:
        """What the lengths of header with name, and of data, are rounded up to."""
        return {"newc": 4, "crc": 4, "odc": 1, "little": 2, "big": 2}[self.form]


def form_of(block: bytes) -> Form | None:
    """Return the form of the header that begins with ``block``, or None where that is no magic number."""
    return _MAGICS.get(block[:6]) or _BINARY_MAGICS.get(block[:2])


def read_header(block: bytes) -> Header | None:
    """Return the header at the start of ``block``, or None where there is no well-formed one."""
    form = form_of(block)
    if form in {"newc", "crc"} and len(block) >= _NEW.size:
        return _new(form, block)
    if form == "odc" and len(block) >= _PORTABLE.size:
        return _portable(block)
    if form in {"little", "big"} and len(block) >= 2 * _BINARY_WORDS:
        return _binary(form, block)
    return None


def _new(form: Form, block: bytes) -> Header | None:
    _, *fields = _NEW.unpack_from(block)
    if not all(_HEXADECIMAL.fullmatch(field) for field in fields):
        return None
    inode, mode, _, _, links, _, size, major, minor, _, _, name_size, checksum = (int(field, 16) for field in fields)
    place = (inode, major, minor)
    return Header(form, _NEW.size, mode, links, size, name_size, checksum if form == "crc" else None, place)


def _portable(block: bytes) -> Header | None:
    _, *fields = _PORTABLE.unpack_from(block)
    if not all(_OCTAL.fullmatch(field) for field in fields):
        return None
    device, inode, mode, _, _, links, _, _, name_size, size = (int(field, 8) for field in fields)
    return Header("odc", _PORTABLE.size, mode, links, size, name_size, None, (inode, device))


def _binary(form: Form, block: bytes) -> Header:
    order = "<" if form == "little" else ">"
    words = struct.unpack_from(f"{order}{_BINARY_WORDS}H", block)
    _, device, inode, mode, _, _, links, _, _, _, name_size, high, low = words
    # Numbers of 32 bits have their high half first, as on the PDP-11, in both byte orders.
    return Header(form, 2 * _BINARY_WORDS, mode, links, high << 16 | low, name_size, None, (inode, device))
