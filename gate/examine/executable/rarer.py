"""Programs and documents that are rarely met today, and run all the same where their system or application still is.

Sources: ``<a.out.h>`` of Linux, SunOS and NetBSD; System V ABI and "ECOFF" (MIPS, Alpha) for COFF with an optional
header; UEFI Platform Initialization specification, "Terse Executable"; the first page of Jet and ACE databases.
"""

from __future__ import annotations

from gate.examine.executable.content import ByteOrder, Content, Family, Named
from gate.examine.executable.programs import PE_MACHINES

_AOUT_MAGICS = frozenset({0o314, 0o407, 0o410, 0o413})
_AOUT_MACHINES = {1: "m68k", 2: "m68k", 3: "sparc", 100: "x86", 134: "x86", 135: "m68k", 138: "sparc", 143: "arm"}
"""Machine types of Linux and SunOS, and of NetBSD from 134 on."""
_AOUT_HEADERS = (0, 32, 1024, 4096)
"""Where the code begins: within it for demand-paged programs, behind the header, or on the next block or page."""
_AOUT_SIZES = 7
_COFF_HEADER, _COFF_SECTION, _COFF_RUNS = 20, 40, 0x2
_COFF_MACHINES: dict[tuple[int, ByteOrder], tuple[str, int]] = {
    (0x014C, "little"): ("x86", 28),
    (0x0150, "big"): ("m68k", 28),
    (0x0160, "big"): ("mips", 56),
    (0x0162, "little"): ("mips", 56),
    (0x0183, "little"): ("alpha", 80),
}
"""Machine and byte order -> its name, and the length of the optional header of a program."""
_EFI_SUBSYSTEMS = range(10, 14)
_DATABASES = (b"\0\1\0\0Standard Jet DB\0", b"\0\1\0\0Standard ACE DB\0")


_MAGICS = {
    "autoit-compiled": bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d"),
    "autolisp": b"\r\n FAS4-FILE",
    "autolisp-package": b"VRTLIB-1",
    "julia-cache": b"\xfbjli\r\n\x1a\n",
    "lisp-fasl": b"# FASL\n",
    "qml-cache": b"qv4cdata",
    "tcl-bytecode": b"TclPro ByteCode ",
}
"""Compiled scripts whose first bytes are enough to name them."""
_OF_TEXT = frozenset({"autolisp", "tcl-bytecode"})
"""Those that are written in printable characters."""
_FIRST = bytes(sorted({magic[0] for magic in _MAGICS.values()}))


def compiled(content: Content) -> Named | None:
    """Name a compiled script by its magic; texts begin with some of them too, and hold nothing but text."""
    for name, magic in _MAGICS.items():
        if content.head.startswith(magic) and (content.text is None or name in _OF_TEXT):
            return Named(name)
    return None


def a_out(content: Content) -> Named | None:
    """Name an ``a.out`` program or object.

    The magic is two bytes.  Where no machine is given besides, the sizes of all parts have to add up to that of the
    item; otherwise they have to be within it.
    """
    orders: tuple[ByteOrder, ...] = ("little", "big")
    for order in orders:
        word = content.number(0, 4, order)
        machine = word >> 16 & 0xFF
        if word < 0 or word & 0xFFFF not in _AOUT_MAGICS or (machine and machine not in _AOUT_MACHINES):
            continue
        text, data, _, symbols, _, *relocations = (
            content.number(4 + 4 * index, 4, order) for index in range(_AOUT_SIZES)
        )
        parts = text + data + symbols + sum(relocations)
        if text <= 0 or min(data, symbols, *relocations) < 0 or parts > content.size:
            continue
        if machine or (order == "little" and _adds_up(content, parts, symbols)):
            return Named("a.out", _AOUT_MACHINES.get(machine, ""))
    return None


def _adds_up(content: Content, parts: int, symbols: int) -> bool:
    """Say whether nothing, or the names of the symbols and nothing else, follows the parts."""
    ends = [header + parts for header in _AOUT_HEADERS]
    return any(end + (content.number(end, 4) if symbols else 0) == content.size for end in ends)


def coff_program(content: Content) -> Named | None:
    """Name a program in COFF as System V has it: its header has a part that objects lack."""
    for (machine, order), (name, optional) in _COFF_MACHINES.items():
        if content.number(0, 2, order) != machine or content.number(16, 2, order) != optional:
            continue
        sections, flags = content.number(2, 2, order), content.number(18, 2, order)
        table_end = _COFF_HEADER + optional + _COFF_SECTION * sections
        known = content.number(20, 2, order) in _AOUT_MAGICS
        if known and flags & _COFF_RUNS and sections > 0 and table_end <= content.size:
            return Named("coff-program", name)
    return None


def terse(content: Content) -> Named | None:
    """Name a program for EFI without the headers of PE that a firmware does not need."""
    machine, sections, subsystem = content.number(2, 2), content.number(4, 1), content.number(5, 1)
    known = content.head.startswith(b"VZ") and machine in PE_MACHINES and machine > 0
    if not known or subsystem not in _EFI_SUBSYSTEMS or sections <= 0:
        return None
    return Named("te", PE_MACHINES[machine])


def netware(content: Content) -> Named | None:
    """Name a module for NetWare."""
    return Named("nlm") if content.head.startswith(b"NetWare Loadable Module\x1a") else None


def access_database(content: Content) -> Named | None:
    """Name a database of Access, which starts forms, macros and modules of its own when it is opened.

    Whether it has any is not told: they are compiled into its tables.
    """
    return Named("access-database") if content.head.startswith(_DATABASES) else None


FAMILIES = (
    Family("native", ("a.out",), a_out, b"\x00\x01\x07\x08\x0b\xcc"),
    Family("native", ("coff-program",), coff_program, b"\x01\x4c\x60\x62\x83"),
    Family("native", ("te",), terse, b"V"),
    Family("native", ("nlm",), netware, b"N"),
    Family("bytecode", tuple(_MAGICS), compiled, _FIRST),
    Family("macro", ("access-database",), access_database, b"\x00"),
)
