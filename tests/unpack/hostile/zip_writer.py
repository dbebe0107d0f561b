"""Writes zip files record by record (APPNOTE 4.3), so that each field can be wrong on purpose."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import inflate64

UNIX, DOS = 3, 0


def deflate(data: bytes) -> bytes:
    """Return ``data`` as a raw deflate stream."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


def deflate64(data: bytes) -> bytes:
    """Return ``data`` as a stream of method 9."""
    coder = inflate64.Deflater()
    return bytes(coder.deflate(data) + coder.flush())


def extra_field(kind: int, data: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<HH", kind, len(data)) + data


@dataclass(frozen=True)
class Fields:
    """What the local and the central header both hold; None is worked out from the content."""

    name: bytes
    method: int = 0
    flags: int = 0
    crc: int | None = None
    compressed: int | None = None
    size: int | None = None
    extra: bytes = b""


@dataclass(frozen=True)
class Entry:
    """One entry: the fields of both headers, those that differ in the local one, the content and what follows it."""

    central: Fields
    content: bytes = b""
    stored: bytes | None = None
    local: Fields | None = None
    descriptor: bytes = b""
    behind: bytes = b""
    creator: int = UNIX
    attributes: int = 0o100644 << 16
    comment: bytes = b""
    disk: int = 0
    offset: int | None = None

    @property
    def packed(self) -> bytes:
        """The bytes between the local header and the data descriptor."""
        if self.stored is not None:
            return self.stored
        return deflate(self.content) if self.central.method == 8 else self.content

    def filled(self, fields: Fields) -> Fields:
        """Return ``fields`` with what is not given put in."""
        return replace(
            fields,
            crc=zlib.crc32(self.content) if fields.crc is None else fields.crc,
            compressed=len(self.packed) if fields.compressed is None else fields.compressed,
            size=len(self.content) if fields.size is None else fields.size,
        )

    def local_record(self) -> bytes:
        """Return local header, data, descriptor and what follows."""
        f = self.filled(self.local or self.central)
        head = struct.pack(
            "<4sHHHHHLLLHH",
            b"PK\3\4",
            20,
            f.flags,
            f.method,
            0,
            33,
            f.crc,
            f.compressed,
            f.size,
            len(f.name),
            len(f.extra),
        )
        return head + f.name + f.extra + self.packed + self.descriptor + self.behind

    def central_record(self, offset: int) -> bytes:
        """Return the header of the directory."""
        f = self.filled(self.central)
        head = struct.pack(
            "<4sBBHHHHHLLLHHHHHLL",
            b"PK\1\2",
            20,
            self.creator,
            20,
            f.flags,
            f.method,
            0,
            33,
            f.crc,
            f.compressed,
            f.size,
            len(f.name),
            len(f.extra),
            len(self.comment),
            self.disk,
            0,
            self.attributes,
            offset if self.offset is None else self.offset,
        )
        return head + f.name + f.extra + self.comment


def plain(name: bytes = b"a.txt", content: bytes = b"harmless\n", method: int = 0, **more: object) -> Entry:
    """Return an entry in which everything is right but for ``more``."""
    return replace(Entry(Fields(name, method=method), content), **more)  # type: ignore[arg-type]  # checked by replace


def end_record(
    entries: int, size: int, offset: int, comment: bytes = b"", *, disk: int = 0, total: int | None = None
) -> bytes:
    """Return an end record."""
    return (
        struct.pack(
            "<4sHHHHLLH",
            b"PK\5\6",
            disk,
            disk,
            entries,
            entries if total is None else total,
            size,
            offset,
            len(comment),
        )
        + comment
    )


def end64_records(entries: int, size: int, offset: int, at: int) -> bytes:
    """Return the zip64 end record that stands at ``at`` and its locator."""
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, offset)
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)


def archive(
    entries: Sequence[Entry],
    *,
    prefix: bytes = b"",
    base: int | None = None,
    before_directory: bytes = b"",
    behind_directory: bytes = b"",
    comment: bytes = b"",
    trailing: bytes = b"",
    count: int | None = None,
) -> bytes:
    """Return a whole zip file.

    Offsets count from the start of the file, or from ``base`` where given (``base=len(prefix)``: the prefix was put
    in front later).
    """
    shift = 0 if base is None else base
    bodies, headers = [prefix], []
    position = len(prefix)
    for entry in entries:
        headers.append(entry.central_record(position - shift))
        bodies.append(entry.local_record())
        position += len(bodies[-1])
    body = b"".join(bodies) + before_directory
    directory = b"".join(headers)
    start = len(body) - shift
    number = len(entries) if count is None else count
    return body + directory + behind_directory + end_record(number, len(directory), start, comment) + trailing
