"""How a program for Windows is laid out: sections, entry point, packing, header fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from gate.examine.heuristics.packers import packer_of_section
from gate.examine.heuristics.pe import CODE, Program, Section
from gate.examine.heuristics.programs import header_of
from gate.examine.heuristics.reasons import Seen

CODE_ENTROPY = 7.2
"""Bits per byte from which code is not code: what compilers make stays below 7."""
PACKED_ENTROPY = 7.0
SMALLEST_PACKED = 4096
"""Smallest section, in bytes, whose entropy says something."""
_FIRST_PE = int(datetime(1992, 1, 1, tzinfo=UTC).timestamp())
_LAST_PE = int(datetime(2080, 1, 1, tzinfo=UTC).timestamp())
_USUAL_NAME = re.compile(r"[\x20-\x7e]{1,255}")
_FEW_SECTIONS = 3
_USUAL_REACH = 0x1000
"""Where every linker puts the header: behind a stub of a few hundred bytes."""


def layout_signs(program: Program) -> Iterator[Seen]:
    """Yield what the sections, the entry point and the header fields give away."""
    yield from _section_signs(program)
    if program.entry and not program.managed:
        yield from _entry_signs(program)
    yield from _packing_signs(program)
    yield from _header_signs(program)


def _section_signs(program: Program) -> Iterator[Seen]:
    for section in program.executable_sections():
        if section.writable:
            yield Seen("pe-writable-executable", section.name)
        if section.stored >= SMALLEST_PACKED and program.entropies[section] >= CODE_ENTROPY:
            yield Seen("pe-code-entropy", f"{section.name}:{program.entropies[section]:.1f}")
    for section in program.sections:
        if not _USUAL_NAME.fullmatch(section.name):
            yield Seen("pe-section-name-odd", repr(section.name))


def _entry_signs(program: Program) -> Iterator[Seen]:
    section = program.entry_section
    shown = f"{program.entry:#x}"
    if section is None:
        yield Seen("pe-entry-header" if program.entry < program.headers else "pe-entry-outside", shown)
        return
    where = f"{section.name}:{shown}"
    if not section.executable and not section.flags & CODE:
        yield Seen("pe-entry-not-code", where)
    if section.writable:
        yield Seen("pe-entry-writable", where)
    others = [each for each in program.executable_sections() if each is not section]
    last = max(program.sections, key=lambda each: each.address)
    if section is last and len(program.sections) >= _FEW_SECTIONS and others:
        yield Seen("pe-entry-last-section", where)


def _packing_signs(program: Program) -> Iterator[Seen]:
    for section in program.sections:
        packer = packer_of_section(section.name)
        if packer:
            yield Seen("pe-packer-name", f"{packer}:{section.name}")
    target = _unpacking_target(program)
    stub = program.entry_section
    if target and stub and stub is not target and stub.stored >= SMALLEST_PACKED:
        packed = max(program.entropies.values())
        if packed >= PACKED_ENTROPY:
            yield Seen("pe-packer-shape", f"{target.name}->{stub.name}:{packed:.1f}")


def _unpacking_target(program: Program) -> Section | None:
    """Return the executable section that takes memory and stores nothing: code is to appear there at run time."""
    for section in program.executable_sections():
        if section.stored == 0 and section.memory >= SMALLEST_PACKED:
            return section
    return None


def _header_signs(program: Program) -> Iterator[Seen]:
    place = header_of(program.data)
    if place >= _USUAL_REACH:
        yield Seen("pe-header-far", f"{place:#x}")
    checksum = program.binary.optional_header.checksum
    if checksum:
        computed = program.binary.compute_checksum()
        if computed != checksum:
            yield Seen("pe-checksum-mismatch", f"{checksum:#x}:{computed:#x}")
    stamp = program.binary.header.time_date_stamps
    # Reproducible builds hold a digest in this field, and zero is how others say that they have no date.
    if stamp and not _FIRST_PE <= stamp <= _LAST_PE and not program.binary.is_reproducible_build:
        yield Seen("pe-timestamp-impossible", f"{stamp:#x}")
    storage = program.binary.tls
    if storage is not None and len(storage.callbacks) > 0:
        yield Seen("pe-tls-callbacks", str(len(storage.callbacks)))
