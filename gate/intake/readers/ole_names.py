"""Names within compound files: UTF-16, and the packed form of Windows Installer."""

from __future__ import annotations

from codecs import lookup

_UTF_16 = lookup("utf-16-le")
"""Looked up when this module is imported: a confined process may not be able to load it any more."""
_PACKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS = range(0x3800, 0x4800)
_SINGLES = range(0x4800, 0x4840)
_TABLE = "\u4840"
_INSTALLER_CLASSES = frozenset(
    bytes([number, 0x10, 0x0C, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]) for number in (0x82, 0x84, 0x86)
)
"""Class identifiers of transforms, packages and patches of Windows Installer."""


def is_installer(class_id: bytes) -> bool:
    """Say whether the class of a root entry is one of Windows Installer."""
    return class_id in _INSTALLER_CLASSES


def entry_name(raw: bytes, *, packed: bool) -> bytes:
    """Return the name of an entry in UTF-8; lone surrogates keep a form of their own, so that names stay apart."""
    text = _UTF_16.decode(raw, "surrogatepass")[0]
    if packed:
        text = _unpacked(text)
    return text.encode("utf-8", "surrogatepass")


def _unpacked(text: str) -> str:
    """Undo the packing of two characters of 64 into one; tables are marked with an exclamation mark."""
    output = []
    for character in text:
        code = ord(character)
        if code in _PAIRS:
            output.append(_PACKED[(code - _PAIRS.start) & 63] + _PACKED[(code - _PAIRS.start) >> 6])
        elif code in _SINGLES:
            output.append(_PACKED[code - _SINGLES.start])
        else:
            output.append("!" if character == _TABLE else character)
    return "".join(output)


def without_mark(name: bytes) -> bytes:
    """Return a path without the control character that may begin each component ([MS-CFB] 1.6: reserved names)."""
    return b"/".join(part[1:] if part[:1] < b" " else part for part in name.split(b"/"))
