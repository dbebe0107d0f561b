"""Builds programs that name hosts: what is contacting about each stands in plain sight."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path


def c_program(folder: Path, host: str) -> bytes:
    """Compile a program that asks for the address of ``host``."""
    source = folder / "main.c"
    source.write_text(
        "#include <netdb.h>\n#include <stddef.h>\n"
        f'int main(void) {{ struct addrinfo *a; return getaddrinfo("{host}", "443", NULL, &a); }}\n'
    )
    subprocess.run(["cc", "-O1", "-o", folder / "main", source], check=True)
    return (folder / "main").read_bytes()


def c_program_without_calls(folder: Path, text: str) -> bytes:
    """Compile a program that prints ``text`` and names no network call."""
    source = folder / "plain.c"
    source.write_text(f'#include <stdio.h>\nint main(void) {{ return puts("{text}"); }}\n')
    subprocess.run(["cc", "-O1", "-o", folder / "plain", source], check=True)
    return (folder / "plain").read_bytes()


def java_class(folder: Path, expression: str, before: str = "") -> bytes:
    """Compile a class whose ``main`` evaluates ``expression``."""
    source = folder / "Main.java"
    source.write_text(
        f"public class Main {{ public static void main(String[] a) throws Exception {{ {before}"
        f" Object o = {expression}; System.out.println(o); }} }}\n"
    )
    subprocess.run(["javac", "-J-XX:TieredStopAtLevel=1", "-d", folder, source], check=True)
    return (folder / "Main.class").read_bytes()


def _user_string(text: str) -> bytes:
    raw = text.encode("utf-16-le") + b"\0"
    return (struct.pack("B", len(raw)) if len(raw) < 0x80 else struct.pack(">H", 0x8000 | len(raw))) + raw


def assembly(user_strings: list[str], names: list[str] = []) -> bytes:  # noqa: B006  # never written to
    """Return a .NET assembly with user strings and names of types, as ECMA-335 II.24 and II.25 lay it out."""
    us = b"\0" + b"".join(_user_string(text) for text in user_strings)
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in names)
    us, strings = us + bytes(-len(us) % 4), strings + bytes(-len(strings) % 4)
    version = b"v4.0.30319\0\0"
    header_size = 16 + len(version) + 4 + 12 + 20
    metadata = struct.pack("<4sHHLL", b"BSJB", 1, 1, 0, len(version)) + version + struct.pack("<HH", 0, 2)
    metadata += struct.pack("<LL4s", header_size, len(us), b"#US\0")
    metadata += struct.pack("<LL12s", header_size + len(us), len(strings), b"#Strings")
    metadata += us + strings
    cli = struct.pack("<LHHLLLL", 72, 2, 5, 0x2000 + 72, len(metadata), 1, 0).ljust(72, b"\0")
    content = cli + metadata
    optional = bytearray(224)
    struct.pack_into("<H", optional, 0, 0x10B)
    struct.pack_into("<L", optional, 92, 16)
    struct.pack_into("<LL", optional, 96 + 8 * 14, 0x2000, 72)
    section = struct.pack("<8sLLLL12xL", b".text", len(content), 0x2000, len(content), 0x200, 0x60000020)
    pe = b"PE\0\0" + struct.pack("<HHLLLHH", 0x14C, 1, 0, 0, 0, len(optional), 0x2102) + bytes(optional) + section
    dos = b"MZ".ljust(0x3C, b"\0") + struct.pack("<L", 0x40)
    return (dos + pe).ljust(0x200, b"\0") + content


def pe_with(data: bytes) -> bytes:
    """Return what begins as a PE file and holds ``data``."""
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<L", 0x40) + b"PE\0\0" + bytes(100) + data + bytes(16)


def go_program(texts: list[str]) -> bytes:
    """Return an ELF file with texts that nothing stands between, as the Go linker lays them, and its symbols."""
    return (
        b"\x7fELF\2\1\1"
        + bytes(57)
        + b"\xff Go buildinf:\x08"
        + bytes(8)
        + "".join(texts).encode()
        + b"\0net/http.(*Client).Do\0"
    )


def wasm_module(data: bytes, custom: bytes = b"") -> bytes:
    """Return a WebAssembly module with a data section and a custom section."""

    def section(kind: int, content: bytes) -> bytes:
        return bytes([kind]) + _leb128(len(content)) + content

    segment = b"\1\0\x41\0\x0b" + _leb128(len(data)) + data
    return b"\0asm\1\0\0\0" + section(11, segment) + (section(0, b"\x10sourceMappingURL" + custom) if custom else b"")


def _leb128(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def der_uri(url: str) -> bytes:
    """Return a URL as certificates hold it: ``uniformResourceIdentifier [6] IA5String`` (RFC 5280 4.2.1.6)."""
    return b"\x30\x82\1\0\x86" + bytes([len(url)]) + url.encode() + b"\x30\x0d"
