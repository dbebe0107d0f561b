"""Writes RAR archives of both formats block by block; no compressor of RAR is free, so members are stored."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

MAGIC5, MAGIC4 = b"Rar!\x1a\x07\x01\0", b"Rar!\x1a\x07\0"
STORED, NORMAL = 0, 3
WINDOWS, UNIX = 0, 1


def number(value: int) -> bytes:
    """Return a number of variable length as RAR 5 writes them."""
    encoded = bytearray()
    while value >= 1 << 7:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def block5(
    kind: int,
    fields: bytes = b"",
    data: bytes | None = None,
    *,
    flags: int = 0,
    extra: bytes = b"",
    crc: int | None = None,
) -> bytes:
    """Return a block of RAR 5."""
    flags |= (1 if extra else 0) | (2 if data is not None else 0)
    body = number(kind) + number(flags)
    body += (number(len(extra)) if extra else b"") + (number(len(data)) if data is not None else b"") + fields + extra
    head = number(len(body)) + body
    return struct.pack("<L", zlib.crc32(head) if crc is None else crc) + head + (data or b"")


def record(kind: int, data: bytes) -> bytes:
    """Return a record of an extra area."""
    body = number(kind) + data
    return number(len(body)) + body


def file5(
    name: bytes,
    content: bytes = b"",
    *,
    stored: bytes | None = None,
    kind: int = 2,
    flags: int = 0,
    file_flags: int = 4,
    size: int | None = None,
    crc: int | None = None,
    method: int = STORED,
    attributes: int = 0o100644,
    system: int = UNIX,
    extra: bytes = b"",
    slack: bytes = b"",
) -> bytes:
    """Return a file (or service) of RAR 5; its checksum is there unless ``file_flags`` says otherwise."""
    checksum = zlib.crc32(content) if crc is None else crc
    fields = number(file_flags) + number(len(content) if size is None else size) + number(attributes)
    fields += struct.pack("<L", checksum) if file_flags & 4 else b""
    fields += number(method << 7) + number(system) + number(len(name)) + name + slack
    return block5(kind, fields, content if stored is None else stored, flags=flags, extra=extra)


MAIN5, END5 = block5(1, number(0)), block5(5, number(0))


def archive5(blocks: Sequence[bytes], *, main: bytes = MAIN5, end: bytes = END5) -> bytes:
    """Return an archive of RAR 5."""
    return MAGIC5 + main + b"".join(blocks) + end


def redirection(kind: int, target: bytes) -> bytes:
    """Return the record of a link: 1 to 3 symbolic, 4 hard, 5 a copy."""
    return record(5, number(kind) + number(0) + number(len(target)) + target)


def block4(kind: int, flags: int = 0, fields: bytes = b"", data: bytes = b"", *, crc: int | None = None) -> bytes:
    """Return a block of RAR 4; ``fields`` begin with the size of the data where ``flags`` say that there is any."""
    head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF if crc is None else crc) + head + data


def file4(
    name: bytes,
    content: bytes = b"",
    *,
    kind: int = 0x74,
    flags: int = 0,
    method: int = STORED,
    size: int | None = None,
    crc: int | None = None,
    attributes: int = 0o100644,
    system: int = 3,
    slack: bytes = b"",
) -> bytes:
    """Return a file (or service) of RAR 4."""
    checksum = zlib.crc32(content) if crc is None else crc
    length = len(content) if size is None else size
    fields = struct.pack(
        "<LLBLLBBHL", len(content), length, system, checksum, 0, 29, 0x30 + method, len(name), attributes
    )
    return block4(kind, flags | 0x8000, fields + name + slack, content)


MAIN4, END4 = block4(0x73, 0, bytes(6)), block4(0x7B, 0x4000)


def archive4(blocks: Sequence[bytes], *, main: bytes = MAIN4, end: bytes = END4) -> bytes:
    """Return an archive of RAR 4."""
    return MAGIC4 + main + b"".join(blocks) + end
