"""Programs that libmagic knows and the table does not are named; where both know one, or neither, nothing is added."""

from __future__ import annotations

import pytest

from gate.examine.identity.examiner import IdentityExaminer
from gate.examine.identity.programs import class_of
from gate.models import ExecutableFact
from tests.examine.executable.executable_samples import SAMPLES
from tests.examine.viewing import examined

UNLISTED = {
    "flat binary for uClinux": (b"bFLT\0\0\0\4" + bytes(56), "BFLT-executable"),
    "Amiga": (b"\0\0\3\xf3" + bytes(60), "AmigaOS-loadseg()ble-executable"),
    "Xbox": (b"XBEH" + bytes(400), "Microsoft-Xbox-executable"),
}


def facts(data: bytes) -> list[ExecutableFact]:
    return [each for each in examined(IdentityExaminer(), data) if isinstance(each, ExecutableFact)]


@pytest.mark.parametrize("name", UNLISTED)
def test_program_that_only_libmagic_knows(name: str) -> None:
    data, words = UNLISTED[name]
    [fact] = facts(data)
    assert (fact.class_, fact.format) == ("native", "unlisted")
    assert words in fact.detail


@pytest.mark.parametrize("name", ["pe", "elf", "mach-o", "java-class", "dex", "wasm", "lua", "bzimage", "coff"])
def test_where_both_know_it_nothing_is_added(name: str) -> None:
    assert facts(SAMPLES[name].data) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"text of executable files\n", b"\x89PNG\r\n\x1a\n" + bytes(60), b"\xde\x12\x04\x95" + bytes(60), bytes(600)],
)
def test_what_is_no_program_is_not_named(data: bytes) -> None:
    assert facts(data) == []


@pytest.mark.parametrize(
    ("description", "class_"),
    [
        ("BFLT executable - version 4 ram", "native"),
        ("NekoVM bytecode (4 global symbols)", "bytecode"),
        ("python 2.7 byte-compiled", "bytecode"),
        ("Linux kernel x86 boot executable bzImage", "native"),
        ("UF2 firmware image, family ESP32", "native"),
        ("Windows Program Information File for QBASIC", "native"),
        ("DOS executable (COM), start instruction 0xeb3c9000", None),
        ("64-bit XCOFF executable or object module", None),
        ("Bourne-Again shell script executable (binary data)", None),
        ("PostScript Type 1 font program data", None),
        ("Mac OS X Detached Code Signature (non-executable)", None),
        ("GNU message catalog (little endian)", None),
        ("data", None),
        ("PNG image data " + "x" * 200 + " executable", None),
    ],
)
def test_words_of_libmagic(description: str, class_: str | None) -> None:
    assert class_of(description) == class_
