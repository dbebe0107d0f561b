"""Programs for virtual machines, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import importlib.util
import struct

from tests.examine.executable.sample import File, Sample


def pyc(kind: bytes = b"\xe3") -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + kind + bytes(20)


def at(offset: int, magic: bytes, *, start: bytes = b"") -> bytes:
    return start.ljust(offset, b"\0") + magic + bytes(64)


SAMPLES: dict[str, Sample] = {
    "dex": b"dex\n035\0" + bytes(104),
    "odex": b"dey\n036\0" + bytes(104),
    "cdex": b"cdex001\0" + bytes(104),
    "vdex": b"vdex021\0" + bytes(104),
    "art-image": b"art\n074\0" + bytes(104),
    "oat": b"oat\n183\0" + bytes(104),
    "wasm": b"\0asm\1\0\0\0",
    "lua": b"\x1bLua\x54\0" + bytes(20),
    "luajit": b"\x1bLJ\2\0" + bytes(20),
    "llvm-bitcode": b"BC\xc0\xde\x35\x14" + bytes(20),
    "hermes": bytes.fromhex("c61fbc03c103191f") + bytes(20),
    "java-module": b"JM\1\0PK\3\4" + bytes(20),
    "java-image": b"\xda\xda\xfe\xca\0\0\1\0" + bytes(20),
    "pack200": b"\xca\xfe\xd0\x0d\7\x96" + bytes(20),
    "ruby-bytecode": b"YARB\3\0\0\0" + bytes(20),
    "ocaml-bytecode": b"#!/usr/bin/ocamlrun\n" + bytes(40) + b"Caml1999X033",
    "applescript": b"FasdUAS 1.101.10\x0e" + bytes(20),
    "java-class": b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(20),
    "pyc": pyc(),
    "beam": b"FOR1\0\0\0\x10BEAM" + bytes(8),
    "elc": b";ELC\x1c\0\0\0\n",
    "swf": b"CWS\x0a" + struct.pack("<I", 500) + bytes(20),
    "guile-bytecode": b"GOOF----LE-8-2.0" + bytes(20),
    "racket-bytecode": b"#~\x038.2\x06racket" + bytes(20),
    "php-opcache": b"OPCACHE\0" + bytes(60),
    "dart-kernel": b"\x90\xab\xcd\xef\0\0\0\x65" + bytes(20),
    "xamarin-assembly": b"XALZ\1\0\0\0" + bytes(20),
    "crx": b"Cr24\3\0\0\0" + bytes(40),
    "v8-code": File(b"\x9e\x05\xde\xc0" + bytes(60), b"main.jsc"),
}

TWINS: dict[str, Sample] = {
    "dex": b"dex\nis short for dexterity",
    "odex": b"dey\ndiary",
    "cdex": b"cdex is a program",
    "vdex": b"vdex is a word",
    "art-image": b"art\nis long",
    "oat": b"oat\nmeal\0",
    "wasm": b"asm\0\1\0\0\0",
    "lua": b"Lua is a language",
    "luajit": b"\x1b[31mred\x1b[0m",
    "llvm-bitcode": b"BC is before",
    "hermes": b"HERMES was a god",
    "java-module": b"JM\2\0PK",
    "java-image": b"\xda\xda\xda\xda",
    "pack200": b"\xca\xfe\xd0\x0e",
    "ruby-bytecode": b"YARB is a word",
    "ocaml-bytecode": b"The mark is Caml1999X and stands at the end of programs, not of texts like this.",
    "applescript": b"FasdUA",
    "java-class": b"\xca\xfe",
    "pyc": pyc(b"i"),
    "beam": b"FOR1\0\0\0\x10AIFF" + bytes(8),
    "elc": b";ELC is a comment",
    "swf": b"FWS is an abbreviation.",
    "guile-bytecode": b"GOOF---- is what one sees",
    "racket-bytecode": b"#~ is a comment",
    "php-opcache": b"OPCACHE is a cache",
    "dart-kernel": b"\x90\xab\xcd\xee" + bytes(20),
    "xamarin-assembly": b"XABA is not it",
    "crx": b"Cr24 plan",
    "v8-code": File(b"\x9e\x05\xde\xc0" + bytes(60), b"main.dat"),
}
