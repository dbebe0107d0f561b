"""Setup streams and cabinets of InstallShield: honest ones come out whole, and what is wrong with others is told."""

from __future__ import annotations

import hashlib
import os
import random
import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest

from gate.intake.readers.checks import Members
from gate.intake.readers.installshield import is_setup_stream
from gate.intake.readers.installshield_cabinet import joined
from gate.intake.readers.interface import Data, Event, Member, Options, Source, Stored, Trouble
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.installshield_writer import (
    COMPRESSED,
    INVALID,
    OBFUSCATED,
    SPLIT,
    VERSIONS,
    Packed,
    Streamed,
    cabinet,
    chunks,
    debug_record,
    setup_stream,
    split,
)
from tests.unpack.reader_kit import Reading, labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

LABEL = "installshield"
SAMPLES = Path("/usr/share/clamav-testfiles")
TEXT = b"an honest text\n" * 9000
NOISE = random.Random(7).randbytes(70_000)  # a fixed seed, no secret
STREAMED = [
    Streamed("setup.ini", TEXT),
    Streamed("日本語.txt", NOISE, flags=2),
    Streamed("folder\\plain.bin", PAYLOAD, flags=0, packed=False),
    Streamed("disguised.bin", NOISE[:3000], flags=6, packed=False),
    Streamed("empty", b""),
]


def contents(reading: Reading) -> dict[bytes, bytes]:
    return {seen.member.name: bytes(seen.content) for seen in reading.seen}


@pytest.mark.parametrize(("wide", "kind"), [(False, 0), (True, 0), (True, 4)])
@pytest.mark.parametrize("before", [b"", debug_record()], ids=["plain", "debug"])
def test_setup_streams(before: bytes, wide: bool, kind: int) -> None:
    data = before + setup_stream(STREAMED, wide=wide, kind=kind)
    assert labels_of(data) == (LABEL,)
    reading = read_bytes(data, LABEL)
    assert reading.all_troubles == []
    assert contents(reading) == {file.name.replace("\\", "/").encode(): file.content for file in STREAMED}


def test_other_data_is_no_setup_stream() -> None:
    for data in (b"InstallShield Wizard\0", b"NB10" + bytes(12) + b"C:\\a.pdb\0" + bytes(99), b"", PAYLOAD):
        assert not is_setup_stream(data)
        assert LABEL not in labels_of(data)


@pytest.mark.parametrize(
    ("data", "gives", "detail"),
    [
        (setup_stream(STREAMED, kind=5), "unsupported", "newer kind"),
        (setup_stream(STREAMED, count=6), "corrupt", "truncated list"),
        (setup_stream(STREAMED, wide=True, count=6), "corrupt", "truncated list"),
        (setup_stream(STREAMED, count=4), "hidden-data", "behind the last file"),
        (setup_stream(STREAMED)[:-3], "corrupt", "goes on past the end"),
        (setup_stream(STREAMED)[:30], "corrupt", "truncated header"),
        (setup_stream([Streamed("a", TEXT, behind=PAYLOAD)]), "corrupt", "behind the compressed stream"),
        (setup_stream([Streamed("a", TEXT), Streamed("A", TEXT)]), "ambiguous", "same name but for case"),
        (setup_stream([Streamed("..\\a", TEXT)]), "unsafe-name", "parent folder"),
        (setup_stream([Streamed("x", b"")]).replace(b"x\0left", b"\0\0left"), "corrupt", "without a name"),
    ],
    ids=["kind", "count", "count-wide", "trailing", "cut", "header", "behind", "case", "parent", "nameless"],
)
def test_what_is_wrong_with_a_setup_stream(data: bytes, gives: str, detail: str) -> None:
    reading = read_bytes(data, LABEL)
    assert gives in reading.gives
    assert any(detail in told for told in reading.details), reading.details


def test_bytes_that_no_file_of_a_stream_explains_come_out() -> None:
    reading = read_bytes(setup_stream(STREAMED) + PAYLOAD, LABEL)
    assert bytes(reading.named(b"trailing").content) == PAYLOAD
    cut = setup_stream([STREAMED[0]], count=2) + b"?" * 200
    assert bytes(read_bytes(cut, LABEL).named(b"unread-1").content) == b"?" * 200


PACKED = [
    Packed("text.txt", TEXT),
    Packed("noise.bin", NOISE, OBFUSCATED | COMPRESSED, folder=1),
    Packed("plain.bin", NOISE[:5000], 0),
    Packed("masked.bin", NOISE[:5000], OBFUSCATED),
    Packed("empty", b""),
    Packed("not-in-use", b"", INVALID, offset=512),
]
EXPECTED = {(b"program/files/" if file.folder else b"") + file.name.encode(): file.content for file in PACKED[:-1]}


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_cabinets_with_their_list(version: int) -> None:
    _, volumes = cabinet(PACKED, version=version)
    assert labels_of(volumes[1]) == (LABEL,)
    reading = read_bytes(volumes[1], LABEL)
    assert reading.all_troubles == []
    assert contents(reading) == EXPECTED


