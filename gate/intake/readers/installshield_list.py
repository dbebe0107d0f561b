"""The list of files of a cabinet of InstallShield, and the heads of its volumes.

Layouts as known from unshield, the free program that reads them.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source

Span: TypeAlias = tuple[int, int]

SIGNATURE = b"ISc("
LIST_BYTES = 32 << 20
"""Most bytes of a list: some hundred thousand files."""
_COMMON = struct.Struct("<4xL4xLLL")
_DESCRIPTOR = struct.Struct("<12xL4xLLL8xLL")
_HEAD_5 = struct.Struct("<20xL4xLLLLLLLL")
_HEAD_6 = struct.Struct("<20xQLLQQQQQQ")
_FILE_5 = struct.Struct("<LLHLL20xL16s")
_FILE_6 = struct.Struct("<HQQQ16s16xLH12xL4xBH")
_SPLIT, _OBFUSCATED, _COMPRESSED, _INVALID = 1, 2, 4, 8
_LINK_TO_PREVIOUS = 1
_NONE = 0x7FFFFFFF
_NAME_BYTES = 4096
_FIRST, _NEW, _WIDE = 5, 6, 17
_HEADER_BYTES = 512
"""Most bytes of a volume before its data: what lies behind them is shown unless a file explains it."""
_UTF_16 = codecs.lookup("utf-16-le")


class Listed(NamedTuple):
    """A file of the list.  ``offset`` counts from the start of the first volume that has a part of it.

    ``stored`` are its bytes in the volumes, ``previous`` is the number of the file whose data it shares where it is
    ``linked``.  ``valid`` is not so for places of the list that are not in use.
    """

    number: int
    path: bytes
    size: int
    stored: int
    offset: int
    volume: int
    flags: int
    md5: bytes | None
    previous: int
    linked: bool
    valid: bool
    old: bool

    @property
    def compressed(self) -> bool:
        """Whether its bytes are compressed."""
        return bool(self.flags & _COMPRESSED)

    @property
    def obfuscated(self) -> bool:
        """Whether its bytes are made unreadable."""
        return bool(self.flags & _OBFUSCATED)


class Volume(NamedTuple):
    """The head of a volume: where its data begins, which files are its first and last, and what part of them it has.

    The two parts are offset, expanded size and stored size.
    """

    data: int
    first: int
    last: int
    first_part: tuple[int, int, int]
    last_part: tuple[int, int, int]

    def splits(self, file: Listed) -> bool:
        """Say whether a file has but a part of its bytes in this volume."""
        if not file.old:
            return bool(file.flags & _SPLIT)
        part = self._part_of(file)
        return part is not None and part[1] not in {0, file.stored}

    def part_of(self, file: Listed) -> tuple[int, int]:
        """Return offset and size of what it has of a file that is split.  Raises :class:`Damaged`."""
        part = self._part_of(file)
        if part is None:
            raise Damaged("a volume that does not tell of a file that it should have a part of")
        return part

    def _part_of(self, file: Listed) -> tuple[int, int] | None:
        if file.number == self.last and self.last_part[0] not in {0, _NONE}:
            part = self.last_part
        elif file.number == self.first:
            part = self.first_part
        else:
            return None
        return part[0], part[2 if file.compressed else 1]


class ListPlace(NamedTuple):
    """Where a list begins, and whether there is nothing else in the file."""

    start: int
    alone: bool


def list_of(source: Source, span: Span) -> ListPlace | None:
    """Return where the list of a volume or a header file is; None where it has none.  Raises :class:`Damaged`."""
    _, offset, size, data = _common(source, span)
    return ListPlace(span[0] + offset, alone=data >= span[1] - span[0]) if size and offset else None


def volume_at(source: Source, span: Span, version: int) -> Volume:
    """Return the head of a volume.  Raises :class:`Damaged`."""
    form = _HEAD_6 if version >= _NEW else _HEAD_5
    head = source.read_at(span[0], min(form.size, span[1] - span[0]))
    if len(head) < form.size or head[:4] != SIGNATURE:
        raise Damaged("truncated head of a volume")
    data, first, last, *parts = form.unpack(head)
    return Volume(min(data, _HEADER_BYTES), first, last, _three(parts[:3]), _three(parts[3:]))


def _three(values: list[int]) -> tuple[int, int, int]:
    return values[0], values[1], values[2]


def _common(source: Source, span: Span) -> tuple[int, int, int, int]:
    head = source.read_at(span[0], min(24, span[1] - span[0]))
    if len(head) < _COMMON.size or head[:4] != SIGNATURE:
        raise Damaged("truncated head of a cabinet of InstallShield")
    version, offset, size, data = _COMMON.unpack_from(head)
    return version, offset, size, data


def _major(version: int) -> int:
    """Return the main version of InstallShield that a version field tells."""
    if version >> 24 == 1:
        return version >> 12 & 0xF
    return (version & 0xFFFF) // 100


class FileList:
    """A list of files in memory."""

    def __init__(self, data: bytes, version: int, span: Span) -> None:
        self._data = data
        self.version = version
        self.span = span
        table, size, same_size, self._folders, self._count, second = _DESCRIPTOR.unpack_from(data)
        if size != same_size:
            raise Damaged("a list of files whose sizes differ")
        self._base = table
        self._table = table + second
        words = self._folders + (0 if version >= _NEW else self._count)
        needed = [table + 4 * words, self._table + _FILE_6.size * self._count if version >= _NEW else 0]
        if max(needed) > len(data):
            raise Damaged("truncated list of files")

    def files(self) -> Iterator[Listed]:
        """Yield the files.  Raises :class:`Damaged`."""
        for index in range(self._count):
            yield self._new(index) if self.version >= _NEW else self._old(index)

    def _word(self, number: int) -> int:
        return int.from_bytes(self._data[self._base + 4 * number : self._base + 4 * number + 4], "little")

    def _new(self, index: int) -> Listed:
        place = self._table + index * _FILE_6.size
        flags, size, stored, offset, md5, name, folder, previous, link, volume = _FILE_6.unpack_from(self._data, place)
        valid = not flags & _INVALID and name != 0
        path = self._path(folder, name) if valid else b""
        length = stored if flags & _COMPRESSED else size
        linked = bool(link & _LINK_TO_PREVIOUS)
        return Listed(index, path, size, length, offset, volume, flags, md5, previous, linked, valid, old=False)

    def _old(self, index: int) -> Listed:
        place = self._base + self._word(self._folders + index)
        if place + _FILE_5.size > len(self._data):
            raise Damaged("truncated list of files")
        name, folder, flags, size, stored, offset, md5 = _FILE_5.unpack_from(self._data, place)
        valid = not flags & _INVALID and name != 0
        path = self._path(folder, name) if valid else b""
        length = stored if flags & _COMPRESSED else size
        known = md5 if any(md5) and self.version == _FIRST else None
        return Listed(index, path, size, length, offset, 1, flags, known, 0, linked=False, valid=valid, old=True)

    def _path(self, folder: int, name: int) -> bytes:
        if folder >= self._folders:
            raise Damaged("a file in a folder that is not in the list")
        before, own = self._text(self._word(folder)), self._text(name)
        return b"/".join(part for part in (before.replace(b"\\", b"/").rstrip(b"/"), own) if part)

    def _text(self, place: int) -> bytes:
        """Return the text at a place of the table."""
        start = self._base + place
        width, zero = (1, b"\0") if self.version < _WIDE else (2, b"\0\0")
        end = self._data.find(zero, start, start + _NAME_BYTES)
        while end >= 0 and (end - start) % width:
            end = self._data.find(zero, end + 1, start + _NAME_BYTES)
        if end < 0:
            raise Damaged("a name in the list of files that has no end")
        stored = self._data[start:end]
        return stored if width == 1 else _UTF_16.decode(stored, "surrogatepass")[0].encode("utf-8", "surrogatepass")


def read_list(source: Source, span: Span) -> FileList:
    """Return the list of files of a volume or a header file.  Raises :class:`Damaged`."""
    number, offset, size, _ = _common(source, span)
    version = _major(number)
    start = span[0] + offset
    descriptor = source.read_at(start, min(_DESCRIPTOR.size, max(0, span[1] - start)))
    if not size or len(descriptor) < _DESCRIPTOR.size:
        raise Damaged("a cabinet without a list of files")
    table, table_size = _DESCRIPTOR.unpack_from(descriptor)[:2]
    length = table + table_size
    if length > LIST_BYTES:
        raise Damaged("a list of files that is too long", "too-large")
    if length < _DESCRIPTOR.size or start + length > span[1]:
        raise Damaged("truncated list of files")
    return FileList(source.read_at(start, length), version, (start, start + max(length, size)))
