"""Method 6 of zip, by an encoder written here after APPNOTE 5.3, compared with what 7-Zip and Info-ZIP unpack."""

from __future__ import annotations

import random
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.zip_implode import LARGE_DICTIONARY, LITERAL_TREE, Explode
from tests.unpack.hostile.zip_writer import Entry, Fields, archive
from tests.unpack.reader_kit import read_bytes
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

FLAGS = [0, LARGE_DICTIONARY, LITERAL_TREE, LARGE_DICTIONARY | LITERAL_TREE]
SAMPLE = Path("/usr/share/clamav-testfiles/clam.impl.zip")
WORDS = random.Random(5)  # a fixed seed, no secret
TEXT = b" ".join(WORDS.choice([b"gate", b"release", b"artifact", b"\xe8\x00", b"verify"]) for _ in range(6000))
NOISE = WORDS.randbytes(9000)
EVEN_64, EVEN_256 = [6] * 64, [8] * 256
STEEP_64 = [*range(1, 10), *[14] * 9, *[15] * 46]
"""A code whose longest words are longer than what is looked up in one step."""
STEEP_256 = [*[7] * 127, *[14] * 127, 15, 15]


class Bits:
    """Bits in the order of the format: the lowest of each byte first."""

    def __init__(self) -> None:
        self._text: list[str] = []

    def number(self, value: int, width: int) -> None:
        self._text.append(f"{value:0{width}b}"[::-1] if width else "")

    def word(self, code: tuple[int, int]) -> None:
        self._text.append(f"{code[0]:016b}"[: code[1]])

    def octets(self) -> bytes:
        text = "".join(self._text)
        return bytes(int(text[place : place + 8][::-1], 2) for place in range(0, len(text), 8))


