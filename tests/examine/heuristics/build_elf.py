"""Builds ELF files for x86-64 (System V ABI).  Their code returns at once.

The file has two loaded segments: code from its start, and data on the next page, where the dynamic section is.
Addresses are offsets in the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

EXECUTABLE, SHARED = 2, 3
PAGE = 0x1000
TEXT = PAGE
"""Where the code begins."""


@dataclass
class Elf:
    """A program to be.  ``symbols`` are name, type, whether it is defined, and its address."""

    kind: int = SHARED
    text: bytes = b"\xc3" * 64
    text_name: bytes = b".text"
    text_flags: int = 5
    entry: int | None = None
    interpreter: str = ""
    needed: list[str] = field(default_factory=list)
    names: list[tuple[int, str]] = field(default_factory=list)
    """Further dynamic entries that hold text: tag and text."""
    entries: list[tuple[int, int]] = field(default_factory=list)
    """Further dynamic entries: tag and value."""
    constructor_section: bytes = b""
    symbols: list[tuple[str, int, bool, int]] = field(default_factory=list)
    constructors: list[int] = field(default_factory=list)
    relocated: bool = False
    """Whether a relocation sets the constructors, as in position-independent programs."""
    segments: list[tuple[int, int, int, bytes]] = field(default_factory=list)
    """Further segments: type, flags, address, content, which is put behind all else."""
    with_sections: bool = True
    note_section: bool = False

    def build(self) -> bytes:
        data_at = TEXT + _up(len(self.text), PAGE)
        data, headers, marks = self._data(data_at)
        table = [(1, self.text_flags, 0, TEXT + len(self.text), 0), (1, 6, data_at, len(data), data_at), *headers]
        body = bytearray(TEXT)
        body += self.text.ljust(_up(len(self.text), PAGE), b"\0") + data
        for kind, flags, address, content in self.segments:
            table.append((kind, flags, address, len(content), len(body)))
            body += content
        sections = self._sections(data_at, len(data), marks) if self.with_sections else []
        section_table = b""
        names = b"\0"
        for name, kind, flags, address, size in [(b"", 0, 0, 0, 0), *sections] if sections else []:
            section_table += struct.pack(
                "<IIQQQQIIQQ", len(names) - (not name), kind, flags, address, address, size, 0, 0, 1, 0
            )
            names += name + b"\0" if name else b""
        if sections:
            section_table += struct.pack("<IIQQQQIIQQ", len(names), 3, 0, 0, len(body), len(names) + 10, 0, 0, 1, 0)
            names += b".shstrtab\0"
            body += names
        sections_at = len(body) if sections else 0
        body += section_table
        count = len(section_table) // 64
        entry = self.entry if self.entry is not None else TEXT
        header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + struct.pack(
            "<HHIQQQIHHHHHH",
            self.kind,
            62,
            1,
            entry,
            64,
            sections_at,
            0,
            64,
            56,
            len(table),
            64,
            count,
            max(count - 1, 0),
        )
        header += b"".join(
            struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, PAGE)
            for kind, flags, address, size, offset in table
        )
        body[: len(header)] = header
        return bytes(body)

    def _data(self, start: int) -> tuple[bytes, list[tuple[int, int, int, int, int]], dict[str, int]]:
        """Return the data segment, the headers that point into it, and where its parts lie."""
        data = bytearray()
        headers: list[tuple[int, int, int, int, int]] = []
        strings = bytearray(b"\0")
        dynamic: list[tuple[int, int]] = list(self.entries)

        def text(value: str) -> int:
            place = len(strings)
            strings.extend(value.encode() + b"\0")
            return place

        def place(content: bytes) -> int:
            data.extend(bytes(-len(data) % 8))
            address = start + len(data)
            data.extend(content)
            return address

        if self.interpreter:
            path = self.interpreter.encode() + b"\0"
            at = place(path)
            headers.append((3, 4, at, len(path), at))
        dynamic += [(1, text(name)) for name in self.needed]
        dynamic += [(tag, text(name)) for tag, name in self.names]
        symbols = bytes(24)
        for name, kind, defined, address in self.symbols:
            symbols += struct.pack("<IBBHQQ", text(name), 0x10 | kind, 0, 1 if defined else 0, address, 0)
        if self.constructors:
            stored = [0 if self.relocated else address for address in self.constructors]
            array = place(struct.pack(f"<{len(stored)}Q", *stored))
            dynamic += [(25, array), (27, 8 * len(stored))]
            if self.relocated:
                rows = [struct.pack("<QQQ", array + 8 * n, 8, each) for n, each in enumerate(self.constructors)]
                dynamic += [(7, place(b"".join(rows))), (8, 24 * len(rows)), (9, 24)]
        count = len(symbols) // 24
        dynamic += [
            (6, place(symbols)),
            (11, 24),
            (4, place(struct.pack(f"<{3 + count}I", 1, count, *range(count + 1)))),
        ]
        dynamic += [(5, place(bytes(strings))), (10, len(strings)), (0, 0)]
        table = b"".join(struct.pack("<QQ", *entry) for entry in dynamic)
        at = place(table)
        headers.append((2, 6, at, len(table), at))
        return bytes(data), headers, {"dynamic": at}

    def _sections(self, data_at: int, size: int, marks: dict[str, int]) -> list[tuple[bytes, int, int, int, int]]:
        sections = [(self.text_name, 1, 6, TEXT, len(self.text)), (b".data", 1, 3, data_at, marks["dynamic"] - data_at)]
        if self.constructor_section:
            sections.append((self.constructor_section, 1, 3, data_at, 8 * len(self.constructors)))
        if self.note_section:
            sections.append((b".note.gnu.build-id", 7, 2, data_at, min(size, 32)))
        return sections


def _up(value: int, step: int) -> int:
    return -(-value // step) * step
