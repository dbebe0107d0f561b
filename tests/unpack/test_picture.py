"""What stands behind or in a picture comes out; a picture that is one and nothing else is left alone."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Callable

import pytest

from gate.intake.identify import HEAD_BYTES, TAIL_BYTES
from gate.intake.readers.interface import Member, Stored, Trouble
from gate.intake.readers.picture import is_picture, picture_with_more
from gate.intake.readers.picture_ends import picture_end
from tests.unpack.hostile import containers, made_with
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.reader_kit import Reading, labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

NOISE = containers.noise(200_000)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    """Return a PNG of one pixel with more chunks before its end."""
    end = chunk(b"IEND", b"")
    return containers.picture().removesuffix(end) + b"".join(chunks) + end


def jpeg(scan: bytes = b"\x12\xff\x00\x34\xff\xd0\x56", *segments: bytes) -> bytes:
    """Return the frame of a JPEG with two scans of coded data."""
    head = b"\xff\xd8" + b"".join(segments) + b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    return head + 2 * (b"\xff\xda\0\x08\1\1\0\0\x3f\0" + scan) + b"\xff\xff\xd9"


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def gif(comment: bytes = b"") -> bytes:
    """Return a GIF of one pixel, with a comment in blocks."""
    blocks = b"".join(
        bytes((len(comment[at : at + 255]),)) + comment[at : at + 255] for at in range(0, len(comment), 255)
    )
    plain = containers.gif()
    return plain[:19] + (b"\x21\xfe" + blocks + b"\0" if comment else b"") + plain[19:]


def bmp(kind: int = 40, declared: int | None = None, method: int = 0) -> bytes:
    """Return a bitmap of three pixels in one row, which is filled up to twelve bytes."""
    size = struct.pack("<HH", 3, 1) if kind == 12 else struct.pack("<ll", 3, 1)
    header = struct.pack("<L", kind) + size + struct.pack("<HH", 1, 24)
    header += b"" if kind == 12 else struct.pack("<LL", method, 12)
    start = 14 + kind
    whole = start + 12
    return (
        b"BM" + struct.pack("<L4xL", whole if declared is None else declared, start) + header.ljust(kind, b"\0")
    ) + b"\xaa" * 12


def riff(form: bytes = b"WEBP", content: bytes = b"VP8L\2\0\0\0\x2f\0") -> bytes:
    return b"RIFF" + struct.pack("<L", 4 + len(content)) + form + content + b"\0" * (len(content) % 2)


PICTURES: dict[str, Callable[[], bytes]] = {
    "png": png,
    "png-unknown-chunk": lambda: png(chunk(b"prVt", NOISE[:500])),
    "png-large": lambda: png(chunk(b"IDAT", NOISE)),
    "jpeg": jpeg,
    "jpeg-thumbnail": lambda: jpeg(b"\x12", segment(0xE1, b"Exif\0\0" + jpeg())),
    "jpeg-several": lambda: jpeg(b"\x12", segment(0xE2, b"MPF\0")) + bytes(100) + jpeg() + jpeg(),
    "jpeg-large": lambda: jpeg(b"\x12" * 45_000),
    "gif": gif,
    "gif-comment": lambda: gif(NOISE[:1000]),
    "bmp": bmp,
    "bmp-os2": lambda: bmp(12),
    "bmp-size-missing": lambda: bmp(declared=0),
    "bmp-rounded": lambda: bmp(declared=14 + 40 + 12 + 2) + bytes(2),
    "bmp-packed": lambda: bmp(method=1),
    "webp": riff,
    "webp-odd": lambda: riff(content=b"VP8 \1\0\0\0x"),
    "wave": lambda: riff(b"WAVE", b"data\4\0\0\0abcd"),
    "film-in-parts": lambda: riff(b"AVI ") + riff(b"AVIX"),
    "wave-without-a-size": lambda: b"RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff" + NOISE[:400],
}
NO_PICTURES = {
    "empty": b"",
    "text": b"BM is what a bitmap begins with\n" * 4,
    "riff-of-another-form": b"RIFF\4\0\0\0sfbk",
    "magic-cut": b"\x89PNG\r\n",
    "zip": b"PK\3\4",
}
ARCHIVES: dict[str, Callable[[bytes], bytes]] = {
    "7z": made_with.sevenzip,
    "rar": made_with.rar,
    "cab": made_with.cab,
}
WITHOUT_AN_END = {"wave-without-a-size"}


class Bytes:
    """Reads bytes by their place, as the functions of the reader take them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, offset: int, count: int) -> bytes:
        return self._data[offset : offset + count]


def more(data: bytes) -> bool:
    return picture_with_more(data[:HEAD_BYTES], data[-TAIL_BYTES:], len(data))


def parts(data: bytes) -> list[tuple[bytes, bytes]]:
    reading = read_bytes(data, "picture")
    assert all(seen.member.made_up for seen in reading.seen)
    return [(seen.member.name, bytes(seen.content)) for seen in reading.seen]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_alone(name: str) -> None:
    data = PICTURES[name]()
    assert is_picture(data[:32])
    assert not picture_with_more(data, data, len(data))
    assert labels_of(data) == ()
    assert read_bytes(data, "picture") == Reading()


