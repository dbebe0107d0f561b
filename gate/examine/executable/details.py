"""What lief adds to a program's name: how much it imports, and the signs of a kernel module."""

from __future__ import annotations

import io
from collections.abc import Callable

import lief

from gate.examine.executable.content import Content, Named

LARGEST = 64 << 20
"""Largest program, in bytes, that is handed to lief: it holds the whole of it several times."""

lief.logging.disable()


def _pe_settings() -> lief.PE.ParserConfig:
    settings = lief.PE.ParserConfig()
    settings.parse_signature = False
    settings.parse_exports = False
    settings.parse_imports = True
    settings.parse_rsrc = False
    settings.parse_reloc = False
    return settings


def _elf_settings() -> lief.ELF.ParserConfig:
    settings = lief.ELF.ParserConfig()
    settings.parse_relocations = False
    settings.parse_dyn_symbols = True
    settings.parse_symtab_symbols = False
    settings.parse_symbol_versions = False
    settings.parse_notes = False
    settings.parse_overlay = False
    return settings


_PE = _pe_settings()
_ELF = _elf_settings()


def _pe(stream: io.BytesIO) -> tuple[str, ...] | None:
    binary = lief.PE.parse(stream, _PE)
    if binary is None:
        return None
    return (f"imports={sum(len(library.entries) for library in binary.imports)}",)


def _elf(stream: io.BytesIO) -> tuple[str, ...] | None:
    binary = lief.ELF.parse(stream, _ELF)
    if binary is None:
        return None
    words = [f"imports={len(binary.imported_symbols)}"]
    if binary.has_interpreter:
        words.append("interpreter=yes")
    if binary.has_section(".modinfo"):
        words.append("kernel-module=yes")
    return tuple(words)


def _mach_o(stream: io.BytesIO) -> tuple[str, ...] | None:
    binaries = lief.MachO.parse(stream, lief.MachO.ParserConfig.quick)
    if binaries is None or len(binaries) == 0:
        return None
    return (f"imports={max(len(binary.imported_symbols) for binary in binaries)}",)


_READERS: dict[str, Callable[[io.BytesIO], tuple[str, ...] | None]] = {
    "pe": _pe,
    "elf": _elf,
    "mach-o": _mach_o,
}


def described(named: Named, content: Content) -> Named:
    """Return ``named`` with what lief knows of it; where lief fails or was not asked, the detail says so."""
    reader = _READERS.get(named.format)
    if reader is None:
        return named
    if content.size > LARGEST:
        return named._replace(detail=(*named.detail, "lief=too-large"))
    try:
        # A stream and never the bytes themselves: bytes that hold a path make lief read the file of that name.
        words = reader(io.BytesIO(content.everything()))
    except Exception:  # noqa: BLE001  # whatever a binding throws on a hostile file, the file stays a program
        words = None
    return named._replace(detail=(*named.detail, *(words if words is not None else ("lief=failed",))))
