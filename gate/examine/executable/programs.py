"""Native programs for Windows, Unix and macOS, by their headers.

Where the magic is right and the structure behind it is not, the format is named all the same, with ``broken=``: an
operating system may accept what looks broken here.
"""

from __future__ import annotations

from gate.examine.executable.content import ByteOrder, Content, Family, Named

PE_MACHINES = {
    0x014C: "x86", 0x8664: "x86-64", 0x01C0: "arm", 0x01C2: "arm", 0x01C4: "arm", 0xAA64: "aarch64", 0xA641: "aarch64",
    0xA64E: "aarch64", 0x0200: "ia64", 0x0EBC: "efi-bytecode", 0x5032: "riscv32", 0x5064: "riscv64", 0x5128: "riscv128",
    0x6232: "loongarch32", 0x6264: "loongarch64", 0x0162: "mips", 0x0166: "mips", 0x0169: "mips", 0x0184: "alpha",
    0x01F0: "powerpc", 0x01F1: "powerpc", 0x01A2: "sh3", 0x01A6: "sh4", 0x0266: "mips16",
}  # fmt: skip  # one entry a line would be a page
"""Microsoft PE Format, "machine types"."""
_SUBSYSTEMS = {
    1: "driver",
    2: "gui",
    3: "console",
    5: "os2",
    7: "posix",
    9: "ce",
    10: "efi-application",
    11: "efi-boot-driver",
    12: "efi-runtime-driver",
    13: "efi-rom",
    14: "xbox",
    16: "boot-application",
}
_PE32_PLUS = 0x20B
_DLL = 0x2000
_SECURITY_DIRECTORY = 4
_CLR_DIRECTORY = 14
_DOS_HEADER = 0x40

ELF_MACHINES = {
    2: "sparc", 3: "x86", 4: "m68k", 8: "mips", 15: "hppa", 18: "sparc", 20: "powerpc", 21: "powerpc64", 22: "s390x",
    40: "arm", 42: "superh", 43: "sparc64", 50: "ia64", 62: "x86-64", 83: "avr", 93: "arc", 94: "xtensa", 105: "msp430",
    183: "aarch64", 190: "cuda", 224: "amdgpu", 243: "riscv", 247: "bpf", 252: "csky", 258: "loongarch",
}  # fmt: skip  # one entry a line would be a page
"""System V ABI, "e_machine", and its later assignments."""
_ELF_TYPES = {1: "relocatable", 2: "executable", 3: "shared", 4: "core"}

MACHO_MAGICS: dict[bytes, tuple[ByteOrder, int]] = {
    b"\xfe\xed\xfa\xce": ("big", 32), b"\xce\xfa\xed\xfe": ("little", 32),
    b"\xfe\xed\xfa\xcf": ("big", 64), b"\xcf\xfa\xed\xfe": ("little", 64),
}  # fmt: skip  # pairs side by side
FAT_MAGICS: dict[bytes, tuple[ByteOrder, int]] = {
    b"\xca\xfe\xba\xbe": ("big", 20), b"\xbe\xba\xfe\xca": ("little", 20),
    b"\xca\xfe\xba\xbf": ("big", 32), b"\xbf\xba\xfe\xca": ("little", 32),
}  # fmt: skip  # pairs side by side
"""Magic -> byte order and length of an architecture's entry."""
MACHO_CPUS = {
    7: "x86",
    0x01000007: "x86-64",
    12: "arm",
    0x0100000C: "aarch64",
    0x0200000C: "arm64-32",
    18: "powerpc",
    0x01000012: "powerpc64",
}
_MACHO_TYPES = {
    1: "relocatable",
    2: "executable",
    4: "core",
    6: "shared",
    7: "linker",
    8: "bundle",
    9: "stub",
    10: "symbols",
    11: "kernel-extension",
    12: "file-set",
}
FIRST_CLASS_VERSION = 45
"""Lowest major version of a Java class file, which shares its magic with universal Mach-O: no Mach-O has as many
architectures (JVM specification, 4.1)."""


def _known(names: dict[int, str], number: int, default: str = "unknown") -> str:
    return names.get(number, f"{default}-{number:#x}" if number >= 0 else "")


# --- MZ and what may follow it --------------------------------------------------------------------------------


