"""The reader of uuencoded files."""

from __future__ import annotations

import base64
import os
import time

import pytest

from gate.intake.readers.interface import Options
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import (
    PROGRAM,
    contents,
    every_cut,
    read_confined,
    read_in_time,
    silent_mutations,
    uuencoded,
)
from tests.unpack.reader_kit import read_bytes

DATA = uuencoded(PROGRAM, b"a.exe")
IN_BASE64 = b"begin-base64 755 b.exe\n" + base64.encodebytes(PROGRAM) + b"====\n"

BENIGN: dict[str, tuple[bytes, dict[bytes, bytes]]] = {
    "one": (DATA, {b"a.exe": PROGRAM}),
    "crlf": (DATA.replace(b"\n", b"\r\n"), {b"a.exe": PROGRAM}),
    "spaces for zeros": (DATA.replace(b"`", b" "), {b"a.exe": PROGRAM}),
    "spaces lost at line ends": (b"\n".join(line.replace(b"`", b" ").rstrip() for line in DATA.split(b"\n")), {b"a.exe": PROGRAM}),
    "base64": (IN_BASE64, {b"b.exe": PROGRAM}),
    "several amid text": (b"first:\n" + DATA + b"then:\nbegin the story\n" + IN_BASE64 + b"bye\n", {b"a.exe": PROGRAM, b"b.exe": PROGRAM}),
    "name with blanks": (DATA.replace(b"a.exe", b"a tool.exe"), {b"a tool.exe": PROGRAM}),
    "utf-16": (DATA.decode().encode("utf-16"), {b"a.exe": PROGRAM}),
    "empty": (b"begin 644 a\n`\nend\n", {b"a": b""}),
    "empty without a last line": (b"begin 644 a\nend\n", {b"a": b""}),
}  # fmt: skip


@pytest.mark.parametrize("name", BENIGN)
def test_benign(name: str) -> None:
    data, files = BENIGN[name]
    assert text_labels(data) == ("uuencode",)
    reading = read_bytes(data, "uuencode")
    assert reading.all_troubles == []
    assert contents(reading) == files


HOSTILE: dict[str, tuple[bytes, str]] = {
    "no end": (DATA.replace(b"`\nend\n", b""), "corrupt"),
    "cut line": (DATA[:700], "corrupt"),
    "bad character": (DATA.replace(b"\nM", b"\nM\x7f", 1), "corrupt"),
    "text amid": (DATA[: 17 + 62] + b"some words\n" + DATA[17 + 62 :], "corrupt"),
    "endless line": (DATA[:16] + b"M" + b"!" * 100_000, "corrupt"),
    "base64 without end": (IN_BASE64.replace(b"====\n", b""), "corrupt"),
    "base64 with other characters": (IN_BASE64.replace(b"\nTV", b"\n!TV"), "ambiguous"),
    "same name twice": (DATA + DATA, "ambiguous"),
    "traversal": (DATA.replace(b"a.exe", b"../a.exe"), "unsafe-name"),
    "absolute": (DATA.replace(b"a.exe", b"/etc/passwd"), "unsafe-name"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "uuencode").gives


def test_large_files_come_out_whole() -> None:
    payload = os.urandom(3 << 20)
    reading = read_in_time(uuencoded(payload, b"a"), "uuencode", 20)
    assert reading.all_troubles == []
    assert contents(reading)[b"a"] == payload


def test_many_files_end_at_the_limit_in_linear_time() -> None:
    data = b"begin 644 a\n#86)C\n`\nend\n" * 50_000
    assert len(read_in_time(data, "uuencode", 20).seen) == 50_000
    assert read_bytes(data, "uuencode", Options(entries=7)).gives >= {"too-many"}
    read_in_time(b"begin 644 a\n#86)C\n" * 50_000, "uuencode", 20)
    read_in_time(b"begin-base64 644 a\n" * 50_000, "uuencode", 20)


def test_damage_is_told_or_harmless() -> None:
    started = time.process_time()
    silent_mutations(DATA, "uuencode", 300)
    assert time.process_time() - started < 20
    assert [length for length in every_cut(DATA, "uuencode", 13) if length > 80] == [], "behind the first line"


def test_in_a_worker() -> None:
    assert read_confined(DATA + IN_BASE64, "uuencode") == ({b"a.exe": PROGRAM, b"b.exe": PROGRAM}, [])
