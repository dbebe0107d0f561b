from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gate.examine.antivirus.output import OutputWatch
from gate.examine.antivirus.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = (
    b"LibClamAV Warning: **************************************************\n"
    b"LibClamAV Warning: ***  The virus database is older than 7 days!  ***\n"
    b"LibClamAV Warning: ***   Please update it as soon as possible.    ***\n"
)


class Pipe:
    def __init__(self) -> None:
        self._source, self.sink = os.pipe()
        self.watch = OutputWatch(self._source)

    def write(self, data: bytes) -> None:
        os.write(self.sink, data)

    def close(self) -> None:
        os.close(self.sink)
        self.watch.close()
        os.close(self._source)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    made.close()


def test_what_may_be_said_at_the_start(pipe: Pipe) -> None:
    pipe.write(b"Limits: Files limit set to 1.\nAny other information\n" + OLD)
    assert pipe.watch.unattributed() == ()


@pytest.mark.parametrize(
    "line",
    [
        b"LibClamAV Warning: ***  Virus database timestamp in the future!   ***",
        b"LibClamAV Warning: ***  This version of the ClamAV engine is outdated.             ***",
        b"LibClamAV Warning: Detected duplicate databases a and b",
        b"LibClamAV Warning: ***  The virus database is older than 7 days!  *** LibClamAV Error: x",
        b"LibClamAV Error: anything",
        b"ERROR: anything",
        b"WARNING: anything",
    ],
)
def test_what_may_not_be_said_at_the_start(pipe: Pipe, line: bytes) -> None:
    pipe.write(line + b"\n")
    assert len(pipe.watch.unattributed()) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"LibClamAV Error: Can't create temporary directory for scan: /x",
        b"LibClamAV Warning: x: y FOUND",
        b"ERROR: INSTREAM: Can't write to temporary file.",
        b"malloc(): corrupted top size",
        b"thread 'main' panicked",
        b"--- Stopped at Mon Nov 23 2026",
        OLD.splitlines()[1],
    ],
)
def test_complaints_while_scanning(pipe: Pipe, line: bytes) -> None:
    pipe.watch.scanning_begins()
    with pipe.watch.observing() as observed:
        pipe.write(line + b"\n")
    assert len(observed.lines) == 1
    assert pipe.watch.unattributed() == ()


def test_expected_lines_while_scanning(pipe: Pipe) -> None:
    pipe.watch.scanning_begins()
    with pipe.watch.observing() as observed:
        pipe.write(b"/memfd:x (deleted): Evil FOUND\nfd[9]: Not a regular file. ERROR\n\nLibClamAV info: x\n")
    assert observed.lines == []


def test_a_complaint_belongs_to_all_that_was_in_flight_and_to_nothing_else(pipe: Pipe) -> None:
    pipe.watch.scanning_begins()
    with pipe.watch.observing() as first:
        with pipe.watch.observing() as second:
            pipe.write(b"LibClamAV Error: one\n")
        with pipe.watch.observing() as third:
            pass
    pipe.write(b"LibClamAV Error: two\n")
    assert [observed.lines for observed in (first, second, third)] == [
        ["LibClamAV Error: one"],
        ["LibClamAV Error: one"],
        [],
    ]
    assert pipe.watch.unattributed() == ("LibClamAV Error: two",)


def test_lines_in_pieces_without_end_and_escaped(pipe: Pipe) -> None:
    pipe.write(b"LibClamAV Er")
    assert pipe.watch.unattributed() == ()
    pipe.write(b"ror: \x1b[31m")
    pipe.write(b"x" * 200_000)
    lines = pipe.watch.unattributed()
    assert lines[0].startswith("LibClamAV Error: %1B[31mxxx")
    assert all(len(line) <= 4096 + 10 for line in lines)


def test_memory_is_bounded(pipe: Pipe) -> None:
    with pipe.watch.observing() as observed:
        for _ in range(50):
            pipe.write(b"ERROR: again\n" * 100)
    assert len(observed.lines) == len(pipe.watch.recent()) == 200


def test_together_and_alone() -> None:
    turns, inside, most = Turns(), 0, 0
    lock = threading.Lock()
    wrong: list[str] = []

    def scan() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turns.together():
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.001)
                with lock:
                    inside -= 1
            with turns.alone():
                if inside:
                    wrong.append("not alone")

    threads = [threading.Thread(target=scan) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []
    assert most > 1
