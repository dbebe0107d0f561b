"""Writes cpio archives record by record, in all forms, so that each field can be wrong on purpose."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

Form = Literal["newc", "crc", "odc", "little", "big"]
FORMS: tuple[Form, ...] = ("newc", "crc", "odc", "little", "big")
ALIGNMENT = {"newc": 4, "crc": 4, "odc": 1, "little": 2, "big": 2}
FILE, FOLDER, LINK, DEVICE = 0o100644, 0o40755, 0o120777, 0o20666


def padded(data: bytes, alignment: int, fill: bytes = b"\0") -> bytes:
    """Return ``data`` filled up to a multiple of ``alignment``."""
    return data + fill * (-len(data) % alignment)


def entry(
    name: bytes,
    content: bytes = b"",
    form: Form = "newc",
    *,
    mode: int = FILE,
    links: int = 1,
    inode: int = 0,
    size: int | None = None,
    checksum: int | None = None,
    name_end: bytes = b"\0",
    fill: bytes = b"\0",
) -> bytes:
    """Return header, name and content of a member."""
    length = len(content) if size is None else size
    stored = name + name_end
    if form in {"newc", "crc"}:
        total = sum(content) & 0xFFFFFFFF if form == "crc" else 0
        check = total if checksum is None else checksum
        fields = (inode, mode, 0, 0, links, 0, length, 8, 1, 0, 0, len(stored), check)
        head = (b"070701" if form == "newc" else b"070702") + b"".join(b"%08X" % field for field in fields)
    elif form == "odc":
        head = b"070707" + b"".join(b"%06o" % field for field in (1, inode, mode, 0, 0, links, 0))
        head += b"%011o%06o%011o" % (0, len(stored), length)
    else:
        order = "<" if form == "little" else ">"
        words = (0o70707, 1, inode, mode, 0, 0, links, 0, 0, 0, len(stored), length >> 16, length & 0xFFFF)
        head = struct.pack(f"{order}13H", *words)
    alignment = ALIGNMENT[form]
    return padded(padded(head + stored, alignment, fill) + content, alignment, fill)


def archive(entries: Sequence[bytes], form: Form = "newc", *, trailer: bool = True) -> bytes:
    """Return an archive of these members, filled up to a block."""
    return padded(b"".join(entries) + (entry(b"TRAILER!!!", form=form) if trailer else b""), 512)
