"""Samples of every executable format, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

import codecs
import importlib.util
import pickle
import struct

from gate.examine.executable.samples import tiny_elf, tiny_pe

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


class Calls:
    """An object whose pickle calls something."""

    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("called",))


def pe(*, machine: int = 0x8664, subsystem: int = 3, flags: int = 0x22) -> bytes:
    data = bytearray(tiny_pe())
    struct.pack_into("<H", data, 64 + 4, machine)
    struct.pack_into("<H", data, 64 + 22, flags)
    struct.pack_into("<H", data, 64 + 24 + 68, subsystem)
    return bytes(data)


def dos_program(offset: int = 0) -> bytes:
    header = struct.pack("<2sHHHHHHHHHHHHH", b"MZ", 0x90, 3, 0, 4, 0, 0xFFFF, 0, 0xB8, 0, 0, 0, 0x40, 0)
    return header.ljust(0x3C, b"\0") + struct.pack("<I", offset) + bytes(64)


def with_signature(signature: bytes) -> bytes:
    return dos_program(0x80) + signature + bytes(200)


def mach_o(cpu: int = 0x0100000C, *, kind: int = 2) -> bytes:
    return struct.pack("<IIIIIII", 0xFEEDFACF, cpu, 0, kind, 0, 0, 0) + bytes(4)


def universal(*cpus: int) -> bytes:
    return struct.pack(">II", 0xCAFEBABE, len(cpus)) + b"".join(struct.pack(">IIIII", cpu, 0, 0, 0, 0) for cpu in cpus)


def coff_object() -> bytes:
    header = struct.pack("<HHIIIHH", 0x8664, 1, 0, 80, 0, 0, 0)
    return (
        header
        + b".text\0\0\0"
        + struct.pack("<IIIIIIHHI", 0, 0, 4, 60, 0, 0, 0, 0, 0x60000020)
        + b"\xc3" * 4
        + bytes(16)
    )


def compound_file(class_id: bytes) -> bytes:
    header = bytearray(OLE + bytes(504))
    struct.pack_into("<H", header, 0x1E, 9)
    return bytes(header) + bytes(80) + class_id + bytes(32)


def installer_class(first: int) -> bytes:
    return bytes([first]) + bytes.fromhex("100c0000000000c000000000000046")


def pyc(kind: bytes = b"\xe3") -> bytes:
    return importlib.util.MAGIC_NUMBER + bytes(12) + kind + bytes(20)


def boot_sector(start: bytes, mark: bytes = b"\x55\xaa") -> bytes:
    return start.ljust(510, b"\0") + mark


def at(offset: int, magic: bytes, *, start: bytes = b"") -> bytes:
    return start.ljust(offset, b"\0") + magic + bytes(64)


SAMPLES: dict[str, bytes] = {
    "pe": pe(),
    "ne": with_signature(b"NE"),
    "le": with_signature(b"LE"),
    "lx": with_signature(b"LX"),
    "mz": dos_program(),
    "elf": tiny_elf(),
    "appimage": tiny_elf()[:8] + b"AI\x02" + tiny_elf()[11:],
    "mach-o": mach_o(),
    "coff": coff_object(),
    "coff-import": struct.pack("<HHHH", 0, 0xFFFF, 0, 0x8664) + bytes(40),
    "ar": b"!<arch>\nmember.o/       0           0     0     644     0         `\n",
    "xcoff": struct.pack(">HHIIIHH", 0x01F7, 3, 0, 0, 0, 120, 2) + bytes(100),
    "pef": b"Joy!peffpwpc" + bytes(30),
    "boot-sector": boot_sector(b"\xeb\x3c\x90mkfs"),
    "bzimage": boot_sector(b"MZ\0") + b"\xeb\x66HdrS" + bytes(100),
    "zimage": at(0x24, b"\x18\x28\x6f\x01"),
    "arm64-image": at(0x38, b"ARM\x64"),
    "uimage": b"\x27\x05\x19\x56" + bytes(60),
    "dex": b"dex\n035\0" + bytes(104),
    "odex": b"dey\n036\0" + bytes(104),
    "cdex": b"cdex001\0" + bytes(104),
    "vdex": b"vdex021\0" + bytes(104),
    "art-image": b"art\n074\0" + bytes(104),
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
    "pickle": pickle.dumps(Calls()),
    "npy-objects": b"\x93NUMPY\1\0v\0{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n" + bytes(20),
    "deb": b"!<arch>\ndebian-binary   0           0     0     644     4         `\n2.0\n",
    "rpm": bytes.fromhex("edabeedb0300") + bytes(90),
    "xar": b"xar!\0\x1c\0\1" + bytes(40),
    "crx": b"Cr24\3\0\0\0" + bytes(40),
    "flatpak": b"flatpak\0\1\0\x89\xe5" + bytes(40),
    "dmg": bytes(1000) + b"koly" + bytes(508),
    "msi": compound_file(installer_class(0x84)),
    "msp": compound_file(installer_class(0x86)),
    "mst": compound_file(installer_class(0x82)),
    "inf": b'; setup\r\n[Version]\r\nSignature="$Windows NT$"\r\nClass=Net\r\n',
    "clickonce": b'<?xml version="1.0"?>\n<asmv1:assembly xmlns:asmv1="urn:schemas-microsoft-com:asm.v1"><deployment/>',
    "lnk": bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(56),
    "url": b"[InternetShortcut]\r\nURL=https://example.org/\r\n",
    "desktop": b"[Desktop Entry]\nName=x\nExec=sh -c true\n",
    "scf": b"[Shell]\r\nCommand=2\r\nIconFile=explorer.exe,3\r\n",
    "reg": "\ufeffWindows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\x]\r\n".encode("utf-16-le"),
    "iqy": b"WEB\r\n1\r\nhttps://example.org/q.txt\r\n",
    "slk": b"ID;PWXL;N;E\r\nC;X1;Y1;K1\r\n",
    "jnlp": b'<?xml version="1.0"?>\n<jnlp spec="1.0+" href="a.jnlp"/>',
    "settingcontent-ms": b"<?xml version='1.0'?><PCSettings><SearchableContent/></PCSettings>",
    "library-ms": b'<?xml version="1.0"?><libraryDescription xmlns="x"/>',
    "search-ms": b'<?xml version="1.0"?><persistedQuery version="1.0"/>',
    "searchconnector-ms": b'<?xml version="1.0"?><searchConnectorDescription xmlns="x"/>',
    "msc": b'<?xml version="1.0"?><MMC_ConsoleFile ConsoleVersion="3.0"/>',
    "chm": b"ITSF\3\0\0\0\x60\0\0\0" + bytes(80),
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(60),
    "shebang": b"#!/bin/sh\necho\n",
    "batch": b"@echo off\r\ndel x\r\n",
    "powershell": b"#Requires -Version 5\n[CmdletBinding()]\nparam($x)\n",
    "encoded-script": b"#@~^AAAAAA==abc^#~@",
    "php": b"<?php system('x');",
    "asp": b'<%@ Page Language="C#" %>\n<html></html>',
    "hta": b"<html><head><HTA:APPLICATION id=x></head>",
    "wsf": b"<job id='x'><script language='JScript'>x</script></job>",
    "sct": b"<?XML version='1.0'?>\n<scriptlet><registration progid='x'/></scriptlet>",
    "vbs": b'Option Explicit\r\nDim s\r\nSet s = CreateObject("WScript.Shell")\r\ns.Run "x"\r\n',
}
"""One sample of each format, by its name."""

TWINS: dict[str, bytes] = {
    "pe": b"MZ is how this text begins, and it goes on for a while." + b" text" * 50,
    "ne": b"NE stands for north east.",
    "le": b"LE is little endian.",
    "lx": b"LX is a kind of signal.",
    "mz": b"ZM",
    "elf": b"The \x7fELF magic number.",
    "appimage": b"ELF AI\x02",
    "mach-o": struct.pack(">I", 0xFEEDFACC) + bytes(20),
    "coff": struct.pack("<HHIIIHH", 0x8664, 400, 0, 80, 0, 0, 0) + b"no room for so many sections",
    "coff-import": struct.pack("<HHHH", 0, 0xFFFF, 0, 0x1234) + bytes(40),
    "ar": b"!<arch> is the magic of ar archives\n",
    "xcoff": struct.pack(">HHIIIHH", 0x01F7, 3, 0, 0, 0, 5, 2) + bytes(100),
    "pef": b"Joy! says the poem",
    "boot-sector": boot_sector(b"plain data"),
    "bzimage": boot_sector(b"data") + b"\0\0HdrX" + bytes(100),
    "zimage": at(0x25, b"\x18\x28\x6f\x01"),
    "arm64-image": at(0x38, b"ARMY"),
    "uimage": b"\x27\x05\x19\x57" + bytes(60),
    "dex": b"dex\nis short for dexterity",
    "odex": b"dey\ndiary",
    "cdex": b"cdex is a program",
    "vdex": b"vdex is a word",
    "art-image": b"art\nis long",
    "wasm": b"asm\0\1\0\0\0",
    "lua": b"Lua is a language",
    "luajit": b"\x1b[31mred\x1b[0m",
    "llvm-bitcode": b"BC is before",
    "hermes": b"HERMES was a god",
    "java-module": b"JM\2\0PK",
    "java-image": b"\xda\xda\xda\xda",
    "pack200": b"\xca\xfe\xd0\x0e",
    "ruby-bytecode": b"YARA is not it",
    "ocaml-bytecode": b"The mark is Caml1999X and stands at the end of programs, not of texts like this.",
    "applescript": b"FasdUA",
    "java-class": b"\xca\xfe",
    "pyc": pyc(b"i"),
    "beam": b"FOR1\0\0\0\x10AIFF" + bytes(8),
    "elc": b";ELC is a comment",
    "swf": b"FWS is an abbreviation.",
    "pickle": pickle.dumps({"a": [1, 2.5, "x"]}),
    "npy-objects": b"\x93NUMPY\1\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n" + bytes(20),
    "deb": b"debian-binary",
    "rpm": bytes.fromhex("edabeedc") + bytes(90),
    "xar": b"xar is a tool",
    "crx": b"Cr24 plan",
    "flatpak": b"flatpak is a format",
    "dmg": bytes(1000) + b"koly" + bytes(509),
    "msi": compound_file(bytes(16)),
    "msp": compound_file(installer_class(0x87)),
    "mst": OLE,
    "inf": b"[Version]\r\nNumber=1\r\n",
    "clickonce": b'<?xml version="1.0"?>\n<assembly><member name="x"/></assembly>',
    "lnk": bytes.fromhex("4c0000000114020000000000c000000000000047") + bytes(56),
    "url": b"An [InternetShortcut] begins so.",
    "desktop": b"[Desktop Entry]\nType=Directory\nName=x\n",
    "scf": b"[Shell]\r\nName=x\r\n",
    "reg": b"Windows Registry Editor is a program\r\n",
    "iqy": b"WEB\r\n2\r\n",
    "slk": b"ID;Name;Value\r\n1;a;b\r\n",
    "jnlp": b"<?xml version='1.0'?><doc>&lt;jnlp&gt; is an element</doc>",
    "settingcontent-ms": b"<Settings/>",
    "library-ms": b"<library/>",
    "search-ms": b"<query/>",
    "searchconnector-ms": b"<connector/>",
    "msc": b"<console/>",
    "chm": b"ITSF is a name",
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d4") + bytes(60),
    "shebang": b"#![allow(dead_code)]\nfn main() {}\n",
    "batch": b"@import url(x.css);\n@echo(x)\n",
    "powershell": b"# Requirements\n\nparam is a word\n",
    "encoded-script": b"#@~^ begins an encoded script",
    "php": b"Use <?php to begin.",
    "asp": b"<%= name %> is a template",
    "hta": b"<!doctype html><html><head><title>t</title></head><body>text</body></html>",
    "wsf": b"<job><name>painter</name></job>",
    "sct": b"<?xml version='1.0'?><component><name>x</name></component>",
    "vbs": b'Public Class A\r\n    Private x = CreateObject("Excel.Application")\r\nEnd Class\r\n',
}
"""For each format something harmless that is like it."""

TEXTS = {
    "with byte order mark": codecs.BOM_UTF8 + b"#!/usr/bin/env python3\n",
    "utf-16": codecs.BOM_UTF16_LE + "#!/bin/sh\n".encode("utf-16-le"),
    "utf-16 big": codecs.BOM_UTF16_BE + "#!/bin/sh\n".encode("utf-16-be"),
    "utf-16 without mark": "#!/bin/sh\necho hello\n".encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_LE + "#!/bin/sh\n".encode("utf-32-le"),
    "windows": b"#!python3.exe\r\nprint(1)\r\n",
    "bare name": b"#!python3\nprint(1)\n",
    "space": b"#! /bin/bash -e\n",
    "japanese": "#!/bin/sh\n# 日本語の注釈\n".encode("cp932"),
}
"""Scripts with a first line, in every encoding."""
