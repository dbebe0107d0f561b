"""Disguises: each is told on what is hostile about it, and not on the harmless file that looks most like it."""

from __future__ import annotations

import struct
import time

import pytest

from gate.examine.executable.content import Content, Memory
from gate.examine.executable.disguise import Told, disguises
from gate.examine.executable.disguised_names import ALLOWED, RUNNABLE, is_allowed, read
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.samples import tiny_elf, tiny_pe
from gate.models import DisguiseFact
from tests.examine.executable.executable_samples import SAMPLES
from tests.examine.viewing import examined

SHELL = b"#!/bin/sh\necho hello\n"
TEXT = b"Minutes of the meeting of 1 April.\n"
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(17) + bytes(200)
GIF = b"GIF89a" + struct.pack("<HH", 1, 1) + bytes(40)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def told(data: bytes, name: str | bytes, mode: int | None = None) -> list[tuple[str, str]]:
    raw = name if isinstance(name, bytes) else name.encode()
    facts = examined(ExecutableExaminer(), data, raw, mode=mode)
    return [(fact.disguise, fact.detail) for fact in facts if isinstance(fact, DisguiseFact)]


def content_of(data: bytes, name: bytes = b"item", labels: tuple[str, ...] = ()) -> Content:
    return Content(Memory(data), labels).under(name, None, ())


def kinds(data: bytes, name: str | bytes, mode: int | None = None) -> set[str]:
    return {disguise for disguise, _ in told(data, name, mode)}


# --- extensions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["readme.txt", "photo.JPG", "form.pdf", "table.xlsx", "data.dat", "data.json", "page.html", "song.mp3", "a.ttf",
     "archive.zip", "app.js", "style.css", "notes.txt.", "notes.txt  ", "文書.pdf", "メモ.txt"],
)  # fmt: skip
@pytest.mark.parametrize("data", [tiny_pe(), tiny_elf()], ids=["pe", "elf"])
def test_a_program_with_the_extension_of_data(data: bytes, name: str) -> None:
    assert kinds(data, name) == {"extension"}


@pytest.mark.parametrize(
    "name",
    ["setup.exe", "tool", "libfoo.so.1.2", "libfoo.so", "core.node", "core.pyd", "driver.sys", "boot.efi", "fw.bin",
     "a.out", "program.1", "run.x86_64", ".hidden", "txt", "libtxt"],
)  # fmt: skip
@pytest.mark.parametrize("data", [tiny_pe(), tiny_elf()], ids=["pe", "elf"])
def test_a_program_with_its_own_extension_or_none(data: bytes, name: str) -> None:
    assert told(data, name) == []


@pytest.mark.parametrize("name", ["notes.txt", "picture.png", "list.csv", "data.dat", "style.css", "manual.pdf"])
def test_a_script_with_the_extension_of_data(name: str) -> None:
    assert told(SHELL, name) == [("extension", f"shebang named .{name.rpartition('.')[2]}")]


@pytest.mark.parametrize("name", ["run.sh", "run.py", "run", "app.js", "run.cfg", "install.command"])
def test_a_script_with_an_extension_of_scripts(name: str) -> None:
    assert told(SHELL, name) == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT, "readme.txt"),
        (TEXT, "README.tar.gz"),
        (b"var a = 1;\n", "jquery.min.js"),
        (b"export declare const a: number;\n", "index.d.ts"),
        (PNG, "photo.png"),
        (PDF, "manual.pdf"),
        (b"\xde\x12\x04\x95" + bytes(24), "ja.mo"),
        (b"", "empty.txt"),
        (TEXT, "v1.2.3.txt"),
        (TEXT, "報告書（最終版）.txt"),
    ],
)
def test_data_under_its_own_name(data: bytes, name: str) -> None:
    assert told(data, name) == []


