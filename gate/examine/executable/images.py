"""Native code that is not a program by itself: objects, libraries, boot code and firmware."""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named

_COFF_MACHINES = {0x014C: "x86", 0x8664: "x86-64", 0xAA64: "aarch64", 0x01C4: "arm", 0x01C0: "arm", 0x0200: "ia64"}
_COFF_HEADER = 20
_COFF_SECTION = 40
_MOST_SECTIONS = 4096
_BLANK = 0x20
_BIG_OBJECT = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
"""Class of an extended object file (``/bigobj``)."""
_AR_HEADER = 60
_MOST_MEMBERS = 1000
_INDEXES = (b"/ ", b"/SYM64/", b"__.SYMDEF", b"__.PKGDEF", b"lib.rmeta")
"""Names of the members that linkers write first: indexes of symbols, and descriptions of Go and Rust packages."""
_OBJECTS = (b"\x7fELF", b"BC\xc0\xde", b"\xde\xc0\x17\x0b", b"\0asm", b"\xfe\xed\xfa", b"\xce\xfa\xed", b"\xcf\xfa\xed")
_XCOFF_HEADERS = {0x01DF: "powerpc", 0x01F7: "powerpc64"}
_XCOFF_OPTIONAL = frozenset({0, 28, 72, 110, 112, 120})
_SECTOR = 512
_BOOT_MARK = b"\x55\xaa"
_TEXT_START = re.compile(rb"[ -~\t\r\n]{8}|\0{3}")
"""How a sector of data begins: with a text, or with nothing; code can begin with almost any other bytes."""
_ROM_JUMPS = (b"\xe9", b"\xeb")
_EFI_ROM = b"\xf1\x0e\0\0"


def coff(content: Content) -> Named | None:
    """Name a COFF object, an import object of a Windows library, or an extended object.

    The magic is two bytes, so that the section table has to fit what is there.
    """
    machine = content.number(0, 2)
    if machine == 0 and content.number(2, 2) == 0xFFFF:  # noqa: PLR2004  # IMPORT_OBJECT_HDR_SIG2
        version, target = content.number(4, 2), content.number(6, 2)
        if target not in _COFF_MACHINES:
            return None
        if version == 0:
            return Named("coff-import", _COFF_MACHINES[target], ("kind=import",))
        return Named("coff", _COFF_MACHINES[target], ("kind=object",)) if content.at(12, 16) == _BIG_OBJECT else None
    sections, symbols, optional = content.number(2, 2), content.number(8, 4), content.number(16, 2)
    table_end = _COFF_HEADER + _COFF_SECTION * sections
    plausible = machine in _COFF_MACHINES and 0 < sections <= _MOST_SECTIONS and optional == 0
    if not plausible or table_end > content.size or symbols > content.size:
        return None
    if not all(_is_section(content, _COFF_HEADER + _COFF_SECTION * index) for index in range(min(sections, 8))):
        return None
    return Named("coff", _COFF_MACHINES[machine], ("kind=object",))


def _is_section(content: Content, offset: int) -> bool:
    name = content.at(offset, 8).partition(b"\0")[0]
    size, place = content.number(offset + 16, 4), content.number(offset + 20, 4)
    return name.isascii() and len(name) > 0 and min(name) > _BLANK and (place == 0 or place + size <= content.size)


def archive(content: Content) -> Named | None:
    """Name a library of objects: an ``ar`` archive with an index of symbols or an object among its members.

    A Debian package has the same magic and another class, and an archive of texts is none.
    """
    if content.head.startswith(b"!<thin>\n"):
        return Named("ar")
    if not content.head.startswith(b"!<arch>\n") or content.head.startswith(b"debian-binary", 8):
        return None
    place = 8
    for _ in range(_MOST_MEMBERS):
        if place >= content.size:  # an odd member is followed by a byte of padding, which may lack at the end
            return None if place <= content.size + 1 else Named("ar", "", ("broken=header",))
        header = content.at(place, _AR_HEADER)
        size = header[48:58].strip()
        if len(header) < _AR_HEADER or header[58:] != b"`\n" or not size.isdigit():
            return Named("ar", "", ("broken=header",))
        if header.startswith(_INDEXES) or _is_object(content, header, place + _AR_HEADER):
            return Named("ar")
        place += _AR_HEADER + int(size) + int(size) % 2
    return Named("ar")


def _is_object(content: Content, header: bytes, place: int) -> bool:
    """Say whether a member is an object, or the index under a long name of BSD."""
    skip = int(header[3:16].strip()) if header.startswith(b"#1/") and header[3:16].strip().isdigit() else 0
    if skip and content.at(place, 9) == b"__.SYMDEF":
        return True
    start = content.at(place + skip, 20)
    known = start.startswith(_OBJECTS) or start[:4] == b"\0\0\xff\xff"
    return known or (int.from_bytes(start[:2], "little") in _COFF_MACHINES and start[16:18] == b"\0\0")


def xcoff(content: Content) -> Named | None:
    """Name a program or object for AIX."""
    machine, sections = content.number(0, 2, "big"), content.number(2, 2, "big")
    if machine not in _XCOFF_HEADERS or not 0 < sections <= _MOST_SECTIONS:
        return None
    return Named("xcoff", _XCOFF_HEADERS[machine]) if content.number(16, 2, "big") in _XCOFF_OPTIONAL else None


def pef(content: Content) -> Named | None:
    """Name a program for the classic Mac OS."""
    return Named("pef", "powerpc") if content.head.startswith((b"Joy!peffpwpc", b"Joy!peffm68k")) else None


def boot(content: Content) -> Named | None:
    """Name boot code in a first sector, and Linux kernel images, which have the same mark."""
    if content.head[_SECTOR - 2 : _SECTOR] != _BOOT_MARK:
        return None
    if content.at(0x202, 4) == b"HdrS":
        return Named("bzimage", "x86")
    return Named("boot-sector", "x86") if not _TEXT_START.match(content.head) else None


def option_rom(content: Content) -> Named | None:
    """Name code of an extension card, which a firmware runs when the machine starts.

    The mark is two bytes and the next one the length, so that a jump, the sign of an EFI program or the data structure
    of a PCI card has to follow (PCI Firmware Specification 3.0, 5.1; UEFI specification, "PCI option ROMs").
    """
    if not content.head.startswith(_BOOT_MARK) or not content.number(2, 1):
        return None
    has_structure = content.at(content.number(0x18, 2), 4) == b"PCIR"
    if content.at(4, 4) == _EFI_ROM:
        return Named("option-rom", "", ("kind=efi",))
    return Named("option-rom", "x86") if has_structure or content.at(3, 1) in _ROM_JUMPS else None


def firmware(content: Content) -> Named | None:
    """Name kernel images for ARM and images for the U-Boot loader."""
    if content.at(0x24, 4) == b"\x18\x28\x6f\x01":
        return Named("zimage", "arm")
    if content.at(0x38, 4) == b"ARM\x64":
        return Named("arm64-image", "aarch64")
    return Named("uimage") if content.head.startswith(b"\x27\x05\x19\x56") else None


FAMILIES = (
    Family("native", ("coff", "coff-import"), coff, b"\x00\x4c\x64\xc4\xc0"),
    Family("native", ("ar",), archive, b"!"),
    Family("native", ("xcoff",), xcoff, b"\x01"),
    Family("native", ("pef",), pef, b"J"),
    Family("native", ("boot-sector", "bzimage"), boot),
    Family("native", ("option-rom",), option_rom, b"\x55"),
    Family("native", ("zimage", "arm64-image", "uimage"), firmware),
)
