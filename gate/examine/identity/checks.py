"""What is asked of a file beside libmagic's word, where the bytes that libmagic goes by occur by chance.

Each test takes the start of a file and the file's size, and says whether it can be of the form.  They are necessary
conditions of the formats, so that no file that a program would open is passed over.
"""

from __future__ import annotations

import binascii
import struct
import zlib

SECTOR = 512
_TRY_BYTES = 4096
_TRY_OUTPUT = 1 << 16
_ARC_HEADER = 29
_ARC_METHODS = range(1, 12)
_JFFS2_MAGIC = {b"\x85\x19": "<", b"\x19\x85": ">"}
_JFFS2_NODES = frozenset({0xE001, 0xE002, 0x2003, 0x2004, 0x2006, 0xE008, 0xE009})
_MINIX_BLOCK = 1024
_MINIX_MAGIC = frozenset({0x137F, 0x138F})
_HFS_NAME = range(1, 28)
_COMPRESS_BITS = range(9, 17)
_CIPHERS = range(1, 14)
_STRETCHES = frozenset({0, 1, 3, 4})
_SESSION_KEY, _SYMMETRIC_SESSION_KEY = 1, 3
_FOLLOWING = frozenset({1, 3, 9, 10, 18, 20})
"""Tags of packets behind a session key: another one, a marker, and the three of encrypted data."""


def inflates(head: bytes, size: int) -> bool:
    """Say whether the start is that of a zlib stream (RFC 1950): it decompresses without error, a short one wholly."""
    inflater = zlib.decompressobj()
    try:
        inflater.decompress(head[:_TRY_BYTES], _TRY_OUTPUT)
    except zlib.error:
        return False
    return inflater.eof or size > _TRY_BYTES


def is_arc(head: bytes, size: int) -> bool:
    """Say whether the start is the header of a member of an ARC archive: method, name up to a zero, sizes that fit."""
    if len(head) < _ARC_HEADER - 4 or head[1] not in _ARC_METHODS:
        return False
    name, end, _ = head[2:15].partition(b"\0")
    (packed,) = struct.unpack_from("<L", head, 15)
    return bool(name) and bool(end) and min(name) > 0x1F and packed + _ARC_HEADER - 4 <= size  # noqa: PLR2004  # below are control characters


def is_dar(head: bytes, _size: int) -> bool:
    """Say whether behind magic and label stand the flags of a slice of dar: last or not, and what may follow."""
    return head[14:15] in {b"T", b"N", b"E"} and head[15:16] in {b"N", b"S", b"T"}


def is_jffs2(head: bytes, _size: int) -> bool:
    """Say whether the file starts with a JFFS2 node: type, length, and the CRC over both."""
    order = _JFFS2_MAGIC.get(head[:2])
    if order is None or len(head) < 12:  # noqa: PLR2004  # the header of a node
        return False
    kind, length, check = struct.unpack_from(f"{order}2xHLL", head)
    # The kernel's CRC32 begins with 0 and is not inverted at the end; that of zlib is both.
    crc = zlib.crc32(head[:8], 0xFFFFFFFF) ^ 0xFFFFFFFF
    return kind in _JFFS2_NODES and length >= 12 and crc == check  # noqa: PLR2004  # as above


def is_minix(head: bytes, size: int) -> bool:
    """Say whether the block at 1024 is the super block of a Minix file system, version 1, in either byte order."""
    for order in "<>":
        if len(head) < _MINIX_BLOCK + 18:
            return False
        inodes, zones, inode_map, zone_map, first, zone_bits, _, magic = struct.unpack_from(
            f"{order}HHHHHHLH", head, _MINIX_BLOCK
        )
        if magic not in _MINIX_MAGIC or zone_bits > 10 or not 0 < first < zones:  # noqa: PLR2004  # zones of 1 MiB
            continue
        maps = inode_map * _MINIX_BLOCK * 8 > inodes > 0 and zone_map * _MINIX_BLOCK * 8 > zones - first
        if maps and first * _MINIX_BLOCK <= size:
            return True
    return False


def is_hfs(head: bytes, size: int) -> bool:
    """Say whether the block at 1024 is the master directory block of HFS (Inside Macintosh: Files, chapter 2)."""
    block = head[1024 : 1024 + 162]
    if len(block) < 162 or block[:2] != b"BD":  # noqa: PLR2004  # the whole block
        return False
    blocks, unit, first = struct.unpack_from(">HL4xH", block, 18)
    plausible = unit > 0 and unit % SECTOR == 0 and blocks > 0 and block[36] in _HFS_NAME
    return bool(plausible and first * SECTOR < size)


