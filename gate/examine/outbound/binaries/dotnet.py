"""Finds the user strings of a .NET assembly: the heap ``#US`` of its metadata (ECMA-335, II.24)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

Read = Callable[[int, int], bytes]

_CLI_HEADER = 14
_DIRECTORIES = {0x10B: 96, 0x20B: 112}
"""Where the data directories begin in the optional header, by its magic (PE32, PE32+)."""
_SECTIONS = 96
_STREAMS = 32
_HEAP_BYTES = 64 << 20
_NAMES = (
    b"HttpClient", b"WebClient", b"HttpWebRequest", b"WebRequest", b"TcpClient", b"UdpClient", b"Socket",
    b"ClientWebSocket", b"SmtpClient", b"FtpWebRequest", b"Dns", b"RestClient", b"SqlConnection", b"HubConnection",
)  # fmt: skip  # one name a line would be half a page


class Strings(NamedTuple):
    """The heap of user strings: its place in the item, its bytes, and which network types the metadata names."""

    start: int
    heap: bytes
    network: tuple[str, ...]
    cut: bool


def user_strings(read: Read) -> Strings | None:
    """Return the user strings of the PE file that ``read(size, offset)`` reads; None where it is no assembly."""
    try:
        return _strings(read)
    except (struct.error, IndexError):
        return None


def texts_of(strings: Strings) -> Iterator[tuple[int, str]]:
    """Yield each user string with the offset in the heap, which its token has in its lower three bytes."""
    heap, place = strings.heap, 1
    while place < len(heap):
        size, width = _compressed(heap, place)
        if not width:
            return
        if size > 1:
            yield place, heap[place + width : place + width + size - size % 2].decode("utf-16-le", "replace")
        place += width + size


def _compressed(heap: bytes, place: int) -> tuple[int, int]:
    """Return a compressed length and its own width (II.24.2.4); width 0 where none stands there."""
    first = heap[place]
    width = 1 if first < 0x80 else 2 if first < 0xC0 else 4 if first < 0xE0 else 0  # noqa: PLR2004  # its leading bits
    value = int.from_bytes(heap[place : place + width], "big")
    return value & (0x7F, 0x3FFF, 0, 0x1FFFFFFF)[width - 1] if width else 0, width


def _strings(read: Read) -> Strings | None:
    (header,) = struct.unpack("<L", read(4, 0x3C))
    signature, sections, optional_size = struct.unpack("<4s2xH12xH2x", read(24, header))
    optional = read(min(optional_size, 512), header + 24)
    directories = _DIRECTORIES.get(int.from_bytes(optional[:2], "little"))
    if signature != b"PE\0\0" or directories is None:
        return None
    (address,) = struct.unpack_from("<L", optional, directories + 8 * _CLI_HEADER)
    table = read(40 * min(sections, _SECTIONS), header + 24 + optional_size)
    cli = _offset(table, address) if address else None
    if cli is None:
        return None
    (metadata_address,) = struct.unpack("<L", read(4, cli + 8))
    metadata = _offset(table, metadata_address)
    return None if metadata is None else _heaps(read, metadata)


def _offset(table: bytes, address: int) -> int | None:
    """Return where in the file the byte with a relative virtual address is."""
    for place in range(0, len(table) - 39, 40):
        size, start, stored, offset = struct.unpack_from("<LLLL", table, place + 8)
        if start <= address < start + max(size, stored):
            return int(address - start + offset)
    return None


def _heaps(read: Read, metadata: int) -> Strings | None:
    signature, version_size = struct.unpack("<4s8xL", read(16, metadata))
    if signature != b"BSJB" or version_size > 1 << 10:
        return None
    (count,) = struct.unpack("<2xH", read(4, metadata + 16 + version_size))
    names = read(64 * _STREAMS, metadata + 20 + version_size)
    heaps, place = {}, 0
    for _ in range(min(count, _STREAMS)):
        offset, size = struct.unpack_from("<LL", names, place)
        end = names.index(b"\0", place + 8) if b"\0" in names[place + 8 :] else len(names)
        heaps[names[place + 8 : end]] = (metadata + offset, size)
        place = end + 4 - (end - place) % 4
    if b"#US" not in heaps:
        return None
    start, size = heaps[b"#US"]
    where, length = heaps.get(b"#Strings", (0, 0))
    identifiers = read(min(length, _HEAP_BYTES), where)
    network = tuple(name.decode() for name in _NAMES if identifiers.find(b"\0" + name + b"\0") >= 0)
    return Strings(start, read(min(size, _HEAP_BYTES), start), network, size > _HEAP_BYTES)