def codes(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return the code of each value and its length, as APPNOTE 5.3.7 deals them."""
    order = sorted(range(len(lengths)), key=lambda value: (lengths[value], value))
    found = [(0, 0)] * len(lengths)
    code = increment = last = 0
    for value in reversed(order):
        code += increment
        if lengths[value] != last:
            last = lengths[value]
            increment = 1 << 16 - last
        found[value] = (code, lengths[value])
    return found


def tree(lengths: Sequence[int]) -> bytes:
    """Return a tree as it is stored: runs of up to sixteen values of one length."""
    runs: list[list[int]] = []
    for length in lengths:
        if runs and runs[-1][0] == length and runs[-1][1] < 16:
            runs[-1][1] += 1
        else:
            runs.append([length, 1])
    return bytes([len(runs) - 1, *((count - 1) << 4 | (length - 1) for length, count in runs)])


def implode(content: bytes, flags: int, trees: Sequence[Sequence[int]] = (EVEN_256, EVEN_64, EVEN_64)) -> bytes:
    """Return ``content`` imploded, with matches wherever three or more bytes were there before."""
    low, shortest = (7 if flags & LARGE_DICTIONARY else 6), (3 if flags & LITERAL_TREE else 2)
    used = trees if flags & LITERAL_TREE else trees[1:]
    literals, lengths, distances = (codes(one) for one in trees)
    bits, seen, place = Bits(), dict[bytes, int](), 0
    while place < len(content):
        start = seen.get(content[place : place + 3], -1)
        seen[content[place : place + 3]] = place
        back = place - start
        if start < 0 or back > 64 << low or place + 3 > len(content):
            bits.number(1, 1)
            if flags & LITERAL_TREE:
                bits.word(literals[content[place]])
            else:
                bits.number(content[place], 8)
            place += 1
            continue
        length = 3
        while length < 63 + 255 + shortest and content[start + length : start + length + 1] == (
            content[place + length : place + length + 1] or b"none"
        ):
            length += 1
        match(bits, (back, low), length - shortest, lengths, distances)
        place += length
    return b"".join(map(tree, used)) + bits.octets()


def match(
    bits: Bits,
    back: tuple[int, int],
    over: int,
    lengths: Sequence[tuple[int, int]],
    distances: Sequence[tuple[int, int]],
) -> None:
    """Write a match: distance and number of its low bits, and how much longer than the shortest it is."""
    distance, low = back
    bits.number(0, 1)
    bits.number((distance - 1) & (1 << low) - 1, low)
    bits.word(distances[distance - 1 >> low])
    bits.word(lengths[min(over, 63)])
    if over >= 63:
        bits.number(over - 63, 8)


def exploded(data: bytes, size: int, flags: int, *, feed: int = 1 << 16, most: int = 1 << 18) -> bytes:
    """Return what the decoder gives for ``data`` in pieces of ``feed`` bytes, at most ``most`` at a time."""
    decoder = Explode(size, flags)
    output = b""
    for place in range(0, len(data), feed):
        piece = data[place : place + feed]
        while not decoder.eof:
            step = decoder.decompress(piece, most)
            assert len(step) <= most
            output += step
            piece = b""
            if decoder.needs_input and not step:
                break
    return output


def archive_of(content: bytes, flags: int, packed: bytes) -> bytes:
    return archive([Entry(Fields(b"a", 6, flags, crc=zlib.crc32(content)), content, packed)])


@pytest.mark.parametrize("trees", [(EVEN_256, EVEN_64, EVEN_64), (STEEP_256, STEEP_64, STEEP_64[::-1])])
@pytest.mark.parametrize("content", [TEXT, NOISE, b"x", bytes(20_000)], ids=["text", "noise", "byte", "zeros"])
@pytest.mark.parametrize("flags", FLAGS)
def test_what_was_imploded_comes_out(flags: int, content: bytes, trees: list[list[int]], tmp_path: Path) -> None:
    packed = implode(content, flags, trees)
    assert exploded(packed, len(content), flags) == content
    data = archive_of(content, flags, packed)
    reading = read_bytes(data, "zip")
    assert reading.all_troubles == []
    assert bytes(reading.named(b"a").content) == content
    (tmp_path / "a.zip").write_bytes(data)
    for program in (["7zz", "x", "-so", "a.zip"], ["unzip", "-p", "a.zip"]):
        assert subprocess.run(program, cwd=tmp_path, check=True, capture_output=True).stdout == content


@pytest.mark.parametrize(("feed", "most"), [(1, 1 << 18), (7, 5), (1 << 16, 1), (64, 333)])
def test_small_steps_give_the_same(feed: int, most: int) -> None:
    content = TEXT[:4000] + bytes(3000)
    packed = implode(content, LITERAL_TREE, (STEEP_256, STEEP_64, STEEP_64))
    assert exploded(packed, len(content), LITERAL_TREE, feed=feed, most=most) == content


def test_copies_from_before_the_start_are_zeros() -> None:
    bits = Bits()
    match(bits, (500, 6), 8, codes(EVEN_64), codes(EVEN_64))
    assert exploded(tree(EVEN_64) * 2 + bits.octets(), 10, 0) == bytes(10)


def test_what_follows_the_stream_is_left_over() -> None:
    packed = implode(TEXT, 0)
    decoder = Explode(len(TEXT), 0)
    assert decoder.decompress(packed + b"tail", 1 << 20) == TEXT
    assert decoder.eof
    assert decoder.unused_data == b"tail"


@pytest.mark.parametrize(
    ("packed", "size"),
    [
        (tree([6] * 63) + tree(EVEN_64) + bytes(99), 9),
        (tree([5] * 64) + tree(EVEN_64) + bytes(99), 9),
        (tree([7] * 64) + tree(EVEN_64) + bytes(99), 9),
        (implode(bytes(300), 0), 200),
    ],
    ids=["too-few", "too-many-words", "words-left", "size"],
)
def test_bad_streams_are_told(packed: bytes, size: int) -> None:
    with pytest.raises(Damaged):
        exploded(packed, size, 0)
    assert read_bytes(archive_of(bytes(size), 0, packed), "zip").gives == {"corrupt"}


def test_a_stream_that_is_cut_short_is_told() -> None:
    packed = implode(TEXT, 0)
    for cut in (1, 5, 40, len(packed) // 2, len(packed) - 1):
        assert read_bytes(archive_of(TEXT, 0, packed[:cut]), "zip").gives == {"corrupt"}


def test_damaged_streams_never_crash() -> None:
    packed = implode(TEXT[:5000], LITERAL_TREE, (STEEP_256, STEEP_64, STEEP_64))
    for number in range(400):
        dice = random.Random(number)  # a fixed seed, no secret
        broken = bytearray(packed)
        for _ in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        reading = read_bytes(archive_of(TEXT[:5000], LITERAL_TREE, bytes(broken)), "zip", most=1 << 20)
        assert reading.gives or bytes(reading.named(b"a").content) == TEXT[:5000]


def test_a_bomb_is_small_in_memory_and_goes_on_at_a_fair_rate() -> None:
    size = 6 << 20
    packed = implode(bytes(size), 0)
    assert len(packed) < size // 50
    started = time.monotonic()
    tracemalloc.start()
    try:
        assert read_bytes(archive_of(bytes(size), 0, packed), "zip").named(b"a").size == size
        assert tracemalloc.get_traced_memory()[1] < 16 << 20  # what the kit keeps of the content, and some chunks
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < 60  # a hang, not a speed


def test_the_sample_of_clamav() -> None:
    if not SAMPLE.is_file():
        pytest.skip("needs the Debian package clamav-testfiles")
    program = SAMPLE.with_name("clam.exe").read_bytes()
    assert bytes(read_bytes(SAMPLE.read_bytes(), "zip").named(b"CLAM.EXE").content) == program


def test_in_a_worker() -> None:
    worker = worker_for("zip")
    try:
        events = events_of(worker, "zip", archive_of(TEXT, LITERAL_TREE, implode(TEXT, LITERAL_TREE)))
    finally:
        worker.close()
    assert b"".join(getattr(event, "chunk", b"") for event in events) == TEXT