def test_the_old_form_without_sizes() -> None:
    plain = Packed("text.txt", TEXT, stored=chunks(TEXT, old=True))
    with_marker = Packed("b", b"\0\0\xff\xff" * 5000, stored=chunks(b"\0\0\xff\xff" * 5000, old=True))
    _, volumes = cabinet([plain, with_marker], version=5)
    reading = read_bytes(volumes[1], LABEL)
    assert reading.all_troubles == []
    assert contents(reading) == {b"text.txt": TEXT, b"b": with_marker.content}


def test_files_that_share_their_data() -> None:
    files = [Packed("a", TEXT), Packed("b", TEXT, previous=0), Packed("c", TEXT, previous=1)]
    _, volumes = cabinet(files)
    reading = read_bytes(volumes[1], LABEL)
    assert reading.all_troubles == []
    assert set(contents(reading).values()) == {TEXT}
    _, volumes = cabinet([Packed("a", TEXT, previous=1), Packed("b", TEXT, previous=0)])
    assert read_bytes(volumes[1], LABEL).gives == {"corrupt"}


@pytest.mark.parametrize(
    ("files", "gives", "detail"),
    [
        ([Packed("a", TEXT, md5=bytes(16))], "", ""),
        ([Packed("a", TEXT, md5=b"?" * 16)], "corrupt", "digest mismatch"),
        ([Packed("a", TEXT, size=3)], "corrupt", "size mismatch"),
        ([Packed("a", TEXT, stored=chunks(TEXT)[:-4])], "corrupt", "truncated"),
        ([Packed("a", TEXT, stored=chunks(TEXT) + b"\1")], "corrupt", "truncated"),
        ([Packed("a", b"", stored=b"\3\0\3\0!")], "corrupt", "behind a compressed piece"),
        ([Packed("a", TEXT, stored=b"\2\0\xff\xff")], "corrupt", "bad compressed data"),
        ([Packed("a", TEXT, offset=1 << 40)], "corrupt", "past the end of its volume"),
        ([Packed("a", TEXT, 0, offset=0)], "unsupported", "in another file"),
        ([Packed("a", TEXT, COMPRESSED | SPLIT)], "corrupt", "past the end of its volume"),
        ([Packed("a", TEXT, folder=7)], "corrupt", "a folder that is not in the list"),
        ([Packed("x" * 5000, TEXT)], "corrupt", "no end"),
        ([Packed("..\\..\\a", TEXT)], "unsafe-name", "parent folder"),
        ([Packed("a", TEXT, INVALID)], "hidden-data", "belongs to no file"),
    ],
)
def test_what_is_wrong_with_a_cabinet(files: list[Packed], gives: str, detail: str) -> None:
    if not gives:
        files = [Packed("a", b"", md5=hashlib.md5(b"", usedforsecurity=False).digest())]
    _, volumes = cabinet(files)
    reading = read_bytes(volumes[1], LABEL)
    assert {gives} - {""} <= reading.gives, reading.details
    assert gives or not reading.gives, reading.details
    assert any(detail in told for told in reading.details) or not detail, reading.details


def test_bytes_of_a_volume_that_no_file_explains_come_out() -> None:
    _, volumes = cabinet([Packed("a", TEXT)], behind=PAYLOAD)
    reading = read_bytes(volumes[1], LABEL)
    assert reading.gives == {"hidden-data"}
    assert bytes(reading.named(b"gap-1").content) == PAYLOAD
    assert read_bytes(cabinet([Packed("a", TEXT)], behind=bytes(600))[1][1], LABEL).gives == set()


def test_a_list_that_ends_before_its_own_head_is_told() -> None:
    _, volumes = cabinet([Packed("a", TEXT)])
    data = bytearray(volumes[1])
    listing = int.from_bytes(data[12:16], "little")
    struct.pack_into("<L", data, listing + 12, 0)
    struct.pack_into("<LL", data, listing + 20, 1, 1)
    assert read_bytes(bytes(data), LABEL).gives == {"corrupt"}


def test_a_list_or_a_volume_alone_is_a_gap() -> None:
    header, volumes = cabinet(PACKED, alone=False)
    for data in (header, volumes[1]):
        assert labels_of(data) == (LABEL,)
        reading = read_bytes(data, LABEL)
        assert reading.gives == {"unsupported"}
        assert reading.seen == []


def test_a_volume_that_is_not_there_is_a_gap() -> None:
    _, volumes = cabinet([Packed("a", TEXT), Packed("b", NOISE, volume=2)])
    reading = read_bytes(volumes[1], LABEL)
    assert bytes(reading.named(b"a").content) == TEXT
    assert [told.reason for told in reading.named(b"b").troubles] == ["unsupported"]


def row_of(files: dict[bytes, bytes]) -> tuple[bytes, list[tuple[bytes, int, int]]]:
    """Return the bytes of files in a row, and where each of them is."""
    data, row = b"something before", []
    for path, content in files.items():
        row.append((path, len(data), len(data) + len(content)))
        data += content
    return data, row


