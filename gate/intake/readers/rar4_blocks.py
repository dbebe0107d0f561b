"""The blocks of RAR archives of the versions 1.5 to 4 (``technote.txt`` of WinRAR 3 and 4)."""

from __future__ import annotations

import stat
import struct
import zlib
from typing import NamedTuple

from gate.intake.readers.interface import Source, Trouble
from gate.intake.readers.rar4_names import unicode_name
from gate.intake.readers.rar_blocks import Blocks, Entry, Kind

MAGIC = b"Rar!\x1a\x07\x00"
_HEAD = struct.Struct("<HBHH")
_FILE_FIELDS = struct.Struct("<LLBLLBBHL")
_MAIN_SIZE = 13
_MAIN, _FILE, _SERVICE, _END = 0x73, 0x74, 0x7A, 0x7B
_OLD_SERVICES = range(0x75, 0x7A)
_LONG_BLOCK = 0x8000
_VOLUME, _MAIN_COMMENT, _HEADERS_ENCRYPTED = 0x01, 0x02, 0x80
_MORE_VOLUMES, _END_CHECKSUM, _END_VOLUME = 0x01, 0x02, 0x08
_SPLIT, _ENCRYPTED, _FOLDER, _LARGE, _UNICODE, _SALT, _TIMES = 0x03, 0x04, 0xE0, 0x100, 0x200, 0x400, 0x1000
_END_REVISION = 0x04
_REVISION_BYTES = 7
_STORED = 0x30
_UNIX_SYSTEMS = frozenset({3, 5})


class _Block(NamedTuple):
    """A block: type, flags, where it begins, its whole header, and the size of the data behind it."""

    kind: int
    flags: int
    start: int
    header: bytes
    added: int

    @property
    def stop(self) -> int:
        """Where the header ends."""
        return self.start + len(self.header)


class _Bad(Exception):
    """A header that does not hold together."""


def read_blocks(source: Source, most: int) -> Blocks:
    """Return the blocks of an archive: at most ``most`` entries, and a further one where there are more."""
    found = Blocks(end=len(MAGIC))
    # Archives of the first versions have no block at their end.
    while found.count <= most and found.end < source.size:
        try:
            block = _block(source, found.end)
            data = _take(block, found)
        except (_Bad, struct.error):
            found.damage("bad block header")
            break
        found.end = block.stop + data
        if block.kind == _END or found.closed:
            break
    return found


def _block(source: Source, start: int) -> _Block:
    checksum, kind, flags, size = _HEAD.unpack(source.read_at(start, _HEAD.size))
    header = source.read_at(start, size)
    if size < _HEAD.size or len(header) < size:
        raise _Bad
    # A comment inside of the main header is not covered by its checksum.
    covered = header[2:_MAIN_SIZE] if kind == _MAIN and flags & _MAIN_COMMENT else header[2:]
    if zlib.crc32(covered) & 0xFFFF != checksum:
        raise _Bad
    added = int.from_bytes(header[7:11], "little") if flags & _LONG_BLOCK else 0
    if flags & _LONG_BLOCK and size < _HEAD.size + 4:
        raise _Bad
    return _Block(kind, flags, start, header, added)


def _take(block: _Block, found: Blocks) -> int:
    """Note what a block says; return the size of the data behind its header."""
    if block.kind in {_FILE, _SERVICE}:
        entry, used = _entry(block)
        found.entries.append(entry)
        found.hide(block.start + used, block.stop, "data in a header")
        return entry.stop - entry.start
    if block.kind == _MAIN:
        _main(block, found)
    elif block.kind == _END:
        _end(block, found)
    elif block.kind in _OLD_SERVICES:
        # Comments, signatures and recovery data of old versions: shown whole, as their forms differ.
        found.hide(block.start, block.stop + block.added, "")
        return block.added
    else:
        found.hide(block.start, block.stop + block.added, "unknown block")
        return block.added
    found.hide(block.stop, block.stop + block.added, "data behind a header")
    return block.added


def _main(block: _Block, found: Blocks) -> None:
    if block.flags & _VOLUME:
        found.tell(Trouble("one of several volumes", reason="unsupported"))
    if block.flags & _HEADERS_ENCRYPTED:
        found.close("encrypted headers")
    else:
        found.hide(block.start + _MAIN_SIZE, block.stop, "data in a header")


def _end(block: _Block, found: Blocks) -> None:
    used = _HEAD.size
    for flag, size in ((_END_CHECKSUM, 4), (_END_VOLUME, 2), (_END_REVISION, _REVISION_BYTES)):
        used += size if block.flags & flag else 0
    found.hide(block.start + used, block.stop, "data in a header")
    if block.flags & _MORE_VOLUMES:
        found.tell(Trouble("one of several volumes", reason="unsupported"))


def _entry(block: _Block) -> tuple[Entry, int]:
    """Return the entry of a block and how many bytes of the header it explains."""
    fields = _FILE_FIELDS.unpack_from(block.header, _HEAD.size)
    packed, size, system, crc, _, _, method, name_size, attributes = fields
    used = _HEAD.size + _FILE_FIELDS.size
    if block.flags & _LARGE:
        packed_high, size_high = struct.unpack_from("<LL", block.header, used)
        packed, size, used = packed | packed_high << 32, size | size_high << 32, used + 8
    raw = block.header[used : used + name_size]
    if len(raw) < name_size:
        raise _Bad
    used += name_size
    used += 8 if block.flags & _SALT else 0
    if block.flags & _TIMES:
        used += _times(block.header[used:])
    service = block.kind == _SERVICE
    name, utf8, problem = (raw, None, "") if service else unicode_name(raw, encoded=bool(block.flags & _UNICODE))
    unix = system in _UNIX_SYSTEMS
    entry = Entry(
        "service" if service else _kind(block.flags, attributes, unix=unix),
        name.replace(b"\\", b"/") if utf8 else name,
        block.stop,
        block.stop + packed,
        size,
        mode=stat.S_IMODE(attributes) if unix and not service else None,
        crc=crc,
        stored=method == _STORED,
        encrypted=bool(block.flags & _ENCRYPTED),
        split=bool(block.flags & _SPLIT),
        utf8=utf8,
        problem=problem,
    )
    # What a service block says of itself stands behind its name, and is shown with its data.
    return entry, len(block.header) if service else min(used, len(block.header))


def _kind(flags: int, attributes: int, *, unix: bool) -> Kind:
    if flags & _FOLDER == _FOLDER:
        return "folder"
    return "symbolic-link" if unix and stat.S_ISLNK(attributes) else "file"


def _times(data: bytes) -> int:
    """Return the length of the extended times at the start of ``data``."""
    if len(data) < 2:  # noqa: PLR2004  # the flags are two bytes
        raise _Bad
    flags = int.from_bytes(data[:2], "little")
    length = 2
    for place in range(4):
        mode = flags >> (3 - place) * 4
        if mode & 8:
            length += (mode & 3) + (4 if place else 0)
    return length
