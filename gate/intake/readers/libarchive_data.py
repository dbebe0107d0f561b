"""What the members of an archive hold, by the system's libarchive, restricted to one format and no filter.

Only bytes are taken from it: it passes over bad checksums and says "end" where it means "not understood" (both seen
with 3.6.2), so that the caller holds them against what it has read in the headers itself.
"""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Iterator
from typing import Any

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK, Source

try:
    from libarchive import ffi  # type: ignore[import-untyped]  # it ships no types
except (ImportError, OSError, AttributeError, TypeError):  # the package loads the shared library when imported
    ffi: Any = None  # type: ignore[no-redef]  # what stands for it where it cannot be had

NEEDED = "needs the library libarchive (Debian package libarchive13)"
_BLOCK = 1 << 16
_OK, _EOF = 0, 1
_DETAIL_BYTES = 80
_UNSUPPORTED = ("unavailable", "not supported", "nsupported")
logging.getLogger("libarchive").propagate = False  # it logs texts made of names in the archive


def installed() -> bool:
    """Say whether there is a libarchive."""
    return ffi is not None


class LibArchive:
    """One archive read from its start; ``form`` is libarchive's name of the format."""

    def __init__(self, source: Source, form: str) -> None:
        # Libarchive reads from where the descriptor stands; nobody else goes by that.
        os.lseek(source.descriptor, 0, os.SEEK_SET)
        self._archive = ffi.read_new()
        self._entry = ffi.entry_new()
        try:
            ffi.get_read_format_function(form)(self._archive)
            self._call(ffi.read_open_fd, self._archive, source.descriptor, _BLOCK)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give everything back."""
        ffi.entry_free(self._entry)
        ffi.libarchive.archive_read_free(self._archive)

    def next(self) -> int:
        """Go to the next entry and return its size, or -1 where libarchive does not know it.

        Raises :class:`Damaged`, also at the end.
        """
        if self._call(ffi.read_next_header2, self._archive, self._entry) == _EOF:
            raise Damaged("libarchive: no further entry")
        return int(ffi.entry_size(self._entry)) if ffi.entry_size_is_set(self._entry) else -1

    def data(self) -> Iterator[bytes]:
        """Yield the bytes of the entry in chunks.  Raises :class:`Damaged`."""
        buffer, size, offset = ctypes.c_void_p(), ctypes.c_size_t(), ctypes.c_longlong()
        position = 0
        while True:
            state = self._call(
                ffi.read_data_block,
                self._archive,
                ctypes.byref(buffer),
                ctypes.byref(size),
                ctypes.byref(offset),
            )
            if state == _EOF:
                return
            if offset.value != position:
                raise Damaged("libarchive: data with holes")
            position += size.value
            for start in range(0, size.value, CHUNK):
                yield ctypes.string_at((buffer.value or 0) + start, min(CHUNK, size.value - start))

    def _call(self, function: Any, *arguments: object) -> int:  # noqa: ANN401  # functions of an untyped package
        try:
            state = int(function(*arguments))
        except ffi.ArchiveError as error:
            raise _told(error.msg) from error
        if state not in {_OK, _EOF}:  # a warning
            raise _told(ffi.error_string(self._archive))
        return state


def _told(text: str | bytes | None) -> Damaged:
    detail = _printable(text)
    unsupported = any(word in detail for word in _UNSUPPORTED)
    return Damaged(f"libarchive: {detail}", "unsupported" if unsupported else "corrupt")


def _printable(text: str | bytes | None) -> str:
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text or b"no reason given"
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "?" for byte in raw[:_DETAIL_BYTES])  # noqa: PLR2004  # ASCII
