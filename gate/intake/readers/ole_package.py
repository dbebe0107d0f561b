"""Embedded objects of OLE 1.0 and 2.0 ([MS-OLEDS]): the native data, and the file within a package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gate.intake.readers.names import decode

_NATIVE_HEAD = 4
_PACKAGE_FLAGS = b"\2\0"
_TEXT_BYTES = 1 << 10
_HEAD_BYTES = 1 << 13
_EMBEDDED, _LINKED = 2, 1


class Bytes(Protocol):
    """Bytes that are read by position."""

    size: int

    def read_at(self, position: int, size: int) -> bytes:
        """Return the bytes there, fewer than ``size`` only at the end."""


class View:
    """:class:`Bytes` that are held in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read_at(self, position: int, size: int) -> bytes:
        """Return the bytes there, fewer than ``size`` only at the end."""
        return self._data[position : position + size]


@dataclass(frozen=True, slots=True)
class Package:
    """A file within a package: its name, and where its bytes lie.  ``problem`` says what is wrong with it."""

    name: bytes
    start: int
    stop: int
    problem: str = ""


class BadObject(Exception):
    """Bytes that are no embedded object."""


def native_package(data: Bytes, *, sized: bool) -> Package:
    """Read native data that may be that of a package (the form is that of Windows' packager, as [MS-OLEDS] names none).

    ``sized`` says that its length stands before it, as in the stream ``Ole10Native``.  Native data of other programs
    has an empty name and is whole.
    """
    start = _NATIVE_HEAD if sized else 0
    problem = ""
    stop = data.size
    if sized:
        declared = int.from_bytes(data.read_at(0, _NATIVE_HEAD), "little")
        if declared > data.size - start:
            problem = "truncated native data"
        stop = min(stop, start + declared)
    head = data.read_at(start, _HEAD_BYTES)
    try:
        name, length, place = _package_head(head)
    except BadObject:
        return Package(b"", start, stop, problem)
    begin = start + place
    if length > data.size - begin:
        problem = "truncated package"
    return Package(name, begin, min(begin + length, data.size), problem)


def _package_head(head: bytes) -> tuple[bytes, int, int]:
    """Return the name of a package's file, its size, and where in the native data it begins."""
    if not head.startswith(_PACKAGE_FLAGS):
        raise BadObject
    label, position = _text(head, len(_PACKAGE_FLAGS))
    path, position = _text(head, position)
    position += 4
    length = int.from_bytes(head[position : position + 4], "little")
    if length > _TEXT_BYTES * 2:
        raise BadObject
    position += 4 + length
    size = head[position : position + 4]
    if len(size) < len(_PACKAGE_FLAGS) * 2:
        raise BadObject
    return _file_name(label, path), int.from_bytes(size, "little"), position + 4


def _file_name(label: bytes, path: bytes) -> bytes:
    """Return the name of a file: its label where the path ends in that, else the end of the path.

    Paths are in a code page in which the byte of a backslash can be half of a character.
    """
    if label and path.lower().endswith(label.lower()):
        return label
    last = decode(path).replace("\\", "/").rpartition("/")[2]
    return last.encode("utf-8", "surrogateescape") or label or b"package"


def _text(head: bytes, position: int) -> tuple[bytes, int]:
    end = head.find(b"\0", position, position + _TEXT_BYTES)
    if end < 0:
        raise BadObject
    return head[position:end], end + 1


@dataclass(frozen=True, slots=True)
class EmbeddedObject:
    """An object of OLE 1.0 ([MS-OLEDS] 2.2): its class, and where its native data lies.  ``linked`` has none."""

    class_name: bytes
    start: int
    stop: int
    linked: bool
    problem: str = ""


def embedded_object(data: Bytes) -> EmbeddedObject:
    """Read the header of an object at the start of ``data``.  Raises :class:`BadObject`."""
    head = data.read_at(0, _HEAD_BYTES)
    kind = int.from_bytes(head[4:8], "little")
    if kind not in {_EMBEDDED, _LINKED}:
        raise BadObject
    position = 8
    texts = []
    for _ in range(3):
        length = head[position : position + 4]
        size = int.from_bytes(length, "little")
        if len(length) < _NATIVE_HEAD or size > _TEXT_BYTES:
            raise BadObject
        texts.append(head[position + 4 : position + 4 + size].rstrip(b"\0"))
        position += 4 + size
    if kind == _LINKED:
        return EmbeddedObject(texts[0], position, position, linked=True)
    size = int.from_bytes(head[position : position + 4], "little")
    start = position + 4
    problem = "truncated object" if size > data.size - start else ""
    return EmbeddedObject(texts[0], start, max(start, min(start + size, data.size)), linked=False, problem=problem)
