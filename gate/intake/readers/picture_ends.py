"""Where a picture ends in its file, by its own structure: PNG, JPEG, GIF, BMP and RIFF (WebP, also sound and film).

PNG: ISO/IEC 15948, 5.  JPEG: ISO/IEC 10918-1, annex B; CIPA DC-007 (several pictures in one file).  GIF: GIF89a
specification, 17-27.  BMP: "Bitmap Storage" of the Windows documentation.  RIFF: "Multimedia Programming Interface",
1991, and RFC 9649.  All functions are pure; ``read`` returns bytes at a place, fewer only where the file ends.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from gate.structure.programs import Read

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_GIF = (b"GIF87a", b"GIF89a")
_BMP = b"BM"
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
_BMP_PROFILE = 124
_BMP_PLAIN = frozenset({0, 3, 6})
"""Ways of storing pixels in which their number tells how many bytes they take: plain, with masks, with alpha masks."""
_RIFF = b"RIFF"
_RIFF_FORMS = frozenset({b"WEBP", b"WAVE", b"AVI ", b"AVIX", b"ACON"})
_UNKNOWN_SIZES = frozenset({0, 0xFFFFFFFF})
_FIRST_BLOCK, _BLOCK = 1 << 7, 1 << 16
"""How much is read where something is looked for, at first and at most: doubled, so that short parts cost little."""
_CHUNK_TYPE = re.compile(rb"[A-Za-z]{4}")
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends coded data: a marker that is no stuffed byte, restart or filling."""
_SOI, _EOI, _SOS, _TEM = 0xD8, 0xD9, 0xDA, 0x01
_ALONE = frozenset({_TEM, *range(0xD0, 0xD8)})
_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_COLOUR_TABLE = 0x80


def is_picture(head: bytes) -> bool:
    """Say whether a file that begins with ``head`` is a picture of a form whose end can be told, by its magic."""
    return _end_of(head) is not None


def picture_end(read: Read, size: int) -> int:
    """Return where the picture at the start of a file of ``size`` bytes ends: with the file where it breaks off.

    Where its structure makes no sense any more, that is where it ends.  A file that is no picture ends with the file.
    """
    end = _end_of(read(0, 32))
    return size if end is None else max(0, min(end(read, size), size))


def _end_of(head: bytes) -> Callable[[Read, int], int] | None:
    if head.startswith(_PNG):
        return _png
    if head.startswith(_JPEG):
        return _jpeg
    if head.startswith(_GIF):
        return _gif
    if head.startswith(_RIFF):
        return _riff if head[8:12] in _RIFF_FORMS else None
    if head.startswith(_BMP) and head[6:10] == bytes(4) and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return _bmp
    return None


def _png(read: Read, size: int) -> int:
    position = len(_PNG)
    while position < size:
        head = read(position, 8)
        if len(head) < 8 or not _CHUNK_TYPE.fullmatch(head, 4):  # noqa: PLR2004  # length and type
            return position
        position += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return position
    return position


# --- JPEG -------------------------------------------------------------------------------------------------------


def _jpeg(read: Read, size: int) -> int:
    """Return the end of the last picture of a file: cameras put further ones behind the first, each whole."""
    end = _one_jpeg(read, 0, size)
    while end < size:
        start = _behind_zeros(read, end)
        if read(start, len(_JPEG)) != _JPEG:
            break
        end = _one_jpeg(read, start, size)
    return end


def _behind_zeros(read: Read, position: int) -> int:
    length = _FIRST_BLOCK
    while block := read(position, length):
        behind = block.lstrip(b"\0")
        position += len(block) - len(behind)
        if behind:
            break
        length = min(2 * length, _BLOCK)
    return position


