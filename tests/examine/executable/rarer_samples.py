"""Programs and documents that are rarely met, built byte by byte, and for each a harmless twin that is much like it."""

from __future__ import annotations

import struct

from tests.examine.executable.sample import Sample


def a_out(word: bytes, *, order: str = "<", text: int = 64, symbols: int = 0) -> bytes:
    return word + struct.pack(f"{order}7I", text, 0, 0, symbols, 0, 0, 0) + bytes(text + symbols)


def coff_program(flags: int = 0x10F) -> bytes:
    header = struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 28, flags)
    return header + struct.pack("<H", 0x10B) + bytes(26) + b".text\0\0\0" + bytes(32) + b"\xc3" * 16


def terse(subsystem: int = 11) -> bytes:
    return struct.pack("<2sHBBHIIQ", b"VZ", 0x8664, 3, subsystem, 0x1B8, 0x1000, 0x240, 0) + bytes(200)


SAMPLES: dict[str, Sample] = {
    "a.out": a_out(b"\x0b\x01\x64\x00"),
    "coff-program": coff_program(),
    "te": terse(),
    "nlm": b"NetWare Loadable Module\x1a\4\0\0\0" + bytes(100),
    "autoit-compiled": bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!EA06" + bytes(20),
    "autolisp": b"\r\n FAS4-FILE ; Do not change it!\r\n1\r\n",
    "autolisp-package": b"VRTLIB-1\x01\0\0\0" + bytes(20),
    "julia-cache": b"\xfbjli\r\n\x1a\n\x0c\0" + bytes(20),
    "lisp-fasl": b'# FASL\n  compiled from "x.lisp"\n\xff\x01\0' + bytes(20),
    "qml-cache": b"qv4cdata\x37\0\0\0" + bytes(20),
    "tcl-bytecode": b"TclPro ByteCode 2 0 1.7 8.3\n",
    "access-database": b"\0\1\0\0Standard Jet DB\0\1\0\0\0" + bytes(2000),
}

TWINS: dict[str, Sample] = {
    "a.out": a_out(b"\x0b\x01\x64\x00")[:60],
    "coff-program": coff_program(flags=0x104),
    "te": terse(subsystem=3),
    "nlm": b"NetWare Loadable Module is a format\n",
    "autoit-compiled": bytes.fromhex("a3484bbe986c4aa9994c530a86d6487e") + bytes(20),
    "autolisp": b"FAS4-FILE is how compiled AutoLISP begins\n",
    "autolisp-package": b"VRTLIB-1 is a name\n",
    "julia-cache": b"\xfbjlx" + bytes(20),
    "lisp-fasl": b"# FASL\n\nThis is a heading.\n",
    "qml-cache": b"qv4cdata is a magic\n",
    "tcl-bytecode": b"TclPro is a tool\n",
    "access-database": b"\0\1\0\0Standard Jet XY\0" + bytes(100),
}

A_OUT = {
    "Linux, paged": a_out(b"\xcc\x00\x64\x00"),
    "SunOS for SPARC": a_out(b"\x01\x03\x01\x0b", order=">"),
    "NetBSD for x86": a_out(b"\x00\x86\x01\x0b", order=">"),
    "without machine": a_out(b"\x07\x01\x00\x00"),
    "without machine, with symbols": a_out(b"\x07\x01\x00\x00", symbols=12) + struct.pack("<I", 8) + b"abc\0",
}
"""The same program for other systems."""
A_OUT_TWINS = {
    "numbers": struct.pack("<9I", 0x107, 1, 2, 3, 4, 5, 6, 7, 8) + bytes(100),
    "without machine, with more behind": a_out(b"\x07\x01\x00\x00") + b"more",
    "big end, without machine": a_out(b"\x00\x00\x01\x07", order=">"),
    "parts beyond the end": a_out(b"\x0b\x01\x64\x00", text=64)[:60],
}
