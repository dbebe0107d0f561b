"""Names of LZH members as they are stored.

7-Zip takes every byte of a backslash for a separator, also the second byte of a character of CP932, and so damages the
names of most Japanese archives.  The headers are read here once more (LHA header levels 0 to 3, "LHA file format" of
the lha for UNIX sources).
"""

from __future__ import annotations

from dataclasses import dataclass

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source

_FIXED, _SHORTEST = 32, 22
_LEVELS = range(4)
_EXTENDED_BYTES = 1 << 20
_NAME, _FOLDER = 1, 2
_SEPARATOR = b"\xff"
_LEVEL_2, _LEVEL_3 = 2, 3


@dataclass(frozen=True, slots=True)
class Stored:
    """The name and the expanded size of a member as its header has them."""

    name: bytes
    size: int


def stored_members(source: Source, start: int, most: int) -> tuple[list[Stored], int]:
    """Return what the headers say of each member, from the first header at ``start``, and where the archive ends.

    At most ``most`` members are read.  Raises :class:`Damaged`.
    """
    position = start
    members: list[Stored] = []
    while len(members) < most:
        fixed = source.read_at(position, _FIXED)
        if fixed[:1] in {b"", b"\0"}:
            return members, position + len(fixed[:1])
        member, length = _member(source, position, fixed)
        members.append(member)
        position += length
    return members, position


def _member(source: Source, position: int, fixed: bytes) -> tuple[Stored, int]:
    """Return a member and how many bytes its header and its data have together."""
    if len(fixed) < _SHORTEST or fixed[20] not in _LEVELS:
        raise _bad()
    packed, size, level = int.from_bytes(fixed[7:11], "little"), int.from_bytes(fixed[11:15], "little"), fixed[20]
    base = b""
    if level < _LEVEL_2:
        length = fixed[0] + 2
        base = source.read_at(position + 22, fixed[21])
        width, extended = 2, position + length
        following = int.from_bytes(source.read_at(extended - 2, 2), "little") if level else 0
    else:
        length = int.from_bytes(fixed[0:2] if level == _LEVEL_2 else fixed[24:28], "little")
        width = 2 if level == _LEVEL_2 else 4
        extended = position + 24 + width + (4 if level == _LEVEL_3 else 0)
        following = int.from_bytes(source.read_at(extended - width, width), "little")
    folder, name, used = _extended(source, extended, following, width)
    # In level 1 the packed size counts the extended headers, which follow the header.
    if length < _SHORTEST or (level == 1 and used > packed):
        raise _bad()
    return Stored(_joined(folder, name or base), size), length + packed


def _bad() -> Damaged:
    return Damaged("lzh: a header that 7-Zip reads and we do not")


def _extended(source: Source, position: int, length: int, width: int) -> tuple[bytes, bytes, int]:
    """Return the folder and the name that extended headers give, and how many bytes these headers have together."""
    folder = name = b""
    used = 0
    while length:
        block = source.read_at(position + used, length)
        used += length
        if length <= width or len(block) < length or used > _EXTENDED_BYTES:
            raise _bad()
        if block[0] == _NAME:
            name = block[1:-width]
        elif block[0] == _FOLDER:
            folder = block[1:-width]
        length = int.from_bytes(block[-width:], "little")
    return folder, name, used


def _joined(folder: bytes, name: bytes) -> bytes:
    folder = folder.replace(_SEPARATOR, b"/")
    if folder and not folder.endswith(b"/"):
        folder += b"/"
    return folder + _with_slashes(name.replace(_SEPARATOR, b"/"))


def _with_slashes(name: bytes) -> bytes:
    """Return a name whose backslashes are slashes, but for those bytes that are half of a character of CP932."""
    try:
        return name.decode("cp932").replace("\\", "/").encode("cp932")
    except UnicodeError:
        return name.replace(b"\\", b"/")
