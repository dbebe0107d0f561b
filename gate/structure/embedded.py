"""Archives that begin somewhere in a file of another kind, told by signs whose headers can be checked.

Programs that open archives look for their signs anywhere in a file (7-Zip, WinRAR), so that a picture or a web page
with an archive in it is one for whoever knows.  A sign alone begins nothing: tools that deal with archives quote it.
Formats: 7zFormat.txt (7-Zip), "RAR 5.0 archive format" and ``technote.txt`` (WinRAR), MS-CAB, "The .xz File Format"
(tukaani.org), APPNOTE 4.3.16 (zip).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gate.structure.programs import Read, elf_section

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
"""The signs of a zip file's records (APPNOTE 4.3.7, 4.3.12, 4.3.16)."""
END_SIZE = 22
SATURATED_16 = 0xFFFF

_WINDOW = 1 << 20
_HEADER_BYTES = 4096
"""Longest header of a RAR archive whose checksum is computed; with more, many signs would cost the square of them."""
_SATURATED = 0xFFFFFFFF
_7Z_HEADER = struct.Struct("<6s2sL20s")
_CAB_HEADER = struct.Struct("<4sLLLLLBBHHH")
_CAB_VERSION = (3, 1)
_RAR5_MAIN, _RAR5_ENCRYPTION = 1, 4
_RAR4_MAIN, _RAR4_MAIN_SIZE = 0x73, 13
_RAR4_HEAD = struct.Struct("<HBHH")
_XZ_HEADER = 12
_ZIP_END = struct.Struct("<4xHHHHLLH")
_ZIP64_RECORDS = 56 + 20


class Embedded(NamedTuple):
    """An archive in a file: where it begins, its label, and where it ends, or None where its header does not say."""

    offset: int
    label: str
    end: int | None


def embedded_containers(read: Read, size: int) -> Iterator[Embedded]:
    """Yield the archives in a file of ``size`` bytes, in the order of their signs; none within another one's extent.

    ``read(offset, count)`` returns bytes of the file, fewer only at its end.  Memory is one window, time linear in
    ``size``.
    """
    behind = 0
    for start in range(0, size, _WINDOW):
        window = read(start, _WINDOW + _LONGEST)
        for at, sign in sorted((place, known) for known in _CHECKS for place in _places(window, known)):
            label, check = _CHECKS[sign]
            found = check(read, start + at, size) if start + at >= behind else None
            if found is not None and found[0] >= behind:
                yield Embedded(found[0], label, found[1])
                behind = found[1] or start + at + 1


def _places(window: bytes, sign: bytes) -> Iterator[int]:
    place = window.find(sign)
    while 0 <= place < _WINDOW:
        yield place
        place = window.find(sign, place + 1)


# --- one format each: where the archive begins and ends, or None where the header makes no sense --------------------

_Extent = tuple[int, int | None] | None


def _7z(read: Read, place: int, size: int) -> _Extent:
    header = read(place, 32)
    if len(header) < 32:  # noqa: PLR2004  # the signature header
        return None
    _, version, checksum, start = _7Z_HEADER.unpack(header)
    if zlib.crc32(start) == checksum:
        offset, length = struct.unpack_from("<QQ", start)
        return place, min(place + 32 + offset + length, size)
    # Of an archive that was not closed the header is all zeros, and 7-Zip looks for its end.
    return (place, None) if any(version) and not checksum and not any(start) else None


def _cab(read: Read, place: int, size: int) -> _Extent:
    header = read(place, _CAB_HEADER.size)
    if len(header) < _CAB_HEADER.size:
        return None
    _, zero, length, zero_2, files, zero_3, minor, major, folder_count, file_count, flags = _CAB_HEADER.unpack(header)
    whole = place + length <= size and _CAB_HEADER.size < files < length
    known = not (zero or zero_2 or zero_3) and (minor, major) == _CAB_VERSION and not flags >> 3
    return (place, place + length) if whole and known and folder_count and file_count else None


