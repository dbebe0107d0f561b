"""Reads an ELF file once, by lief, into what the tests of its parts look at (System V ABI, "Object Files")."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import lief

EXECUTE, WRITE = 1, 2
LOAD, NOTE, STACK = 1, 4, 0x6474_E551
EXECUTABLE_KIND, SHARED_KIND = 2, 3
SECTION_ALLOCATED, SECTION_EXECUTABLE = 2, 4
_NOTE_SECTION = 7

lief.logging.disable()


def _settings() -> lief.ELF.ParserConfig:
    settings = lief.ELF.ParserConfig()
    settings.parse_relocations = False
    settings.parse_dyn_symbols = True
    settings.parse_symtab_symbols = False
    settings.parse_symbol_versions = False
    settings.parse_notes = False
    settings.parse_overlay = False
    return settings


_SETTINGS = _settings()
_DYNAMIC = 2
_MOST_ENTRIES = 65_536
_LONGEST_NAME = 4096


class Tag(IntEnum):
    """Kinds of entries of the dynamic section."""

    NEEDED = 1
    STRTAB = 5
    RELA = 7
    RELASZ = 8
    INIT = 12
    FINI = 13
    SONAME = 14
    RPATH = 15
    INIT_ARRAY = 25
    INIT_ARRAYSZ = 27
    RUNPATH = 29
    PREINIT_ARRAY = 32
    PREINIT_ARRAYSZ = 33
    DEPAUDIT = 0x6FFF_FEFB
    AUDIT = 0x6FFF_FEFC


@dataclass(frozen=True, slots=True)
class Segment:
    """One entry of the program header table."""

    kind: int
    flags: int
    address: int
    memory: int
    offset: int
    stored: int

    @property
    def executable(self) -> bool:
        """Whether its pages can be run."""
        return bool(self.flags & EXECUTE)

    @property
    def writable(self) -> bool:
        """Whether its pages can be written to."""
        return bool(self.flags & WRITE)

    def covers(self, address: int) -> bool:
        """Say whether an address lies in it."""
        return self.address <= address < self.address + self.memory


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the section header table that takes memory."""

    name: str
    flags: int
    address: int
    size: int

    @property
    def executable(self) -> bool:
        """Whether it holds instructions."""
        return bool(self.flags & SECTION_EXECUTABLE)

    def covers(self, address: int) -> bool:
        """Say whether an address lies in it."""
        return self.address <= address < self.address + self.size


class Program:
    """A parsed ELF file: ``data`` are all its bytes, ``binary`` is what lief says of it."""

    def __init__(self, data: bytes, binary: lief.ELF.Binary) -> None:
        self.data = data
        self.binary = binary
        self.kind = int(binary.header.file_type)
        self.entry = binary.header.entrypoint
        self.wide = data[4] == 2  # noqa: PLR2004  # ELFCLASS64
        self.big = data[5] == 2  # noqa: PLR2004  # ELFDATA2MSB
        self.segments = tuple(
            Segment(
                int(segment.type),
                int(segment.flags) & 7,
                segment.virtual_address,
                segment.virtual_size,
                segment.file_offset,
                segment.physical_size,
            )
            for segment in binary.segments
        )
        self.has_sections = len(binary.sections) > 0
        self.has_note_section = any(
            int(section.type) == _NOTE_SECTION and int(section.flags) & SECTION_ALLOCATED for section in binary.sections
        )
        self.sections = tuple(
            Section(str(section.name), int(section.flags), section.virtual_address, section.size)
            for section in binary.sections
            if int(section.flags) & SECTION_ALLOCATED and section.size
        )

    @property
    def runs(self) -> bool:
        """Whether a system loads it as it is: neither an object file nor a memory dump, nor debug data alone."""
        loaded = any(segment.stored for segment in self.loads(EXECUTE))
        return self.kind in (EXECUTABLE_KIND, SHARED_KIND) and loaded

    def loads(self, flags: int = 0) -> Iterator[Segment]:
        """Yield the segments that are loaded and have all of ``flags``."""
        return (each for each in self.segments if each.kind == LOAD and each.flags & flags == flags)

    def stored(self, segment: Segment) -> memoryview:
        """Return the bytes of a segment that the file holds."""
        return memoryview(self.data)[segment.offset : segment.offset + segment.stored]

    def at(self, address: int, size: int) -> bytes:
        """Return the stored bytes at an address, fewer where there are not as many."""
        for segment in self.loads():
            place = address - segment.address
            if 0 <= place < segment.stored:
                return bytes(self.stored(segment)[place : place + size])
        return b""

    def number(self, data: bytes) -> int:
        """Return bytes as a number in the file's byte order."""
        return int.from_bytes(data, "big" if self.big else "little")

    @cached_property
    def entries(self) -> list[tuple[int, int]]:
        """Tag and value of each entry of the dynamic section; lief leaves out kinds that it does not know."""
        width = 8 if self.wide else 4
        found: list[tuple[int, int]] = []
        for segment in (each for each in self.segments if each.kind == _DYNAMIC):
            table = self.stored(segment)[: 2 * width * _MOST_ENTRIES]
            for place in range(0, len(table) - 2 * width + 1, 2 * width):
                tag = self.number(bytes(table[place : place + width]))
                if tag == 0:
                    break
                found.append((tag, self.number(bytes(table[place + width : place + 2 * width]))))
        return found

    @cached_property
    def dynamic(self) -> dict[int, int]:
        """The entries of the dynamic section by tag, the last of each."""
        return dict(self.entries)

    def names(self, tag: Tag) -> list[str]:
        """Return the texts of all dynamic entries of a kind that holds text."""
        table = self.dynamic.get(Tag.STRTAB, 0)
        values = (value for each, value in self.entries if each == tag)
        return [
            self.at(table + value, _LONGEST_NAME).partition(b"\0")[0].decode("utf-8", "replace") for value in values
        ]

    def executable_section(self, address: int) -> Section | None:
        """Return the section with instructions in which an address lies."""
        return next((section for section in self.sections if section.executable and section.covers(address)), None)


def parsed(data: bytes) -> Program | None:
    """Return the program, or None where lief finds none or less of it than its header announces."""
    # lief reads on where class or byte order are not of this world, and holds nothing of the file then.
    if len(data) < 20 or data[4] not in (1, 2) or data[5] not in (1, 2):  # noqa: PLR2004  # up to e_machine
        return None
    # A stream and never the bytes themselves: bytes that hold a path make lief read the file of that name.
    binary = lief.ELF.parse(io.BytesIO(data), _SETTINGS)
    if not isinstance(binary, lief.ELF.Binary) or len(binary.segments) != binary.header.numberof_segments:
        return None
    return Program(data, binary)
