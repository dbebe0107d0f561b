"""Holds one hostile archive to what its entry in the table says."""

from __future__ import annotations

import time

from gate.intake.readers.interface import Options
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.reader_kit import Reading, labels_of, read_bytes
from tests.unpack.test_hostile_readers import MOST, reaches


def hold(case: Case) -> Reading:
    """Read the archive of ``case``, compare what comes out with its entry, and return the reading."""
    assert case.label in labels_of(case.data), "not recognised"
    started = time.monotonic()
    reading = read_bytes(case.data, case.label, Options(entries=case.entries), most=MOST)
    assert time.monotonic() - started < 60  # a hang, not a speed: a machine may be slow and busy
    assert case.gives <= reading.gives, f"{case.why}: {sorted(reading.gives)} {reading.details}"
    if case.bomb:
        assert sum(seen.size for seen in reading.seen) > MOST
    else:
        assert reading.gives, "a hostile archive passes without a word"
    assert any(case.detail in detail for detail in reading.details) or not case.detail, reading.details
    if case.reached:
        assert reaches(reading, PAYLOAD), "the payload stays hidden"
    return reading
