"""Every format is named on its sample, and its benign twin is not."""

from __future__ import annotations

import os
import struct
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EngineFailure
from gate.examine.executable import details, examiner, samples
from gate.examine.executable.content import Content, Memory
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.table import CLASSES, FAMILIES, name_formats
from gate.examine.interface import View
from gate.models import ExecutableFact, Gap
from tests.examine.executable.executable_samples import MODULES, SAMPLES, TWINS
from tests.examine.executable.native_samples import (
    boot_sector,
    coff_object,
    dos_program,
    mach_o,
    pe,
    static_library,
    universal,
)
from tests.examine.executable.sample import File
from tests.examine.executable.script_samples import TEXTS
from tests.examine.viewing import examined


def facts_of(file: File) -> list[ExecutableFact]:
    found = examined(ExecutableExaminer(), file.data, file.name, mode=file.mode)
    assert not [each for each in found if isinstance(each, Gap) and each.reason == "engine-error"]
    return [fact for fact in found if isinstance(fact, ExecutableFact)]


def facts(data: bytes) -> list[ExecutableFact]:
    return facts_of(File(data))


def formats(data: bytes) -> set[str]:
    return {fact.format for fact in facts(data)}


def test_every_format_has_a_sample_and_a_twin() -> None:
    assert set(SAMPLES) == set(TWINS) == set(CLASSES)
    assert sum(len(module.SAMPLES) for module in MODULES) == len(SAMPLES), "two modules have one for the same format"
    assert {(name, family.class_) for family in FAMILIES for name in family.formats} == set(CLASSES.items())


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_named(name: str) -> None:
    [fact] = [fact for fact in facts_of(SAMPLES[name]) if fact.format == name]
    assert fact.class_ == CLASSES[name]


@pytest.mark.parametrize("name", TWINS)
def test_twin_is_not_named(name: str) -> None:
    assert facts_of(TWINS[name]) == []


@pytest.mark.parametrize("sample", TEXTS)
def test_first_line_is_read_in_every_encoding(sample: str) -> None:
    assert formats(TEXTS[sample]) == {"shebang"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"plain text\n",
        b"# Heading\n#!important\n",
        b"text\n#!/bin/sh\n",
        b"#! comment\n",
        b"\x89PNG\r\n\x1a\n" + bytes(40),
        bytes.fromhex("de120495") + bytes(24),
        b"ab\r\n" + bytes(20),
        b"{\\rtf1 text}",
        b"%PDF-1.7\n",
        bytes(5000),
    ],
    ids=[
        "empty",
        "text",
        "markdown",
        "later line",
        "no interpreter",
        "png",
        "gettext",
        "two line ends",
        "rtf",
        "pdf",
        "zeros",
    ],
)
def test_other_content_is_not_named(data: bytes) -> None:
    assert facts(data) == []


@pytest.mark.parametrize(
    ("data", "architecture", "word"),
    [
        (pe(machine=0xAA64), "aarch64", "kind=program"),
        (pe(flags=0x2022), "x86-64", "kind=library"),
        (pe(subsystem=10), "x86-64", "subsystem=efi-application"),
        (pe(subsystem=1), "x86-64", "subsystem=driver"),
        (mach_o(0x01000007, kind=6), "x86-64", "kind=shared"),
        (universal(0x01000007, 0x0100000C), "x86-64,aarch64", "kind=universal"),
        (samples.tiny_elf()[:16] + struct.pack("<HH", 1, 183) + samples.tiny_elf()[20:], "aarch64", "kind=relocatable"),
    ],
)
def test_architecture_and_kind(data: bytes, architecture: str, word: str) -> None:
    [fact] = facts(data)
    assert fact.architecture == architecture
    assert word in fact.detail.split()


@pytest.mark.parametrize(
    "data",
    [
        static_library(b"a.o/", samples.tiny_elf()),
        static_library(b"a.obj/", coff_object()),
        static_library(b"#1/20", b"__.SYMDEF SORTED\0\0\0\0" + bytes(8)),
        static_library(b"#1/4", b"a.o\0" + mach_o()),
        static_library(b"a.dll/", struct.pack("<HHHH", 0, 0xFFFF, 0, 0x8664) + bytes(40)),
        b"!<thin>\n",
        b"!<arch>\nno header of a member",
    ],
)
def test_libraries_of_objects(data: bytes) -> None:
    assert "ar" in formats(data)


def test_bytes_behind_the_end_of_a_section_name_are_nothing() -> None:
    assert formats(coff_object().replace(b".text\0\0\0", b"/4\0\0C\0o\0")) == {"coff"}