def _rar5(read: Read, place: int, size: int) -> _Extent:
    head = read(place + 8, 4 + _HEADER_BYTES)
    length = shift = 0
    for position in range(4, 7):
        if position >= len(head):
            return None
        length |= (head[position] & 0x7F) << shift
        shift += 7
        if head[position] < 1 << 7:
            break
    else:
        return None
    begin = position + 1
    if head[begin : begin + 1] not in {bytes([_RAR5_MAIN]), bytes([_RAR5_ENCRYPTION])}:
        return None
    if begin + length > len(head):
        return (place, None) if place + 8 + begin + length <= size else None
    matches = zlib.crc32(head[4 : begin + length]) == int.from_bytes(head[:4], "little")
    return (place, None) if matches else None


def _rar4(read: Read, place: int, size: int) -> _Extent:
    head = read(place + 7, _RAR4_HEAD.size)
    if len(head) < _RAR4_HEAD.size:
        return None
    checksum, kind, _, length = _RAR4_HEAD.unpack(head)
    if kind != _RAR4_MAIN or length < _RAR4_MAIN_SIZE:
        return None
    if length > _HEADER_BYTES:
        return (place, None) if place + 7 + length <= size else None
    header = read(place + 7, length)
    # A comment inside of the main header is not covered by its checksum.
    matches = checksum in {zlib.crc32(header[2:stop]) & 0xFFFF for stop in (_RAR4_MAIN_SIZE, length)}
    return (place, None) if matches and len(header) == length else None


def _xz(read: Read, place: int, size: int) -> _Extent:
    header = read(place, _XZ_HEADER + 1024)
    if len(header) < _XZ_HEADER + 8 or zlib.crc32(header[6:8]) != int.from_bytes(header[8:12], "little"):
        return None
    # Behind the header of a stream with anything in it stands the header of a block, with a checksum, too.
    length = (header[_XZ_HEADER] + 1) * 4
    block = header[_XZ_HEADER : _XZ_HEADER + length]
    known = length > 4 and len(block) == length  # noqa: PLR2004  # zero begins the index, behind which all ends
    if not known or zlib.crc32(block[:-4]) != int.from_bytes(block[-4:], "little"):
        return None
    # Fedora and its kin put names of functions into programs in this form.
    section = elf_section(read, b".gnu_debugdata")
    return place, min(section[1], size) if section is not None and section[0] == place else None


def _zip(read: Read, place: int, _size: int) -> _Extent:
    """Return the extent of the zip file whose end record stands at ``place``: its parts have to be where it says."""
    record = read(place, END_SIZE)
    if len(record) < END_SIZE:
        return None
    disk, directory_disk, entries, total, length, offset, comment = _ZIP_END.unpack(record)
    if not entries or not length:
        return None
    end = place + END_SIZE + comment
    if SATURATED_16 in {entries, total, disk, directory_disk} or _SATURATED in {length, offset}:
        return _zip64(read, place, end)
    begin = place - length - offset
    return (begin, end) if begin >= 0 and _has_zip_parts(read, begin, place - length) else None


def _zip64(read: Read, place: int, end: int) -> _Extent:
    """Return the extent by the zip64 record (APPNOTE 4.3.14), which here stands right before its locator."""
    record = read(place - _ZIP64_RECORDS, 56) if place >= _ZIP64_RECORDS else b""
    if not record.startswith(b"PK\6\6"):
        return None
    length, offset = struct.unpack_from("<QQ", record, 40)
    begin = place - _ZIP64_RECORDS - length - offset
    return (begin, end) if begin >= 0 and _has_zip_parts(read, begin, begin + offset) else None


def _has_zip_parts(read: Read, begin: int, directory: int) -> bool:
    return read(directory, 4) == CENTRAL and read(begin, 4) == LOCAL


_CHECKS: dict[bytes, tuple[str, Callable[[Read, int, int], _Extent]]] = {
    b"7z\xbc\xaf\x27\x1c": ("7z", _7z),
    b"MSCF\0\0\0\0": ("cab", _cab),
    b"Rar!\x1a\x07\x01\x00": ("rar", _rar5),
    b"Rar!\x1a\x07\x00": ("rar", _rar4),
    b"\xfd7zXZ\0\0": ("xz", _xz),
    END: ("zip", _zip),
}
_LONGEST = max(map(len, _CHECKS))
