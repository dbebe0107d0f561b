"""A reader of mailboxes (RFC 4155): each message becomes a member, which intake then reads as a mail.

Programs differ in where a message begins: at any line that starts with ``From ``, only behind an empty line, or only
with a date.  The mailbox is cut wherever a header follows; where not all would cut, it is ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.decoders import Region
from gate.intake.readers.encoded import TEXT_BYTES
from gate.intake.readers.interface import CHUNK, Event, Options, Source, Trouble
from gate.intake.text_formats import plain_text, text_encoding, text_labels

_SEPARATOR = b"\nFrom "
_WINDOW = 1 << 11
"""How far behind a separator the next line begins at the latest; longer lines separate nothing."""
_HEAD = 40_960
_FIELD = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
_DATED = re.compile(rb"From \S+ .*\d\d:\d\d.*\d{4}|From \S* *(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*\d{4}")


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the messages of a mailbox of any size."""
    if text_encoding(source.read_at(0, 64)):
        yield from bounded(_recoded(source, options), options)
    else:
        blocks = Region(source, 0, source.size).blocks()
        yield from bounded(_Mailbox(ByteStream(blocks), options).events(), options)


def _recoded(source: Source, options: Options) -> Iterator[Event]:
    text = plain_text(load(source, TEXT_BYTES))
    yield from _Mailbox(ByteStream(iter((text,))), options).events()


class _Mailbox:
    """One mailbox while it is read."""

    def __init__(self, stream: ByteStream, options: Options) -> None:
        self._stream = stream
        self._members = Members(options)
        self._ambiguous = False

    def events(self) -> Iterator[Event]:
        """Yield the messages, from one separator to the next; the separator's own line belongs to its message."""
        while self._stream.peek(1):
            yield from self._members.nameless("message")
            head = bytearray()
            line = self._stream.peek(_WINDOW).find(b"\n") + 1
            self._stream.read(line)
            for piece in self._message():
                head += piece[: _HEAD - len(head)]
                yield from pieces(piece)
            if head.strip() and "mail" not in text_labels(bytes(head)) and b"\ncontent-" in b"\n" + head.lower():
                yield Trouble("mail that only some readers take for one", issue="ambiguous", in_member=True)
        if self._ambiguous:
            yield Trouble("separators that only some readers take for one", issue="ambiguous")

    def _message(self) -> Iterator[bytes]:
        """Yield the bytes up to the next separator."""
        before = b"\n"
        while block := self._stream.peek(CHUNK):
            last = len(block) < CHUNK
            cut = self._separator(before + block, last=last)
            if cut is not None:
                yield self._stream.read(cut - len(before) + 1)
                return
            # What may be the start of a separator stays for the next round; a byte of context goes along.
            size = len(block) if last else len(block) - _WINDOW
            piece = self._stream.read(size)
            before = piece[-2:]
            yield piece

    def _separator(self, text: bytes, *, last: bool) -> int | None:
        """Return the place of the line end before the next separator in ``text``."""
        limit = len(text) if last else len(text) - _WINDOW
        position = text.find(_SEPARATOR)
        while 0 <= position < limit:
            line_end = text.find(b"\n", position + 1, position + 1 + _WINDOW)
            if line_end >= 0 and _FIELD.match(text, line_end + 1):
                dated = _DATED.match(text, position + 1, line_end) is not None
                empty_line = text.endswith((b"\n", b"\n\r"), 0, position) or position == 0
                self._ambiguous = self._ambiguous or not (dated and empty_line)
                return position
            position = text.find(_SEPARATOR, position + 1)
        return None
