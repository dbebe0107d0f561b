"""Readers run where intake runs them: in a confined process, which can import nothing any more."""

from __future__ import annotations

import bz2
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from gate.intake.readers.interface import Data, Event, Member, Trouble
from gate.intake.readers.registry import READERS, modules_of
from gate.intake.unpacker import event_of
from gate.isolation import Worker
from tests.unpack.hostile.case import PAYLOAD
from tests.unpack.hostile.streams import CASES as STREAMS
from tests.unpack.hostile.tars import CASES as TARS
from tests.unpack.hostile.zip_writer import Entry, Fields, archive, extra_field, plain
from tests.unpack.hostile.zips import CASES as ZIPS

OPTIONS = {"name_bytes": 1024, "name_depth": 64, "entries": 100_000}


def japanese() -> bytes:
    """Return a zip file whose names need codecs that Python loads at first use."""
    name = "仕様書.txt".encode("cp932")
    path = extra_field(0x7075, b"\1" + struct.pack("<L", zlib.crc32(name)) + "仕様書.txt".encode())
    return archive([Entry(Fields(name, extra=path), PAYLOAD), plain("表.txt".encode("euc_jp"))])


def worker_for(label: str) -> Worker:
    """Start a worker as intake does for containers with ``label``."""
    return Worker("gate.intake.unpacker:serve", OPTIONS, preload=modules_of(READERS[label].group))


def frames_of(worker: Worker, label: str, descriptor: int, *, password: bytes | None = None) -> Iterator[list[Any]]:
    """Yield the frames of a reading, out of the messages in which they come."""
    for batch in worker.request({"label": label, "password": password}, [descriptor], seconds=60):
        yield from batch


def events_of(worker: Worker, label: str, data: bytes) -> list[Event]:
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, data)
        return [event_of(frame) for frame in frames_of(worker, label, descriptor)]
    finally:
        os.close(descriptor)


def test_events_cross_the_border_of_a_worker() -> None:
    worker = worker_for("zip")
    try:
        events = events_of(worker, "zip", japanese())
        assert [event for event in events if isinstance(event, Trouble)] == []
        assert [event.name for event in events if isinstance(event, Member)] == [
            "仕様書.txt".encode("cp932"),
            "表.txt".encode("euc_jp"),
        ]
        assert any(isinstance(event, Data) for event in events_of(worker, "bzip2", bz2.compress(PAYLOAD)))
    finally:
        worker.close()


@pytest.mark.parametrize("label", ["zip", "tar", "streams"])
def test_all_that_readers_tell_is_understood_outside(label: str) -> None:
    worker = worker_for("zip")
    try:
        for case in {"zip": ZIPS, "tar": TARS, "streams": STREAMS}[label]:
            if not case.bomb and case.name != "gzip-many":
                assert events_of(worker, case.label, case.data), case.name
    finally:
        worker.close()
