"""Programs of Unix and macOS: ELF (System V ABI), Mach-O (mach-o/loader.h, mach-o/fat.h), ar archives."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.executable.named import Content, Named, word

_ELF_MACHINES = {
    2: "sparc",
    3: "x86",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    42: "sh",
    43: "sparc64",
    50: "ia64",
    62: "x86-64",
    183: "aarch64",
    243: "riscv",
    247: "bpf",
    258: "loongarch",
}
_ELF_KINDS = {1: "object", 2: "exe", 3: "shared", 4: "core"}
_MACH_CPUS = {
    7: "x86",
    0x01000007: "x86-64",
    12: "arm",
    0x0100000C: "aarch64",
    0x0200000C: "arm64-32",
    18: "ppc",
    0x01000012: "ppc64",
}
_MACH_KINDS = {1: "object", 2: "exe", 6: "dylib", 7: "dylinker", 8: "bundle", 10: "dsym", 11: "kext"}
_MACH_THIN = {
    b"\xfe\xed\xfa\xce": True,
    b"\xfe\xed\xfa\xcf": True,
    b"\xce\xfa\xed\xfe": False,
    b"\xcf\xfa\xed\xfe": False,
}
_FAT = b"\xca\xfe\xba\xbe"
_FAT_64 = b"\xca\xfe\xba\xbf"
_LEAST_JAVA_VERSION = 45
"""A fat Mach-O and a Java class begin alike: the next four bytes are a count of slices or a version of at least 45."""
_MOST_SLICES = 8


def unix_formats(content: Content) -> Iterator[Named]:
    """Yield the formats of Unix and macOS that the content is in."""
    head = content.head
    if head.startswith(b"\x7fELF"):
        yield _elf(head)
        if head[8:11] in {b"AI\x01", b"AI\x02"}:
            yield Named("installer", "appimage")
    if head[:4] in _MACH_THIN:
        yield _mach_o(head)
    elif head[:4] == _FAT_64 or (head[:4] == _FAT and word(head, 6, 2, big=True) < _LEAST_JAVA_VERSION):
        yield _fat_mach_o(head)
    if head.startswith(b"!<arch>\n") and head[8:21] != b"debian-binary":
        yield Named("native", "ar")


def _elf(head: bytes) -> Named:
    big = head[5:6] == b"\x02"
    kind, machine = word(head, 16, 2, big=big), word(head, 18, 2, big=big)
    architecture = _ELF_MACHINES.get(machine, f"machine-{machine}")
    if architecture == "riscv":
        architecture += "64" if head[4:5] == b"\x02" else "32"
    return Named("native", "elf", architecture, f"kind={_ELF_KINDS.get(kind, f'type-{kind}')}")


def _mach_o(head: bytes) -> Named:
    big = _MACH_THIN[head[:4]]
    kind = word(head, 12, 4, big=big)
    return Named("native", "mach-o", _cpu(head, 4, big=big), f"kind={_MACH_KINDS.get(kind, f'type-{kind}')}")


def _fat_mach_o(head: bytes) -> Named:
    slices = word(head, 4, 4, big=True)
    step = 32 if head[:4] == _FAT_64 else 20
    cpus = [_cpu(head, 8 + step * number, big=True) for number in range(min(slices, _MOST_SLICES))]
    return Named("native", "mach-o", ",".join(cpus), f"kind=fat slices={slices}")


def _cpu(head: bytes, offset: int, *, big: bool) -> str:
    cpu = word(head, offset, 4, big=big)
    return _MACH_CPUS.get(cpu, f"cpu-{cpu:x}")
