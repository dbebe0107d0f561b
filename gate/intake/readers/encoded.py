"""A reader of files in uuencode (POSIX.1-2017, uuencode): the old form, and that in base64; any number in one text."""

from __future__ import annotations

import binascii
from collections.abc import Iterator

from gate.intake.readers.checks import Members, bounded, load
from gate.intake.readers.interface import CHUNK, Data, Event, Options, Source, Trouble
from gate.intake.readers.names import NameRegister
from gate.intake.text_formats import plain_text, uuencode_head

TEXT_BYTES = 128 << 20
"""Largest text that is read, here and by the readers of mail and BinHex; they hold it in memory."""
_END = b"end"
_BASE64_END = b"===="
_EMPTY_LINES = {b"`", b" ", b""}


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
        found = uuencode_head(text, position) if position == start or text[position - 1] in b"\r\n" else None
        if found is not None:
            name, base64, behind = found
            yield from members.named(name)
            clash = names.add(name, folder=False)
            if clash:
                yield Trouble(clash, issue="ambiguous", in_member=True)
            behind = yield from _Body(text, behind, stop, base64=base64).events()
        position = text.find(b"begin", behind, stop)


class _Body:
    """The lines of one file."""

    def __init__(self, text: bytes, start: int, stop: int, *, base64: bool) -> None:
        self._text = text
        self._position = start
        self._stop = stop
        self._base64 = base64
        self._closed = False

    def events(self) -> Iterator[Event]:  # type: ignore[override]
        raise NotImplementedError