@pytest.mark.parametrize(
    ("extension", "class_", "format_", "open_"),
    [
        ("docx", "macro", "vba", False),
        ("docm", "macro", "vba", True),
        ("docx", "macro", "dde", True),
        ("xlsx", "macro", "xlm", False),
        ("doc", "macro", "vba", True),
        ("pdf", "active-document", "pdf-javascript", True),
        ("pdf", "native", "pe", False),
        ("zip", "bytecode", "jar", True),
        ("zip", "native", "pe", False),
        ("zip", "script", "shebang", False),
        ("js", "script", "javascript", True),
        ("js", "bytecode", "wasm", False),
        ("py", "bytecode", "pyc", False),
        ("dat", "serialized-code", "pickle", True),
        ("dat", "bytecode", "pyc", False),
        ("svg", "active-document", "svg-script", True),
        ("xyz", "native", "pe", True),
        ("", "native", "pe", True),
    ],
)
def test_what_an_extension_openly_is(extension: str, class_: str, format_: str, open_: bool) -> None:
    assert is_allowed(extension, class_, format_) is open_  # type: ignore[arg-type]  # classes written in the table


def test_an_extension_of_programs_is_none_of_data() -> None:
    strict = {name for name, allowed in ALLOWED.items() if not allowed & {"script", "bytecode", "installer"}}
    assert strict & RUNNABLE == set()


# --- names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("invoice.pdf.exe", ".pdf.exe"),
        ("請求書.pdf.exe", ".pdf.exe"),
        ("invoice.PDF.Exe", ".pdf.exe"),
        ("invoice.pdf            .exe", ".pdf.exe"),
        ("invoice.pdf\u3000\u3000\u3000.exe", ".pdf.exe"),
        ("photo.jpg.scr", ".jpg.scr"),
        ("report.docx.js", ".docx.js"),
        ("list.xlsx.lnk", ".xlsx.lnk"),
        ("report.pdf.desktop", ".pdf.desktop"),
        ("a.b.txt.exe.", ".txt.exe"),
        (".pdf.exe", ".pdf.exe"),
    ],
)
def test_the_extension_of_a_program_behind_that_of_a_document(name: str, ends: str) -> None:
    assert ("double-extension", f"ends in {ends}") in told(TEXT, name)


@pytest.mark.parametrize(
    "name",
    ["jquery.min.js", "index.html.js", "logo.png.js", "schema.json.js", "index.d.ts", "README.tar.gz", "libfoo.so.1.2",
     "setup.exe", "my.app.exe", "setup-1.2.exe", "python3.11.exe", "www.example.com", "build.gradle.bat", "pdf.exe",
     "notes.txt.bat", "report.pdf.gpg", "invoice.exe.pdf"],
)  # fmt: skip
def test_names_with_several_dots(name: str) -> None:
    assert told(TEXT, name) == []


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (TEXT, "gnp\u202efdp.exe", ("direction", "U+202E")),
        (TEXT, "invoice\u2066fdp.txt", ("direction", "U+2066")),
        (tiny_pe(), "invoice\u200f.exe", ("direction", "U+200F")),
        (tiny_pe(), "invoice.е\u0445е", ("look-alike", "reads as .exe")),
        (tiny_pe(), "invoice．exe", ("look-alike", "reads as .exe")),
        (tiny_pe(), "invoice․exe", ("look-alike", "reads as .exe")),
        (TEXT, "invoice.ｐｄｆ", ("look-alike", "reads as .pdf")),
        (TEXT, "invoice.p\u200bdf", ("look-alike", "reads as .pdf")),
        (tiny_elf(), "p\u0430ssword-helper", ("look-alike", "U+0430 among Latin letters")),
        (TEXT, "upd\u0430te.exe", ("look-alike", "U+0430 among Latin letters")),
    ],
)
def test_names_that_read_as_others(data: bytes, name: str, found: tuple[str, str]) -> None:
    assert found in told(data, name)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT, "\u0645\u0644\u0641\u200f.txt"),
        (TEXT, "отчёт.txt"),
        (tiny_pe(), "отчёт.exe"),
        (tiny_elf(), "β版"),
        (tiny_elf(), "ツール"),
        (TEXT, "10μm.csv"),
        (TEXT, "図１．２.png"),
        (TEXT, "第１章．概要"),
        (TEXT, "资料.pdf"),
        (TEXT, "Сводка по C.txt"),
        (TEXT, "日本語.txt".encode("cp932")),
        (TEXT, b"\xff\xfe\xfd"),
    ],
)
def test_names_in_other_scripts(data: bytes, name: str | bytes) -> None:
    assert told(data, name) == []


