"""Programs for Windows whose headers are unusual or plainly wrong in places that a loader does not look at.

Each differs from a sound program in one or two fields, named in the key.  What a loader reads: ``MZ``, ``e_lfanew``,
``PE\\0\\0``, machine, count of sections, size and magic of the optional header, alignments, sizes and the entry point
(Microsoft PE Format; known tricks of "tiny" programs).  Everything else may hold anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_DOS = 0x40
_FILE = 4
_OPTIONAL = 24
_CODE = b"\x31\xc0\xc3".ljust(512, b"\xcc")
_SECTION = struct.Struct("<8sIIIIIIHHI")
_PE32, _PE32_PLUS = 0x10B, 0x20B
_MACHINES = (0x14C, 0x8664, 0xAA64, 0x1C0, 0x1C2, 0x1C4, 0x200, 0xA641, 0xA64E, 0xEBC, 0x5032, 0x5064, 0x166, 0x1F0)
_DIRECTORIES = {_PE32: 96, _PE32_PLUS: 112}


class Image:
    """A sound program of one section, whose fields can be overwritten; ``pe`` is where ``PE\\0\\0`` stands."""

    def __init__(
        self, magic: int = _PE32_PLUS, *, pe: int = _DOS, machine: int = 0x8664, directories: int = 16
    ) -> None:
        self.pe = pe
        self.magic = magic
        optional = bytearray(_DIRECTORIES[magic] + 8 * directories)
        struct.pack_into("<HBBIIIII", optional, 0, magic, 14, 0, 0x200, 0, 0, 0x1000, 0x1000)
        struct.pack_into("<Q" if magic == _PE32_PLUS else "<I", optional, 24 if magic == _PE32_PLUS else 28, 0x400000)
        struct.pack_into("<II", optional, 32, 0x1000, 0x200)
        struct.pack_into("<HHHHHHIIIIHH", optional, 40, 6, 0, 0, 0, 6, 0, 0, 0x2000, 0x200, 0, 3, 0x8160)
        struct.pack_into("<I", optional, _DIRECTORIES[magic] - 4, directories)
        header = struct.pack("<HHIIIHH", machine, 1, 0, 0, 0, len(optional), 0x22)
        section = _SECTION.pack(b".text", 0x200, 0x1000, 0x200, 0x200, 0, 0, 0, 0, 0x60000020)
        self.table = pe + _OPTIONAL + len(optional)
        dos = struct.pack("<2s29H", b"MZ", *([0] * 29)) + struct.pack("<I", pe)
        start = dos.ljust(pe, b"\0")[:pe] if pe >= _DOS else dos[:pe]
        data = bytearray(start + b"PE\0\0" + header + optional + section)
        struct.pack_into("<I", data, 0x3C, pe)
        self.data = data.ljust(max(0x200, len(data)), b"\0") + _CODE

    def put(self, offset: int, layout: str, *values: int | bytes) -> Image:
        """Overwrite what stands at ``offset``."""
        struct.pack_into(layout, self.data, offset, *values)
        return self

    def optional(self, offset: int, layout: str, *values: int | bytes) -> Image:
        """Overwrite a field of the optional header."""
        return self.put(self.pe + _OPTIONAL + offset, layout, *values)

    def file(self, offset: int, layout: str, *values: int | bytes) -> Image:
        """Overwrite a field of the file header."""
        return self.put(self.pe + _FILE + offset, layout, *values)

    def section(self, offset: int, layout: str, *values: int | bytes) -> Image:
        """Overwrite a field of the section."""
        return self.put(self.table + offset, layout, *values)


def _of_dos_header() -> Iterator[tuple[str, bytes]]:
    """Yield programs with anything at all in the header for DOS, of which Windows reads first and last field."""
    for offset in range(2, 0x3C, 2):
        yield f"dos header: 0xffff at {offset:#x}", bytes(Image().put(offset, "<H", 0xFFFF).data)
    for name, filler in (
        ("zip", b"PK\x03\x04\x14\0\0\0"),
        ("text", b"This is a text. "),
        ("html", b"<html><body>hi  "),
        ("pdf", b"%PDF-1.7\n1 0 obj"),
        ("all ones", b"\xff" * 16),
        ("decoy", b"PE\0\0\x4c\x01\0\0" * 2),
        ("shell", b"='\n#!/bin/sh\nls\n"),
    ):
        stub = (filler * 40)[: 0x100 - _DOS]
        image = Image(pe=0x100)
        image.data[_DOS:0x100] = stub
        yield f"dos stub: {name}", bytes(image.data)
        image.data[2:0x3C] = (filler * 8)[: 0x3C - 2]
        yield f"dos stub and header: {name}", bytes(image.data)


def _of_places() -> Iterator[tuple[str, bytes]]:
    """Yield programs whose headers stand in unusual places, also within the header for DOS or far behind the code."""
    for magic in (_PE32, _PE32_PLUS):
        machine = 0x14C if magic == _PE32 else 0x8664
        for pe in (0x44, 0x48, 0x78, 0xE8, 0x1F8, 0x400, 0x7FC, 0xF80, 0xFF8, 0x1000, 0x1FFC, 0x10000, 0x100004):
            image = Image(magic, pe=pe, machine=machine)
            yield f"e_lfanew {pe:#x}, magic {magic:#x}", bytes(image.data)
    for pe in (4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56):
        image = Image(_PE32, pe=pe, machine=0x14C)
        yield f"e_lfanew {pe} inside of the header for DOS", bytes(image.data)


def _of_file_header() -> Iterator[tuple[str, bytes]]:
    machines = (
        0x14C,
        0x8664,
        0xAA64,
        0x1C0,
        0x1C2,
        0x1C4,
        0x200,
        0xA641,
        0xA64E,
        0xEBC,
        0x5032,
        0x5064,
        0x6264,
        0x166,
        0x1F0,
    )
    for machine in machines:
        yield f"machine {machine:#x}", bytes(Image(machine=machine).data)
    for value in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        yield f"time {value:#x}", bytes(Image().file(4, "<I", value).data)
        yield f"symbol table at {value:#x}", bytes(Image().file(8, "<I", value).data)
        yield f"{value:#x} symbols", bytes(Image().file(12, "<I", value).data)
    for flags in (0x2, 0x3, 0x102, 0x2002, 0x2022, 0x2102, 0x1002, 0xFFFE, 0x8002, 0x4002):
        yield f"characteristics {flags:#x}", bytes(Image().file(18, "<H", flags).data)
    for count in (0, 2, 96, 0xFFFF):
        yield f"{count} sections said", bytes(Image().file(2, "<H", count).data)


def _of_optional_header() -> Iterator[tuple[str, bytes]]:
    for name, offset, layout, values in (
        ("linker", 2, "<H", (0, 0xFFFF)),
        ("size of code", 4, "<I", (0, 0xFFFFFFFF)),
        ("initialized", 8, "<I", (0xFFFFFFFF,)),
        ("uninitialized", 12, "<I", (0xFFFFFFFF,)),
        ("entry point", 16, "<I", (0, 1, 0x10, 0x1FF)),
        ("base of code", 20, "<I", (0, 0xFFFFFFFF)),
        ("image base", 24, "<Q", (0, 0x10000, 0x7FFFFFFF0000)),
        (
            "alignments",
            32,
            "<Q",
            (1 | 1 << 32, 4 | 4 << 32, 0x10 | 0x10 << 32, 0x200 | 0x200 << 32),
        ),
        ("system version", 40, "<I", (0, 0xFFFFFFFF)),
        ("image version", 44, "<I", (0xFFFFFFFF,)),
        ("subsystem version", 48, "<I", (4, 0x20003, 0xA)),
        ("win32 version", 52, "<I", (1, 0xFFFFFFFF)),
        ("size of image", 56, "<I", (0x1001, 0x3000)),
        ("size of headers", 60, "<I", (0, 1, 0x2C, 0x148)),
        ("checksum", 64, "<I", (1, 0xFFFFFFFF)),
        ("subsystem", 68, "<H", (1, 2, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16)),
        ("dll characteristics", 70, "<H", (0, 0xFFFF)),
        ("stack", 72, "<Q", (0, 0xFFFFFFFF)),
        ("loader flags", 104, "<I", (1, 0xABDBFFDE, 0xFFFFFFFF)),
        ("directories", 108, "<I", (0, 1, 2, 15, 17, 0x100, 0x7FFFFFFF, 0xFFFFFFFF)),
    ):
        for value in values:
            yield f"{name} {value:#x}", bytes(Image().optional(offset, layout, value).data)
    for index in range(16):
        place = _DIRECTORIES[_PE32_PLUS] + 8 * index
        yield f"directory {index} outside", bytes(Image().optional(place, "<II", 0xFFFFFFF0, 0xFFFFFFFF).data)
    for count in (0, 1, 2):
        yield f"header with room for {count} directories", bytes(Image(directories=count).data)


def _of_sections() -> Iterator[tuple[str, bytes]]:
    for name in (b"\0" * 8, b"\xff" * 8, b"UPX0\0\0\0\0", b"/4\0\0\0\0\0\0", b"\n\r\t\0\0\0\0\0", b".text.ab"):
        yield f"section named {name!r}", bytes(Image().section(0, "<8s", name).data)
    for field, offset in (("virtual size", 8), ("raw size", 16), ("relocations", 24), ("lines", 28)):
        for value in (0, 1, 0xFFFFFFFF):
            yield f"section {field} {value:#x}", bytes(Image().section(offset, "<I", value).data)
    for place in (0, 1, 0x10, 0x1FF, 0x201):
        yield f"section at {place:#x} of the file", bytes(Image().section(20, "<I", place).data)
    for flags in (0, 0x20000000, 0xE0000020, 0xFFFFFFFF):
        yield f"section flags {flags:#x}", bytes(Image().section(36, "<I", flags).data)


def _of_ends() -> Iterator[tuple[str, bytes]]:
    for name, rest in (
        ("zip", b"PK\x05\x06" + bytes(18)),
        ("text", b"and a long text " * 300),
        ("picture", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        ("zeros", bytes(100_000)),
        ("another program", bytes(Image().data)),
    ):
        yield f"followed by {name}", bytes(Image().data) + rest
    image = Image(_PE32, pe=4, machine=0x14C, directories=0)
    image.file(2, "<H", 0)  # no sections: the headers are mapped, and the code is in them
    for size in (97, 133, 196, 268):
        yield f"{size} bytes in all", bytes(image.data[:size])
    for first in (b"MZ", b"ZM"):
        yield f"first bytes {first!r}", bytes(Image().put(0, "<2s", first).data)


def malformed_programs() -> dict[str, bytes]:
    """Return the programs by what is unusual in them, each once."""
    makers = (_of_dos_header, _of_places, _of_file_header, _of_optional_header, _of_sections, _of_ends)
    return {name: data for data, name in {data: name for maker in makers for name, data in maker()}.items()}
