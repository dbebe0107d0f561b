"""Programs for virtual machines."""

from __future__ import annotations

from gate.examine.executable.content import Content, Family, Named
from gate.examine.executable.programs import FIRST_CLASS_VERSION

_MARSHAL_CODE = 0x63
_MARSHAL_REFERENCE = 0x80
_PYTHON_MAGICS = ((20121, 63000), (2900, 4000))
"""Ranges of the number that a Python version writes before CR LF (CPython, ``importlib._bootstrap_external``)."""
_SWF_VERSIONS = range(1, 60)

_MAGICS = {
    "dex": (b"dex\n0",),
    "odex": (b"dey\n0",),
    "cdex": (b"cdex0",),
    "vdex": (b"vdex0",),
    "art-image": (b"art\n0",),
    "wasm": (b"\0asm",),
    "lua": (b"\x1bLua",),
    "luajit": (b"\x1bLJ",),
    "llvm-bitcode": (b"BC\xc0\xde", b"\xde\xc0\x17\x0b"),
    "hermes": (bytes.fromhex("c61fbc03c103191f"),),
    "java-module": (b"JM\x01\x00",),
    "java-image": (b"\xca\xfe\xda\xda", b"\xda\xda\xfe\xca"),
    "pack200": (b"\xca\xfe\xd0\x0d",),
    "ruby-bytecode": (b"YARB",),
    "ocaml-bytecode": (b"Caml1999O", b"Caml1999A", b"Caml1999X"),
    "applescript": (b"FasdUAS ",),
}
"""Formats whose first bytes are enough to name them."""
_BY_FIRST_BYTE = {start[0]: True for starts in _MAGICS.values() for start in starts}


def by_magic(content: Content) -> Named | None:
    """Name a format whose magic is long enough to stand alone."""
    for name, starts in _MAGICS.items():
        if content.head.startswith(starts):
            return Named(name)
    return None


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
    Family("bytecode", tuple(_MAGICS), by_magic, bytes(_BY_FIRST_BYTE)),
    Family("bytecode", ("java-class",), java_class, b"\xca"),
    Family("bytecode", ("pyc",), python_bytecode),
    Family("bytecode", ("beam",), beam, b"F"),
    Family("bytecode", ("elc",), emacs_lisp, b";"),
    Family("bytecode", ("swf",), flash, b"FCZ"),
    Family("bytecode", ("ocaml-bytecode",), ocaml_trailer),
)