def test_a_name_is_read_as_it_is_shown() -> None:
    assert read("Ｓｅｔｕｐ．ＥＸＥ".encode()).extension == "exe"
    assert read(b"setup.exe . ").extension == "exe"
    assert read(b".exe").extension == ""
    assert read("文書.txt".encode("cp932")).text == "文書.txt"


def test_what_is_shown_of_a_name_is_short_ascii() -> None:
    [(disguise, detail)] = told(tiny_pe(), "x." + "ｔｘｔ")[:1]
    assert (disguise, detail) == ("extension", "pe named .txt")
    long = told(TEXT, ("a" * 4000 + "." + "б" * 4000 + ".pdf.exe"))
    assert all(len(detail) <= 100 for _, detail in long)


@pytest.mark.parametrize("name", ["." * 1_000_000, "a.pdf" + " " * 1_000_000 + ".exe", "а" * 500_000 + "a.exe"])
def test_hostile_names_cost_little(name: str) -> None:
    started = time.perf_counter()
    told(TEXT, name)
    assert time.perf_counter() - started < 5


# --- modes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [TEXT, PNG, b"\xde\x12\x04\x95" + bytes(24)], ids=["text", "picture", "messages"])
@pytest.mark.parametrize(("mode", "found"), [(0o755, True), (0o641, True), (0o644, False), (0, False), (None, False)])
def test_data_that_is_marked_executable(data: bytes, mode: int | None, found: bool) -> None:
    assert told(data, "item.data", mode) == ([("mode", f"mode {mode:04o}")] if found else [])


@pytest.mark.parametrize(("data", "name"), [(SHELL, "run"), (tiny_elf(), "tool"), (b"", "empty")])
def test_programs_and_empty_files_may_be_marked(data: bytes, name: str) -> None:
    assert told(data, name, 0o755) == []


# --- two things at once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (PNG, "PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(200), "JPEG picture"),
        (GIF, "GIF picture"),
        (b"BM" + struct.pack("<IHHIIiiHHIIiiII", 70, 0, 0, 54, 40, 2, 2, 1, 24, 0, 16, 0, 0, 0, 0) + bytes(64),
         "BMP picture"),
        (PDF, "PDF document"),
    ],
    ids=["png", "jpeg", "gif", "bmp", "pdf"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["item", "item.png", "item.exe"])
def test_a_program_behind_a_picture_or_document(start: bytes, what: str, name: str) -> None:
    appended = start + bytes(-len(start) % 16) + tiny_pe() + bytes(512)
    assert ("polyglot", f"{what} and pe") in told(appended, name)
    assert told(start + bytes(512), name) == []


def test_a_document_that_acts_is_no_polyglot() -> None:
    content = content_of(PDF, b"a.pdf", ("pdf",))
    assert list(disguises(content, [Told("active-document", "pdf-javascript", ())])) == []
    assert [each.disguise for each in disguises(content, [Told("script", "javascript", ())])] == [
        "extension",
        "polyglot",
    ]


def test_a_document_whose_header_comes_late_is_one_all_the_same() -> None:
    content = content_of(b"MZ" + bytes(64) + PDF, b"item", ("pdf",))
    found = [(each.disguise, each.detail) for each in disguises(content, [Told("native", "mz", ())])]
    assert found == [("polyglot", "PDF document and mz")]


def test_a_program_that_a_shell_and_the_system_start_differently() -> None:
    both = [Told("script", "shebang", ()), Told("native", "pe", ())]
    assert [each.detail for each in disguises(content_of(SHELL), both)] == ["pe, shebang"]
    inside = [Told("script", "shebang", ()), Told("native", "elf", ("embedded=1", "at=4096"))]
    assert list(disguises(content_of(SHELL), inside)) == [], "a script that unpacks a program is one"


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_of_formats_hide_nothing_under_a_name_that_says_nothing(name: str) -> None:
    file = SAMPLES[name]
    assert kinds(file.data, file.name, file.mode) == set()
