"""Builds programs for Windows section by section (Microsoft PE Format).  Their code returns at once."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

CODE = 0x6000_0020
DATA = 0xC000_0040
READ = 0x4000_0040
WRITABLE_CODE = 0xE000_0020
BASE = 0x1_4000_0000
PAGE, ALIGNMENT = 0x1000, 0x200
HEADERS = 24 + 240
RETURN = b"\xc3" + b"\xcc" * 63


@dataclass
class Section:
    name: bytes
    data: bytes = b""
    flags: int = CODE
    memory: int = 0


@dataclass
class Pe:
    """A program to be; ``entry`` is an address relative to the image, None for the start of the first section.

    ``header`` is where its PE header stands in the file.
    """

    sections: list[Section] = field(default_factory=lambda: [Section(b".text", RETURN)])
    entry: int | None = None
    imports: dict[str, list[str | int]] = field(default_factory=dict)
    callbacks: int = 0
    stamp: int = 0
    checksum: int | None = 0
    overlay: bytes = b""
    certificates: tuple[int, int] = (0, 0)
    subsystem: int = 3
    header: int = 0x80

    def build(self) -> bytes:
        sections = list(self.sections)
        directories = [(0, 0)] * 16
        address = self._first(len(sections) + 2) + PAGE * sum(_pages(each) for each in sections)
        if self.imports:
            table, size = _import_table(self.imports, address)
            sections.append(Section(b".idata", table, DATA))
            directories[1] = (address, size)
            address += PAGE * _pages(sections[-1])
        if self.callbacks:
            sections.append(Section(b".tls", _storage(self.callbacks, address), DATA))
            directories[9] = (address, 40)
        directories[4] = self.certificates
        return self._assembled(sections, directories)

    def _first(self, sections: int) -> int:
        """The address of the first section: behind the headers."""
        return _up(self.header + HEADERS + 40 * sections, PAGE)

    def _assembled(self, sections: list[Section], directories: list[tuple[int, int]]) -> bytes:
        headers_size = _up(self.header + HEADERS + 40 * len(sections), ALIGNMENT)
        first = self._first(len(self.sections) + 2)
        table, stored, address, offset = b"", b"", first, headers_size
        for each in sections:
            data = each.data.ljust(_up(len(each.data), ALIGNMENT), b"\0")
            memory = each.memory or len(each.data)
            table += struct.pack(
                "<8sIIIIIIHHI", each.name, memory, address, len(data), offset if data else 0, 0, 0, 0, 0, each.flags
            )
            stored += data
            offset += len(data)
            address += PAGE * _pages(each)
        optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, 0, 0, first if self.entry is None else self.entry, PAGE)
        optional += struct.pack("<QIIHHHHHHIII", BASE, PAGE, ALIGNMENT, 6, 0, 0, 0, 6, 0, 0, address, headers_size)
        optional += struct.pack("<IHHQQQQII", 0, self.subsystem, 0x8160, 1 << 20, PAGE, 1 << 20, PAGE, 0, 16)
        optional += b"".join(struct.pack("<II", *each) for each in directories)
        file_header = struct.pack("<HHIIIHH", 0x8664, len(sections), self.stamp, 0, 0, 240, 0x22)
        stub = b"This program " + b"cannot be run in DOS mode"
        dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", self.header) + stub
        headers = dos.ljust(self.header, b"\0") + b"PE\0\0" + file_header + optional + table
        program = bytearray(headers.ljust(headers_size, b"\0") + stored + self.overlay)
        checksum = checksum_of(bytes(program)) if self.checksum is None else self.checksum
        struct.pack_into("<I", program, self.header + 24 + 64, checksum)
        return bytes(program)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step


def _pages(section: Section) -> int:
    return max(1, _up(max(section.memory, len(section.data)), PAGE) // PAGE)


def _import_table(imports: dict[str, list[str | int]], address: int) -> tuple[bytes, int]:
    descriptors = 20 * (len(imports) + 1)
    body = b""
    records = b""
    for library, functions in imports.items():
        name_at = address + descriptors + len(body)
        body += library.encode() + b"\0"
        thunks = []
        for function in functions:
            if isinstance(function, int):
                thunks.append((1 << 63) | function)
                continue
            thunks.append(address + descriptors + len(body))
            body += b"\0\0" + function.encode() + b"\0"
        body = body.ljust(_up(len(body), 8), b"\0")
        table_at = address + descriptors + len(body)
        body += b"".join(struct.pack("<Q", thunk) for thunk in [*thunks, 0])
        records += struct.pack("<IIIII", table_at, 0, 0, name_at, table_at)
    return records + bytes(20) + body, descriptors


def _storage(callbacks: int, address: int) -> bytes:
    start = BASE + address
    directory = struct.pack("<QQQQII", start + 0x100, start + 0x108, start + 0x110, start + 0x40, 0, 0)
    table = b"".join(struct.pack("<Q", BASE + PAGE) for _ in range(callbacks)) + bytes(8)
    return (directory.ljust(0x40, b"\0") + table).ljust(0x200, b"\0")


def checksum_of(program: bytes) -> int:
    """The checksum of a PE: 16-bit words added with carry, without the field itself, and the length."""
    place = struct.unpack_from("<I", program, 0x3C)[0] + 24 + 64
    plain = program[:place] + bytes(4) + program[place + 4 :]
    plain += bytes(len(plain) % 2)
    total = 0
    for (word,) in struct.iter_unpack("<H", plain):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total + len(program)