def dos(content: Content) -> Named | None:
    """Name what begins with ``MZ``: PE, NE, LE, LX, or a DOS program, which needs a header of its own to be told."""
    if content.head[:2] not in (b"MZ", b"ZM"):
        return None
    offset = content.number(0x3C, 4)
    signature = content.at(offset, 4)
    if signature == b"PE\0\0":
        return _pe(content, offset)
    for magic, name in ((b"NE", "ne"), (b"LE", "le"), (b"LX", "lx")):
        if signature[:2] == magic:
            return Named(name, "x86")
    if content.text is not None:
        return None  # a text that happens to begin with these letters
    return Named("mz", "x86", ("broken=header",) if content.size < _DOS_HEADER else ())


def _pe(content: Content, offset: int) -> Named:
    machine = content.number(offset + 4, 2)
    flags = content.number(offset + 22, 2)
    optional = offset + 24
    magic = content.number(optional, 2)
    subsystem = content.number(optional + 68, 2)
    directories = optional + (112 if magic == _PE32_PLUS else 96)
    count = content.number(directories - 4, 4)
    words = [f"kind={'library' if flags >= 0 and flags & _DLL else 'program'}"]
    if subsystem < 0:
        words.append("broken=header")
    elif subsystem in _SUBSYSTEMS:
        words.append(f"subsystem={_SUBSYSTEMS[subsystem]}")
    for index, word in ((_CLR_DIRECTORY, "dotnet=yes"), (_SECURITY_DIRECTORY, "signature=present")):
        if index < count and content.number(directories + 8 * index + 4, 4) > 0:
            words.append(word)
    return Named("pe", _known(PE_MACHINES, machine), tuple(words))


# --- ELF ------------------------------------------------------------------------------------------------------


def elf(content: Content) -> Named | None:
    """Name an ELF file."""
    if not content.head.startswith(b"\x7fELF"):
        return None
    order: ByteOrder = "big" if content.number(5, 1) == 2 else "little"  # noqa: PLR2004  # ELFDATA2MSB
    bits = {1: "32", 2: "64"}.get(content.number(4, 1), "")
    kind = content.number(16, 2, order)
    machine = content.number(18, 2, order)
    words = [f"kind={_known(_ELF_TYPES, kind)}", f"bits={bits}"]
    if machine < 0 or not bits:
        words = ["broken=header"]
    return Named("elf", _known(ELF_MACHINES, machine), tuple(words))


def app_image(content: Content) -> Named | None:
    """Name a program that is an application with all its files, and is ELF besides (AppImage specification)."""
    kind = content.number(10, 1)
    is_one = content.head.startswith(b"\x7fELF") and content.head[8:10] == b"AI" and kind in (1, 2)
    return Named("appimage", "", (f"type={kind}",)) if is_one else None


# --- Mach-O ---------------------------------------------------------------------------------------------------


def mach_o(content: Content) -> Named | None:
    """Name a Mach-O file of one architecture, or of several."""
    magic = content.head[:4]
    if magic in MACHO_MAGICS:
        order, bits = MACHO_MAGICS[magic]
        cpu, kind = content.number(4, 4, order), content.number(12, 4, order)
        words = (f"kind={_known(_MACHO_TYPES, kind)}", f"bits={bits}") if kind >= 0 else ("broken=header",)
        return Named("mach-o", _known(MACHO_CPUS, cpu), words)
    if magic not in FAT_MAGICS:
        return None
    order, entry = FAT_MAGICS[magic]
    count = content.number(4, 4, order)
    if magic == b"\xca\xfe\xba\xbe" and count & 0xFFFF >= FIRST_CLASS_VERSION and count >= 0:
        return None
    cpus = [content.number(8 + entry * index, 4, order) for index in range(min(count, 16))]
    names = [_known(MACHO_CPUS, cpu) for cpu in cpus if cpu >= 0]
    words = ("kind=universal",) if names and len(names) == len(cpus) else ("kind=universal", "broken=header")
    return Named("mach-o", ",".join(names), words)


FAMILIES = (
    Family("native", ("pe", "ne", "le", "lx", "mz"), dos, b"MZ"),
    Family("native", ("elf",), elf, b"\x7f"),
    Family("installer", ("appimage",), app_image, b"\x7f"),
    Family("native", ("mach-o",), mach_o, b"\xfe\xce\xcf\xca\xbe\xbf"),
)
