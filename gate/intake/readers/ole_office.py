"""What of Office's binary formats matters to reading their streams: encryption, and objects of PowerPoint."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gate.intake.readers.decoders import Damaged, Region, expand, zlib_stream
from gate.intake.readers.ole_package import Bytes

_RECORD = struct.Struct("<HHL")
_CONTAINER = 0xF
_OBJECT_STORAGE = 0x1011
_COMPRESSED = 1
_CURRENT_USER_ENCRYPTED = 0xF3D1C4DF
_WORD_MAGICS = frozenset({0xA5EC, 0xA5DC, 0xA5DB})
_WORD_ENCRYPTED = 0x0100
_FILE_PASS, _BOF = 0x2F, frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_EXCEL_HEAD = 4096
_OBJECTS = 10_000


def encrypted(name: bytes, stream: Bytes) -> bool:
    """Say whether a stream of the root is the mark of an encrypted document.

    [MS-OFFCRYPTO] 2.3.1 (EncryptedPackage), [MS-DOC] 2.5.2 (fEncrypted), [MS-XLS] 2.4.117 (FilePass), [MS-PPT] 2.3.2.
    """
    lower = name.lower()
    if lower == b"encryptedpackage":
        return True
    if lower == b"worddocument":
        head = stream.read_at(0, 12)
        known = int.from_bytes(head[:2], "little") in _WORD_MAGICS
        return known and bool(int.from_bytes(head[10:12], "little") & _WORD_ENCRYPTED)
    if lower in {b"workbook", b"book"}:
        return _has_file_pass(stream.read_at(0, _EXCEL_HEAD))
    return lower == b"current user" and int.from_bytes(stream.read_at(12, 4), "little") == _CURRENT_USER_ENCRYPTED


def _has_file_pass(head: bytes) -> bool:
    """Look for the record among the first ones, where it has to stand."""
    position = 0
    while position + 4 <= len(head):
        kind, size = struct.unpack_from("<HH", head, position)
        if position == 0 and kind not in _BOF:
            return False
        if kind == _FILE_PASS:
            return True
        position += 4 + size
    return False


def powerpoint_objects(stream: Bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and whether it is compressed, of each embedded object in a stream of PowerPoint.

    [MS-PPT] 2.3.1 (records) and 2.10.34 (ExOleObjStg: an object or the macros).  Raises :class:`Damaged` where the
    records end in no proper way.
    """
    position = found = 0
    while position + _RECORD.size <= stream.size:
        head = stream.read_at(position, _RECORD.size)
        if len(head) < _RECORD.size:
            raise Damaged("truncated record of PowerPoint")
        version, kind, size = _RECORD.unpack(head)
        position += _RECORD.size
        if version & _CONTAINER == _CONTAINER:
            continue  # its records follow
        stop = position + size
        if stop > stream.size:
            raise Damaged("truncated record of PowerPoint")
        if kind == _OBJECT_STORAGE:
            found += 1
            if found > _OBJECTS:
                raise Damaged("many objects of PowerPoint", "too-many")
            compressed = version >> 4 == _COMPRESSED
            yield position + (4 if compressed else 0), stop, compressed
        position = stop


class _Part(Region):
    """A region of bytes that are not a file."""

    def __init__(self, data: Bytes, start: int, stop: int) -> None:
        self._bytes = data
        self.position = start
        self.stop = stop

    def take(self, size: int) -> bytes:
        """Return the next bytes, fewer than ``size`` only at the end."""
        block = self._bytes.read_at(self.position, min(size, self.stop - self.position))
        self.position += len(block)
        return block


def inflated(data: Bytes, start: int, stop: int) -> Iterator[bytes]:
    """Yield what a zlib stream within ``data`` expands to.  Raises :class:`Damaged`."""
    yield from expand(zlib_stream, _Part(data, start, stop))
