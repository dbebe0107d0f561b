"""Every hostile archive gives what its entry in the table says, in bounded time and memory."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from gate.intake.readers.interface import Options
from tests.unpack.hostile.ars import CASES as ARS
from tests.unpack.hostile.asars import CASES as ASARS
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.cpios import CASES as CPIOS
from tests.unpack.hostile.rars import CASES as RARS
from tests.unpack.hostile.streams import CASES as STREAMS
from tests.unpack.hostile.tars import CASES as TARS
from tests.unpack.hostile.zips import CASES as ZIPS
from tests.unpack.reader_kit import Reading, labels_of, read_bytes

CASES = [*ZIPS, *TARS, *STREAMS, *ARS, *CPIOS, *ASARS, *RARS]
MOST = 64 << 20
"""Bytes after which a budget would stop: bombs are read no further."""


def test_the_table_is_large_and_its_names_are_unique() -> None:
    assert len(CASES) >= 120
    assert len({case.name for case in CASES}) == len(CASES)


def reaches(reading: Reading, payload: bytes) -> bool:
    """Say whether the payload came out, at once or in a container that came out."""
    for seen in reading.seen:
        content = bytes(seen.content)
        if payload in content:
            return True
        for label in labels_of(content):
            if label in {"zip", "tar", "gzip"} and reaches(read_bytes(content, label, most=MOST), payload):
                return True
    return False


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_archive(case: Case) -> None:
    started = time.monotonic()
    reading = read_bytes(case.data, case.label, Options(entries=case.entries), most=MOST)
    assert time.monotonic() - started < 60  # a hang, not a speed: a machine may be slow and busy
    assert case.gives <= reading.gives, f"{case.why}: {sorted(reading.gives)}"
    if case.bomb:
        assert sum(seen.size for seen in reading.seen) > MOST
    else:
        assert reading.gives, "a hostile archive passes without a word"
    assert any(case.detail in detail for detail in reading.details) or not case.detail, reading.details
    if case.reached:
        assert reaches(reading, PAYLOAD), "the payload stays hidden"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile_archive_is_recognised(case: Case) -> None:
    assert case.label in labels_of(case.data)


@pytest.mark.parametrize("name", ["zip-overlap-bomb", "tar-sparse-huge", "gzip-bomb", "xz-bomb", "bzip2-bomb"])
def test_bombs_stay_small_in_memory(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    tracemalloc.start()
    try:
        read_bytes(case.data, case.label, Options(entries=case.entries), most=MOST)
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["zip-overlap-same", "zip-overlap-quoted", "zip-overlap-bomb"])
def test_overlapping_entries_are_not_expanded_at_all(name: str) -> None:
    case = next(case for case in CASES if case.name == name)
    members = [seen for seen in read_bytes(case.data, case.label).seen if not seen.member.made_up]
    assert len(members) > 1
    for seen in members:
        assert seen.size == 0
        assert {"ratio", "ambiguous"} <= {trouble.reason or trouble.issue for trouble in seen.troubles}
