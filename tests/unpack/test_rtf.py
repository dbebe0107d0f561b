"""The reader of RTF: objects come out, however their digits stand in the text."""

from __future__ import annotations

import struct
import time

import pytest

from gate.intake.readers.interface import Options
from gate.intake.text_formats import text_labels
from tests.unpack.document_kit import (
    PROGRAM,
    contents,
    every_cut,
    peak_memory,
    read_confined,
    read_in_time,
    silent_mutations,
)
from tests.unpack.ole_writer import compound, package
from tests.unpack.reader_kit import read_bytes

INNER = compound({"\x01Ole10Native": package(b"b.exe", PROGRAM)})


def sized(text: bytes) -> bytes:
    return struct.pack("<L", len(text)) + text


def embedded(class_name: bytes, native: bytes, kind: int = 2) -> bytes:
    """Return an object of OLE 1.0 ([MS-OLEDS] 2.2.5)."""
    head = struct.pack("<LL", 0x501, kind) + sized(class_name + b"\0") + sized(b"") + sized(b"")
    return head + (sized(native) if kind == 2 else b"")


PACKED = embedded(b"Package", package(b"a.exe", PROGRAM, sized=False))
LINES = b"\r\n".join(PACKED.hex().encode()[at : at + 128] for at in range(0, 2 * len(PACKED), 128))


def document(*objects: bytes) -> bytes:
    body = b"".join(
        b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata " + data + b"}{\\result x}}" for data in objects
    )
    return b"{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times;}}\r\n" + body + b"\\par text \\'82\\'a0 \\{ \\} \\\\ }\r\n"


BENIGN: dict[str, tuple[bytes, dict[bytes, bytes]]] = {
    "text only": (document(), {}),
    "package": (document(LINES), {b"object-1": PACKED, b"a.exe": PROGRAM}),
    "upper case digits": (document(PACKED.hex().upper().encode()), {b"object-1": PACKED, b"a.exe": PROGRAM}),
    "no star": (document(LINES).replace(b"\\*\\objdata", b"\\objdata"), {b"object-1": PACKED, b"a.exe": PROGRAM}),
    "binary": (document(b"\\bin%d " % len(PACKED) + PACKED), {b"object-1": PACKED, b"a.exe": PROGRAM}),
    "compound file": (document(embedded(b"Word.Document.8", INNER).hex().encode()), {b"native-data-1": INNER}),
    "link": (document(embedded(b"x", b"", 1).hex().encode()), {b"object-1": embedded(b"x", b"", 1)}),
    "two": (document(LINES, LINES), {b"object-2": PACKED}),
    "picture and theme": (b"{\\rtf1{\\pict\\pngblip\r\n" + b"89504e47" * 100 + b"}{\\*\\themedata " + b"504b0304" * 100 + b"}}", {b"data-1": b"\x89PNG" * 100, b"data-2": b"PK\3\4" * 100}),
    "binary picture": (b"{\\rtf1{\\pict\\bin6 {}\\}}a}}", {b"binary-1": b"{}\\}}a"}),
    "short digits": (b"{\\rtf1{\\*\\panose 02020603050405020304}{\\*\\blipuid " + b"0f" * 16 + b"}}", {}),
    "filling behind": (document() + b"\0\r\n", {}),
    "utf-16": (document(LINES).decode("ascii").encode("utf-16"), {b"a.exe": PROGRAM}),
}  # fmt: skip


@pytest.mark.parametrize("name", BENIGN)
def test_benign(name: str) -> None:
    data, files = BENIGN[name]
    assert text_labels(data) == ("rtf",)
    reading = read_bytes(data, "rtf")
    assert reading.all_troubles == []
    assert contents(reading).items() >= files.items()
    assert bool(files) == bool(reading.seen)


