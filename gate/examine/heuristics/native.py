"""Native programs: which reader an item is for, and what all of them share."""

from __future__ import annotations

import re
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
from gate.examine.heuristics.blobs import Blob, Encoding, decoded
from gate.examine.heuristics.findings import LARGEST_DERIVED, Findings
from gate.examine.heuristics.programs import is_program, kind_of
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
_RADIX64 = rb"[A-Za-z0-9+/]{200,}+={0,2}"
_ENCODED = tuple(re.compile(start + _RADIX64) for start in (rb"TV[nopqr]", rb"f0VMR", rb"H4sI"))
"""Programs and gzip streams in base64, by how they begin: constant first bytes let the search be fast."""
_ENCODED_WIDE = tuple(
    re.compile(start + rb"(?:[A-Za-z0-9+/]\x00){200,}+(?:=\x00){0,2}")
    for start in (rb"T\x00V\x00[nopqr]\x00", rb"f\x000\x00V\x00M\x00R\x00", rb"H\x004\x00s\x00I\x00")
)
"""The same in 16 bits a character, as the strings of managed programs are."""
_HEXADECIMAL = tuple(re.compile(start + rb"[0-9A-Fa-f]{400,}+") for start in (rb"4D5A", rb"4d5a"))

_SEARCHES: tuple[tuple[tuple[re.Pattern[bytes], ...], Encoding, int], ...] = (
    (_ENCODED, "base64", 1),
    (_ENCODED_WIDE, "base64", 2),
    (_HEXADECIMAL, "hex", 1),
)


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
    if data.startswith(_UNIVERSAL) and int.from_bytes(data[6:8], "big") < _FIRST_CLASS_VERSION:
        return "mach-o"
    return ""


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
    _examine_encoded(data, findings)


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


def _examine_encoded(data: bytes, findings: Findings) -> None:
    """Find programs that a program holds in an encoded form, as a dropper does."""
    for patterns, encoding, step in _SEARCHES:
        for pattern in patterns:
            for found in pattern.finditer(data):
                _examine_found(found[0][::step], encoding, found.start(), findings)


def _examine_found(text: bytes, encoding: Encoding, place: int, findings: Findings) -> None:
    inner = decoded(text, Blob(0, len(text), encoding))
    kind = kind_of(inner)
    if kind == "program":
        findings.see("binary-hidden-program", f"{place:#x}")
    if kind in ("program", "archive"):
        findings.derive((encoding,), inner)


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
