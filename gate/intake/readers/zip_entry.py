"""What the headers of one entry of a zip file say of it, and whether they agree."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gate.intake.readers.interface import Trouble
from gate.intake.readers.zip_contents import AES
from gate.intake.readers.zip_encryption import aes_field
from gate.intake.readers.zip_records import (
    DESCRIPTOR,
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_MASKED,
    FLAG_STRONG,
    FLAG_UTF8,
    SATURATED_32,
    Central,
    Local,
)

_UNIX_SYSTEMS = frozenset({3, 19})
_DOS_FOLDER = 0x10
_ALL_TYPES = 0o170000
_MEANING = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG | FLAG_UTF8 | FLAG_MASKED
_DESCRIPTORS = (struct.Struct("<LLL"), struct.Struct("<LQQ"))

Kind = Literal["file", "folder", "symbolic-link", "special"]


class Attributes(NamedTuple):
    """What an entry is, its permission bits, and where its name and its attributes do not agree."""

    kind: Kind
    mode: int | None
    problem: str = ""


def attributes(header: Central) -> Attributes:
    """Return what the entry is by its name and its external attributes (APPNOTE 4.4.15).

    Permission bits of other systems than Unix count where a file type stands beside them, as installers of wheels
    honour those too.
    """
    high = header.attributes >> 16
    file_type = stat.S_IFMT(high)
    unix = header.creator in _UNIX_SYSTEMS
    mode = stat.S_IMODE(high) if high and (unix or file_type) else None
    slash = header.name.endswith(b"/")
    if file_type == stat.S_IFLNK:
        problem = "" if unix and not slash else "link by some readers only"
        return Attributes("symbolic-link", mode, problem)
    if slash:
        # Old archivers of Java give folders the type of a file, or all bits: every reader goes by the name.
        plausible = file_type in {0, stat.S_IFDIR, stat.S_IFREG, _ALL_TYPES}
        return Attributes("folder", mode, "" if plausible else "folder by name, not by mode")
    if file_type == stat.S_IFDIR or header.attributes & _DOS_FOLDER:
        if header.size:
            return Attributes("file", mode, "folder by mode, not by name")
        return Attributes("folder", mode)
    if file_type not in {0, stat.S_IFREG}:
        return Attributes("special", mode)
    return Attributes("file", mode)


def about(header: Central, what: Attributes) -> Iterator[Trouble]:
    """Yield what is wrong with an entry by its central header alone."""
    if what.problem:
        yield Trouble(what.problem, issue="ambiguous", in_member=True)
    if what.kind == "file" and what.mode is not None and what.mode & (stat.S_ISUID | stat.S_ISGID):
        yield Trouble("set-user-id or set-group-id", issue="special-file", in_member=True)
    if header.disk:
        yield Trouble("on another disk", reason="unsupported", in_member=True)


def is_utf8(name: bytes) -> bool:
    """Say whether a name is valid UTF-8."""
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def differences(header: Central, local: Local) -> list[str]:
    """Return in what the local header differs from the central one, as short English words.

    With a data descriptor the local checksum and sizes may be zero (APPNOTE 4.4.4, bit 3).
    """
    # Nearly always all agree: method, checksum and sizes stand side by side in both, and are compared at once.
    same_fields = header[2:6] == local[1:5] and header.name == local.name
    if same_fields and header.method != AES and not (header.flags ^ local.flags) & _MEANING:
        return []
    pairs = {
        "name": (header.name, local.name),
        "method": (header.method, local.method),
        "flags": (header.flags & _MEANING, local.flags & _MEANING),
        "crc": (header.crc, local.crc),
        "compressed size": (header.compressed, local.compressed),
        "size": (header.size, local.size),
        "encryption": (aes_field(header.extra), aes_field(local.extra)),
    }
    late = {"crc", "compressed size", "size"} if local.flags & FLAG_DESCRIPTOR else set()
    return [name for name, (ours, theirs) in pairs.items() if ours != theirs and not (name in late and theirs == 0)]


def descriptor_length(data: bytes, crc: int, compressed: int, size: int, room: int) -> int | None:
    """Return the length of the data descriptor at the start of ``data`` that holds these values, or None.

    It may have a signature or none, and 32-bit or 64-bit sizes (APPNOTE 4.3.9); of several that fit, the one that
    fills the ``room`` before the next record, else the shortest.
    """
    narrow = max(compressed, size) <= SATURATED_32
    bodies = [layout.pack(crc, compressed, size) for layout in _DESCRIPTORS if narrow or layout is not _DESCRIPTORS[0]]
    forms = [head + body for body in bodies for head in (b"", DESCRIPTOR)]
    fitting = [len(form) for form in forms if data.startswith(form)]
    return room if room in fitting else min(fitting, default=None)
