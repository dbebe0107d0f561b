"""What is appended to a program for Windows behind its last section."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.heuristics.entropy import entropy
from gate.examine.heuristics.pe import DIRECTORY, Program
from gate.examine.heuristics.reasons import Seen

SMALLEST = 16_384
"""Smallest overlay, in bytes, whose entropy says something."""
RANDOM = 7.8
"""Bits per byte from which an overlay is compressed or encrypted."""
_HEAD = 1 << 16
_TAIL = 1 << 16
_SYMBOL = 18

_AT_START = {
    "zip": (b"PK\x03\x04",), "7z": (b"7z\xbc\xaf\x27\x1c",), "rar": (b"Rar!\x1a\x07",), "cab": (b"MSCF\0\0\0\0",),
    "gzip": (b"\x1f\x8b\x08",), "xz": (b"\xfd7zXZ\0",), "bzip2": (b"BZh",), "zstd": (b"\x28\xb5\x2f\xfd",),
    "inno-setup": (b"zlb\x1a", b"idska32\x1a", b"rDlPtS"), "nuitka": (b"KAX", b"KAY"),
    "ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), "squashfs": (b"hsqs",), "wim": (b"MSWIM\0\0\0",),
    "installshield": (b"InstallShield\0",),
}  # fmt: skip  # pairs side by side
"""Container -> how an overlay of that kind begins."""
_NEAR_START = {
    "nsis": b"\xef\xbe\xad\xdeNullsoftInst",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "cab": b"MSCF\0\0\0\0",
    "rar": b"Rar!\x1a\x07",
}
"""Container -> a mark that stands within the first bytes of an overlay of that kind."""
_NEAR_END = {"zip": b"PK\x05\x06", "pyinstaller": b"MEI\x0c\x0b\x0a\x0b\x0e"}
_SCRIPT_ENGINES = {
    "autoit": b"\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d",
    "autohotkey": b">AUTOHOTKEY SCRIPT<",
}
"""Engines whose compiled scripts are appended to a copy of the engine: that is how most of them reach a victim."""


def overlay_signs(program: Program) -> Iterator[Seen]:
    """Yield what the overlay gives away; the certificate table and a linker's symbols are none."""
    overlay = _overlay(program)
    head, tail = bytes(overlay[:_HEAD]), bytes(overlay[-_TAIL:])
    for engine, mark in _SCRIPT_ENGINES.items():
        if mark in head or mark in tail:
            yield Seen("pe-overlay-script-engine", engine)
            return
    if len(overlay) < SMALLEST:
        return
    container = known_container(head, tail)
    if container:
        yield Seen("pe-overlay-container", container)
        return
    measured = entropy(overlay)
    if measured >= RANDOM:
        yield Seen("pe-overlay-entropy", f"{len(overlay)}_bytes:{measured:.1f}")


def known_container(head: bytes, tail: bytes) -> str:
    """Name the archive or installer that an overlay is, by its first and last bytes; empty where it is none known."""
    for name, starts in _AT_START.items():
        if head.startswith(starts):
            return name
    for name, mark in _NEAR_START.items():
        if mark in head:
            return name
    return next((name for name, mark in _NEAR_END.items() if mark in tail), "")


def _overlay(program: Program) -> memoryview:
    """Return the longer of the two parts into which the certificate table cuts what lies behind the sections."""
    start = max((section.offset + section.stored for section in program.sections if section.stored), default=0)
    start = max(start, program.headers)
    if program.sections:
        start = max(start, _symbols_end(program))
    data = memoryview(program.data)
    offset, size = program.directory(DIRECTORY.CERTIFICATE_TABLE)
    if not start <= offset <= len(data) or not size:
        return data[start:]
    return max(data[start:offset], data[offset + size :], key=len)


def _symbols_end(program: Program) -> int:
    """Return where the symbol and string tables of a linker end, 0 where there are none."""
    header = program.binary.header
    place = header.pointerto_symbol_table
    if not place:
        return 0
    strings = place + _SYMBOL * header.numberof_symbols
    length = int.from_bytes(program.data[strings : strings + 4], "little")
    end = strings + length
    return end if end <= len(program.data) else 0
