"""Every format is named on its sample, and its benign twin is not."""

from __future__ import annotations

import codecs
import os
import pickle
import struct
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.examine.executable.examiner import ExecutableExaminer, tiny_elf, tiny_pe
from gate.examine.interface import View
from gate.models import ExecutableFact


def view_of(data: bytes) -> View:
    descriptor = os.memfd_create("sample")
    os.write(descriptor, data)
    return View(descriptor, len(data), "", name=None, mode=None, labels=(), depends_on=frozenset({"content"}))


def named(data: bytes) -> list[tuple[str, str, str]]:
    view = view_of(data)
    try:
        return [(fact.class_, fact.format, fact.architecture) for fact in ExecutableExaminer().examine(view)
                if isinstance(fact, ExecutableFact)]
    finally:
        os.close(view.descriptor())


def pe(**changes: int) -> bytes:
    data = bytearray(tiny_pe())
    if "subsystem" in changes:
        struct.pack_into("<H", data, 64 + 24 + 68, changes["subsystem"])
    if "machine" in changes:
        struct.pack_into("<H", data, 64 + 4, changes["machine"])
    return bytes(data)


def dos_program() -> bytes:
    return struct.pack("<2sHHHHHHHHHHHHH", b"MZ", 0x90, 3, 0, 4, 0, 0xFFFF, 0, 0xB8, 0, 0, 0, 0x40, 0) + bytes(100)


def mach_o(cpu: int, *, kind: int = 2) -> bytes:
    return struct.pack("<IIIIIII", 0xFEEDFACF, cpu, 0, kind, 0, 0, 0) + bytes(4)


def fat(*cpus: int) -> bytes:
    return struct.pack(">II", 0xCAFEBABE, len(cpus)) + b"".join(struct.pack(">IIIII", cpu, 0, 0, 0, 0) for cpu in cpus)


def msi(class_id: bytes = bytes.fromhex("84100c0000000000c000000000000046")) -> bytes:
    header = bytearray(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))
    struct.pack_into("<H", header, 0x1E, 9)
    return bytes(header) + bytes(0x50) + class_id + bytes(32)


def pyc() -> bytes:
    import importlib.util

    return importlib.util.MAGIC_NUMBER + bytes(12) + b"\xe3" + bytes(20)


class Calls:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("called",))


