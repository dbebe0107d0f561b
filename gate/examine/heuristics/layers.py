"""Takes decoded bytes through further layers (compression, XOR, text in text) and says what comes out of them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.heuristics.blobs import decoded, find_blobs
from gate.examine.heuristics.programs import Kind, kind_of
from gate.examine.heuristics.xor import hidden_programs, uncovered

LARGEST = 64 << 20
"""Most bytes that a compressed blob is let to grow to."""
DEPTH = 4
"""How many layers are looked through in one item; what is derived is examined for more as an item of its own."""
_PEEK = 1 << 16
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_XOR_HEAD = 64
_XOR_STARTS = (
    b"#!/bin/",
    b"#!/usr/bin/",
    b"<?php",
    b"powershell",
    b"@echo off",
    b"import ",
    b"<script",
    b"MZ\x90\x00\x03\x00",
)
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_WHOLE = 0.9


class Layered(NamedTuple):
    """What a blob turned out to be: its kind, the layers after the first, and the bytes to examine.

    ``deeper`` says that there are further layers around those bytes: of what kind they are is not known yet.
    """

    kind: Kind
    layers: tuple[str, ...]
    data: bytes
    deeper: bool = False


class Bomb(ValueError):
    """Compressed bytes that grow beyond ``LARGEST``."""


def looked_through(data: bytes, depth: int = DEPTH) -> Layered:
    """Return what ``data`` is behind its layers.

    Archives are left as they are: unpacking them is for the readers of containers.  Raises :class:`Bomb`.
    """
    kind = kind_of(data)
    if kind:
        return Layered(kind, (), data)
    if depth == 0:
        return Layered("", (), data, deeper=bool(_next_layer(data)[1]))
    for name, inner in _uncovered_once(data):
        found = looked_through(inner, depth - 1)
        if found.kind or found.deeper:
            return Layered(found.kind, (name, *found.layers), found.data, found.deeper)
    return Layered("", (), data)


def peeled(data: bytes, depth: int = DEPTH) -> tuple[tuple[str, ...], bytes]:
    """Return the layers that can be taken off ``data`` whatever comes out, and the bytes behind them.

    For what a script decodes and runs: there the place says that it is code.  Raises :class:`Bomb`.
    """
    layers: list[str] = []
    for _ in range(depth):
        name, inner = _next_layer(data)
        if not inner:
            break
        layers.append(name)
        data = inner
    return tuple(layers), data


def _next_layer(data: bytes) -> tuple[str, bytes]:
    if _ZLIB.match(data):
        return "zlib", _inflated(data, zlib.MAX_WBITS)
    if _is_text(data):
        return next(_inner_text(data), ("", b""))
    return "deflate", _inflated(data, -zlib.MAX_WBITS, whole=True)


def _uncovered_once(data: bytes) -> Iterator[tuple[str, bytes]]:
    if _ZLIB.match(data):
        inner = _inflated(data, zlib.MAX_WBITS)
        if inner:
            yield "zlib", inner
    if _is_text(data):
        yield from _inner_text(data)
        return
    raw = _inflated(data[:_PEEK], -zlib.MAX_WBITS)
    if len(raw) > len(data[:_PEEK]) and kind_of(raw):
        yield "deflate", _inflated(data, -zlib.MAX_WBITS)
    for hidden in hidden_programs(data):
        yield f"xor{hidden.key:02x}", uncovered(data[hidden.offset :], hidden.key)
    yield from _by_start(data)


def _by_start(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield ``data`` behind the one key that lets it begin like a script or a program."""
    for start in _XOR_STARTS:
        key = data[0] ^ start[0] if data else 0
        if key and uncovered(data[: len(start)], key).lower() == start.lower():
            yield f"xor{key:02x}", uncovered(data, key)


def _is_text(data: bytes) -> bool:
    head = data[:_PEEK]
    return _TEXT.fullmatch(head) is not None


def _inner_text(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what a text decodes to that is one blob and nothing else."""
    for blob in find_blobs(data):
        if blob.end - blob.start >= _WHOLE * len(data):
            inner = decoded(data, blob)
            if inner:
                yield blob.encoding, inner
            return


def _inflated(data: bytes, window: int, *, whole: bool = False) -> bytes:
    """Return what a deflate stream holds, as far as it goes or only if it comes to its end; none where it is none."""
    engine = zlib.decompressobj(window)
    try:
        inner = engine.decompress(data, LARGEST + 1)
    except zlib.error:
        return b""
    if len(inner) > LARGEST:
        raise Bomb
    return inner if engine.eof or not whole else b""
