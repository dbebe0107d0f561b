"""Installation files of Symbian OS: honest ones come out whole, and what is wrong with others is told."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gate.intake.readers.interface import Member, Options, Trouble
from gate.intake.readers.sis import is_sis
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import Reading, labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

SAMPLE = Path("/usr/share/clamav-testfiles/clam.sis")
TEXT = b"an honest text\n" * 9000
NOISE = random.Random(11).randbytes(5000)  # a fixed seed, no secret
TARGET = "!:\\system\\apps\\"


@dataclass(frozen=True)
class Installed:
    """A file of the package: one content for all languages, or one for each."""

    target: str
    contents: tuple[bytes, ...]
    origin: str = ""
    kind: int = 0
    size: int | None = None
    tail: bytes = b""


class Writer:
    """Puts a package together; texts and files stand behind the records."""

    def __init__(self, *, newer: bool = True, wide: bool = True, compressed: bool = True, languages: int = 1) -> None:
        self.newer, self.wide, self.compressed, self.languages = newer, wide, compressed, languages
        self._records = bytearray()
        self._places: list[tuple[int, bytes]] = []
        self._count = 0

    def number(self, *values: int) -> None:
        self._records += struct.pack(f"<{len(values)}L", *values)

    def text(self, *values: str) -> None:
        """Add lengths, then places of texts."""
        stored = [value.encode("utf-16-le" if self.wide else "latin-1") for value in values]
        self.number(*map(len, stored))
        for data in stored:
            self.pointer(data)

    def pointer(self, data: bytes) -> None:
        self._places.append((len(self._records), data))
        self.number(0)

    def file(self, file: Installed) -> None:
        self._count += 1
        several = len(file.contents) > 1
        self.number(1 if several else 0, file.kind, 0)
        self.text(file.origin)
        self.text(file.target)
        coded = [zlib.compress(content) if self.compressed else content for content in file.contents]
        self.number(*(len(data) + len(file.tail) for data in coded))
        for data in coded:
            self.pointer(data + file.tail)
        if self.newer:
            self.number(*(len(content) if file.size is None else file.size for content in file.contents))
            self.text("text/plain")

    def record(self, *values: int, raw: bytes = b"", texts: Sequence[str] = ()) -> None:
        self._count += 1
        self.number(*values)
        self._records += raw
        if texts:
            self.text(*texts)

    def done(self, *, behind: bytes = b"", count: int | None = None) -> bytes:
        head_size = 100 if self.newer else 68
        languages = struct.pack(f"<{self.languages}H", *range(1, self.languages + 1))
        first = head_size + len(languages)
        files = self._count
        needed = first + len(self._records)
        self.number(0x101F6F88, 0, 0)
        self.text(*["Series60ProductID"] * self.languages)
        names = first + len(self._records)
        self.text(*["Name"] * self.languages)
        data = bytearray(self._records)
        for place, content in self._places:
            struct.pack_into("<L", data, place, first + len(data))
            data += content
        flags = (1 if self.wide else 0) | (0 if self.compressed or not self.newer else 8)
        certificates = first + len(data) if behind else 0
        uid = 0x10003A12 if self.newer else 0x1000006D
        head = struct.pack("<LLLLH", 0x01000000, uid, 0x10000419, 0x73854F24, 0)
        head += struct.pack("<HHH", self.languages, files if count is None else count, 1)
        head += struct.pack("<8xLHHHHL", 200, flags, 0, 1, 0, 0)
        head += struct.pack("<LLLLL", head_size, first, needed, certificates, names)
        return head.ljust(head_size, b"\0") + languages + bytes(data) + behind


def package(*files: Installed, newer: bool = True, wide: bool = True, compressed: bool = True) -> bytes:
    writer = Writer(newer=newer, wide=wide, compressed=compressed and newer)
    for file in files:
        writer.file(file)
    return writer.done()


FILES = [
    Installed(TARGET + "a.txt", (TEXT,)),
    Installed("C:\\noise.bin", (NOISE,)),
    Installed("", (PAYLOAD,), origin="D:\\source\\readme.txt", kind=1),
    Installed("!:\\empty", (b"",)),
]
EXPECTED = {
    b"!:/system/apps/a.txt": TEXT,
    b"C:/noise.bin": NOISE,
    b"readme.txt": PAYLOAD,
    b"!:/empty": b"",
}


def contents(reading: Reading) -> dict[bytes, bytes]:
    return {seen.member.name: bytes(seen.content) for seen in reading.seen}


@pytest.mark.parametrize(
    ("newer", "wide", "compressed"),
    [(True, True, True), (True, True, False), (True, False, True), (False, False, False)],
)
def test_packages(newer: bool, wide: bool, compressed: bool) -> None:
    data = package(*FILES, newer=newer, wide=wide, compressed=compressed)
    assert labels_of(data) == ("sis",)
    reading = read_bytes(data, "sis")
    assert reading.all_troubles == []
    assert contents(reading) == EXPECTED


def test_records_that_are_no_files_and_files_in_several_languages() -> None:
    writer = Writer(languages=2)
    writer.record(3, 20, raw=b"an expression of 20.")
    writer.file(FILES[0])
    writer.record(5)
    writer.file(Installed("!:\\日本.txt", (TEXT, NOISE)))
    writer.record(6)
    writer.record(2, 1, texts=["choice", "Wahl"])
    writer.file(Installed("!:\\made.ini", (b"",), kind=4))
    reading = read_bytes(writer.done(), "sis")
    assert reading.all_troubles == []
    names = [seen.member.name for seen in reading.seen]
    assert names == [b"!:/system/apps/a.txt", "!:/日本.txt".encode(), "!:/日本.txt".encode(), b"!:/made.ini"]
    assert [bytes(seen.content) for seen in reading.seen[1:3]] == [TEXT, NOISE]


def test_what_the_header_points_to_is_not_hidden() -> None:
    writer = Writer()
    writer.file(FILES[0])
    reading = read_bytes(writer.done(behind=b"certificates and a signature"), "sis")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"gap-1").content) == b"certificates and a signature"


def test_other_data_is_no_package() -> None:
    for data in (b"", bytes(99), PAYLOAD, b"\x19\x04\0\x10" * 20):
        assert not is_sis(data)
        assert "sis" not in labels_of(data)


def test_newer_packages_are_a_gap() -> None:
    data = b"\x7a\x1a\x20\x10" + bytes(200)
    assert labels_of(data) == ("sis",)
    assert read_bytes(data, "sis").gives == {"unsupported"}


@pytest.mark.parametrize(
    ("data", "gives", "detail"),
    [
        (package(*FILES) + PAYLOAD, "hidden-data", "belongs to no file"),
        (package(*FILES)[:90], "corrupt", "truncated"),
        (package(*FILES)[:-400], "corrupt", "truncated"),
        (package(Installed("a", (TEXT,), size=7)), "corrupt", "size mismatch"),
        (package(Installed("a", (TEXT,), tail=PAYLOAD)), "corrupt", "behind the compressed stream"),
        (package(Installed("!:\\..\\..\\a", (TEXT,))), "unsafe-name", "parent folder"),
        (package(Installed("1:\\a", (TEXT,))), "unsafe-name", "stream"),
        (package(Installed("a" * 2000, (TEXT,))), "unsafe-name", "too long"),
        (package(Installed("a" * 3000, (TEXT,))), "corrupt", "bad length"),
        (Writer(languages=300).done(), "corrupt", "languages"),
    ],
    ids=["behind", "head", "cut", "size", "tail", "parent", "drive", "long", "longer", "languages"],
)
def test_what_is_wrong_with_a_package(data: bytes, gives: str, detail: str) -> None:
    reading = read_bytes(data, "sis")
    assert gives in reading.gives, reading.details
    assert any(detail in told for told in reading.details), reading.details


def test_an_unknown_record_is_a_gap() -> None:
    writer = Writer()
    writer.file(FILES[0])
    writer.record(9)
    reading = read_bytes(writer.done(), "sis")
    assert reading.gives == {"unsupported"}
    assert bytes(reading.seen[0].content) == TEXT


def test_very_many_files_are_stopped() -> None:
    data = package(*[Installed(f"f{number}", (b"",)) for number in range(200)])
    reading = read_bytes(data, "sis", Options(entries=100))
    assert reading.gives == {"too-many"}
    assert len(reading.seen) == 100


def test_damaged_packages_never_crash() -> None:
    writer = Writer(languages=2)
    writer.record(2, 1, texts=["choice", "Wahl"])
    writer.file(Installed("!:\\日本.txt", (TEXT[:3000], NOISE[:300])))
    writer.record(3, 20, raw=b"an expression of 20.")
    bases = [writer.done(), package(*FILES[1:]), package(*FILES[1:], newer=False, wide=False)]
    for number in range(600):
        dice = random.Random(number)  # a fixed seed, no secret
        broken = bytearray(bases[number % len(bases)])
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(16, min(len(broken), 700))
            broken[place] = dice.choice([0, 1, 255, 0xD8, dice.randrange(256)])
        cut = bytes(broken if dice.random() < 0.8 else broken[: dice.randrange(len(broken))])
        read_bytes(cut, "sis", most=1 << 24)


def test_a_bomb_is_small_in_memory() -> None:
    data = package(Installed("zeros", (bytes(64 << 20),)))
    tracemalloc.start()
    try:
        assert read_bytes(data, "sis").named(b"zeros").size == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 16 << 20  # what the kit keeps of the content, and some chunks
    finally:
        tracemalloc.stop()


def test_the_sample_of_clamav() -> None:
    if not SAMPLE.is_file():
        pytest.skip("needs the Debian package clamav-testfiles")
    reading = read_bytes(SAMPLE.read_bytes(), "sis")
    assert reading.all_troubles == []
    assert contents(reading) == {b"!:/clam.exe": SAMPLE.with_name("clam.exe").read_bytes()}


def test_in_a_worker() -> None:
    worker = worker_for("sis")
    try:
        events = events_of(worker, "sis", package(*FILES))
    finally:
        worker.close()
    assert [event for event in events if isinstance(event, Trouble)] == []
    assert [event.name for event in events if isinstance(event, Member)] == list(EXPECTED)
