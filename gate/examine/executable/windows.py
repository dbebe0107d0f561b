"""Programs of DOS and Windows: MZ, NE, LE, LX, PE (Microsoft, "PE Format"), and shortcuts (MS-SHLLINK)."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.executable.named import Content, Named, word

_MACHINES = {
    0x014C: "x86",
    0x8664: "x86-64",
    0x01C0: "arm",
    0x01C4: "arm",
    0xAA64: "aarch64",
    0xA641: "aarch64",
    0x0200: "ia64",
    0x5032: "riscv32",
    0x5064: "riscv64",
    0x6232: "loongarch32",
    0x6264: "loongarch64",
    0x0EBC: "efi-bytecode",
}
_EFI_SUBSYSTEMS = range(10, 14)
_NATIVE_SUBSYSTEM = 1
_DLL = 0x2000
_CLR_DIRECTORY = 14
_OTHER_FORMATS = {b"NE": "ne", b"LE": "le", b"LX": "lx"}
_LAST_PAGE_BYTES = 511
_LINK_HEADER = bytes.fromhex("4c0000000114020000000000c000000000000046")


def windows_formats(content: Content) -> Iterator[Named]:
    """Yield the formats of DOS and Windows that the content is in."""
    if content.head[:2] in {b"MZ", b"ZM"}:
        yield from _behind_the_stub(content)
    if content.head.startswith(_LINK_HEADER):
        yield Named("shortcut", "lnk")


def _behind_the_stub(content: Content) -> Iterator[Named]:
    at = word(content.head, 0x3C, 4)
    header = content.read(264, at) if at and at < content.size else b""
    if header.startswith(b"PE\0\0"):
        yield _portable_executable(header)
    elif header[:2] in _OTHER_FORMATS:
        yield Named("native", _OTHER_FORMATS[header[:2]], "x86")
    elif _is_dos_program(content):
        yield Named("native", "mz", "x86")


def _is_dos_program(content: Content) -> bool:
    """Tell a DOS header from text that begins with the same letters: its page and paragraph counts make sense."""
    last_page, pages, header = (word(content.head, offset, 2) for offset in (2, 4, 8))
    return last_page <= _LAST_PAGE_BYTES and pages > 0 and header * 16 <= max(content.size, 32)


def _portable_executable(header: bytes) -> Named:
    machine, characteristics = word(header, 4, 2), word(header, 22, 2)
    plus = word(header, 24, 2) == 0x20B  # noqa: PLR2004  # PE32+
    subsystem = word(header, 24 + 68, 2)
    directories = 24 + (112 if plus else 96)
    kind = "dll" if characteristics & _DLL else "exe"
    if subsystem in _EFI_SUBSYSTEMS:
        kind = "efi"
    elif subsystem == _NATIVE_SUBSYSTEM:
        kind = "driver"
    managed = word(header, directories + 8 * _CLR_DIRECTORY, 4) != 0
    return Named(
        "native",
        "pe",
        _MACHINES.get(machine, f"machine-{machine:04x}"),
        f"kind={kind}" + (" runtime=dotnet" if managed else ""),
    )
