"""Reads a program for Windows once, by lief, into what the tests of its parts look at (Microsoft PE Format)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import lief

from gate.examine.heuristics.entropy import entropy

EXECUTE = 0x2000_0000
WRITE = 0x8000_0000
CODE = 0x20
DLL = 0x2000
DIRECTORY = lief.PE.DataDirectory.TYPES
FREESTANDING = frozenset({1, 10, 11, 12, 13, 16})
"""Subsystems whose programs need no imports: drivers and firmware."""

lief.logging.disable()


def _settings() -> lief.PE.ParserConfig:
    settings = lief.PE.ParserConfig()
    settings.parse_signature = True
    settings.parse_imports = True
    settings.parse_exports = False
    settings.parse_rsrc = False
    settings.parse_reloc = False
    return settings


_SETTINGS = _settings()


@dataclass(frozen=True, slots=True)
class Section:
    """One section: name, where it lies in memory and in the file, and its characteristics."""

    name: str
    address: int
    memory: int
    offset: int
    stored: int
    flags: int

    @property
    def executable(self) -> bool:
        """Whether its pages can be run."""
        return bool(self.flags & EXECUTE)

    @property
    def writable(self) -> bool:
        """Whether its pages can be written to."""
        return bool(self.flags & WRITE)

    @property
    def size(self) -> int:
        """How many bytes of memory it takes; some linkers leave the field empty."""
        return max(self.memory, self.stored) if not self.memory else self.memory

    def covers(self, address: int) -> bool:
        """Say whether a relative virtual address lies in it."""
        return self.address <= address < self.address + max(self.memory, self.stored)


class Program:
    """A parsed program: ``data`` are all its bytes, ``binary`` is what lief says of it."""

    def __init__(self, data: bytes, binary: lief.PE.Binary) -> None:
        self.data = data
        self.binary = binary
        self.entry = binary.optional_header.addressof_entrypoint
        self.headers = binary.optional_header.sizeof_headers
        self.library = bool(binary.header.characteristics & DLL)
        self.freestanding = int(binary.optional_header.subsystem) in FREESTANDING
        self.managed = self.directory(DIRECTORY.CLR_RUNTIME_HEADER) != (0, 0)
        self.sections = tuple(
            Section(
                bytes(section.fullname).rstrip(b"\0").decode("latin-1"),
                section.virtual_address,
                section.virtual_size,
                section.offset,
                section.size,
                section.characteristics,
            )
            for section in binary.sections
        )

    def directory(self, kind: lief.PE.DataDirectory.TYPES) -> tuple[int, int]:
        """Return address and size of a data directory, zeros where there is none."""
        found = self.binary.data_directory(kind)
        return (found.rva, found.size) if found is not None else (0, 0)

    def stored(self, section: Section) -> memoryview:
        """Return the bytes of a section that the file holds."""
        return memoryview(self.data)[section.offset : section.offset + section.stored]

    @cached_property
    def entry_section(self) -> Section | None:
        """The section in which the program begins."""
        return next((section for section in self.sections if section.covers(self.entry)), None)

    @cached_property
    def entropies(self) -> dict[Section, float]:
        """The entropy of each section's stored bytes."""
        return {section: entropy(self.stored(section)) for section in self.sections}

    @cached_property
    def imports(self) -> dict[str, list[str]]:
        """Names of imported functions by library in lower case, delayed ones too; by ordinal alone they are empty."""
        table: dict[str, list[str]] = {}
        for library in self.binary.imports:
            names = table.setdefault(str(library.name).lower(), [])
            names.extend("" if entry.is_ordinal else str(entry.name) for entry in library.entries)
        for delayed in self.binary.delay_imports:
            names = table.setdefault(str(delayed.name).lower(), [])
            names.extend("" if entry.is_ordinal else str(entry.name) for entry in delayed.entries)
        return table

    def executable_sections(self) -> Iterator[Section]:
        """Yield the sections whose pages can be run and that take memory."""
        return (section for section in self.sections if section.executable and max(section.memory, section.stored))


def parsed(data: bytes) -> Program | None:
    """Return the program, or None where lief finds none or less of it than its header announces."""
    # A stream and never the bytes themselves: bytes that hold a path make lief read the file of that name.
    binary = lief.PE.parse(io.BytesIO(data), _SETTINGS)
    if not isinstance(binary, lief.PE.Binary) or len(binary.sections) != binary.header.numberof_sections:
        return None
    return Program(data, binary)
