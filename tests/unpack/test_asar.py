"""asar archives: what is hostile about them is told, what is honest reads without a word."""

from __future__ import annotations

import random

import pytest

from gate.intake.readers.interface import Stored, Trouble
from tests.unpack.case_kit import hold
from tests.unpack.hostile.asar_writer import a_file, archive, integrity
from tests.unpack.hostile.asars import CASES
from tests.unpack.hostile.case import Case
from tests.unpack.reader_kit import labels_of, read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

TEXT = b"an honest text\n" * 20
LARGE = random.Random(2).randbytes(300_000)  # a fixed seed, no secret


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(case: Case) -> None:
    hold(case)


def honest() -> bytes:
    """Return an archive as Electron's packer writes it, but for files outside of it."""
    tree = {
        "package.json": a_file(0, TEXT),
        "lib": {
            "files": {
                "run": a_file(len(TEXT), LARGE, executable=True, integrity=integrity(LARGE, 1 << 16)),
                "empty": a_file(len(TEXT) + len(LARGE), b""),
                "current": {"link": "lib/run"},
                "仕様書.txt": a_file(len(TEXT) + len(LARGE), TEXT),
                "nothing": {"files": {}},
            }
        },
    }
    return archive(tree, TEXT + LARGE + TEXT)


def test_honest() -> None:
    assert labels_of(honest()) == ("asar",)
    reading = read_bytes(honest(), "asar")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert heads[b"lib"].kind == heads[b"lib/nothing"].kind == "folder"
    assert (heads[b"lib/run"].mode, heads[b"package.json"].mode) == (0o755, 0o644)
    assert (heads[b"lib/current"].kind, heads[b"lib/current"].target) == ("symbolic-link", b"../lib/run")
    assert bytes(reading.named(b"lib/run").content) == LARGE
    assert bytes(reading.named("lib/仕様書.txt".encode()).content) == TEXT
    assert reading.named(b"lib/empty").size == 0


def test_files_that_share_their_bytes_are_honest() -> None:
    reading = read_bytes(archive({"a": a_file(0, TEXT), "b": a_file(0, TEXT)}, TEXT), "asar")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"b").content) == TEXT


def test_an_empty_archive() -> None:
    assert read_bytes(archive({}), "asar").all_troubles == []


def test_in_a_worker() -> None:
    worker = worker_for("asar")
    try:
        events = events_of(worker, "asar", honest())
        assert not [event for event in events if isinstance(event, Trouble)]
        assert any(isinstance(event, Stored) for event in events)
        for case in CASES:
            assert (
                any(isinstance(event, Trouble) for event in events_of(worker, "asar", case.data)) or case.entries < 99
            )
    finally:
        worker.close()
