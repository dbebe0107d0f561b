"""Programs for virtual machines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gate.examine.executable.content import Content, Family, Named
from gate.examine.executable.programs import FIRST_CLASS_VERSION

_MARSHAL_CODE = 0x63
_MARSHAL_REFERENCE = 0x80
_PYTHON_MAGICS = ((20121, 63000), (2900, 4000), (160, 512))
"""Ranges of the number that a Python version writes before CR LF (CPython, ``importlib._bootstrap_external``), and
those of PyPy."""
_OAT_PLACE = 0x1000
_SWF_VERSIONS = range(1, 60)

_MAGICS: Mapping[str, re.Pattern[bytes]] = MappingProxyType(
    {
        "dex": re.compile(rb"dex\n\d{3}\0"),
        "odex": re.compile(rb"dey\n\d{3}\0"),
        "cdex": re.compile(rb"cdex\d{3}\0"),
        "vdex": re.compile(rb"vdex\d{3}\0"),
        "oat": re.compile(rb"oat\n\d{3}\0"),
        "art-image": re.compile(rb"art\n\d{3}\0"),
        "wasm": re.compile(rb"\0asm"),
        "lua": re.compile(rb"\x1bLua[\x23-\x5f]"),
        "luajit": re.compile(rb"\x1bLJ[\x01-\x0f]"),
        "llvm-bitcode": re.compile(rb"BC\xc0\xde|\xde\xc0\x17\x0b"),
        "hermes": re.compile(rb"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f"),
        "java-module": re.compile(rb"JM\x01\0"),
        "java-image": re.compile(rb"\xca\xfe\xda\xda|\xda\xda\xfe\xca"),
        "pack200": re.compile(rb"\xca\xfe\xd0\x0d"),
        "ruby-bytecode": re.compile(rb"YARB[\0-\x0f]\0\0\0"),
        "ocaml-bytecode": re.compile(rb"Caml1999[OAX]\d{3}"),
        "applescript": re.compile(rb"FasdUAS 1\."),
        "guile-bytecode": re.compile(rb"GOOF----[LB]E-[48]-"),
        "racket-bytecode": re.compile(rb"#~[\x01-\x0f]\d"),
        "php-opcache": re.compile(rb"OPCACHE[^ -~]"),
        "dart-kernel": re.compile(rb"\x90\xab\xcd\xef"),
        "xamarin-assembly": re.compile(rb"XALZ|XABA[\0-\x0f]\0\0\0"),
        "crx": re.compile(rb"Cr24[\x02\x03]\0\0\0"),
    }
)
"""Formats whose first bytes are enough to name them."""
_FIRST_BYTES = b"dcvoa\0\x1bB\xde\xc6J\xca\xdaYCFG#O\x90X"
_V8_MAGIC = b"\xde\xc0"


def by_magic(content: Content) -> Named | None:
    """Name a format whose magic is long enough to stand alone."""
    return next((Named(name) for name, magic in _MAGICS.items() if magic.match(content.head)), None)


def oat_in_elf(content: Content) -> Named | None:
    """Name compiled Android code, which is the read-only data of an ELF library (ART, ``oat_file.cc``)."""
    return Named("oat") if content.head.startswith(b"\x7fELF") and content.at(_OAT_PLACE, 4) == b"oat\n" else None


def v8_code(content: Content) -> Named | None:
    """Name code that V8 has compiled, as bytenode keeps it: half of its magic counts something, so the name decides."""
    return Named("v8-code") if content.suffix == "jsc" and content.head[2:4] == _V8_MAGIC else None


def java_class(content: Content) -> Named | None:
    """Name a Java class file: universal Mach-O has the same magic and no major version there."""
    if not content.head.startswith(b"\xca\xfe\xba\xbe"):
        return None
    major = content.number(6, 2, "big")
    return Named("java-class", "", (f"version={major}",)) if major >= FIRST_CLASS_VERSION else None


def python_bytecode(content: Content) -> Named | None:
    """Name a compiled Python file: a version's number, CR LF, and a marshalled code object after the header."""
    if content.head[2:4] != b"\r\n":
        return None
    number = content.number(0, 2)
    if not any(low <= number < high for low, high in _PYTHON_MAGICS):
        return None
    kinds = (content.number(offset, 1) & ~_MARSHAL_REFERENCE for offset in (8, 12, 16) if content.size > offset)
    return Named("pyc", "", (f"magic={number}",)) if _MARSHAL_CODE in kinds else None


def beam(content: Content) -> Named | None:
    """Name an Erlang module."""
    return Named("beam") if content.head.startswith(b"FOR1") and content.head[8:12] == b"BEAM" else None


def emacs_lisp(content: Content) -> Named | None:
    """Name compiled Emacs Lisp: its magic ends in a version number and three zero bytes."""
    head = content.head
    return Named("elc") if head.startswith(b";ELC") and head[4:5] != b"\0" and head[5:8] == bytes(3) else None


def flash(content: Content) -> Named | None:
    """Name a Flash program, plain or compressed."""
    if content.head[:3] not in (b"FWS", b"CWS", b"ZWS") or content.number(3, 1) not in _SWF_VERSIONS:
        return None
    return Named("swf") if content.text is None else None


def ocaml_trailer(content: Content) -> Named | None:
    """Name an OCaml program whose mark stands at the end."""
    return Named("ocaml-bytecode") if content.tail[-12:-3] == b"Caml1999X" else None


FAMILIES = (
    Family("bytecode", tuple(_MAGICS), by_magic, _FIRST_BYTES),
    Family("bytecode", ("oat",), oat_in_elf, b"\x7f"),
    Family("bytecode", ("java-class",), java_class, b"\xca"),
    Family("bytecode", ("pyc",), python_bytecode),
    Family("bytecode", ("beam",), beam, b"F"),
    Family("bytecode", ("elc",), emacs_lisp, b";"),
    Family("bytecode", ("swf",), flash, b"FCZ"),
    Family("bytecode", ("ocaml-bytecode",), ocaml_trailer),
    Family("bytecode", ("v8-code",), v8_code, by_name=True),
)
