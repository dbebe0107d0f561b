"""Damaged containers never make the reader hang, raise or fill memory; where the format has checksums, no member
changes in silence.

The mutations come from a fixed seed, so that a failure names the one that found it and comes back.
"""

from __future__ import annotations

import hashlib
import random
import time
import tracemalloc

import pytest

from tests.unpack.reader_kit import Reading, read_bytes
from tests.unpack.sevenzip_kit import MAKERS, made

QUICK, FULL = 12, 300
MOST = 64 << 20
WITH_CHECKSUMS = frozenset({"7z", "xar", "wim", "arj", "lzh", "dmg"})
LARGE = frozenset({"vhdx", "ntfs", "ext"})


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return ``data`` with a few bytes changed, removed, doubled or zeroed; headers are hit more often."""
    result = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        span = len(result) if dice.random() < 0.5 else min(len(result), 4096)
        place = dice.randrange(span)
        match dice.randrange(5):
            case 0:
                result[place] ^= 1 << dice.randrange(8)
            case 1:
                result[place] = dice.choice((0, 0x7F, 0x80, 0xFF))
            case 2:
                del result[place : place + dice.randint(1, 16)]
            case 3:
                result[place:place] = result[place : place + dice.randint(1, 64)]
            case _:
                length = dice.randint(1, 8)
                result[place : place + length] = dice.choice((b"\0", b"\xff")) * length
    return bytes(result)


def files(reading: Reading) -> set[str]:
    return {seen.sha256 for seen in reading.seen if seen.member.kind == "file" and not seen.member.made_up}


def check(label: str, count: int) -> None:
    original = made(label)
    known = files(read_bytes(original, label)) | {hashlib.sha256().hexdigest()}
    for number in range(count):
        dice = random.Random(f"{label}-{number}")
        started = time.monotonic()
        reading = read_bytes(mutated(original, dice), label, most=MOST)
        assert time.monotonic() - started < 20, f"{label} mutation {number} is slow"
        if label in WITH_CHECKSUMS and not reading.all_troubles:
            changed = files(reading) - known
            # The table of contents of a xar archive, which no checksum of a member covers, is a member itself.
            assert len(changed) <= (1 if label == "xar" else 0), (
                f"{label} mutation {number} changes a member in silence"
            )


EVERYDAY = ("7z", "cab", "iso", "rpm", "squashfs", "udf", "wim")


@pytest.mark.parametrize(
    "label",
    [pytest.param(each, marks=() if each in EVERYDAY else pytest.mark.full) for each in sorted(set(MAKERS) - LARGE)],
)
def test_mutations(label: str) -> None:
    check(label, QUICK)


@pytest.mark.full
@pytest.mark.parametrize("label", sorted(MAKERS))
def test_many_mutations(label: str) -> None:
    check(label, FULL)


def test_mutations_stay_small_in_memory() -> None:
    made("iso")
    tracemalloc.start()
    try:
        for number in range(10):
            read_bytes(mutated(made("iso"), random.Random(number)), "iso", most=MOST)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
