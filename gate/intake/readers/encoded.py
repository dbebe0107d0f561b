"""A reader of files in uuencode (POSIX.1-2017, uuencode): the old form, and that in base64; any number in one text."""

from __future__ import annotations

import binascii
from collections.abc import Generator, Iterator

from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.interface import CHUNK, Event, Options, Source, Trouble
from gate.intake.readers.mime_decode import Base64
from gate.intake.readers.names import NameRegister
from gate.intake.text_formats import plain_text, uuencode_head

TEXT_BYTES = 128 << 20
"""Largest text that is read, here and by the readers of mail and BinHex; they hold it in memory."""
_LAST_LINES = frozenset({b"", b"`", b" "})
_LINE_BYTES = 4096


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the files in a text and what is wrong with them; the text around them is the container's own."""
    yield from bounded(_files(source, options), options)


def _files(source: Source, options: Options) -> Iterator[Event]:
    text = plain_text(load(source, TEXT_BYTES))
    yield from uuencoded_files(text, 0, len(text), Members(options), NameRegister(options))


def uuencoded_files(text: bytes, start: int, stop: int, members: Members, names: NameRegister) -> Iterator[Event]:
    """Yield the uuencoded files between two places of ``text``."""
    position = text.find(b"begin", start, stop)
    while position >= 0:
        behind = position + 1
        begins_line = position == start or text[position - 1] in b"\r\n"
        found = uuencode_head(text, position) if begins_line else None
        if found is not None:
            name, base64, behind = found
            yield from members.named(name)
            clash = names.add(name, folder=False)
            if clash:
                yield Trouble(clash, issue="ambiguous", in_member=True)
            decode = base64_body if base64 else uu_body
            behind = yield from decode(text, behind, stop)
        position = text.find(b"begin", behind, stop)


def uu_body(text: bytes, start: int, stop: int) -> Generator[Event, None, int]:
    """Yield the bytes of a uuencoded file, whose first line of data is at ``start``; return where it ends."""
    gathered = bytearray()
    problem = "uuencoded file without its end"
    while start < stop:
        behind = _next_line(text, start, stop)
        line = text[start:behind].rstrip(b"\r\n")
        if line in _LAST_LINES or line == b"end":
            problem, start = _ending(text, start, stop)
            break
        try:
            gathered += binascii.a2b_uu(line) if len(line) <= _LINE_BYTES else _refuse()
        except binascii.Error:
            problem = "bad line in a uuencoded file"
            break
        start = behind
        if len(gathered) >= CHUNK:
            yield from pieces(gathered)
            gathered = bytearray()
    yield from pieces(gathered)
    if problem:
        yield Trouble(problem, reason="corrupt", in_member=True)
    return start


def _refuse() -> bytes:
    raise binascii.Error("long line")


def _ending(text: bytes, start: int, stop: int) -> tuple[str, int]:
    """Return what is wrong with the end of a file, whose last line of data may be at ``start``, and where it ends.

    Blank lines before ``end`` are what is left where blanks at the ends of lines were lost.
    """
    while start < stop:
        behind = _next_line(text, start, stop)
        line = text[start:behind].rstrip(b"\r\n")
        if line == b"end":
            return "", behind
        if line not in _LAST_LINES:
            break
        start = behind
    return "uuencoded file without its end", start


def base64_body(text: bytes, start: int, stop: int) -> Generator[Event, None, int]:
    """Yield the bytes of a file that ``uuencode -m`` wrote; return where it ends."""
    end = text.find(b"\n====", start - 1, stop)
    last = stop if end < 0 else end
    decoder = Base64()
    for position in range(start, last, CHUNK):
        yield from pieces(decoder.feed(text[position : min(position + CHUNK, last)]))
    yield from pieces(decoder.close())
    for problem in decoder.problems:
        yield Trouble(problem, issue="ambiguous", in_member=True)
    if end < 0:
        yield Trouble("uuencoded file without its end", reason="corrupt", in_member=True)
        return stop
    return _next_line(text, end + 1, stop)


def _next_line(text: bytes, start: int, stop: int) -> int:
    found = text.find(b"\n", start, stop)
    return stop if found < 0 else found + 1
