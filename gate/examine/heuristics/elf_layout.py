"""How an ELF file is laid out: segments, entry point, packing, constructors, signs of infection."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.heuristics.elf import EXECUTE, NOTE, STACK, WRITE, Program, Section, Segment, Tag
from gate.examine.heuristics.entropy import entropy
from gate.examine.heuristics.reasons import Seen

CODE_ENTROPY = 7.3
"""Bits per byte from which code is not code."""
SMALLEST_PACKED = 4096
_UPX = b"UPX!"
_UPX_HEAD = 4096
_CONSTRUCTORS = 256
"""Most constructors that are followed; compilers make a few, C++ up to some hundred."""
_OLD_ARRAYS = (".ctors", ".dtors")
"""Sections of the arrays of older compilers, which begin with -1 and end with 0."""
_ARRAYS = ((Tag.INIT_ARRAY, Tag.INIT_ARRAYSZ), (Tag.PREINIT_ARRAY, Tag.PREINIT_ARRAYSZ))


def layout_signs(program: Program) -> Iterator[Seen]:
    """Yield what segments, entry point and constructors give away."""
    if not program.runs:
        return
    yield from _segment_signs(program)
    if program.entry:
        yield from _entry_signs(program)
    yield from _packing_signs(program)
    yield from _infection_signs(program)
    yield from _constructor_signs(program)


def _segment_signs(program: Program) -> Iterator[Seen]:
    for segment in program.loads(EXECUTE | WRITE):
        yield Seen("elf-writable-executable", f"{segment.address:#x}")
    if any(segment.kind == STACK and segment.executable for segment in program.segments):
        yield Seen("elf-stack-executable")


def _entry_signs(program: Program) -> Iterator[Seen]:
    shown = f"{program.entry:#x}"
    segment = next((each for each in program.loads(EXECUTE) if each.covers(program.entry)), None)
    if segment is None:
        yield Seen("elf-entry-outside", shown)
        return
    if segment.writable:
        yield Seen("elf-entry-writable", shown)
    section = program.executable_section(program.entry)
    has_text = any(each.name == ".text" for each in program.sections)
    if has_text and (section is None or not section.name.startswith(".text")):
        yield Seen("elf-entry-not-text", f"{section.name if section else '-'}:{shown}")


def _packing_signs(program: Program) -> Iterator[Seen]:
    if _UPX in program.data[:_UPX_HEAD]:
        yield Seen("elf-packer-upx")
    packed = [segment for segment in program.loads() if _is_packed(program, segment)]
    if packed and not program.has_sections:
        yield Seen("elf-sections-missing-entropy", f"{packed[0].address:#x}")
    for segment in packed:
        if segment.executable:
            yield Seen("elf-code-entropy", f"{segment.address:#x}")


def _is_packed(program: Program, segment: Segment) -> bool:
    return segment.stored >= SMALLEST_PACKED and entropy(program.stored(segment)) >= CODE_ENTROPY


def _infection_signs(program: Program) -> Iterator[Seen]:
    """Yield what is left where a virus turned the note segment into one that is loaded."""
    if program.has_note_section and not any(segment.kind == NOTE for segment in program.segments):
        yield Seen("elf-note-segment-missing")
    if not program.sections:
        return
    for segment in program.loads(EXECUTE):
        if segment.stored and not any(_overlaps(segment, section) for section in program.sections):
            yield Seen("elf-segment-added", f"{segment.address:#x}")


def _overlaps(segment: Segment, section: Section) -> bool:
    return section.address < segment.address + segment.memory and segment.address < section.address + section.size


def _constructor_signs(program: Program) -> Iterator[Seen]:
    for place, target in _constructors(program):
        inside = any(segment.covers(target) for segment in program.loads(EXECUTE))
        in_section = not any(each.executable for each in program.sections) or program.executable_section(target)
        if not inside or not in_section:
            yield Seen("elf-constructor-outside", f"{place:#x}->{target:#x}")


def _constructors(program: Program) -> Iterator[tuple[int, int]]:
    """Yield place and target of the functions that run before the program does, or after it.

    Where a relocation with addend sets the place, its addend is the target; else what is stored there.
    """
    width = 8 if program.wide else 4
    relocations = program.at(program.dynamic.get(Tag.RELA, 0), program.dynamic.get(Tag.RELASZ, 0))
    for tag in (Tag.INIT, Tag.FINI):
        if program.dynamic.get(tag, 0):
            yield tag, program.dynamic[tag]
    arrays = [(program.dynamic.get(start, 0), program.dynamic.get(size, 0)) for start, size in _ARRAYS]
    arrays += [(section.address, section.size) for section in program.sections if section.name in _OLD_ARRAYS]
    for start, size in arrays:
        for place in range(start, start + min(size, width * _CONSTRUCTORS), width):
            target = _relocated(program, relocations, place, width)
            if target is None:
                target = program.number(program.at(place, width))
            if target not in (0, (1 << 8 * width) - 1):
                yield place, target


def _relocated(program: Program, relocations: bytes, place: int, width: int) -> int | None:
    """Return what a relocation with addend puts at ``place``: 0 where it is a symbol's, None where there is none."""
    wanted = place.to_bytes(width, "big" if program.big else "little")
    found = relocations.find(wanted)
    while found >= 0 and found % (3 * width):
        found = relocations.find(wanted, found + 1)
    if found < 0:
        return None
    information = program.number(relocations[found + width : found + 2 * width])
    symbol = information >> (32 if program.wide else 8)
    return 0 if symbol else program.number(relocations[found + 2 * width : found + 3 * width])
