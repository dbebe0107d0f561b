"""Writes what InstallShield writes, as far as its reader knows it: setup streams and cabinets with their lists."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

SPLIT, OBFUSCATED, COMPRESSED, INVALID = 1, 2, 4, 8
VERSIONS = {5: 0x01005000, 9: 0x01009500, 12: 0x020004B0, 17: 0x040006A4}


def disguised(data: bytes, name: bytes, flags: int) -> bytes:
    """Return ``data`` disguised by a name; with flag 4 the key begins anew each KiB."""
    key = [byte ^ b"\x13\x35\x86\x07"[place % 4] for place, byte in enumerate(name)]
    mixed = []
    for place, byte in enumerate(data):
        inner = key[(place % 1024 if flags & 4 else place) % len(key)] ^ ~byte & 0xFF
        mixed.append((inner << 4 | inner >> 4) & 0xFF)
    return bytes(mixed)


@dataclass(frozen=True)
class Streamed:
    """A file of a setup stream."""

    name: str
    content: bytes
    flags: int = 6
    packed: bool = True
    behind: bytes = b""


def setup_stream(files: Sequence[Streamed], *, wide: bool = False, kind: int = 0, count: int | None = None) -> bytes:
    """Return a setup stream; ``kind`` 4 of the newer one has times."""
    signature = b"ISSetupStream\0" if wide else b"InstallShield\0"
    parts = [struct.pack("<14sHL26x", signature, len(files) if count is None else count, kind)]
    for file in files:
        key = file.name.encode()
        data = (zlib.compress(file.content) if file.packed else file.content) + file.behind
        data = disguised(data, key, file.flags) if file.flags & 6 else data
        if wide:
            name = file.name.encode("utf-16-le")
            parts.append(struct.pack("<LL2xL8xH", len(name), file.flags, len(data), file.packed))
            parts.append((b"times..." * 3 if kind == 4 else b"") + name)
        else:
            parts.append(struct.pack("<260sL4xL8xH30x", key + b"\0left over", file.flags, len(data), file.packed))
        parts.append(data)
    return b"".join(parts)


def debug_record() -> bytes:
    """Return what may stand before a setup stream."""
    return b"NB10" + bytes(12) + b"C:\\source\\setup.pdb\0"


def chunks(content: bytes, *, old: bool = False, size: int = 1 << 15) -> bytes:
    """Return ``content`` in compressed pieces, with sizes unless they are ``old``."""
    parts = []
    for place in range(0, len(content), size):
        coder = zlib.compressobj(wbits=-15)
        piece = coder.compress(content[place : place + size])
        piece += coder.flush(zlib.Z_FULL_FLUSH) if old else coder.flush()
        parts.append(piece if old else struct.pack("<H", len(piece)) + piece)
    return b"".join(parts)


def obfuscated(data: bytes) -> bytes:
    """Return the bytes of a file as a cabinet with obfuscation stores them."""
    changed = []
    for place, byte in enumerate(data):
        moved = (byte + place % 0x47) & 0xFF
        changed.append(((moved << 2 | moved >> 6) & 0xFF) ^ 0xD5)
    return bytes(changed)


@dataclass(frozen=True)
class Packed:
    """A file of a cabinet.  ``previous`` is the number of the file whose data it shares."""

    name: str
    content: bytes
    flags: int = COMPRESSED
    folder: int = 0
    volume: int = 1
    previous: int | None = None
    offset: int | None = None
    md5: bytes | None = None
    stored: bytes | None = None
    size: int | None = None

    def bytes_stored(self, version: int) -> bytes:
        """Return its bytes as they stand in a volume."""
        if self.stored is not None:
            return self.stored
        data = chunks(self.content, old=version < 5) if self.flags & COMPRESSED else self.content
        return obfuscated(data) if self.flags & OBFUSCATED else data


def cabinet(
    files: Sequence[Packed], *, version: int = 9, alone: bool = True, behind: bytes = b"", at: int = 512
) -> tuple[bytes, dict[int, bytes]]:
    """Return the list of files, as it stands alone, and the volumes; with ``alone`` the list is in the first of them."""
    volumes = {number: bytearray(at) for number in sorted({1, *(file.volume for file in files)})}
    placed: list[tuple[Packed, int, int]] = []
    for file in files:
        data = b"" if file.previous is not None or file.offset is not None else file.bytes_stored(version)
        volume = volumes[file.volume]
        placed.append((file, len(volume) if file.offset is None else file.offset, len(file.bytes_stored(version))))
        volume += data
    listing = _listing(placed, version)
    for number, volume in volumes.items():
        within = alone and number == 1
        volume[:20] = _common(version, len(volume) if within else 512, len(listing) if within else 0)
        last = len(files) - 1
        form = "<QLLQQQQQQ" if version >= 6 else "<L4xLLLLLLLL"
        struct.pack_into(form, volume, 20, at, 0, last, *[0] * 6)
        volume.extend((listing if within else b"") + behind)
    header = _common(version, 512, len(listing)) + struct.pack("<L", 512 + len(listing))
    return header.ljust(512, b"\0") + listing, {number: bytes(volume) for number, volume in volumes.items()}


def _common(version: int, offset: int, size: int) -> bytes:
    return struct.pack("<4sLLLL", b"ISc(", VERSIONS[version], 0, offset, size)


def _listing(placed: Sequence[tuple[Packed, int, int]], version: int) -> bytes:
    folders = ("", "program\\files")
    descriptor_size, record = 0x276, 0x57 if version >= 6 else 0x3A
    words = len(folders) + (0 if version >= 6 else len(placed))
    second = 4 * words
    texts = bytearray(b"\0" * (second + record * len(placed)))

    def text(value: str) -> int:
        place = len(texts)
        texts.extend(value.encode("utf-16-le") + b"\0\0" if version >= 17 else value.encode() + b"\0")
        return place

    for number, folder in enumerate(folders):
        struct.pack_into("<L", texts, 4 * number, text(folder))
    for number, (file, offset, stored) in enumerate(placed):
        place = second + record * number
        md5 = file.md5 or hashlib.md5(file.content, usedforsecurity=False).digest()
        size = len(file.content) if file.size is None else file.size
        name = text(file.name)
        if version >= 6:
            link = (file.previous or 0, 0, 1 if file.previous is not None else 0)
            fields = (file.flags, size, stored, offset, md5, name, file.folder, *link, file.volume)
            struct.pack_into("<HQQQ16s16xLH12xLLBH", texts, place, *fields)
        else:
            struct.pack_into("<L", texts, 4 * (len(folders) + number), place)
            struct.pack_into("<LLHLL20xL16s", texts, place, name, file.folder, file.flags, size, stored, offset, md5)
    head = struct.pack("<12xL4xLLL8xLL", descriptor_size, len(texts), len(texts), len(folders), len(placed), second)
    return head.ljust(descriptor_size, b"\0") + bytes(texts)


def split(name: str, content: bytes) -> tuple[bytes, dict[int, bytes]]:
    """Return the list and two volumes of a cabinet whose only file begins in one and ends in the other."""
    data = chunks(content)
    cut = len(data) // 2
    file = Packed(name, content, COMPRESSED | SPLIT, offset=512)
    header, volumes = cabinet([file, replace(file, name="none", content=b"", volume=2, flags=0)], alone=False)
    first, second = bytearray(volumes[1]), bytearray(volumes[2])
    struct.pack_into("<QLLQQQQQQ", first, 20, 512, 0, 0, 512, len(content), cut, 512, len(content), cut)
    left = len(data) - cut
    struct.pack_into("<QLLQQQQQQ", second, 20, 512, 0, 1, 512, len(content), left, 0, 0, 0)
    return header, {1: bytes(first) + data[:cut], 2: bytes(second) + data[cut:]}
