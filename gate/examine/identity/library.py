"""libmagic with its database, loaded when this module is imported: a confined worker can open neither later.

python-magic finds the library; what it does not offer (a database from memory, tests switched off) is asked of the
library itself.  Only the compiled database that came with the library counts: nothing under ``/etc`` or ``$HOME``.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import mmap
import struct
from pathlib import Path
from typing import Any

SEPARATOR = "\\012- "
"""What stands between two names; libmagic writes every byte that is not printable in this way."""
READ_BYTES = 1 << 20
"""How much of a file libmagic looks at (its own default, too); of a larger one also at places told from the end."""
_CONTINUE = 0x20
_MIME_TYPE = 0x10
_NO_TEXT = 0x20000
_NO_DETAILS = 0x10000 | 0x40000 | 0x80000 | 0x400000 | 0x800000
"""No reading of ELF notes, OLE streams, CSV, JSON and tape images: parsers that name no container more."""
_QUICK = _CONTINUE | _NO_DETAILS | _NO_TEXT
_FULL = _CONTINUE | _NO_DETAILS
_HEADER = struct.Struct("=LLLL")
_HEADER_MAGIC = 0xF11E041C
_LONGEST = 1 << 16
"""Characters of libmagic's answer that are looked at; beyond that a file has made it repeat itself."""


class LibraryMissing(Exception):
    """There is no libmagic, no python-magic, or no database that the library would load."""


class UnknownContent(Exception):
    """libmagic gave up on a file: it says why."""


class Library:
    """One handle of libmagic.  Not thread-safe.  Raises :class:`LibraryMissing` where it cannot be had."""

    def __init__(self) -> None:
        try:
            import magic  # noqa: PLC0415  # where it is missing the gate still has to come up, and say so
        except ImportError as error:
            raise LibraryMissing(str(error)) from error
        self._magic: Any = magic
        place = _database(magic.libmagic)
        try:
            with place.open("rb") as stream:
                # Private and writable, as libmagic may turn the byte order in place; untouched pages are shared.
                self._database = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        except (OSError, ValueError) as error:
            raise LibraryMissing(f"{place}: {error}") from error
        self.sha256 = hashlib.sha256(self._database).hexdigest()
        self.entries = _count(self._database)
        number = self._magic.version()
        self.version = f"{number // 100}.{number % 100:02}"
        self._handle = magic.magic_open(_QUICK)
        self._load()

    def _load(self) -> None:
        load = self._magic.libmagic.magic_load_buffers
        load.restype = ctypes.c_int
        load.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        self._buffer = (ctypes.c_char * len(self._database)).from_buffer(self._database)
        buffers = (ctypes.c_void_p * 1)(ctypes.addressof(self._buffer))
        sizes = (ctypes.c_size_t * 1)(len(self._database))
        if load(self._handle, buffers, sizes, 1) != 0:
            raise LibraryMissing(self._problem())

    def descriptions(self, content: bytes | int, *, text: bool = False) -> list[str]:
        """Return all that libmagic calls the content, bytes or a descriptor of a regular file.

        With ``text`` also what it makes of plain text, which takes it five times as long.  Raises
        :class:`UnknownContent` where it gives up.
        """
        return self._names(content, _FULL if text else _QUICK)

    def types(self, content: bytes | int) -> list[str]:
        """Return the MIME types of the content, as :meth:`descriptions`."""
        return self._names(content, _QUICK | _MIME_TYPE)

    def _names(self, content: bytes | int, flags: int) -> list[str]:
        self._magic.magic_setflags(self._handle, flags)
        try:
            if isinstance(content, int):
                answer = self._magic.magic_descriptor(self._handle, content)
            else:
                answer = self._magic.magic_buffer(self._handle, content)
        except self._magic.MagicException as error:
            raise UnknownContent(self._problem()) from error
        names = answer.decode("ascii", "backslashreplace")[:_LONGEST].split(SEPARATOR)
        return [name.strip() for name in dict.fromkeys(names) if name.strip()]

    def _problem(self) -> str:
        told = self._magic.magic_error(self._handle)
        return told.decode("ascii", "backslashreplace") if told else "no reason told"


def _database(library: Any) -> Path:  # noqa: ANN401  # a ctypes library
    """Return the compiled database on libmagic's own list of places."""
    where = library.magic_getpath
    where.restype = ctypes.c_char_p
    where.argtypes = [ctypes.c_char_p, ctypes.c_int]
    places = [Path(place) for place in (where(None, 0) or b"").decode().split(":") if place]
    candidates = [place if place.suffix == ".mgc" else place.with_name(f"{place.name}.mgc") for place in places]
    for candidate in candidates:
        with contextlib.suppress(OSError):
            if candidate.is_file():
                return candidate
    raise LibraryMissing("no database: " + ", ".join(map(str, candidates)))


def _count(database: mmap.mmap) -> int:
    """Return the number of entries that the head of a compiled database tells, 0 where it is in another byte order."""
    if len(database) < _HEADER.size:
        return 0
    magic, _, binary, text = _HEADER.unpack_from(database)
    return binary + text if magic == _HEADER_MAGIC else 0


def _loaded() -> Library | LibraryMissing:
    try:
        return Library()
    except LibraryMissing as missing:
        return missing


LOADED = _loaded()
"""The library of this process, or why there is none."""
