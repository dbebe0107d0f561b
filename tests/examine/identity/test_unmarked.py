"""Brotli streams, which nothing tells but their decoding."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import brotli  # type: ignore[import-untyped]  # publishes no type information
import pytest

from gate.examine.identity import unmarked
from gate.examine.identity.unmarked import unmarked_streams
from gate.models import Derived, Gap
from tests.examine.clamav.antivirus_kit import viewed
from tests.examine.clamav.containers_kit import incompressible

TEXT = b"the quick brown fox jumps over the lazy dog, again and again\n" * 20


def streams(content: bytes) -> list[Derived | Gap]:
    with viewed(content) as view:
        return list(unmarked_streams(view))


@pytest.mark.parametrize("quality", [0, 1, 5, 11])
@pytest.mark.parametrize("window", [10, 16, 24])
@pytest.mark.parametrize("content", [TEXT, incompressible(100_000), TEXT * 500, b"twelve bytes and a few"])
def test_content_comes_out(content: bytes, quality: int, window: int) -> None:
    assert streams(brotli.compress(content, quality=quality, lgwin=window)) == [Derived("brotli", content)]


def test_a_stream_that_begins_like_a_text() -> None:
    """The first part is kept as it is, so that whoever looks only at the beginning takes it for a text."""
    first = b"".join(b"%d," % number for number in range(400))
    stream = _kept(first) + b"\x03"  # the last block, and empty
    assert stream[3:].isascii()
    assert streams(stream) == [Derived("brotli", first)]


def _kept(content: bytes) -> bytes:
    """Return the head of a stream and one block that is not compressed (RFC 7932, 9.1 and 9.2)."""
    bits = 0b0 | 0 << 1 | 0b00 << 2 | (len(content) - 1) << 4 | 1 << 20  # window 16, not last, 4 nibbles, kept
    return bits.to_bytes(3, "little") + content


def test_as_the_program_makes_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(TEXT)
    subprocess.run(["brotli", "page.html"], cwd=tmp_path, check=True)
    assert streams((tmp_path / "page.html.br").read_bytes()) == [Derived("brotli", TEXT)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x06",
        TEXT,
        brotli.compress(TEXT)[:-1],
        brotli.compress(TEXT) + b"x",
        b"x" + brotli.compress(TEXT),
        incompressible(5000),
        Path("/bin/true").read_bytes(),
        "日本語の文章です。\n".encode() * 100,
    ],
    ids=["empty", "empty-stream", "text", "cut", "more-behind", "more-before", "random", "program", "japanese"],
)
def test_what_is_none(content: bytes) -> None:
    assert streams(content) == []


def test_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    started = time.monotonic()
    (gap,) = streams(brotli.compress(bytes(unmarked.CONTENT_BYTES + 1)))
    assert isinstance(gap, Gap)
    assert gap.reason == "too-large"
    assert time.monotonic() - started < 20
    monkeypatch.setattr(unmarked, "CONTENT_BYTES", len(TEXT))
    assert streams(brotli.compress(TEXT)) == [Derived("brotli", TEXT)]


def test_random_bytes_are_hardly_ever_one() -> None:
    assert sum(bool(streams(os.urandom(200))) for _ in range(3000)) == 0


def test_pictures_and_programs_of_this_machine_are_none() -> None:
    found = [path for path in sorted(Path("/usr/bin").iterdir())[:400] if path.is_file()]
    assert len(found) > 100
    assert [path for path in found if streams(path.read_bytes())] == []
