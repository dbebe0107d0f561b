"""The examiner ``executable``: names every executable program format that an item is in."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import lief

from gate import __version__
from gate.errors import EngineFailure
from gate.examine.executable.named import HEAD_BYTES, TAIL_BYTES, Content, Named
from gate.examine.executable.portable import is_code_in_pickle, portable_formats
from gate.examine.executable.scripts import script_formats
from gate.examine.executable.unix import unix_formats
from gate.examine.executable.windows import windows_formats
from gate.examine.interface import Observation, View
from gate.models import Aspect, EngineInfo, ExecutableFact, Item

_DETAIL_BYTES = 64 << 20
"""Programs larger than this are named by the table alone; lief would hold them in memory several times over."""
_DETAILED = frozenset({"pe", "elf", "mach-o"})


class ExecutableExaminer:
    """Names formats by content with its own table (contract clause 26-3 3(3)); lief adds detail to programs."""

    def __init__(self) -> None:
        lief.logging.disable()

    @property
    def name(self) -> str:
        """``executable``."""
        return "executable"

    @property
    def depends_on(self) -> frozenset[Aspect]:
        """The content alone."""
        return frozenset({"content"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # any item can be a program
        """Every item is examined."""
        return True

    def start(self) -> EngineInfo:
        """Prove the table on a tiny PE, a tiny ELF and a text.  Raises ``EngineFailure`` where one is misnamed."""
        expected = ((tiny_pe(), ["pe"]), (tiny_elf(), ["elf"]), (b"MZ is how this text begins.\n", []))
        for sample, formats in expected:
            if [named.format for named in _formats(_content_of(sample))] != formats:
                raise EngineFailure("executable.canary", expected=" ".join(formats) or "text")
        return EngineInfo("executable", __version__, canary="passed", detail=f"lief {lief.__version__}")

    def finish(self) -> EngineInfo:
        """Prove it once more; errors as in :meth:`start`."""
        return self.start()

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each format that the item is in; a polyglot yields several."""
        content = Content(view.read(HEAD_BYTES), view.read(TAIL_BYTES, max(0, view.size - TAIL_BYTES)), view.size,
                          view.read)
        for named in _formats(content):
            detail = named.detail
            if named.format in _DETAILED:
                detail = f"{detail} {_program_detail(view, named.format)}".strip()
            yield ExecutableFact(named.class_, named.format, named.architecture, detail)

    def close(self) -> None:
        """Nothing is held."""


def _formats(content: Content) -> list[Named]:
    found = [*windows_formats(content), *unix_formats(content), *portable_formats(content), *script_formats(content)]
    if is_code_in_pickle(content):
        found.append(Named("serialized-code", "pickle"))
    return found


def _program_detail(view: View, form: str) -> str:
    """Return what lief says of a program; that it says nothing is said too, and the program stays named."""
    if view.size > _DETAIL_BYTES:
        return "structure=too-large-to-parse"
    data = view.read()
    if form == "pe":
        portable = lief.PE.parse(data)
        return "structure=unparsed" if portable is None else (
            f"imports={len(portable.imports)} signed={'yes' if portable.has_signatures else 'no'}")
    if form == "elf":
        elf = lief.ELF.parse(data)
        return "structure=unparsed" if elf is None else (
            f"libraries={len(elf.libraries)} linked={'dynamically' if elf.has_interpreter or elf.libraries else 'no'}")
    fat = lief.MachO.parse(data)
    if fat is None or fat.size == 0:
        return "structure=unparsed"
    first = fat.at(0)
    return "structure=unparsed" if first is None else (
        f"libraries={len(first.libraries)} signed={'yes' if first.has_code_signature else 'no'}")


def _content_of(sample: bytes) -> Content:
    return Content(sample[:HEAD_BYTES], sample[-TAIL_BYTES:], len(sample),
                   lambda size, offset: sample[offset : offset + size])


def tiny_pe() -> bytes:
    """Return the smallest thing that is a PE by its headers: a DOS header that leads to an x86-64 program header."""
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 0, 0, 0, 0, 240, 0x22)
    return dos + coff + struct.pack("<H", 0x20B) + bytes(238)


def tiny_elf() -> bytes:
    """Return an ELF header of an x86-64 program and nothing else."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0)
