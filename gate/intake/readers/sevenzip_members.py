"""The members of an archive as 7-Zip lists them: what each is, whatever words its format has for that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gate.intake.readers.sevenzip_list import Properties, number

Kind = Literal["file", "folder", "symbolic-link", "hard-link", "special"]

_POSIX = re.compile(rb"[-dlcbps?][-rwxsStT]{9}")
_CHECKSUM = re.compile(rb"[0-9A-F]{8}")
_KINDS: dict[bytes, Kind] = {
    b"d": "folder",
    b"l": "symbolic-link",
    b"c": "special",
    b"b": "special",
    b"p": "special",
    b"s": "special",
}
_XAR_KINDS: dict[bytes, Kind] = {
    b"directory": "folder",
    b"symlink": "symbolic-link",
    b"character special": "special",
    b"block special": "special",
    b"fifo": "special",
    b"socket": "special",
    b"whiteout": "special",
}
_SPECIAL_BITS = {3: 0o4000, 6: 0o2000, 9: 0o1000}
"""What the letters s and t mean, by their place."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of the list.

    ``size`` is None where it is only known when the member is expanded.  ``target`` is that of a link where the list
    tells it.  ``stream`` says that this is an alternate stream of a file, ``node`` which file of the image it is (hard
    links share it), ``packed`` how many bytes of the archive its stream has, and ``remark`` what 7-Zip cannot express.
    """

    name: bytes
    kind: Kind
    mode: int | None
    size: int | None
    checksum: int | None
    target: bytes = b""
    encrypted: bool = False
    stream: bool = False
    node: bytes = b""
    packed: int = 0
    remark: str = ""


def entry_of(properties: Properties, label: str) -> Entry:
    """Return the member that a block of the list describes, in an archive with ``label``."""
    letters, posix = _attributes(properties)
    kind = _kind(properties, label, letters, posix)
    size = number(properties.get(b"Size"))
    checksum = properties.get(b"CRC", b"")
    if kind == "folder" or (size is None and (kind != "file" or label in _EMPTY_WHERE_NOT_TOLD)):
        size = 0
    remark = ""
    if label == "arj" and b"Extended:" in properties.get(b"Characteristics", b""):
        remark = "a member of a kind that is not read"
    return Entry(
        name=properties.get(b"Path", b""),
        kind=kind,
        mode=_mode(posix),
        size=size,
        checksum=int(checksum, 16) if label in _WITH_CRC32 and _CHECKSUM.fullmatch(checksum) else None,
        target=properties.get(b"Symbolic Link", b"") or properties.get(b"Link", b"").replace(b"\\", b"/"),
        encrypted=properties.get(b"Encrypted") == b"+",
        stream=properties.get(b"Alternate Stream") == b"+",
        packed=number(properties.get(b"Packed Size")) or 0,
        node=properties.get(b"iNode", b""),
        remark=remark,
    )


_WITH_CRC32 = frozenset({"7z", "arj"})
"""Formats whose listed checksum is a CRC-32; what the others have 7-Zip compares by itself."""
_EMPTY_WHERE_NOT_TOLD = frozenset({"xar", "ntfs", "hfs", "apfs"})
"""Formats whose lists leave the size of an empty file open; that nothing comes out of it is counted."""


def _attributes(properties: Properties) -> tuple[bytes, bytes]:
    """Return the letters of Windows and the mode in the form of ``ls``, each empty where it is not told."""
    words = properties.get(b"Attributes", b"").split()
    posix = properties.get(b"Mode", b"")
    if words and _POSIX.fullmatch(words[-1]):
        posix = words.pop()
    return b"".join(words), posix if _POSIX.fullmatch(posix) else b""


def _kind(properties: Properties, label: str, letters: bytes, posix: bytes) -> Kind:
    if label == "xar" and properties.get(b"Type") in _XAR_KINDS:
        return _XAR_KINDS[properties[b"Type"]]
    if label == "xar" and properties.get(b"Type") == b"hardlink" and not properties.get(b"Size"):
        return "hard-link"
    if posix[:1] in _KINDS:
        return _KINDS[posix[:1]]
    if properties.get(b"Folder") == b"+" or letters.startswith(b"D"):
        return "folder"
    if b"L" in letters or properties.get(b"Symbolic Link") or properties.get(b"Link"):
        return "symbolic-link"
    return "file"


def _mode(posix: bytes) -> int | None:
    """Return the permission bits of a mode in the form of ``ls`` (POSIX.1-2017, ls, "long format")."""
    if not posix:
        return None
    mode = 0
    for place, bit in enumerate(range(8, -1, -1), start=1):
        letter = posix[place : place + 1]
        mode |= (letter in b"rwxst") << bit
        if letter in b"sStT":
            mode |= _SPECIAL_BITS[place]
    return mode
