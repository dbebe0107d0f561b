"""Zstandard, lz4 and lzip files of their own programs read whole and without a word; so do their rarer forms."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import tarfile
import time
from collections.abc import Callable

import pytest

from gate.intake.readers.interface import Data, Trouble
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.streams import compressed, lzip_member, seek_table, skippable
from tests.unpack.reader_kit import labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

TEXT = b"an honest text\n" * 20
CONTENT = TEXT * 20_000 + random.Random(5).randbytes(700_000)  # a fixed seed, no secret
PROGRAMS: dict[str, tuple[str, list[str]]] = {
    "zstd": ("zstd", ["zstd", "-c"]),
    "zstd-no-check": ("zstd", ["zstd", "-c", "--no-check"]),
    "zstd-ultra": ("zstd", ["zstd", "-c", "--ultra", "-22"]),
    "zstd-long": ("zstd", ["zstd", "-c", "--long=27"]),
    "zstd-threads": ("zstd", ["zstd", "-c", "-T2", "-B1MiB"]),
    "pzstd": ("zstd", ["pzstd", "-q", "-c", "-p", "2"]),
    "lz4": ("lz4", ["lz4", "-c"]),
    "lz4-best": ("lz4", ["lz4", "-9", "-BD", "--content-size", "-c"]),
    "lz4-small-blocks": ("lz4", ["lz4", "-B4", "-BX", "-c"]),
    "lz4-no-checks": ("lz4", ["lz4", "--no-frame-crc", "-c"]),
    "lz4-legacy": ("lz4", ["lz4", "-l", "-c"]),
    "lzip": ("lzip", ["lzip", "-c"]),
    "lzip-best": ("lzip", ["lzip", "-9", "-c"]),
    "lzip-members": ("lzip", ["lzip", "-b", "1MiB", "-c"]),
    "lzip-dictionary": ("lzip", ["lzip", "-s", "3MiB", "-c"]),
}
FORMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zstd-two-frames": ("zstd", lambda: compressed("zstd", TEXT) * 2),
    "zstd-empty": ("zstd", lambda: compressed("zstd", b"")),
    "zstd-zero-padded": ("zstd", lambda: compressed("zstd", TEXT) + bytes(600)),
    "zstd-empty-skippable": ("zstd", lambda: skippable(b"") + compressed("zstd", TEXT) + skippable(b"", 0x5F)),
    "zstd-parallel": (
        "zstd",
        lambda: skippable(struct.pack("<L", len(compressed("zstd", TEXT))), 0x50) + compressed("zstd", TEXT),
    ),
    "lz4-two-frames": ("lz4", lambda: compressed("lz4", TEXT) * 2),
    "lz4-empty": ("lz4", lambda: compressed("lz4", b"")),
    "lz4-after-empty-skippable": ("lz4", lambda: compressed("lz4", TEXT) + skippable(b"")),
    "lzip-two-members": ("lzip", lambda: lzip_member(TEXT) * 2),
    "lzip-empty": ("lzip", lambda: lzip_member(b"")),
    "lzip-zero-padded": ("lzip", lambda: lzip_member(TEXT) + bytes(7)),
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("content", [CONTENT, b"", b"1"], ids=["much", "nothing", "one"])
def test_what_programs_write(name: str, content: bytes) -> None:
    label, argv = PROGRAMS[name]
    data = subprocess.run(argv, input=content, check=True, capture_output=True).stdout
    if not content and name == "lz4-legacy":
        assert len(data) == 4  # a magic number and nothing else, which no reader takes for a file
    assert label in labels_of(data)
    reading = read_bytes(data, label)
    assert reading.all_troubles == []
    (seen,) = reading.seen
    assert (seen.member.name, seen.member.made_up, bytes(seen.content)) == (b"content", True, content[: 4 << 20])
    assert seen.size == len(content)


@pytest.mark.parametrize("name", FORMS)
def test_honest_forms(name: str) -> None:
    label, make = FORMS[name]
    data = make()
    assert labels_of(data) == (label,)
    reading = read_bytes(data, label)
    assert reading.all_troubles == []
    copies = 0 if name.endswith("empty") else 2 if "two" in name else 1
    assert bytes(reading.named(b"content").content) == TEXT * copies


def test_a_seek_table_of_just_these_frames_is_looked_at_and_no_hidden_data() -> None:
    frames = [compressed("zstd", TEXT), compressed("zstd", b""), compressed("zstd", PAYLOAD)]
    sizes = [(len(frames[0]), len(TEXT)), (len(frames[1]), 0), (len(frames[2]), len(PAYLOAD))]
    reading = read_bytes(b"".join(frames) + seek_table(sizes), "zstd")
    assert reading.all_troubles == []
    assert reading.named(b"content").size == len(TEXT) + len(PAYLOAD)
    assert reading.named(b"skippable-1").size == 3 * 8 + 9
    wrong = read_bytes(b"".join(frames) + seek_table(sizes[::-1]), "zstd")
    assert wrong.gives == {"hidden-data"}


@pytest.mark.parametrize("label", ["zstd", "lz4", "lzip"])
def test_members_of_a_compressed_tar_are_the_members_of_the_stream(label: str) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("a/b")
        entry.size = len(TEXT)
        tar.addfile(entry, io.BytesIO(TEXT))
    reading = read_bytes(compressed(label, buffer.getvalue()), label)
    assert reading.all_troubles == []
    assert bytes(reading.named(b"a/b").content) == TEXT


@pytest.mark.parametrize("label", ["zstd", "lz4", "lzip"])
def test_many_frames_cost_time_in_proportion(label: str) -> None:
    one = compressed(label, b"x")

    def seconds(count: int) -> float:
        data = one * count
        started = time.process_time()
        assert read_bytes(data, label).named(b"content").size == count
        return time.process_time() - started

    assert seconds(10_000) < 40 * max(min(seconds(1_000), seconds(1_000)), 0.005)


def test_in_a_worker() -> None:
    for label in ("zstd", "lzip", "lz4"):
        worker = worker_for(label)
        try:
            events = events_of(worker, label, compressed(label, CONTENT))
            assert b"".join(event.chunk for event in events if isinstance(event, Data)) == CONTENT
            assert not [event for event in events if isinstance(event, Trouble)]
            broken = events_of(worker, label, compressed(label, CONTENT)[:-30])
            assert [event.reason for event in broken if isinstance(event, Trouble)] == ["corrupt"]
        finally:
            worker.close()
