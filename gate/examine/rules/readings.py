"""Other readings of an item: as what runs it would read it, where rules on the bytes as they are would miss it.

Rules are bounded to the size that their kind of file has, so that they cost little and fire on nothing else; a file
that was filled up to be larger (MITRE ATT&CK T1027.001) is also read without the filling.  And what stands in 16 or
32 bits a character is also read as UTF-8: rules look for one byte a character, some for UTF-16 of one byte order.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple, Protocol

SMALLEST_FILLED = 64 << 10
"""From this size on an item is looked at for filling: no rule has a bound below it, but for text of one line."""
LARGEST = 64 << 20
"""Longest other reading, in bytes: no rule has a bound above it."""
_BLOCK = 2048
"""Filling is found in blocks of so many bytes, each of them one byte over and over, or blanks alone."""
_SMALL = 256 << 10
"""Up to this size what is left is also rid of runs that are shorter than a block, or of what blocks left of them."""
_RUN = re.compile(rb"(.)(?>\1{255,})|\s{256,}+", re.DOTALL)
_RUN_KEPT = 16
_LINES_KEPT = 2
"""How often a line that repeats itself is kept."""
_LONGEST_LINE = 4096
_HEAD = 4096
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECODERS = {name: codecs.lookup(name) for _, name in _MARKS}
"""Looked up now, as a confined worker cannot import later."""
_ENCODER = codecs.lookup("utf-8")


class Content(Protocol):
    """Bytes, or a map of a file."""

    def __len__(self) -> int:
        """Return how many bytes there are."""

    def __getitem__(self, key: slice, /) -> bytes:
        """Return some of them."""


class Reading(NamedTuple):
    """Bytes to match besides those of the item, and in words how they came about."""

    data: bytes
    how: str


def other_readings(content: Content) -> Iterator[Reading]:
    """Yield the other readings of an item; most items have none."""
    narrow = _narrowed(content)
    if narrow is not None:
        yield Reading(narrow, "in its text as UTF-8")
    short = _without_filling(content if narrow is None else narrow)
    if short is not None:
        yield Reading(short, "without what fills it up")


def _narrowed(content: Content) -> bytes | None:
    """Return text of 16 or 32 bits a character as UTF-8; None for all else, and for what is longer than ``LARGEST``."""
    head = content[:4]
    for mark, name in _MARKS:
        if head.startswith(mark):
            if len(content) > LARGEST:
                return None
            text, _ = _DECODERS[name].decode(content[len(mark) :], "replace")
            return _ENCODER.encode(text, "replace")[0]
    return None


def _without_filling(content: Content) -> bytes | None:
    """Return the item without its filling; None where that leaves more than half of it or than ``LARGEST``."""
    size = len(content)
    if size < SMALLEST_FILLED:
        return None
    most = min(size // 2, LARGEST)
    text = b"\0" not in content[:_HEAD]
    # Lines can only be told in what is held at once.
    short = _without_runs(content, LARGEST if text else most)
    if short is not None and text:
        short = _without_repeated_lines(short)
    if short is not None and len(short) <= _SMALL:
        short = _RUN.sub(lambda run: run[0][:_RUN_KEPT], short)
    return short if short is not None and len(short) <= most else None


def _without_runs(content: Content, most: int) -> bytes | None:
    """Return the blocks that are no filling, and the first block of each run that is."""
    # Only the places are kept until it is known that the blocks are few: nearly every large file has no filling.
    places: list[int] = []
    before = b""
    for place in range(0, len(content), _BLOCK):
        block = content[place : place + _BLOCK]
        filling = b" " if block.isspace() else block[:1] if block.count(block[:1]) == len(block) else b""
        if not filling or filling != before:
            places.append(place)
            if len(places) * _BLOCK > most + _BLOCK:
                return None
        before = filling
    kept = b"".join(content[place : place + _BLOCK] for place in places)
    return kept if len(kept) <= most else None


def _without_repeated_lines(text: bytes) -> bytes:
    """Return a text with the first of all lines that are equal."""
    seen: dict[bytes, int] = {}
    kept = []
    for line in text.split(b"\n"):
        key = line.strip()
        count = seen.get(key, 0)
        if count < _LINES_KEPT or len(key) > _LONGEST_LINE:
            kept.append(line)
            seen[key] = count + 1
    return b"\n".join(kept)