@pytest.mark.parametrize("name", sorted(PICTURES.keys() - WITHOUT_AN_END))
def test_zeros_behind_a_picture_are_filling(name: str) -> None:
    data = PICTURES[name]() + bytes(5000)
    assert not more(data)
    assert parts(data) == []


@pytest.mark.parametrize("name", sorted(PICTURES.keys() - WITHOUT_AN_END))
def test_data_behind_a_picture_comes_out(name: str) -> None:
    data = PICTURES[name]() + bytes(7) + PAYLOAD
    assert more(data)
    assert labels_of(data) == ("picture",)
    reading = read_bytes(data, "picture")
    assert reading.all_troubles == []
    assert [(seen.member.name, bytes(seen.content)) for seen in reading.seen] == [(b"trailing-1", PAYLOAD)]


@pytest.mark.parametrize("name", sorted(PICTURES.keys() - WITHOUT_AN_END))
def test_an_end_that_is_there_twice_ends_the_picture_once(name: str) -> None:
    data = PICTURES[name]()
    assert parts(data + PAYLOAD + data[-16:])[0][1].startswith(PAYLOAD)


@pytest.mark.parametrize("name", ["png-large", "jpeg-large"])
def test_of_a_large_picture_the_middle_may_decide(name: str) -> None:
    data = PICTURES[name]()
    assert picture_with_more(data[:100], data[-100:], len(data)) == (name != "png-large")
    assert picture_with_more(data[:100], (data + PAYLOAD)[-300:], len(data) + len(PAYLOAD))


def test_many_steps_are_not_made_outside_of_a_worker() -> None:
    data = png(chunk(b"tEXt", b"") * 3000)
    assert more(data)
    assert parts(data) == []


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture(name: str) -> None:
    data = NO_PICTURES[name] + (PAYLOAD if NO_PICTURES[name] else b"")
    assert not is_picture(data)
    assert not more(data)


@pytest.mark.parametrize("kind", ARCHIVES)
@pytest.mark.parametrize("name", ["png", "gif", "jpeg", "bmp", "webp"])
def test_an_archive_behind_a_picture_is_told(name: str, kind: str) -> None:
    archive = ARCHIVES[kind](PAYLOAD)
    reading = read_bytes(PICTURES[name]() + b"a note before it" + archive, "picture")
    assert [bytes(seen.content) for seen in reading.seen] == [b"a note before it", archive]
    assert [trouble.issue for trouble in reading.seen[1].troubles] == ["hidden-data"]
    assert reading.gives == {"hidden-data"}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_an_archive_in_a_part_of_the_picture_is_told(kind: str) -> None:
    archive = ARCHIVES[kind](PAYLOAD)
    for host in (png(chunk(b"prVt", archive)), jpeg(b"\x12", segment(0xFE, archive)), gif(b"x" * 255)[:-1] + archive):
        reading = read_bytes(host + b"and a tail", "picture")
        assert reading.gives == {"hidden-data"}
        assert bytes(reading.seen[0].content).startswith(archive)


def test_an_archive_without_an_end_has_all_behind_it() -> None:
    rar = made_with.rar(PAYLOAD)
    assert parts(png() + rar + rar) == [(b"archive-1", rar + rar)]
    sevenzip = made_with.sevenzip(PAYLOAD)
    assert parts(png() + sevenzip + b"between" + rar) == [
        (b"archive-1", sevenzip),
        (b"trailing-1", b"between"),
        (b"archive-2", rar),
    ]


def test_archives_beyond_number() -> None:
    empty = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(bytes(20))) + bytes(20)
    assert "too-many" in read_bytes(png() + empty * 1100, "picture").gives


@pytest.mark.parametrize("name", PICTURES)
def test_damage_makes_no_end_beyond_the_file(name: str) -> None:
    data = PICTURES[name]()[:400]
    for place in range(min(len(data), 120)):
        for value in (0, 0x7F, 0xFF):
            changed = data[:place] + bytes((value,)) + data[place + 1 :]
            assert 0 <= picture_end(Bytes(changed).read, len(changed)) <= len(changed)
            assert picture_with_more(changed, changed, len(changed)) in {True, False}
            assert picture_with_more(changed[:40], changed[-40:], len(changed)) in {True, False}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9" * 500_000,
        png(chunk(b"tEXt", b"") * 150_000),
        gif()[:-1] + b"\x21\xfe\1x\0" * 400_000,
        b"\xff\xd8" + b"\xff\xda\0\2" * 500_000,
    ],
    ids=["jpegs", "chunks", "extensions", "scans"],
)
def test_many_short_parts_cost_time_in_proportion(data: bytes) -> None:
    started = time.process_time()
    read_bytes(data, "picture")
    assert time.process_time() - started < 10
    started = time.process_time()
    more(data)
    assert time.process_time() - started < 0.2


def test_in_a_worker() -> None:
    worker = worker_for("picture")
    try:
        archive = made_with.sevenzip(PAYLOAD)
        events = events_of(worker, "picture", png() + PAYLOAD + archive)
    finally:
        worker.close()
    assert [event.name for event in events if isinstance(event, Member)] == [b"trailing-1", b"archive-1"]
    assert [event.size for event in events if isinstance(event, Stored)] == [len(PAYLOAD), len(archive)]
    assert [event.issue for event in events if isinstance(event, Trouble)] == ["hidden-data"]