def is_macbinary(head: bytes, size: int) -> bool:
    """Say whether the first 128 bytes are a header of MacBinary II or III: the CRC over them fits, and the sizes do."""
    if len(head) < 128 or head[0] or head[1] not in range(1, 64):  # noqa: PLR2004  # the header; length of the name
        return False
    data, resources = struct.unpack_from(">LL", head, 83)
    (crc,) = struct.unpack_from(">H", head, 124)
    return bool(binascii.crc_hqx(head[:124], 0) == crc and data + resources <= size)


def is_compress(head: bytes, _size: int) -> bool:
    """Say whether the third byte of the file gives a width of codes that ``compress`` knows."""
    return len(head) > 2 and head[2] & 0x1F in _COMPRESS_BITS and not head[2] & 0x60  # noqa: PLR2004  # magic and flags


def is_disk(head: bytes, size: int) -> bool:
    """Say whether the boot sector has a table with a partition in the file, or describes a file system of FAT."""
    if head[510:512] != b"\x55\xaa" or size <= 2 * SECTOR:
        return False
    return _has_partition(head, size) or _has_parameters(head)


def _has_partition(head: bytes, size: int) -> bool:
    """Say whether all four entries of the partition table can be ones, and one begins within the file."""
    entries = [struct.unpack_from("<B3xB3xLL", head, 446 + 16 * number) for number in range(4)]
    if any(status not in {0, 0x80} for status, _, _, _ in entries):
        return False
    return any(kind and length and 0 < start * SECTOR < size for _, kind, start, length in entries)


def _has_parameters(head: bytes) -> bool:
    """Say whether the BIOS parameter block is one (Microsoft FAT specification, section 3.1)."""
    sector, cluster, reserved, tables = struct.unpack_from("<HBHB", head, 11)
    sizes = sector in {512, 1024, 2048, 4096} and cluster > 0 and cluster & (cluster - 1) == 0
    return bool(sizes and reserved > 0 and tables in {1, 2} and head[21] >= 0xF0)  # noqa: PLR2004  # least media descriptor


def is_apple_disk(head: bytes, _size: int) -> bool:
    """Say whether behind the driver map of an Apple disk stands an entry of its partition map."""
    unit = int.from_bytes(head[2:4], "big")
    return unit in {512, 1024, 2048, 4096} and any(head.startswith(b"PM", place) for place in (SECTOR, unit))


def is_openpgp_message(head: bytes, size: int) -> bool:
    """Say whether the first packet is an encrypted session key and a fitting one follows (RFC 4880, 5.1, 5.3, 11.3)."""
    if len(head) < 6 or not head[0] & 0x80:  # noqa: PLR2004  # tag, length and the start of the packet
        return False
    tag, begin, length = _packet(head)
    body = head[begin : begin + 4]
    if len(body) < 4 or not _may_follow(head, begin + length, size):  # noqa: PLR2004  # as above
        return False
    if tag == _SESSION_KEY:
        return body[0] in {2, 3, 6}
    if tag != _SYMMETRIC_SESSION_KEY:
        return False
    return body[0] in {5, 6} or (body[0] == 4 and body[1] in _CIPHERS and body[2] in _STRETCHES)  # noqa: PLR2004  # version


def _may_follow(head: bytes, place: int, size: int) -> bool:
    """Say whether a packet of encrypted data or another session key begins at ``place``; believed behind the head."""
    if place >= len(head):
        return place < size
    first = head[place]
    return bool(first & 0x80) and (first & 0x3F if first & 0x40 else first >> 2 & 0x0F) in _FOLLOWING


def _packet(head: bytes) -> tuple[int, int, int]:
    """Return tag, start and length of the body of the first packet; a length that is not told is 0."""
    if head[0] & 0x40:
        first = head[1]
        if first < 192:  # noqa: PLR2004  # RFC 4880, 4.2.2: lengths of one, two and five bytes, and partial ones
            return head[0] & 0x3F, 2, first
        if first < 224:  # noqa: PLR2004  # as above
            return head[0] & 0x3F, 3, ((first - 192) << 8) + head[2] + 192
        return head[0] & 0x3F, (6 if first == 255 else 2), 0  # noqa: PLR2004  # as above
    tag, kind = head[0] >> 2 & 0x0F, head[0] & 3
    width = (1, 2, 4, 0)[kind]
    return tag, 1 + width, int.from_bytes(head[1 : 1 + width], "big")
