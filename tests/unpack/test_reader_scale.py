"""Time and memory grow with the archive and not with its square."""

from __future__ import annotations

import os
import time
import tracemalloc
from collections.abc import Callable
from itertools import accumulate

import pytest

from gate.intake.readers.interface import Member, Options, Source
from gate.intake.readers.registry import reader_for
from tests.unpack.hostile.streams import gzip_member
from tests.unpack.hostile.tar_writer import END, header
from tests.unpack.hostile.zip_writer import archive, end_record, plain


def zip_of(count: int) -> bytes:
    return archive([plain(b"folder/sub/%d" % number, b"") for number in range(count)], count=count & 0xFFFF)


def zip_backwards(count: int) -> bytes:
    """Return a zip file whose directory runs against the order of the data."""
    entries = [plain(b"folder/sub/%d" % number, b"") for number in range(count)]
    records = [entry.local_record() for entry in entries]
    offsets = accumulate((len(record) for record in records[:-1]), initial=0)
    pairs = reversed(list(zip(entries, offsets, strict=True)))
    directory = b"".join(entry.central_record(offset) for entry, offset in pairs)
    body = b"".join(records)
    return body + directory + end_record(count & 0xFFFF, len(directory), len(body))


def tar_of(count: int) -> bytes:
    return b"".join(header(b"folder/sub/%d" % number) for number in range(count)) + END


def gzip_of(count: int) -> bytes:
    return gzip_member(b"x") * count


FORMS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "zip": ("zip", zip_of),
    "zip-backwards": ("zip", zip_backwards),
    "tar": ("tar", tar_of),
    "gzip": ("gzip", gzip_of),
}


def seconds(label: str, data: bytes, entries: int) -> tuple[float, int]:
    """Return the processor time of reading, and the number of members."""
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, data)
        started = time.process_time()
        events = reader_for(label)(Source(descriptor), Options(entries=entries))
        members = sum(1 for event in events if isinstance(event, Member))
        return time.process_time() - started, members
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("form", FORMS)
def test_time_is_linear(form: str) -> None:
    label, make = FORMS[form]
    small = min(seconds(label, make(2_000), 10**6)[0] for _ in range(3))
    large, _ = seconds(label, make(20_000), 10**6)
    assert large < 40 * small, "ten times the entries take far more than ten times as long"


@pytest.mark.full
@pytest.mark.parametrize("form", FORMS)
def test_200_000_entries(form: str) -> None:
    label, make = FORMS[form]
    taken, members = seconds(label, make(200_000), 10**6)
    assert taken < 20
    assert members == (1 if label == "gzip" else 200_000)


def test_long_names_are_not_all_held() -> None:
    data = archive([plain(b"%05d" % number + b"n" * 60_000, b"") for number in range(300)])
    tracemalloc.start()
    try:
        assert seconds("zip", data, 1000)[1] == 300
        assert tracemalloc.get_traced_memory()[1] < len(data) // 4
    finally:
        tracemalloc.stop()
