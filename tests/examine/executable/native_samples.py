"""Programs for processors, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import struct

from gate.examine.executable.samples import tiny_elf, tiny_pe
from tests.examine.executable.sample import File, Sample


def pe(*, machine: int = 0x8664, subsystem: int = 3, flags: int = 0x22) -> bytes:
    data = bytearray(tiny_pe())
    struct.pack_into("<H", data, 64 + 4, machine)
    struct.pack_into("<H", data, 64 + 22, flags)
    struct.pack_into("<H", data, 64 + 24 + 68, subsystem)
    return bytes(data)


def dos_program(offset: int = 0) -> bytes:
    header = struct.pack("<2sHHHHHHHHHHHHH", b"MZ", 0x90, 3, 0, 4, 0, 0xFFFF, 0, 0xB8, 0, 0, 0, 0x40, 0)
    return header.ljust(0x3C, b"\0") + struct.pack("<I", offset) + bytes(64)


def with_signature(signature: bytes) -> bytes:
    return dos_program(0x80) + signature + bytes(200)


def mach_o(cpu: int = 0x0100000C, *, kind: int = 2) -> bytes:
    return struct.pack("<IIIIIII", 0xFEEDFACF, cpu, 0, kind, 0, 0, 0) + bytes(4)


def universal(*cpus: int) -> bytes:
    return struct.pack(">II", 0xCAFEBABE, len(cpus)) + b"".join(struct.pack(">IIIII", cpu, 0, 0, 0, 0) for cpu in cpus)


def coff_object() -> bytes:
    header = struct.pack("<HHIIIHH", 0x8664, 1, 0, 80, 0, 0, 0)
    return (
        header
        + b".text\0\0\0"
        + struct.pack("<IIIIIIHHI", 0, 0, 4, 60, 0, 0, 0, 0, 0x60000020)
        + b"\xc3" * 4
        + bytes(16)
    )


def boot_sector(start: bytes, mark: bytes = b"\x55\xaa") -> bytes:
    return start.ljust(510, b"\0") + mark


def at(offset: int, magic: bytes, *, start: bytes = b"") -> bytes:
    return start.ljust(offset, b"\0") + magic + bytes(64)


def static_library(name: bytes, member: bytes) -> bytes:
    """Return an ``ar`` archive of one member."""
    header = name.ljust(16) + b"0".ljust(12) + b"0     0     644     " + str(len(member)).encode().ljust(10) + b"`\n"
    return b"!<arch>\n" + header + member + b"\n" * (len(member) % 2)


SAMPLES: dict[str, Sample] = {
    "pe": pe(),
    "ne": with_signature(b"NE"),
    "le": with_signature(b"LE"),
    "lx": with_signature(b"LX"),
    "mz": dos_program(),
    "elf": tiny_elf(),
    "appimage": tiny_elf()[:8] + b"AI\x02" + tiny_elf()[11:],
    "mach-o": mach_o(),
    "coff": coff_object(),
    "coff-import": struct.pack("<HHHH", 0, 0xFFFF, 0, 0x8664) + bytes(40),
    "ar": static_library(b"/", b"index"),
    "xcoff": struct.pack(">HHIIIHH", 0x01F7, 3, 0, 0, 0, 120, 2) + bytes(100),
    "pef": b"Joy!peffpwpc" + bytes(30),
    "boot-sector": boot_sector(b"\xeb\x3c\x90mkfs"),
    "option-rom": b"\x55\xaa\x01\xeb\x10" + bytes(507),
    "bzimage": boot_sector(b"MZ\0") + b"\xeb\x66HdrS" + bytes(100),
    "zimage": at(0x24, b"\x18\x28\x6f\x01"),
    "arm64-image": at(0x38, b"ARM\x64"),
    "uimage": b"\x27\x05\x19\x56" + bytes(60),
    "dos-com": File(b"\xb8\x00\x4c\xcd\x21" + bytes(20), b"RUN.COM"),
    "raw-code": File(b"\x31\xc0\x50\x68\x2f\x2f\x73\x68\xcd\x80" + bytes(20), b"payload", 0o755),
}

TWINS: dict[str, Sample] = {
    "pe": b"MZ is how this text begins, and it goes on for a while." + b" text" * 50,
    "ne": b"NE stands for north east.",
    "le": b"LE is little endian.",
    "lx": b"LX is a kind of signal.",
    "mz": b"ZM",
    "elf": b"The \x7fELF magic number.",
    "appimage": b"ELF AI\x02",
    "mach-o": struct.pack(">I", 0xFEEDFACC) + bytes(20),
    "coff": struct.pack("<HHIIIHH", 0x8664, 400, 0, 80, 0, 0, 0) + b"no room for so many sections",
    "coff-import": struct.pack("<HHHH", 0, 0xFFFF, 0, 0x1234) + bytes(40),
    "ar": static_library(b"readme.txt/", b"A text in an archive of texts."),
    "xcoff": struct.pack(">HHIIIHH", 0x01F7, 3, 0, 0, 0, 5, 2) + bytes(100),
    "pef": b"Joy! says the poem",
    "boot-sector": boot_sector(b"plain data"),
    "option-rom": b"\x55\xaa\x01\0" + bytes(508),
    "bzimage": boot_sector(b"some data") + b"\0\0HdrX" + bytes(100),
    "zimage": at(0x25, b"\x18\x28\x6f\x01"),
    "arm64-image": at(0x38, b"ARMY"),
    "uimage": b"\x27\x05\x19\x57" + bytes(60),
    "dos-com": File(b"Saved from the site of that name.\n", b"example.com"),
    "raw-code": File(b"\x31\xc0\x50\x68\x2f\x2f\x73\x68\xcd\x80" + bytes(20), b"table.dat", 0o644),
}