def scattered(between: bytes) -> bytes:
    """Return a document whose object has something between its digits."""
    digits = PACKED.hex().encode()
    return document(between.join(digits[at : at + 100] for at in range(0, len(digits), 100)))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "control words": (scattered(b"\\par "), "ambiguous"),
    "unknown control words": (scattered(b"\\abcdefg-12 "), "ambiguous"),
    "groups": (scattered(b"{}"), "ambiguous"),
    "ignored groups": (scattered(b"{\\*\\zz}"), "ambiguous"),
    "escapes": (scattered(b"\\'4d"), "ambiguous"),
    "other letters": (scattered(b"zz-.;"), "ambiguous"),
    "control symbols": (scattered(b"\\~"), "ambiguous"),
    "odd digits": (document(LINES + b"7"), "ambiguous"),
    "number or data": (document(LINES).replace(b"objdata ", b"objdata"), "ambiguous"),
    "object data twice": (document(LINES[:64] + b"\\objdata " + LINES), "ambiguous"),
    "cut object": (document(PACKED[:-100].hex().encode()), "corrupt"),
    "no object": (document(PROGRAM.hex().encode()), "corrupt"),
    "compound file without a head": (document((b"\0" * 20 + INNER).hex().encode()), "corrupt"),
    "lied package": (document(embedded(b"Package", b"\2\0a").hex().encode()), "corrupt"),
    "lied name": (document((struct.pack("<LLL", 0x501, 2, 0xFFFFFFFF) + b"x" * 40).hex().encode()), "corrupt"),
    "no end": (document(LINES)[:-10], "corrupt"),
    "end within an object": (document(LINES)[:1500], "corrupt"),
    "program behind": (document() + PROGRAM, "hidden-data"),
    "binary beyond the end": (b"{\\rtf1{\\pict\\bin999999999 abc}}", "corrupt"),
    "binary object beyond the end": (b"{\\rtf1{\\objdata\\bin999999999 abc}}", "ambiguous"),
    "traversal": (document(embedded(b"Package", package(b"..", PROGRAM, sized=False)).hex().encode()), "unsafe-name"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert text_labels(data) == ("rtf",)
    assert word in read_in_time(data, "rtf").gives


@pytest.mark.parametrize("between", [b"\\par ", b"{}", b"{\\*\\zz}", b"zz-.;", b"\\~", b"\r\n\t ", b"\\'zz"])
def test_scattered_objects_come_out(between: bytes) -> None:
    assert contents(read_bytes(scattered(between), "rtf"))[b"a.exe"] == PROGRAM


def test_what_is_not_understood_comes_out_as_it_is() -> None:
    found = contents(read_bytes(HOSTILE["compound file without a head"][0], "rtf"))
    assert found[b"compound-file-1"] == INNER
    assert contents(read_bytes(HOSTILE["program behind"][0], "rtf"))[b"trailing-1"].endswith(PROGRAM)


@pytest.mark.parametrize(
    "data",
    [
        b"{\\rtf1" + b"{" * 2_000_000,
        b"{\\rtf1" + b"{}" * 1_000_000,
        b"{\\rtf1{\\objdata " + b"{" * 1_000_000,
        b"{\\rtf1" + b"\\" * 2_000_000,
        b"{\\rtf1" + b"\\objdata" * 100_000,
        b"{\\rtf1{\\objdata " + b"0" * 10_000_000 + b"}}",
        b"{\\rtf1{\\objdata " + b"0\\par " * 500_000 + b"}}",
        b"{\\rtf1{\\objdata " + b"0g" * 1_000_000 + b"}}",
        b"{\\rtf1" + b"{\\objdata 00}" * 100_000,
        b"{\\rtf1" + b"\\bin1 " * 300_000,
        b"{\\rtf1" + b"\\a" + b"a" * 2_000_000,
        b"{\\rtf1\\a" + b"1" * 2_000_000,
        b"{\\rtf1 " + b"0" * 600 + b"{" + b" " * 3_000_000,
    ],
    ids=range(13),
)
def test_bombs(data: bytes) -> None:
    read_in_time(data, "rtf", 20)


def test_many_objects_end_at_the_limit() -> None:
    assert "too-many" in read_bytes(document(*[LINES] * 20), "rtf", Options(entries=5)).gives


def test_memory_is_a_few_times_the_size() -> None:
    data = document(embedded(b"x", bytes(4 << 20)).hex().encode())
    assert peak_memory(lambda: read_bytes(data, "rtf")) < 5 * len(data)


def test_damage_is_told_or_within_the_text() -> None:
    started = time.process_time()
    data = document(LINES)
    silent_mutations(data, "rtf", 300)
    assert time.process_time() - started < 20
    assert [length for length in every_cut(data, "rtf", 11) if length > 10] == []


def test_in_a_worker() -> None:
    members, troubles = read_confined(document(LINES), "rtf")
    assert troubles == []
    assert members[b"a.exe"] == PROGRAM
