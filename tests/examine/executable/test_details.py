"""What lief adds: imports, libraries, the system that a program needs, signatures; and no text that an item holds."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from gate.examine.executable.content import Content, Memory
from gate.examine.executable.details import described
from gate.examine.executable.table import name_formats
from tests.examine.heuristics.build_macho import MachO
from tests.examine.heuristics.build_pe import Pe


def words(data: bytes) -> list[str]:
    content = Content(Memory(data))
    [named] = [each for each in name_formats(content) if each.format in {"pe", "elf", "mach-o"}]
    return list(described(named, content).detail)


def kernel_module(vermagic: bytes, *, signed: bool = False) -> bytes:
    """Return an ELF object with a section of a kernel module's properties."""
    information = b"license=GPL\0vermagic=" + vermagic + b"\0"
    names = b"\0.modinfo\0.shstrtab\0"
    body = information + names
    sections = [(0, 0, 0, 0), (1, 1, 64, len(information)), (10, 3, 64 + len(information), len(names))]
    table = b"".join(
        struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, place, size, 0, 0, 1, 0) for name, kind, place, size in sections
    )
    head = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    head += struct.pack("<HHIQQQIHHHHHH", 1, 62, 1, 0, 0, 64 + len(body), 0, 64, 0, 0, 64, 3, 2)
    return head + body + table + (b"signature~Module signature appended~\n" if signed else b"")


def test_windows_program() -> None:
    told = words(Pe(imports={"WS2_32.dll": ["connect", "send"], "USER32.dll": ["MessageBoxA"]}).build())
    assert {"imports=3", "libraries=ws2_32", "kind=program", "subsystem=console"} <= set(told)
    assert not any("user32" in word for word in told)


def test_version_of_windows_that_a_program_needs() -> None:
    data = bytearray(Pe().build())
    optional = int.from_bytes(data[0x3C:0x40], "little") + 24
    struct.pack_into("<HH", data, optional + 48, 6, 1)
    assert "system=windows-6.1" in words(bytes(data))


def test_names_of_libraries_are_compared_and_never_copied() -> None:
    told = words(Pe(imports={"\x1b[2Jevil.dll": ["x"], "wininet.evil": ["x"]}).build())
    assert [word for word in told if word.startswith("libraries=")] == ["libraries=wininet"]
    assert not any("\x1b" in word or "evil" in word for word in told)


def test_linux_program_tells_its_c_library() -> None:
    told = words(Path(sys.executable).resolve().read_bytes())
    [system] = [word for word in told if word.startswith("system=")]
    assert system.startswith("system=glibc-2.")


def test_kernel_module() -> None:
    told = words(kernel_module(b"6.1.0-18-amd64 SMP mod_unload"))
    assert {"kind=relocatable", "kernel-module=yes", "system=linux-6.1.0"} <= set(told)
    assert "signature=present" not in told
    assert "signature=present" in words(kernel_module(b"6.1.0 SMP", signed=True))
    assert not any(word.startswith("system=") for word in words(kernel_module(b"\x1b[2J")))


def test_program_of_macos() -> None:
    told = words(MachO(libraries=["/System/Library/Frameworks/CFNetwork.framework/CFNetwork"]).build())
    assert {"libraries=cfnetwork", "signature=present", "kind=executable"} <= set(told)
    assert "signature=present" not in words(MachO(signed=False).build())


def test_version_of_macos_that_a_program_needs() -> None:
    plain = MachO(signed=False).build()
    count, size = struct.unpack_from("<II", plain, 16)
    command = struct.pack("<IIIIII", 0x32, 24, 1, 0x000C0300, 0x000D0000, 0)  # LC_BUILD_VERSION: macOS 12.3
    data = bytearray(plain)
    data[32 + size : 32 + size + 24] = command
    struct.pack_into("<II", data, 16, count + 1, size + 24)
    assert "system=macos-12.3" in words(bytes(data))
    old = struct.pack("<IIII", 0x24, 16, 0x000A0900, 0x000A0900)  # LC_VERSION_MIN_MACOSX: 10.9
    data = bytearray(plain)
    data[32 + size : 32 + size + 16] = old
    struct.pack_into("<II", data, 16, count + 1, size + 16)
    assert "system=apple-10.9" in words(bytes(data))
