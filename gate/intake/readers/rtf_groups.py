"""Groups, control words and hexadecimal data of RTF, read in one pass over the text."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(rb"[{}]|\\(?:([A-Za-z]{1,250})(-?\d{1,10})?[ ]?|'(..)?|.|\Z)|[^\\{}]+", re.DOTALL)
_BLANKS = b" \t\r\n\v\f\0"
_DIGITS = b"0123456789abcdefABCDEF"
_LEAST_DIGITS = 512
"""Runs of digits in other groups come out from this length on: pictures, fonts, themes and data stores have them.
Shorter ones are the data of fields."""
_HARMLESS = frozenset({b"*", b"objdata", b"bin"})
_BIN = b"bin"


@dataclass
class Blob:
    """Data that stood in the text: an ``object``, or other ``data``, and what is odd or wrong about how it stood."""

    purpose: str
    data: bytes
    ambiguous: dict[str, None] = field(default_factory=dict)
    corrupt: dict[str, None] = field(default_factory=dict)


@dataclass
class _Group:
    """The group of an object that is open: its depth, and the digits and bytes that it has gathered."""

    depth: int = 0
    hexadecimal: bytearray = field(default_factory=bytearray)
    output: bytearray = field(default_factory=bytearray)
    ambiguous: dict[str, None] = field(default_factory=dict)


class Document:
    """One RTF text; after :meth:`blobs` came to its end, ``stop`` is where the text's outermost group ended."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self.stop = len(text)
        self.open_groups = 0
        self._object: _Group | None = None

    def blobs(self) -> Iterator[Blob]:
        """Yield the objects and other data in the order of their ends."""
        text = self._text
        position = text.find(b"{")
        depth = 0
        while 0 <= position < len(text) and (match := _TOKEN.match(text, position)) is not None:
            token = match[0]
            position = match.end()
            if token == b"{":
                depth += 1
                self._note_group()
            elif token == b"}":
                depth -= 1
                if self._object is not None and depth < self._object.depth:
                    yield self._close_object()
                if depth <= 0:
                    self.stop = position
                    return
            elif not token.startswith(b"\\"):
                yield from self._plain(token)
            elif (match[1] or b"").lower() == _BIN:
                size = max(0, int(match[2] or 0))
                yield from self._binary(text[position : position + size], size)
                position += size
            else:
                yield from self._control(match, depth)
        self.open_groups = depth
        if self._object is not None:
            yield self._close_object()

    def _control(self, match: re.Match[bytes], depth: int) -> Iterator[Blob]:
        word = match[1]
        if word is None or word.lower() != b"objdata":
            self._note_control(word, match[0])
            return
        if self._object is not None:
            yield self._close_object(problem="object data within object data")
        self._object = _Group(depth=depth)
        if match[2] is not None:
            self._object.ambiguous["digits that are a number of objdata or its data"] = None

    def _note_group(self) -> None:
        if self._object is not None:
            self._object.ambiguous["group amid object data"] = None

    def _note_control(self, word: bytes | None, token: bytes) -> None:
        if self._object is None:
            return
        if token == b"\\*" or (word is not None and word.lower() in _HARMLESS and not self._object.hexadecimal):
            return
        if token.startswith(b"\\'"):
            self._object.ambiguous["escape amid object data"] = None
        elif token[1:2] not in b"\r\n":
            self._object.ambiguous["control word amid object data"] = None

    def _binary(self, data: bytes, size: int) -> Iterator[Blob]:
        truncated = {"truncated binary data": None} if len(data) < size else {}
        if self._object is None:
            if data:
                yield Blob("binary", data, corrupt=truncated)
            return
        _flush(self._object)
        self._object.output += data
        self._object.ambiguous.update(truncated)

    def _plain(self, token: bytes) -> Iterator[Blob]:
        if self._object is not None:
            if token.translate(None, _DIGITS + _BLANKS):
                self._object.ambiguous["text amid object data"] = None
                token = bytes(code for code in token if code in _DIGITS)
            self._object.hexadecimal += token.translate(None, _BLANKS)
        elif len(token) >= _LEAST_DIGITS and not token.translate(None, _DIGITS + _BLANKS):
            digits = token.translate(None, _BLANKS)
            if len(digits) >= _LEAST_DIGITS:
                yield Blob("data", _decoded(digits))

    def _close_object(self, problem: str = "") -> Blob:
        group, self._object = self._object or _Group(), None
        if problem:
            group.ambiguous[problem] = None
        if len(group.hexadecimal) % 2:
            group.ambiguous["odd number of digits"] = None
        _flush(group)
        return Blob("object", bytes(group.output), group.ambiguous)


def _flush(group: _Group) -> None:
    """Decode the digits gathered so far; one left over is paired with nothing."""
    group.output += _decoded(bytes(group.hexadecimal))
    group.hexadecimal.clear()


def _decoded(digits: bytes) -> bytes:
    return binascii.unhexlify(digits[: len(digits) // 2 * 2])