@pytest.mark.parametrize(("number", "told"), [(336, True), (3495, True), (62211, True), (100, False), (10000, False)])
def test_compiled_python_of_every_kind(number: int, *, told: bool) -> None:
    data = struct.pack("<H", number) + b"\r\n" + bytes(12) + b"\xe3" + bytes(20)
    assert formats(data) == ({"pyc"} if told else set())


def test_oat_in_elf() -> None:
    assert formats(samples.tiny_elf().ljust(0x1000, b"\0") + b"oat\n183\0") == {"elf", "oat"}


def test_managed_program_is_told() -> None:
    data = bytearray(pe())
    struct.pack_into("<II", data, 64 + 24 + 112 + 8 * 14, 0x2000, 72)
    [fact] = facts(bytes(data))
    assert "dotnet=yes" in fact.detail.split()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x7fELF", "elf"),
        (b"MZ" + bytes(10), "mz"),
        (dos_program(1 << 31), "mz"),
        (dos_program(0x80) + b"PE\0\0", "pe"),
        (b"\xcf\xfa\xed\xfe", "mach-o"),
        (b"\xca\xfe\xba\xbe\0\0\0\x09", "mach-o"),
        (b"\xca\xfe\xba\xbe", "mach-o"),
    ],
)
def test_broken_structure_behind_a_magic_is_named(data: bytes, name: str) -> None:
    [fact] = facts(data)
    assert fact.format == name
    assert "broken=header" in fact.detail or "lief=failed" in fact.detail or name == "mz"


def test_polyglots_yield_all_formats() -> None:
    image = pe() + bytes(1000) + b"koly" + bytes(508)
    assert formats(image) == {"pe", "dmg"}
    assert formats(SAMPLES["ocaml-bytecode"].data) == {"shebang", "ocaml-bytecode"}
    assert formats(SAMPLES["appimage"].data) == {"elf", "appimage"}
    sector = boot_sector(dos_program()[:100])
    assert formats(sector + b"\xeb\x66HdrS" + bytes(100)) == {"mz", "bzimage"}


def test_programs_of_this_system_have_detail() -> None:
    [fact] = facts(Path(sys.executable).resolve().read_bytes())
    assert fact.format == "elf"
    imports = next(word for word in fact.detail.split() if word.startswith("imports="))
    assert int(imports.removeprefix("imports=")) > 0
    assert "interpreter=yes" in fact.detail


def test_bytes_that_are_a_path_do_not_make_lief_read_that_file() -> None:
    path = os.fsencode(Path(sys.executable).resolve())
    named = details.described(name_formats(Content(Memory(samples.tiny_elf())))[0], Content(Memory(path)))
    assert "lief=failed" in named.detail


def test_large_program_is_named_without_detail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(details, "LARGEST", 1000)
    [fact] = facts(samples.tiny_elf() + bytes(1000))
    assert fact.format == "elf"
    assert "lief=too-large" in fact.detail


def test_canary_proves_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = ExecutableExaminer()
    assert subject.start().canary == subject.finish().canary == "passed"
    monkeypatch.setattr(samples, "BENIGN", b"#!/bin/sh\n")
    with pytest.raises(EngineFailure) as false:
        subject.start()
    assert false.value.code == "examine.canary-false"
    monkeypatch.setattr(examiner, "name_formats", lambda _content: ())
    with pytest.raises(EngineFailure) as missed:
        subject.finish()
    assert missed.value.code == "examine.canary-missed"


def test_unreadable_item_is_a_gap() -> None:
    subject = ExecutableExaminer()
    descriptor = os.memfd_create("item")
    view = View(descriptor, 100, "", name=b"item", mode=None, labels=(), depends_on=subject.depends_on)
    [gap] = subject.examine(view)
    os.close(descriptor)
    assert isinstance(gap, Gap)
    assert gap.reason == "unreadable"


@given(st.binary(max_size=300), st.sampled_from(sorted(SAMPLES)), st.integers(0, 120))
def test_damaged_samples_never_raise(noise: bytes, sample: str, place: int) -> None:
    data = bytearray(SAMPLES[sample].data)
    data[place : place + len(noise)] = noise
    facts(bytes(data))


@given(st.binary(max_size=5000))
def test_random_bytes_never_raise(data: bytes) -> None:
    facts(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x02" + b"\x88" * 5_000_000,
        b"<html>" * 100_000,
        b"[Desktop Entry]\n" * 100_000,
        b"<!--" * 100_000,
        b"; " * 200_000,
        b"\n" * 400_000,
        b"#!" + b"/" * 400_000,
        b"<job" + b"<" * 400_000,
        b":: \n" * 100_000,
        b"<%@ " * 100_000,
        universal()[:4] + b"\0\0\0\x2c" + bytes(4_000_000),
    ],
)
def test_hostile_content_ends_soon(data: bytes) -> None:
    started = time.process_time()
    facts(data)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow
