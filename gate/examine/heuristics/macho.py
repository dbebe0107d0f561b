"""Reads a Mach-O file, of one architecture or several, and tells what its load commands give away.

Source of the rules: Apple, ``mach-o/loader.h``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import lief

from gate.examine.heuristics.entropy import entropy
from gate.examine.heuristics.macho_signature import signature_signs
from gate.examine.heuristics.packers import MACHO_SEGMENTS
from gate.examine.heuristics.places import anyone_writes
from gate.examine.heuristics.reasons import Seen

_EXECUTE, _WRITE = 4, 2
_KIND = lief.MachO.Header.FILE_TYPE
_LOADED = frozenset({_KIND.EXECUTE, _KIND.DYLIB, _KIND.BUNDLE})
_PROTECTED = 8
"""Segment flag SG_PROTECTED_VERSION_1: its pages are encrypted."""
_HEADER_BYTES = 28
CODE_ENTROPY = 7.3
SMALLEST_PACKED = 4096
_ARM64 = lief.MachO.Header.CPU_TYPE.ARM64
_COMMANDS = frozenset(
    {
        lief.MachO.LoadCommand.TYPE.LOAD_DYLIB,
        lief.MachO.LoadCommand.TYPE.LOAD_WEAK_DYLIB,
        lief.MachO.LoadCommand.TYPE.REEXPORT_DYLIB,
        lief.MachO.LoadCommand.TYPE.LOAD_UPWARD_DYLIB,
        lief.MachO.LoadCommand.TYPE.LAZY_LOAD_DYLIB,
    }
)

lief.logging.disable()


def parsed(data: bytes) -> lief.MachO.FatBinary | None:
    """Return the programs of all architectures, or None where lief finds none or less than a header announces."""
    # A stream and never the bytes themselves: bytes that hold a path make lief read the file of that name.
    found = lief.MachO.parse(io.BytesIO(data), lief.MachO.ParserConfig.quick)
    if found is None or len(found) == 0 or len(data) < _HEADER_BYTES:
        return None
    programs = (found[number] for number in range(len(found)))
    whole = all(program is not None and len(program.commands) == program.header.nb_cmds for program in programs)
    return found if whole else None


def macho_signs(data: bytes, universal: lief.MachO.FatBinary) -> Iterator[Seen]:
    """Yield what is seen in each architecture's program; ``data`` is the whole file."""
    # lief frees the programs with what holds them: nothing of them may outlive ``universal``.
    for number in range(len(universal)):
        binary = universal[number]
        if binary is not None and binary.header.file_type in _LOADED:
            program = memoryview(data)[binary.fat_offset :]
            yield from _segment_signs(program, binary)
            yield from _entry_signs(binary)
            yield from _library_signs(binary)
            yield from _signature_signs(program, binary)


def _segment_signs(program: memoryview, binary: lief.MachO.Binary) -> Iterator[Seen]:
    for segment in binary.segments:
        name, protection = str(segment.name), int(segment.init_protection)
        if protection & _EXECUTE and protection & _WRITE:
            yield Seen("macho-writable-executable", name)
        if int(segment.flags) & _PROTECTED:
            yield Seen("macho-encrypted", name)
        for each in (name, *(str(section.name) for section in segment.sections)):
            if each.lower() in MACHO_SEGMENTS:
                yield Seen("macho-packer-name", f"{MACHO_SEGMENTS[each.lower()]}:{each}")
        if protection & _EXECUTE:
            yield from _entropy_signs(program, segment)
    encryption = binary.encryption_info
    if encryption is not None and encryption.crypt_id:
        yield Seen("macho-encrypted", f"id:{encryption.crypt_id}")


def _entropy_signs(program: memoryview, segment: lief.MachO.SegmentCommand) -> Iterator[Seen]:
    """Yield a sign for code that is like random bytes; the segment holds tables besides, which may well be."""
    code = [(str(each.name), each.offset, each.size) for each in segment.sections if str(each.name) == "__text"]
    for name, offset, size in code or [(str(segment.name), segment.file_offset, segment.file_size)]:
        if size >= SMALLEST_PACKED and (measured := entropy(program[offset : offset + size])) >= CODE_ENTROPY:
            yield Seen("macho-code-entropy", f"{name}:{measured:.1f}")


def _entry_signs(binary: lief.MachO.Binary) -> Iterator[Seen]:
    command = binary.main_command
    if command is None:
        return
    offset = command.entrypoint
    texts = [section for section in binary.sections if str(section.name).startswith("__text")]
    if not any(section.offset <= offset < section.offset + section.size for section in texts):
        yield Seen("macho-entry-outside", f"{offset:#x}")


def _library_signs(binary: lief.MachO.Binary) -> Iterator[Seen]:
    for library in binary.libraries:
        if library.command not in _COMMANDS:
            continue
        name = str(library.name)
        if anyone_writes(name):
            yield Seen("macho-library-writable", name)
        elif not name.startswith(("/", "@")):
            yield Seen("macho-library-relative", name)
    for command in binary.rpaths:
        if anyone_writes(str(command.path)):
            yield Seen("macho-search-path-writable", str(command.path))


def _signature_signs(program: memoryview, binary: lief.MachO.Binary) -> Iterator[Seen]:
    command = binary.code_signature
    if command is not None:
        yield from signature_signs(program, command.data_offset, command.data_size)
    elif binary.header.cpu_type == _ARM64:
        # The kernel of macOS runs nothing for this processor that is not signed, if only by the linker.
        yield Seen("macho-signature-missing", str(binary.header.file_type.name).lower())
