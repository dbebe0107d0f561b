"""Macros, macro sheets, DDE and objects in documents of office programs, wherever they are put."""

from __future__ import annotations

import struct
import time

import pytest

from gate.examine.executable import compound as old_documents
from gate.examine.executable import office
from gate.examine.executable.examiner import ExecutableExaminer
from gate.models import ExecutableFact, Gap
from tests.examine.executable.office_kit import (
    PROJECT,
    field,
    open_document,
    open_xml,
    presentation,
    record,
    relations,
    sheet,
    workbook,
    zipped,
)
from tests.examine.viewing import examined
from tests.unpack.ole_writer import compound, package

MACROS = compound(PROJECT)


def seen(data: bytes) -> tuple[set[str], set[str]]:
    found = examined(ExecutableExaminer(), data)
    facts = {fact.format for fact in found if isinstance(fact, ExecutableFact)}
    return facts, {gap.reason for gap in found if isinstance(gap, Gap)}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (MACROS, "vba"),
        (compound({f"Macros/{name}": data for name, data in PROJECT.items()} | {"WordDocument": b"x"}), "vba"),
        (compound({f"_VBA_PROJECT_CUR/{name}": data for name, data in PROJECT.items()}), "vba"),
        (presentation(MACROS), "vba"),
        (presentation(MACROS, packed=False), "vba"),
        (presentation(compound({"\1Ole10Native": package(b"a.exe", b"MZ")})), "ole-package"),
        (open_xml({"word/odd.dat": b"x", "word/_rels/document.xml.rels": relations("vbaProject")}), "vba"),
        (open_xml({"XL\\VBAPROJECT.BIN": b"x"}), "vba"),
        (open_xml({"xl/sheet9.xml": b"x", "xl/_rels/workbook.xml.rels": relations("xlIntlMacrosheet")}), "xlm"),
        (open_xml({"xl/macrosheets/sheet1.xml": b"x"}), "xlm"),
        (b"\x09\x04\x06\0\0\0\x40\0\0\0" + bytes(8), "xlm"),
        (workbook(record(0x1AE, struct.pack("<HH", 0, 12) + b"\0cmd\x03/c calc")), "dde"),
        (compound({"WordDocument": b"text \x13 DDEAUTO c:\\\\c\x6dd.exe \x14"}), "dde"),
        (compound({"WordDocument": "\x13 DDE c\x6dd \x14".encode("utf-16-le")}), "dde"),
        (open_xml({"word/header1.xml": b'<w:fldSimple w:instr="DDE c\x6dd x"/>'}), "dde"),
        (open_xml({"word/document.xml": field("QUOTE 68 68", " 69 65 85 84 79")}), "dde"),
        (open_xml({"xl/externalLinks/externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd"/>'}), "dde"),
        (open_document({"content.xml": b'<office:dde-source office:dde-application="cmd"/>'}), "dde"),
        (open_document({"Object 1": compound({"\1Ole10Native": b"x"})}), "ole-package"),
        (compound({"ObjectPool/_1/\3OCXNAME": b"x"}), "activex"),
    ],
)
def test_what_acts_is_named_wherever_it_is_put(data: bytes, expected: str) -> None:
    assert seen(data) == ({expected}, set())


@pytest.mark.parametrize(
    "data",
    [
        compound({"WordDocument": b"a text about DDEAUTO", "1Table": b"x"}),
        workbook(sheet(0), record(0x1AE, struct.pack("<HH", 2, 0x0401))),
        presentation(compound({"CONTENTS": b"x"})),
        open_xml({"word/document.xml": field("HYPERLINK ", "https://example.org/DDEX")}),
        open_xml({"xl/externalLinks/externalLink1.xml": b"<externalLink><externalBook/>"}),
        zipped({"word/vbaProject.bin": b"x", "readme.txt": b"no document"}),
        compound({"VBA/directory": b"x"}),
        b"\x09\x04\x06\0\0\0\x10\0\0\0" + bytes(8),
    ],
)
def test_documents_that_do_not_act_are_not_named(data: bytes) -> None:
    assert seen(data) == (set(), set())


def test_documents_that_open_with_a_password_are_gaps() -> None:
    assert seen(compound({"EncryptedPackage": b"x", "EncryptionInfo": b"x"})) == (set(), {"encrypted"})
    assert seen(workbook(record(0x2F, bytes(6)), sheet(0))) == (set(), {"encrypted"})
    assert seen(compound({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + b"\0\1" + bytes(40)})) == (
        set(),
        {"encrypted"},
    )
    assert seen(compound({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + b"\1\0" + bytes(40)})) == (set(), set())
    assert seen(open_document({}, b"<manifest:encryption-data/>")) == (set(), {"encrypted"})


def test_broken_documents_are_gaps_and_show_what_they_hold() -> None:
    assert seen(MACROS[:700]) == (set(), {"corrupt"})
    directory = "_VBA_PROJECT".encode("utf-16-le")
    assert seen(MACROS[:600] + directory) == ({"vba"}, {"corrupt"})
    assert seen(open_xml({"word/vbaProject.bin": b"x"})[:-30])[1] == {"unsupported"}


def test_what_is_too_large_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_documents, "_STREAM_BYTES", 100)
    assert seen(workbook(*[sheet(0)] * 100, sheet(1))) == (set(), {"too-large"})
    monkeypatch.setattr(old_documents, "LARGEST", 100)
    assert seen(MACROS) == (set(), {"too-large"})
    monkeypatch.setattr(office, "_PART_BYTES", 100)
    assert seen(open_xml({"word/document.xml": b" " * 1000 + field("DDE c\x6dd")})) == (set(), {"too-large"})


