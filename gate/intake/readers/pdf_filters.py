"""Filters of PDF streams (ISO 32000-1, 7.4), undone in bounded steps: what is held never depends on what comes out."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK

_FEED = 1 << 16
_BLANKS = b"\0\t\n\f\r "
_NOT_HEX = bytes(sorted(set(range(256)) - set(b"0123456789abcdefABCDEF>")))
_GROUP = 5
_FIRST = 0x21
_LAST = 0x75
_LARGEST = 1 << 32
_GROUPS = re.compile(rb"z|[!-u]{5}")
_MOST_FILTERS = 8
_END_OF_DATA = 128

Stage = Callable[[Iterator[bytes], dict[str, None]], Iterator[bytes]]


def decoded(data: bytes, filters: list[str], problems: dict[str, None]) -> Iterator[bytes]:
    """Yield what ``data`` is before its ``filters``, named in the order in which they are undone; notes problems.

    Raises :class:`Damaged`, with reason ``unsupported`` for filters that are not known here.
    """
    if len(filters) > _MOST_FILTERS:
        raise Damaged("many filters on one stream", "unsupported")
    chunks: Iterator[bytes] = (data[start : start + _FEED] for start in range(0, len(data), _FEED))
    for name in filters:
        stage = _STAGES.get(name.lstrip("/"))
        if stage is None:
            raise Damaged("filter of a stream that is not read here", "unsupported")
        chunks = stage(chunks, problems)
    return chunks


def _flate(chunks: Iterator[bytes], problems: dict[str, None]) -> Iterator[bytes]:
    inner = zlib.decompressobj()
    ended = False
    try:
        for chunk in chunks:
            if ended:
                _note_behind(chunk, problems)
                continue
            block = inner.decompress(chunk, CHUNK)
            while block:
                yield block
                block = inner.decompress(inner.unconsumed_tail, CHUNK)
            ended = inner.eof
            _note_behind(inner.unused_data, problems)
    except zlib.error as error:
        raise Damaged("bad compressed data") from error
    if not ended:
        raise Damaged("truncated stream")


def _note_behind(data: bytes, problems: dict[str, None]) -> None:
    if data.strip(_BLANKS):
        problems["data behind the end of a filter"] = None


def _ascii_hex(chunks: Iterator[bytes], problems: dict[str, None]) -> Iterator[bytes]:
    held = b""
    ended = False
    for chunk in chunks:
        if ended:
            _note_behind(chunk, problems)
            continue
        digits, end, behind = chunk.partition(b">")
        if digits.translate(None, b"0123456789abcdefABCDEF" + _BLANKS):
            problems["characters outside of the filter"] = None
        held += digits.translate(None, _NOT_HEX)
        ended = bool(end)
        if ended:
            _note_behind(behind, problems)
            held += b"0" * (len(held) % 2)
        whole = len(held) // 2 * 2
        if whole:
            yield bytes.fromhex(held[:whole].decode("ascii"))
        held = held[whole:]
    if not ended:
        problems["filter without its end"] = None
        if held:
            yield bytes.fromhex(held.decode("ascii") + "0")


def _ascii85(chunks: Iterator[bytes], problems: dict[str, None]) -> Iterator[bytes]:
    held = b""
    ended, first = False, True
    for chunk in chunks:
        if ended:
            _note_behind(chunk.removeprefix(b">"), problems)
            continue
        text = chunk.translate(None, _BLANKS)
        if first:
            text = text.removeprefix(b"<~")
            first = False
        letters, end, behind = (held + text).partition(b"~")
        ended = bool(end)
        output, held = _groups(letters)
        if output:
            yield output
        if ended:
            _note_behind(behind.removeprefix(b">"), problems)
    if held:
        yield _last_group(held)
    if not ended:
        problems["filter without its end"] = None


def _groups(letters: bytes) -> tuple[bytes, bytes]:
    """Decode all whole groups of five letters; return what is left."""
    output = bytearray()
    position = 0
    while (match := _GROUPS.match(letters, position)) is not None:
        group = match[0]
        if group == b"z":
            output += bytes(4)
        else:
            output += _value(group).to_bytes(4, "big")
        position = match.end()
    rest = letters[position:]
    if len(rest) >= _GROUP or any(not _FIRST <= code <= _LAST for code in rest):
        raise Damaged("characters outside of the filter")
    return bytes(output), rest


def _value(group: bytes) -> int:
    value = 0
    for code in group:
        value = value * 85 + code - _FIRST
    if value >= _LARGEST:
        raise Damaged("characters outside of the filter")
    return value


def _last_group(letters: bytes) -> bytes:
    value = _value(letters + b"u" * (_GROUP - len(letters)))
    return value.to_bytes(4, "big")[: len(letters) - 1]


def _run_length(chunks: Iterator[bytes], problems: dict[str, None]) -> Iterator[bytes]:
    held = b""
    ended = False
    for chunk in chunks:
        if ended:
            _note_behind(chunk, problems)
            continue
        data = held + chunk
        position = 0
        output = bytearray()
        while position < len(data):
            length = data[position]
            if length == _END_OF_DATA:
                ended = True
                _note_behind(data[position + 1 :], problems)
                break
            size = length + 2 if length < _END_OF_DATA else 2
            if position + size > len(data):
                break
            if length < _END_OF_DATA:
                output += data[position + 1 : position + size]
            else:
                output += data[position + 1 : position + 2] * (257 - length)
            position += size
        held = data[position:] if not ended else b""
        for start in range(0, len(output), CHUNK):
            yield bytes(output[start : start + CHUNK])
    if held:
        raise Damaged("truncated stream")


def _unchanged(chunks: Iterator[bytes], problems: dict[str, None]) -> Iterator[bytes]:  # noqa: ARG001  # a stage
    """Pass on what ``Crypt`` was named for: it has been decrypted before."""
    yield from chunks


_STAGES: dict[str, Stage] = {
    "FlateDecode": _flate,
    "Fl": _flate,
    "ASCIIHexDecode": _ascii_hex,
    "AHx": _ascii_hex,
    "ASCII85Decode": _ascii85,
    "A85": _ascii85,
    "RunLengthDecode": _run_length,
    "RL": _run_length,
    "Crypt": _unchanged,
}
