"""Finds long encoded blobs in text: base64, hexadecimal, escapes, and lists of character codes; and decodes them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Encoding = Literal["base64", "hex", "escapes", "codes"]

SHORTEST = 40
"""Shortest run of encoded characters that is looked at; a command of a line fits into it."""
LARGEST = 64 << 20
"""Longest blob, in characters: as long as the longest text that is read."""
_JOIN = (
    rb"(?>(?:\\[rn]|[\s\"'`+&.,;\\()^_]){1,24})"
    rb"|[\"']\s{0,16}+(?:;\s{0,16}+)?[\w$]{1,24}+\s{0,8}+[+.&]?=\s{0,8}+(?:[\w$]{1,24}+\s{0,8}+[+&.]\s{0,8}+)?[\"']"
)
"""What stands between the pieces of a blob: line ends, quotes, the signs that join strings, ``x = x & "``."""
_RADIX64 = re.compile(
    rb"[A-Za-z0-9+/_\-]{40,}+"
    rb"(?>(?:(?:" + _JOIN + rb")[A-Za-z0-9+/_\-]{16,}+)*)"
    rb"(?>(?:(?:" + _JOIN + rb")[A-Za-z0-9+/]{1,15}+(?=[=\"'\s]))?)={0,2}"
)
_ESCAPES = tuple(
    re.compile(start + rb"[0-9A-Fa-f]{2}(?>(?:" + start + rb"[0-9A-Fa-f]{2}){31,})")
    for start in (rb"\\x", rb"%", rb"\\u00")
)
_CODE = rb"(?:0x[0-9A-Fa-f]{1,2}|&H[0-9A-Fa-f]{1,2}|\d{1,3})"
_CODES = re.compile(rb"(?<![\w.,\-])" + _CODE + rb"(?>(?:\s{0,8}+,\s{0,8}+" + _CODE + rb"(?![\w.])){31,})")
_CALLS = re.compile(
    rb"(?>(?:(?:chrw?|char)\$?\s?[(\]]\s{0,4}+\(?" + _CODE + rb"\s{0,4}+\)?\s{0,4}+[+&.,]?\s{0,8}+\[?){8,})",
    re.IGNORECASE,
)
_NUMBER = re.compile(rb"0x[0-9A-Fa-f]+|&H[0-9A-Fa-f]+|\d+")
_HEX_DIGITS = re.compile(rb"(?:0x)?[0-9A-Fa-f]+")
_HEX_PAIR = re.compile(rb"[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_NOISE = re.compile(
    rb"\\[rn]|[\"'`][^A-Za-z0-9/\"'`]{0,24}[\"'`]"
    rb"|[\"']\s{0,16}(?:;\s{0,16})?[\w$]{1,24}\s{0,8}[+.&]?=\s{0,8}(?:[\w$]{1,24}\s{0,8}[+&.]\s{0,8})?[\"']"
)
"""What joins pieces and holds characters that are base64's too."""
_KEEP = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


_IN, _OUT = b"+", b"-"
_PEEK = 4096


def _class_table(characters: bytes) -> bytes:
    return bytes(_IN[0] if value in characters else _OUT[0] for value in range(256))


_RADIX64_RUN = _class_table(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_CODE_RUN = _class_table(b"0123456789abcdefABCDEFxXhH&, \t\r\n")
_SHORTEST_CODES = 63
"""Fewest characters that 32 numbers with commas between them take."""


class TooLong(ValueError):
    """A blob of more than ``LARGEST`` characters."""


class Blob(NamedTuple):
    """An encoded blob: where it begins and ends in the text, and how it is encoded."""

    start: int
    end: int
    encoding: Encoding


def find_blobs(text: bytes) -> Iterator[Blob]:
    """Yield the blobs in ``text`` by kind and place; lists of codes are longer than 31 numbers below 256."""
    yield from _radix64(text)
    for pattern in _ESCAPES:
        yield from (Blob(found.start(), found.end(), "escapes") for found in pattern.finditer(text))
    for start, end in _runs(text, _CODE_RUN, _SHORTEST_CODES):
        for found in _CODES.finditer(text, start, end):
            yield Blob(found.start(), found.end(), "codes")
    yield from (Blob(found.start(), found.end(), "codes") for found in _CALLS.finditer(text))


def _radix64(text: bytes) -> Iterator[Blob]:
    end = 0
    for start, stop in _runs(text, _RADIX64_RUN, SHORTEST):
        found = _RADIX64.match(text, start) if start >= end else None
        if found:
            end = found.end()
            if _HEX_DIGITS.fullmatch(_joined(found[0][:_PEEK])):
                yield Blob(start, end, "hex")
            elif _HEX_DIGITS.fullmatch(text, start, stop):
                # Digits alone, and words behind them that could be more of it were it base64.
                end = stop
                yield Blob(start, end, "hex")
            else:
                yield Blob(start, end, "base64")


def _runs(text: bytes, table: bytes, shortest: int) -> Iterator[tuple[int, int]]:
    """Yield where characters of a class stand in a row: a search for a constant text is faster than any pattern."""
    marked = text.translate(table)
    wanted = _IN * shortest
    start = marked.find(wanted)
    while start >= 0:
        end = marked.find(_OUT, start)
        end = len(marked) if end < 0 else end
        yield start, end
        start = marked.find(wanted, end)


def _joined(piece: bytes) -> bytes:
    """Return a blob without what joins its pieces."""
    return _NOISE.sub(b"", piece).translate(None, _KEEP)


def decoded(text: bytes, blob: Blob) -> bytes:
    """Return the bytes that a blob stands for; none where it is not what it looked like.  Raises :class:`TooLong`."""
    if blob.end - blob.start > LARGEST:
        raise TooLong
    raw = text[blob.start : blob.end]
    if blob.encoding == "escapes":
        return binascii.unhexlify(b"".join(_HEX_PAIR.findall(raw)))
    if blob.encoding == "codes":
        return _from_codes(raw)
    joined = _joined(raw)
    if blob.encoding == "hex":
        digits = joined.removeprefix(b"0x")
        return binascii.unhexlify(digits[: len(digits) & ~1]) if _HEX_DIGITS.fullmatch(digits) else _from_base64(joined)
    return _from_base64(joined)


def _from_codes(raw: bytes) -> bytes:
    numbers = (
        int(each.replace(b"&H", b"0x"), 0) if each[:2] in (b"0x", b"&H") else int(each) for each in _NUMBER.findall(raw)
    )
    try:
        return bytes(numbers)
    except ValueError:
        return b""


def _from_base64(joined: bytes) -> bytes:
    plain = joined.translate(_URL_SAFE)
    usable = plain[: len(plain) & ~3] if len(plain) % 4 == 1 else plain + b"=" * (-len(plain) % 4)
    try:
        return base64.b64decode(usable)
    except binascii.Error:
        return b""
