"""Native programs: which reader an item is for, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from gate.examine.heuristics import (
    elf,
    elf_dynamic,
    elf_layout,
    macho,
    pe,
    pe_imports,
    pe_layout,
    pe_overlay,
    pe_signature,
)
from gate.examine.heuristics.encoded import examine_encoded
from gate.examine.heuristics.findings import LARGEST_DERIVED, Findings
from gate.examine.heuristics.programs import PROCESSORS, is_program
from gate.examine.heuristics.reasons import Seen
from gate.examine.heuristics.xor import hidden_programs, uncovered
from gate.models import Gap

_MACHO = (b"\xfe\xed\xfa\xce", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
_UNIVERSAL = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_FIRST_CLASS_VERSION = 45
_HEADER_REACH = 64 << 10
"""How far behind its first byte the headers of a hidden program are looked for."""
Read: TypeAlias = Callable[[int, int], bytes]
"""A Java class file begins like a universal Mach-O, and has its version where that has its count."""


class Unreadable(ValueError):
    """A program of which the parser finds nothing, or less than its header announces."""


def format_of(data: bytes) -> str:
    """Return ``pe``, ``elf`` or ``mach-o`` where an item is a program of that format, sound or not; else nothing."""
    if data.startswith(b"\x7fELF"):
        return "elf"
    if data[:2] == b"MZ" and is_program(data):
        return "pe"
    if data.startswith(_MACHO):
        return "mach-o"
    return "mach-o" if data.startswith(_UNIVERSAL) and not _is_class_file(data) else ""


def _is_class_file(data: bytes) -> bool:
    """Say whether what begins like a universal Mach-O is a Java class file.

    A program of 45 parts and more has its count where the other has its version.  Then the number of a processor
    follows, where the other has a count of constants and a constant's tag, which is never zero.
    """
    version, processor = int.from_bytes(data[6:8], "big"), int.from_bytes(data[9:12], "big")
    return version >= _FIRST_CLASS_VERSION and processor not in PROCESSORS


def examine_native(form: str, data: bytes, findings: Findings) -> None:
    """Add to ``findings`` what the program's structure gives away; one that cannot be read is a gap."""
    try:
        signs = {"pe": _pe_signs, "elf": _elf_signs, "mach-o": _macho_signs}[form](data)
        for each in signs:
            findings.see_all(each)
    except Unreadable:
        findings.gap(Gap("corrupt", f"the structure of the {form} cannot be read"))
    except Exception as error:  # noqa: BLE001  # whatever a binding throws on a hostile program; what was seen stays
        findings.gap(Gap("corrupt", f"the structure of the {form} cannot be read further: {type(error).__name__}"))
    examine_encoded(data, findings)


def _pe_signs(data: bytes) -> Iterator[Iterator[Seen]]:
    program = pe.parsed(data)
    if program is None:
        raise Unreadable
    yield pe_layout.layout_signs(program)
    yield pe_signature.signature_signs(program)
    yield pe_overlay.overlay_signs(program)
    yield pe_imports.import_signs(program)


def _elf_signs(data: bytes) -> Iterator[Iterator[Seen]]:
    program = elf.parsed(data)
    if program is None:
        raise Unreadable
    yield elf_layout.layout_signs(program)
    yield elf_dynamic.dynamic_signs(program)


def _macho_signs(data: bytes) -> Iterator[Iterator[Seen]]:
    universal = macho.parsed(data)
    if universal is None:
        raise Unreadable
    yield macho.macho_signs(data, universal)


def examine_hidden(data: bytes, findings: Findings) -> None:
    """Add to ``findings`` the programs that XOR with one byte hides anywhere in ``data``."""
    hidden_in(lambda offset, size: data[offset : offset + size], len(data), findings)


def hidden_in(read: Read, size: int, findings: Findings, window: int | None = None) -> None:
    """Add to ``findings`` the hidden programs in ``size`` bytes that are read as ``read(offset, size)``.

    They are looked for in windows (of ``window`` bytes, or all at once), each seen as far as its header may reach into
    the next one.
    """
    step = window or max(size, 1)
    for begin in range(0, size, step):
        for hidden in hidden_programs(read(begin, step + _HEADER_REACH)):
            if hidden.offset < step:
                _hidden_at(begin + hidden.offset, hidden.key, read, size, findings)


def _hidden_at(offset: int, key: int, read: Read, size: int, findings: Findings) -> None:
    findings.see("xor-hidden-program", f"{offset:#x}:key_{key:02x}")
    if size - offset > LARGEST_DERIVED:
        findings.gap(Gap("too-large", f"only {LARGEST_DERIVED} bytes of the program at {offset:#x} are examined"))
    findings.derive((f"xor{key:02x}",), uncovered(read(offset, LARGEST_DERIVED), key))