def together(files: dict[bytes, bytes]) -> tuple[dict[bytes, bytes], list[str]]:
    """Return what the cabinets among the files hold, and the details of what is wrong."""
    data, row = row_of(files)
    descriptor = os.memfd_create("row")
    try:
        os.write(descriptor, data)
        source = Source(descriptor)
        events: list[Event] = list(joined(source, row, Members(Options())))
    finally:
        os.close(descriptor)
    found: dict[bytes, bytes] = {}
    details = []
    for event in events:
        if isinstance(event, Member):
            name = event.name
            found[name] = b""
        elif isinstance(event, Data):
            found[name] += event.chunk
        elif isinstance(event, Stored):
            found[name] += data[event.offset : event.offset + event.size]
        elif isinstance(event, Trouble):
            details.append(event.detail)
    return found, details


def test_a_list_and_its_volumes_in_a_row() -> None:
    files = [*PACKED[:-1], Packed("second.bin", PAYLOAD, volume=2), Packed("beside.txt", b"beside", 0, offset=0)]
    header, volumes = cabinet(files, alone=False)
    row = {
        b"Disk1/Data1.cab": volumes[1],
        b"Disk1/data1.hdr": header,
        b"Disk1/data2.cab": volumes[2],
        b"Disk1/beside.txt": b"beside",
        b"Disk1/other1.cab": b"MSCF",
    }
    found, details = together(row)
    assert details == []
    assert found == {
        **{b"Disk1/Data/" + name: content for name, content in EXPECTED.items()},
        b"Disk1/Data/second.bin": PAYLOAD,
    }
    del row[b"Disk1/beside.txt"]
    assert together(row)[1] == ["its data is in another file"]
    del row[b"Disk1/data1.hdr"]
    assert together(row) == ({}, [])


def test_a_file_in_two_volumes() -> None:
    header, volumes = split("long.bin", NOISE)
    row = {b"data1.hdr": header, b"data1.cab": volumes[1], b"data2.cab": volumes[2]}
    found, details = together(row)
    assert details == []
    assert found == {b"data/long.bin": NOISE, b"data/none": b""}
    del row[b"data2.cab"]
    assert set(together(row)[1]) == {"its data is in another file"}


def test_damaged_input_never_crashes() -> None:
    stream = setup_stream([*STREAMED[2:], Streamed("a", TEXT[:3000])])
    wide = setup_stream([*STREAMED[2:], Streamed("日本", TEXT[:3000])], wide=True)
    small = [Packed("a", TEXT[:3000]), Packed("b", NOISE[:500], OBFUSCATED), Packed("c", TEXT[:3000], previous=0)]
    bases = [stream, wide, *(cabinet(small, version=version)[1][1] for version in VERSIONS)]
    for number in range(600):
        dice = random.Random(number)  # a fixed seed, no secret
        broken = bytearray(bases[number % len(bases)])
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(broken)) if dice.random() < 0.3 else dice.randrange(40, min(len(broken), 600))
            if dice.random() < 0.3:
                place = max(0, len(broken) - dice.randrange(1, 900))
            broken[place] = dice.choice([0, 1, 255, 127, dice.randrange(256)])
        cut = bytes(broken if dice.random() < 0.8 else broken[: dice.randrange(len(broken))])
        read_bytes(cut, LABEL, most=1 << 24)


def test_a_list_of_very_many_files_is_stopped() -> None:
    files = [Packed(f"f{number}", b"", offset=512) for number in range(3000)]
    _, volumes = cabinet(files)
    reading = read_bytes(volumes[1], LABEL, Options(entries=100))
    assert reading.gives == {"too-many"}
    assert len(reading.seen) == 100


def test_a_bomb_is_small_in_memory() -> None:
    coder = zlib.compressobj(wbits=-15)
    piece = coder.compress(bytes(32 << 20)) + coder.flush()
    stored = (struct.pack("<H", len(piece)) + piece) * 2
    files = [Packed("zeros", b"", stored=stored, size=64 << 20)]
    data = cabinet(files)[1][1]
    tracemalloc.start()
    try:
        assert read_bytes(data, LABEL).named(b"zeros").size == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 16 << 20  # what the kit keeps of the content, and some chunks
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["clam_ISmsi_int.exe", "clam_ISmsi_ext.exe"])
def test_the_samples_of_clamav(name: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("needs the Debian package clamav-testfiles")
    data = (SAMPLES / name).read_bytes()
    stream = data[data.index(b"NB10", 900_000) :]
    reading = read_bytes(stream, LABEL)
    assert reading.all_troubles == []
    names = {seen.member.name for seen in reading.seen}
    assert {b"clam.msi", b"Setup.ini", b"0x0409.ini"} <= names
    if "ext" in name:
        assert bytes(reading.named(b"clam.exe409.bmp").content) == (SAMPLES / "clam.exe").read_bytes()


def test_in_a_worker() -> None:
    worker = worker_for(LABEL)
    try:
        for data in (setup_stream(STREAMED, wide=True), cabinet(PACKED, version=17)[1][1]):
            events = events_of(worker, LABEL, data)
            assert [event for event in events if isinstance(event, Trouble)] == []
            assert sum(isinstance(event, Member) for event in events) == 5
    finally:
        worker.close()