BAD = {
    "pe": (pe(), ("native", "pe", "x86-64")),
    "pe-arm64": (pe(machine=0xAA64), ("native", "pe", "aarch64")),
    "dos": (dos_program(), ("native", "mz", "x86")),
    "elf": (tiny_elf(), ("native", "elf", "x86-64")),
    "elf-broken": (b"\x7fELF", ("native", "elf", "machine-0")),
    "appimage": (tiny_elf()[:8] + b"AI\x02" + tiny_elf()[11:], ("installer", "appimage", "")),
    "mach-o": (mach_o(0x0100000C), ("native", "mach-o", "aarch64")),
    "mach-o-fat": (fat(0x01000007, 0x0100000C), ("native", "mach-o", "x86-64,aarch64")),
    "ar": (b"!<arch>\nmember.o/       0           0     0     644     0         `\n", ("native", "ar", "")),
    "deb": (b"!<arch>\ndebian-binary   0           0     0     644     4         `\n2.0\n", ("installer", "deb", "")),
    "rpm": (bytes.fromhex("edabeedb") + bytes(92), ("installer", "rpm", "")),
    "msi": (msi(), ("installer", "msi", "")),
    "dmg": (bytes(1000) + b"koly" + bytes(508), ("installer", "dmg", "")),
    "java": (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(20), ("bytecode", "java-class", "")),
    "wasm": (b"\0asm\1\0\0\0", ("bytecode", "wasm", "")),
    "dex": (b"dex\n035\0" + bytes(104), ("bytecode", "dex", "")),
    "pyc": (pyc(), ("bytecode", "pyc", "")),
    "swf": (b"CWS\x0a" + struct.pack("<I", 500) + bytes(20), ("bytecode", "swf", "")),
    "beam": (b"FOR1\0\0\0\x10BEAM" + bytes(8), ("bytecode", "beam", "")),
    "lnk": (bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(56), ("shortcut", "lnk", "")),
    "url": (b"[InternetShortcut]\r\nURL=https://example.org/\r\n", ("shortcut", "url", "")),
    "reg": ("\ufeffWindows Registry Editor Version 5.00\r\n".encode("utf-16-le"), ("shortcut", "reg", "")),
    "desktop": (b"[Desktop Entry]\nName=x\nExec=sh -c true\n", ("shortcut", "desktop", "")),
    "shell": (b"#!/bin/sh\necho\n", ("script", "shebang", "")),
    "shell-bom": (codecs.BOM_UTF8 + b"#!/usr/bin/env python3\n", ("script", "shebang", "")),
    "shell-utf-16": (codecs.BOM_UTF16_LE + "#!/bin/sh\n".encode("utf-16-le"), ("script", "shebang", "")),
    "shell-utf-16-without-mark": ("#!/bin/sh\n".encode("utf-16-be"), ("script", "shebang", "")),
    "batch": (b"@echo off\r\ndel x\r\n", ("script", "batch", "")),
    "php": (b"<?php system('x');", ("script", "php", "")),
    "hta": (b"<html><head><HTA:APPLICATION id=x></head>", ("script", "hta", "")),
    "wsf": (b"<job id='x'><script language='JScript'>x</script></job>", ("script", "windows-script", "")),
    "vbe": (b"#@~^AAAA==", ("script", "encoded-script", "")),
    "pickle": (pickle.dumps(Calls()), ("serialized-code", "pickle", "")),
}
BENIGN = {
    "text that begins with MZ": b"MZ is how this text begins, and it goes on for a while." + b" text" * 50,
    "text that begins with ZM": b"ZM",
    "document with ELF inside": b"The \x7fELF magic number.",
    "ole file of another class": msi(bytes(16)),
    "xml with script in text": b"<?xml version='1.0'?><doc>&lt;script&gt; is an element</doc>",
    "html page": b"<!doctype html><html><head><title>t</title></head><body>text</body></html>",
    "hash in markdown": b"# Heading\n#!important\n",
    "shebang in the middle": b"text\n#!/bin/sh\n",
    "shebang without interpreter": b"#! comment\n",
    "desktop entry of a folder": b"[Desktop Entry]\nType=Directory\nName=x\n",
    "echo without at sign": b"echo off\n",
    "pickle of plain data": pickle.dumps({"a": [1, 2.5, "x"]}),
    "gettext mo": bytes.fromhex("de120495") + bytes(24),
    "flash in text": b"FWS is an abbreviation.",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    "two carriage returns": b"ab\r\n" + bytes(20),
    "php in the middle": b"Use <?php to begin.",
    "empty": b"",
}


@pytest.mark.parametrize("sample", BAD)
def test_bad_is_named(sample: str) -> None:
    data, expected = BAD[sample]
    assert expected in named(data)


@pytest.mark.parametrize("sample", BENIGN)
def test_benign_twin_is_not(sample: str) -> None:
    assert named(BENIGN[sample]) == []


def test_programs_of_this_system_have_detail() -> None:
    view = view_of(Path(sys.executable).resolve().read_bytes())
    [fact] = ExecutableExaminer().examine(view)
    assert isinstance(fact, ExecutableFact)
    assert fact.format == "elf"
    assert "libraries=" in fact.detail
    os.close(view.descriptor())


def test_driver_and_firmware_are_told_apart() -> None:
    view = view_of(pe(subsystem=10))
    [fact] = ExecutableExaminer().examine(view)
    assert isinstance(fact, ExecutableFact)
    assert "kind=efi" in fact.detail
    os.close(view.descriptor())


def test_polyglot_yields_all_formats() -> None:
    text = b"MZ" + bytes(58) + struct.pack("<I", 64)
    data = text + tiny_pe()[64:] + bytes(1000) + b"koly" + bytes(508)
    assert {form for _, form, _ in named(data)} == {"pe", "dmg"}


@given(st.binary(max_size=200), st.sampled_from(sorted(BAD)), st.integers(0, 120))
def test_damaged_samples_never_raise(noise: bytes, sample: str, place: int) -> None:
    data = bytearray(BAD[sample][0])
    data[place : place + len(noise)] = noise
    named(bytes(data))


def test_canary_proves_itself() -> None:
    examiner = ExecutableExaminer()
    assert examiner.start().canary == examiner.finish().canary == "passed"


def test_hostile_pickle_and_page_end_soon() -> None:
    started = time.monotonic()
    named(b"\x80\x02" + b"\x88" * 5_000_000)
    named(b"<html>" * 100_000)
    named(b"[Desktop Entry]\n" * 100_000)
    assert time.monotonic() - started < 20
