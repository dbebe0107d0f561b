"""What lief adds to a program's name: how much it imports and from where, the system that it needs, its signature.

Never decisive: where lief fails, or is not asked, the program stays one and the detail says so.  What an item could
write itself (names of libraries, versions) is only ever compared, or written as numbers.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator

import lief

from gate.examine.executable.content import Content, Named

LARGEST = 64 << 20
"""Largest program, in bytes, that is handed to lief: it holds the whole of it several times."""
_LIBRARIES = frozenset(
    (
        *("ws2_32", "wininet", "winhttp", "urlmon", "dnsapi", "iphlpapi", "mswsock", "netapi32"),
        *("crypt32", "bcrypt", "ncrypt", "advapi32", "wtsapi32", "psapi", "dbghelp", "ntdll", "ntoskrnl", "mscoree"),
        *(
            "libcurl",
            "libssl",
            "libcrypto",
            "libpcap",
            "libssh",
            "libssh2",
            "libdl",
            "libsystemd",
            "libpython",
            "libjvm",
        ),
        *("foundation", "security", "systemconfiguration", "cfnetwork", "network", "iokit", "appkit", "webkit"),
    )
)
"""Libraries that say what a program can do: use the network, ciphers, other processes, the kernel, other runtimes."""
_MOST_LIBRARIES = 4096
_GLIBC = re.compile(r"GLIBC_(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?")
_VERMAGIC = re.compile(rb"(?:\A|\0)vermagic=(\d{1,3}(?:\.\d{1,4}){1,2})")
_MODINFO_BYTES = 1 << 16
_MODULE_SIGNATURE = b"~Module signature appended~\n"
_PLATFORMS = {
    "MACOS": "macos", "IOS": "ios", "TVOS": "tvos", "WATCHOS": "watchos", "MAC_CATALYST": "mac-catalyst",
    "IOS_SIMULATOR": "ios-simulator", "DRIVERKIT": "driverkit", "VISIONOS": "visionos",
}  # fmt: skip  # pairs side by side

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
    settings.parse_symbol_versions = True
    settings.parse_notes = False
    settings.parse_overlay = False
    return settings


_PE = _pe_settings()
_ELF = _elf_settings()


def _notable(names: Iterable[str | bytes]) -> Iterator[str]:
    """Yield ``libraries=`` with those that say what the program can do."""
    found: set[str] = set()
    for _, name in zip(range(_MOST_LIBRARIES), names, strict=False):
        text = name if isinstance(name, str) else name.decode("latin-1")
        base = re.split(r"[/\\]", text)[-1].lower().partition(".")[0]
        found.update({base, base.rstrip("0123456789"), base.partition("-")[0]} & _LIBRARIES)
    if found:
        yield "libraries=" + ",".join(sorted(found))


def _pe(stream: io.BytesIO) -> Iterator[str]:
    binary = lief.PE.parse(stream, _PE)
    if binary is None:
        raise ValueError
    yield f"imports={sum(len(library.entries) for library in binary.imports)}"
    yield from _notable(library.name for library in binary.imports)
    header = binary.optional_header
    if header.major_subsystem_version:
        yield f"system=windows-{header.major_subsystem_version}.{header.minor_subsystem_version}"


def _elf(stream: io.BytesIO) -> Iterator[str]:
    binary = lief.ELF.parse(stream, _ELF)
    if binary is None:
        raise ValueError
    yield f"imports={len(binary.imported_symbols)}"
    yield from _notable(binary.libraries)
    if binary.has_interpreter:
        yield "interpreter=yes"
    versions = [
        (int(known[1]), int(known[2]))
        for need in binary.symbols_version_requirement
        for each in need.get_auxiliary_symbols()
        if (known := _GLIBC.fullmatch(str(each.name)))
    ]
    if versions:
        yield "system=glibc-{}.{}".format(*max(versions))
    if binary.has_section(".modinfo"):
        yield "kernel-module=yes"
        section = binary.get_section(".modinfo")
        kernel = _VERMAGIC.search(bytes(section.content[:_MODINFO_BYTES])) if section is not None else None
        if kernel:
            yield f"system=linux-{kernel[1].decode('ascii')}"


def _mach_o(stream: io.BytesIO) -> Iterator[str]:
    binaries = lief.MachO.parse(stream, lief.MachO.ParserConfig.quick)
    if binaries is None or len(binaries) == 0:
        raise ValueError
    every = list(binaries)
    yield f"imports={max(len(binary.imported_symbols) for binary in every)}"
    yield from _notable(library.name for library in every[0].libraries)
    if all(binary.has_code_signature for binary in every):
        yield "signature=present"
    build, least = every[0].build_version, every[0].version_min
    if build is not None:
        platform = _PLATFORMS.get(build.platform.name, "apple")
        yield f"system={platform}-{build.minos[0]}.{build.minos[1]}"
    elif least is not None:
        yield f"system=apple-{least.version[0]}.{least.version[1]}"


_READERS: dict[str, Callable[[io.BytesIO], Iterator[str]]] = {
    "pe": _pe,
    "elf": _elf,
    "mach-o": _mach_o,
}


def described(named: Named, content: Content) -> Named:
    """Return ``named`` with what lief knows of it; where lief fails or was not asked, the detail says so."""
    reader = _READERS.get(named.format)
    if reader is None:
        return named
    words = list(named.detail)
    if named.format == "elf" and content.tail.endswith(_MODULE_SIGNATURE):
        words.append("signature=present")
    if content.size > LARGEST:
        return named._replace(detail=(*words, "lief=too-large"))
    try:
        # A stream and never the bytes themselves: bytes that hold a path make lief read the file of that name.
        words.extend(reader(io.BytesIO(content.everything())))
    except Exception:  # noqa: BLE001  # whatever a binding throws on a hostile file, the file stays a program
        words.append("lief=failed")
    return named._replace(detail=tuple(dict.fromkeys(words)))
