"""A reader of BinHex 4.0 (RFC 1741, appendix A): data fork, resource fork, and three checksums."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.checks import Members, bounded, load, pieces
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.encoded import TEXT_BYTES
from gate.intake.readers.interface import CHUNK, Event, Options, Source, Trouble
from gate.intake.text_formats import plain_text

_BANNER = re.compile(rb"(?:\A|(?<=[\r\n]))\(This file must be converted with BinHex[^\r\n]*[\r\n]\s*:")
_LETTERS = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TABLE = bytes.maketrans(_LETTERS, _BASE64)
_BLANKS = b" \t\r\n"
_FEED = 1 << 12
"""Encoded bytes taken at once: a run length makes up to 255 bytes of two."""
_MARK = 0x90
_LONGEST_NAME = 63
_FIXED = 1 + 4 + 4 + 2 + 4 + 4


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the forks of all files in a text and what is wrong with them."""
    yield from bounded(_files(source, options), options)


def _files(source: Source, options: Options) -> Iterator[Event]:
    text = plain_text(load(source, TEXT_BYTES))
    members = Members(options)
    banner = _BANNER.search(text)
    if banner is None:
        raise Damaged("no BinHex data")
    while banner is not None:
        start = banner.end()
        stop = text.find(b":", start)
        yield from _file(text, start, len(text) if stop < 0 else stop, members)
        if stop < 0:
            yield Trouble("no end mark", reason="corrupt")
            return
        banner = _BANNER.search(text, stop + 1)


def _file(text: bytes, start: int, stop: int, members: Members) -> Iterator[Event]:
    stream = ByteStream(_expanded(_decoded(text, start, stop)))
    try:
        length = _exactly(stream, 1)
        name = _exactly(stream, min(length[0], _LONGEST_NAME))
        fixed = _exactly(stream, _FIXED)
        if _checksum(length + name + fixed) != _exactly(stream, 2):
            yield Trouble("header checksum mismatch", reason="corrupt")
        data, resource = int.from_bytes(fixed[11:15], "big"), int.from_bytes(fixed[15:19], "big")
        yield from members.named(name, data)
        yield from _fork(stream, data)
        if resource:
            yield from members.nameless("resource-fork", resource)
            yield from _fork(stream, resource)
        elif _exactly(stream, 2) != b"\0\0":
            yield Trouble("checksum mismatch of an empty fork", reason="corrupt")
        yield from _rest(stream, members)
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)


def _rest(stream: ByteStream, members: Members) -> Iterator[Event]:
    """Yield what is encoded behind the forks; up to two bytes fill the last letters."""
    rest = stream.peek(3)
    if rest.strip(b"\0"):
        yield from members.nameless("trailing")
        for piece in stream.rest():
            yield from pieces(piece)
        yield Trouble("data behind the forks", issue="hidden-data", in_member=True)
    else:
        zeros = sum(len(piece) for piece in stream.rest())
        if zeros > 2:  # noqa: PLR2004  # see above
            yield Trouble("bytes behind the forks", reason="corrupt")


def _fork(stream: ByteStream, size: int) -> Iterator[Event]:
    checksum = 0
    missing = size
    for piece in stream.pieces(size):
        checksum = binascii.crc_hqx(piece, checksum)
        missing -= len(piece)
        yield from pieces(piece)
    stored = stream.read(2)
    if missing or len(stored) < 2:  # noqa: PLR2004  # bytes of a checksum
        yield Trouble("truncated fork", reason="corrupt", in_member=True)
    elif stored != checksum.to_bytes(2, "big"):
        yield Trouble("checksum mismatch", reason="corrupt", in_member=True)


def _checksum(data: bytes) -> bytes:
    return binascii.crc_hqx(data, 0).to_bytes(2, "big")


def _exactly(stream: ByteStream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise Damaged("truncated header")
    return data


def _decoded(text: bytes, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes of the letters, six bits each; raises :class:`Damaged` at any other character."""
    held = b""
    for position in range(start, stop, _FEED):
        letters = text[position : min(position + _FEED, stop)].translate(None, _BLANKS)
        if letters.translate(None, _LETTERS):
            raise Damaged("characters outside of BinHex")
        held += letters.translate(_TABLE)
        whole = len(held) // 4 * 4
        yield binascii.a2b_base64(held[:whole])
        held = held[whole:]
    if len(held) > 1:
        yield binascii.a2b_base64(held + b"=" * (-len(held) % 4))


def _expanded(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo the run lengths: ``X 90 n`` is n times X, ``90 00`` the byte 90 itself."""
    last = b""
    held = b""
    for block in blocks:
        output, last, held = _runs(held + block, last)
        for start in range(0, len(output), CHUNK):
            yield output[start : start + CHUNK]
    if held:
        raise Damaged("truncated run")


def _runs(data: bytes, last: bytes) -> tuple[bytes, bytes, bytes]:
    """Return what ``data`` expands to, its last byte, and a mark at its end whose count is still to come."""
    parts = data.split(bytes([_MARK]))
    output = bytearray(parts[0])
    number = 1
    while number < len(parts):
        part = parts[number]
        if not part and number == len(parts) - 1:
            return bytes(output), bytes(output[-1:]) or last, bytes([_MARK])
        # A mark whose count is a mark: an empty part, and the part behind it has lost its count already.
        count = part[0] if part else _MARK
        rest = part[1:] if part else parts[number + 1]
        if count:
            output += (bytes(output[-1:]) or last) * (count - 1)
        else:
            output.append(_MARK)
        output += rest
        number += 1 if part else 2
    return bytes(output), bytes(output[-1:]) or last, b""
