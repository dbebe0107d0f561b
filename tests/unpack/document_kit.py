"""What the tests of the readers of documents share: damage with bounded time, and readings where intake reads."""

from __future__ import annotations

import binascii
import os
import random
import time
import tracemalloc
from collections.abc import Callable

from gate.intake.readers.interface import Data, Member, Trouble
from gate.intake.unpacker import event_of
from gate.intake.unpackers import Unpackers
from gate.limits import Limits
from tests.unpack.reader_kit import Reading, read_bytes
from tests.unpack.test_fuzz_readers import mutated

PROGRAM = b"MZ" + bytes(range(256)) * 4
"""The file that the containers of these tests carry."""
SECONDS = 5.0
"""Most that the reading of one small damaged file may take; mutations take milliseconds."""


def uuencoded(data: bytes, name: bytes) -> bytes:
    """Return ``data`` as a uuencoded file."""
    lines = b"".join(binascii.b2a_uu(data[at : at + 45], backtick=True) for at in range(0, len(data), 45))
    return b"begin 644 " + name + b"\n" + lines + b"`\nend\n"


def contents(reading: Reading) -> dict[bytes, bytes]:
    """Return the bytes of all members by name."""
    return {seen.member.name: bytes(seen.content) for seen in reading.seen}


def read_in_time(data: bytes, label: str, seconds: float = SECONDS) -> Reading:
    """Read hostile bytes: nothing is raised, and it does not take long."""
    started = time.process_time()
    reading = read_bytes(data, label, most=64 << 20)
    assert time.process_time() - started < seconds, "takes too long"
    return reading


def silent_mutations(data: bytes, label: str, count: int) -> int:
    """Read ``count`` damaged forms of ``data``; return how many of them pass for sound."""
    silent = 0
    for number in range(count):
        dice = random.Random(f"{label}-{number}")  # a fixed seed, no secret
        silent += not read_in_time(mutated(data, dice), label).gives
    return silent


def every_cut(data: bytes, label: str, step: int) -> list[int]:
    """Return at which lengths a file that is cut short passes for sound."""
    return [length for length in range(1, len(data) - step, step) if not read_in_time(data[:length], label).gives]


def peak_memory(action: Callable[[], object]) -> int:
    """Return how many bytes Python held at most while ``action`` ran."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read_confined(data: bytes, label: str, most: int = 1 << 32) -> tuple[dict[bytes, bytes], list[Trouble]]:
    """Read in a worker confined as intake's are; return the bytes of members by name, and the troubles.

    Stops, as a budget would, behind ``most`` bytes.
    """
    workers = Unpackers(Limits())
    descriptor = os.memfd_create("container")
    members: dict[bytes, bytes] = {}
    troubles: list[Trouble] = []
    name = b""
    try:
        os.write(descriptor, data)
        for frame in workers.read(label, descriptor, password=None, seconds=30):
            event = event_of(frame)
            if isinstance(event, Member):
                name = event.name
                members[name] = b""
            elif isinstance(event, Data):
                members[name] += event.chunk
                if len(members[name]) > most:
                    break
            elif isinstance(event, Trouble):
                troubles.append(event)
    finally:
        os.close(descriptor)
        workers.close()
    return members, troubles