def with_zip64_end(data: bytes, *, saturated: bool) -> bytes:
    """Return a zip file with the records of Zip64 before its end, as writers of many entries put them."""
    place = len(data) - 22
    entries, length, offset = struct.unpack_from("<HLL", data, place + 10)
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, length, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    told = struct.pack("<LL", 0xFFFFFFFF, 0xFFFFFFFF) if saturated else struct.pack("<LL", length, offset)
    return data[:place] + record + locator + data[place : place + 12] + told + data[place + 20 :]


@pytest.mark.parametrize("saturated", [True, False])
def test_directories_of_zip64_are_read(*, saturated: bool) -> None:
    document = with_zip64_end(open_xml({"word/document.xml": field("DDE c\x6dd")}), saturated=saturated)
    assert seen(document) == ({"dde"}, set())
    assert seen(document.replace(b"PK\6\6", b"PK\6\0"))[1] == {"unsupported"}


def nested(depth: int) -> bytes:
    data = MACROS
    for _ in range(depth):
        data = presentation(data)
    return data


@pytest.mark.parametrize(
    "data",
    [
        nested(6),
        presentation(bytes(60 << 20)),
        compound({"PowerPoint Document": b"\x0f\0\xe8\3\0\0\0\0" * 100_000}),
        workbook(*[record(0x1AE, b"")] * 100_000),
        compound({f"{number}/{number}": b"" for number in range(2000)}),
        open_xml({"word/document.xml": b"<w:instrText>" * 200_000}),
        open_xml({"word/document.xml": b"<w:instrText>QUOTE" + b" 68" * 500_000 + b"</w:instrText>"}),
        open_xml({"word/document.xml": b"<w:fldSimple " * 100_000}),
        open_xml({"word/document.xml": bytes(60 << 20)}),
        open_xml({"_rels/.rels": b"Type='/relationships/" * 100_000}),
        open_document({"basic/" * 5000 + "x": b""}),
        open_xml({f"word/{number}.xml": b"x" for number in range(3000)}),
        b"PK\3\4" + b"PK\5\6" * 100_000,
    ],
    ids=[
        "nested",
        "zeros",
        "containers",
        "records",
        "storages",
        "fields",
        "quotes",
        "simple",
        "bomb",
        "relations",
        "folders",
        "parts",
        "ends",
    ],
)
def test_hostile_documents_come_to_an_end(data: bytes) -> None:
    started = time.process_time()
    seen(data)
    assert time.process_time() - started < 20  # a hang, not a speed: a machine may be slow


def test_documents_nested_too_deep_are_a_gap() -> None:
    assert seen(nested(6)) == (set(), {"too-deep"})
