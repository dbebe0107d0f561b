"""The reader of TNEF, against a writer of its own ([MS-OXTNEF])."""

from __future__ import annotations

import struct
import time
import zlib

import pytest

from gate.intake.identify import identify
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Options
from gate.intake.readers.rtf_compressed import decompress
from tests.unpack.document_kit import PROGRAM, contents, every_cut, read_confined, read_in_time, silent_mutations
from tests.unpack.reader_kit import read_bytes

SIGNATURE = b"\x78\x9f\x3e\x22\x01\0"
RENDER, TITLE, DATA, PROPERTIES, MESSAGE, BODY = 0x69002, 0x18010, 0x6800F, 0x69005, 0x69003, 0x2800C


def attribute(level: int, identifier: int, data: bytes) -> bytes:
    return bytes([level]) + struct.pack("<LL", identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def sized(data: bytes) -> bytes:
    return struct.pack("<L", len(data)) + data + bytes(-len(data) % 4)


def prop(kind: int, tag: int, data: bytes) -> bytes:
    return struct.pack("<HHL", kind, tag, 1) + sized(data)


def properties(*items: bytes) -> bytes:
    return struct.pack("<L", len(items)) + b"".join(items)


def attachment(name: bytes, data: bytes, *more: bytes) -> bytes:
    parts = attribute(2, RENDER, bytes(14)) + attribute(2, TITLE, name + b"\0") + attribute(2, DATA, data)
    return parts + (attribute(2, PROPERTIES, properties(*more)) if more else b"")


def stored_rtf(text: bytes) -> bytes:
    return struct.pack("<LL4sL", len(text) + 12, len(text), b"MELA", 0) + text


def compressed_rtf(text: bytes) -> bytes:
    """Return RTF in literal tokens only, ended by a reference to the place of writing."""
    body = bytearray()
    for at in range(0, len(text), 8):
        run = text[at : at + 8]
        last = len(run) < 8
        body += bytes([1 << len(run) if last else 0]) + run
        if last:
            body += ((207 + len(text)) % 4096 << 4).to_bytes(2, "big")
    checksum = zlib.crc32(bytes(body), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return struct.pack("<LL4sL", len(body) + 12, len(text), b"LZFu", checksum) + bytes(body)


LONG_NAME = prop(0x1F, 0x3707, "納入物の一覧.exe\0".encode("utf-16-le"))
SAMPLE = (
    SIGNATURE
    + attribute(
        1, MESSAGE, properties(prop(0x102, 0x1009, compressed_rtf(b"{\\rtf1 body}")), prop(0x1E, 0x1000, b"text\0"))
    )
    + attachment(b"SHORT.EXE", PROGRAM, LONG_NAME)
    + attachment(b"b.txt", b"plain")
)


def test_attachments_and_bodies_come_out() -> None:
    assert identify(SAMPLE, SAMPLE, len(SAMPLE)) == ("tnef",)
    reading = read_bytes(SAMPLE, "tnef")
    assert reading.all_troubles == []
    assert contents(reading) == {
        b"body-1": b"{\\rtf1 body}",
        b"body-2": b"text\0",
        "納入物の一覧.exe".encode(): PROGRAM,
        b"b.txt": b"plain",
    }


def test_embedded_messages_and_properties_of_bytes() -> None:
    embedded = prop(0x0D, 0x3701, bytes(16) + SAMPLE)
    named = (
        struct.pack("<HH", 0x102, 0x8001)
        + bytes(16)
        + struct.pack("<L", 1)
        + sized("n\0".encode("utf-16-le"))
        + struct.pack("<L", 1)
        + sized(PROGRAM)
    )
    data = (
        SIGNATURE
        + attribute(2, RENDER, b"")
        + attribute(2, PROPERTIES, properties(embedded, named, struct.pack("<HHL", 3, 1, 2)))
    )
    reading = read_bytes(data, "tnef")
    assert reading.all_troubles == []
    assert contents(reading) == {b"property-1": PROGRAM, b"attachment-1": SAMPLE}


def test_filling_behind_the_end_is_nothing() -> None:
    assert read_bytes(SAMPLE + b"\r\n\0", "tnef").all_troubles == []


HOSTILE: dict[str, tuple[bytes, str]] = {
    "checksum": (SAMPLE.replace(b"plain", b"plein"), "corrupt"),
    "cut": (SAMPLE[:-7], "corrupt"),
    "trailing program": (SAMPLE + PROGRAM, "corrupt"),
    "lied length": (SIGNATURE + b"\2" + struct.pack("<LL", DATA, 0xFFFFFFFF) + PROGRAM, "corrupt"),
    "no such level": (SIGNATURE + b"\3" + PROGRAM, "corrupt"),
    "not TNEF": (b"x" * 40, "corrupt"),
    "two contents": (SIGNATURE + attachment(b"a", PROGRAM, prop(0x102, 0x3701, b"other")), "ambiguous"),
    "no content": (SIGNATURE + attribute(2, RENDER, b"") + attribute(2, TITLE, b"a\0"), "corrupt"),
    "cut properties": (SIGNATURE + attribute(2, RENDER, b"") + attribute(2, PROPERTIES, struct.pack("<L", 9) + LONG_NAME), "corrupt"),
    "unknown type": (SIGNATURE + attribute(2, RENDER, b"") + attribute(2, PROPERTIES, properties(prop(0x77, 1, b"a"))), "corrupt"),
    "bad compressed RTF": (SIGNATURE + attribute(1, MESSAGE, properties(prop(0x102, 0x1009, compressed_rtf(b"abc")[:-1]))), "corrupt"),
    "unknown compression": (SIGNATURE + attribute(1, MESSAGE, properties(prop(0x102, 0x1009, b"x" * 20))), "unsupported"),
    "traversal": (SIGNATURE + attachment(b"../a.exe", PROGRAM), "unsafe-name"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    data, word = HOSTILE[name]
    assert word in read_in_time(data, "tnef").gives


def test_nothing_is_lost_behind_damage() -> None:
    assert contents(read_bytes(HOSTILE["trailing program"][0], "tnef"))[b"trailing-1"] == PROGRAM
    assert sorted(bytes(seen.content) for seen in read_bytes(HOSTILE["two contents"][0], "tnef").seen) == [
        PROGRAM,
        b"other",
    ]


def test_many_attributes_end_in_linear_time() -> None:
    data = SIGNATURE + attachment(b"a", b"b") * 50_000
    assert len(read_in_time(data, "tnef", 20).seen) == 50_000
    assert read_bytes(data, "tnef", Options(entries=5)).gives == {"too-many"}
    many = SIGNATURE + attribute(2, PROPERTIES, struct.pack("<L", 300_000) + struct.pack("<HHL", 3, 1, 2) * 300_000)
    read_in_time(many, "tnef", 20)
    counted = SIGNATURE + attribute(2, PROPERTIES, properties(struct.pack("<HHL", 0x1102, 1, 0xFFFFFFFF)))
    assert "corrupt" in read_in_time(counted, "tnef").gives
    claimed = SIGNATURE + attribute(2, PROPERTIES, struct.pack("<L", 0xFFFFFFFF))
    assert "corrupt" in read_in_time(claimed, "tnef").gives


def test_compressed_rtf() -> None:
    text = bytes(range(256)) * 40
    assert decompress(memoryview(compressed_rtf(text + b"abc"))) == text + b"abc"
    assert decompress(memoryview(stored_rtf(text))) == text
    # A reference into what the window holds at first: "{\\rtf1\\ansi".
    body = b"\x03" + (0 << 4 | 9).to_bytes(2, "big") + ((207 + 11) << 4).to_bytes(2, "big")
    checksum = zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF
    assert (
        decompress(memoryview(struct.pack("<LL4sL", len(body) + 12, 11, b"LZFu", checksum) + body)) == b"{\\rtf1\\ansi"
    )
    for bad in (b"", b"x" * 16, struct.pack("<LL4sL", 9, 1 << 31, b"LZFu", 0)):
        with pytest.raises(Damaged):
            decompress(memoryview(bad))


def test_damage_is_told() -> None:
    started = time.process_time()
    assert silent_mutations(SAMPLE, "tnef", 300) < 60
    assert time.process_time() - started < 20
    # The format has no end mark: between two attributes a cut cannot be seen.
    ends = [len(SIGNATURE)]
    while ends[-1] < len(SAMPLE):
        ends.append(ends[-1] + 11 + int.from_bytes(SAMPLE[ends[-1] + 5 : ends[-1] + 9], "little"))
    assert set(every_cut(SAMPLE, "tnef", 1)) <= set(ends)


def test_in_a_worker() -> None:
    members, troubles = read_confined(SAMPLE, "tnef")
    assert troubles == []
    assert members["納入物の一覧.exe".encode()] == PROGRAM