def _one_jpeg(read: Read, start: int, size: int) -> int:
    position = start + 2
    while position < size:
        head = read(position, 4)
        if len(head) < 2 or head[0] != 0xFF:  # noqa: PLR2004  # a marker
            return position
        marker = head[1]
        if marker == 0xFF:  # noqa: PLR2004  # filling
            position += 1
        elif marker == _EOI:
            return position + 2
        elif marker in _ALONE:
            position += 2
        elif marker in {0, _SOI} or len(head) < 4 or int.from_bytes(head[2:], "big") < 2:  # noqa: PLR2004  # a length
            return position
        else:
            position += 2 + int.from_bytes(head[2:], "big")
            if marker == _SOS:
                position = _behind_scan(read, position, size)
    return position


def _behind_scan(read: Read, position: int, size: int) -> int:
    """Return the place of the marker behind the coded data that begins at ``position``."""
    length = _FIRST_BLOCK
    while position < size:
        block = read(position, length)
        found = _MARKER.search(block)
        if found is not None:
            return position + found.start()
        if len(block) < length:
            return size
        position += len(block) - 1  # a marker may stand across the border
        length = min(2 * length, _BLOCK)
    return size


# --- GIF --------------------------------------------------------------------------------------------------------


def _gif(read: Read, size: int) -> int:
    screen = read(10, 1)
    position = 13 + (_colours(screen[0]) if screen else 0)
    while position < size:
        head = read(position, 10)
        kind = head[0] if head else _TRAILER
        if kind == _EXTENSION:
            position = _behind_blocks(read, position + 2, size)
        elif kind == _IMAGE and len(head) == 10:  # noqa: PLR2004  # an image descriptor
            position = _behind_blocks(read, position + 11 + _colours(head[9]), size)
        else:
            return position + (kind == _TRAILER)
    return position


def _colours(packed: int) -> int:
    """Return the size of the table of colours that a packed field tells of."""
    return 3 << (packed & 7) + 1 if packed & _COLOUR_TABLE else 0


def _behind_blocks(read: Read, position: int, size: int) -> int:
    """Return where a row of blocks ends, each of which begins with its length: with one of no length."""
    wanted = _FIRST_BLOCK
    while position < size:
        block = read(position, wanted)
        place = 0
        while place < len(block):
            length = block[place]
            place += 1 + length
            if not length:
                return position + place
        position += place
        wanted = min(2 * wanted, _BLOCK)
    return size


# --- BMP, RIFF --------------------------------------------------------------------------------------------------


def _bmp(read: Read, size: int) -> int:
    head = read(0, 14 + _BMP_PROFILE)
    declared, pixels, kind = (int.from_bytes(head[at : at + 4], "little") for at in (2, 10, 14))
    if kind == 12:  # noqa: PLR2004  # the header of OS/2
        if len(head) < 26:  # noqa: PLR2004  # that header
            return size
        width, height, bits = *struct.unpack_from("<HH", head, 18), int.from_bytes(head[24:26], "little")
        method = image = 0
    else:
        if len(head) < 54:  # noqa: PLR2004  # the header of Windows 3
            return size
        width, height, bits, method, image = struct.unpack_from("<ll2xHLL", head, 18)
    plain = (abs(width) * bits + 31) // 32 * 4 * abs(height)
    end: int = pixels + (plain if method in _BMP_PLAIN else image)
    if kind == _BMP_PROFILE and len(head) == 14 + _BMP_PROFILE:
        place, length = (int.from_bytes(head[at : at + 4], "little") for at in (126, 130))
        end = max(end, 14 + place + length if place and length else 0)
    # Some writers round the size of the file up; a size that says more than that covers what is no picture.
    return declared if end < declared <= end + 4 else end


def _riff(read: Read, size: int) -> int:
    position = 0
    while position < size:
        head = read(position, 12)
        if not head.startswith(_RIFF) or head[8:] not in _RIFF_FORMS:
            return position
        length = int.from_bytes(head[4:8], "little")
        if length in _UNKNOWN_SIZES:
            return size
        position += 8 + length + length % 2
    return position
