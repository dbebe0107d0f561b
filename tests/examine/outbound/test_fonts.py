"""Fonts: what they name is an identifier, also where their tables are compressed."""

from __future__ import annotations

import struct
import zlib

import brotli  # type: ignore[import-untyped]  # publishes no type information
import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound_and_gaps

URL = f"https://{HOST}/licence"
NAMES = URL.encode("utf-16-be")


def _woff(table: bytes, *, packed: bytes | None = None, length: int | None = None) -> bytes:
    """Return a WOFF font with one table, ``name``."""
    content = zlib.compress(table) if packed is None else packed
    header = struct.pack(">4s4sIHHI2H5I", b"wOFF", b"\0\1\0\0", 64 + len(content), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    entry = struct.pack(">4s4I", b"name", 64, len(content) if length is None else length, len(table), 0)
    return header + entry + content


def _woff2(table: bytes, *, flavor: bytes = b"\0\1\0\0", packed: bytes | None = None) -> bytes:
    """Return a WOFF2 font whose tables ``glyf`` (two lengths), ``name`` and one of its own are one stream."""
    content = brotli.compress(b"outlines" + table) if packed is None else packed
    directory = bytes([10, 8, 8]) + bytes([5]) + _number(len(table)) + b"\x3fOwn " + b"\0"
    header = struct.pack(">4s4sIHHII", b"wOF2", flavor, 0, 3, 0, 0, len(content)).ljust(48, b"\0")
    return header + directory + content


def _number(value: int) -> bytes:
    """Return a UIntBase128."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


FORMS = {
    "a.ttf": b"\0\1\0\0" + bytes(8) + NAMES,
    "a.woff": _woff(NAMES + bytes(400)),
    "a.woff2": _woff2(NAMES + bytes(400)),
    "plain.woff": _woff(NAMES, packed=NAMES),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_a_font_names_is_an_identifier(name: str) -> None:
    facts, gaps = outbound_and_gaps(FORMS[name], name)
    assert gaps == []
    assert {(fact.host, fact.reach) for fact in facts} == {(HOST, "identifier")}


@pytest.mark.parametrize("make", [_woff, _woff2])
def test_font_that_names_nothing(make: type) -> None:
    assert outbound_and_gaps(make("licence".encode("utf-16-be") + bytes(400)), "a.woff") == ([], [])


@pytest.mark.parametrize(
    ("font", "reason"),
    [
        (_woff(NAMES, packed=b"no stream"), "corrupt"),
        (_woff(NAMES, packed=zlib.compress(NAMES)[:-20]), "corrupt"),
        (_woff(NAMES, length=10_000), "corrupt"),
        (_woff(NAMES)[:50], "corrupt"),
        (_woff2(NAMES, packed=b"no stream"), "corrupt"),
        (_woff2(NAMES, packed=brotli.compress(NAMES)[:-9]), "corrupt"),
        (_woff2(NAMES)[:50], "corrupt"),
        (b"wOF2\0\1\0\0" + bytes(4) + b"\0\1" + bytes(34) + b"\5" + b"\xff" * 9, "corrupt"),
        (_woff2(NAMES, packed=brotli.compress(bytes(70 << 20), quality=1)), "corrupt"),
        (_woff2(NAMES, flavor=b"ttcf"), "unsupported"),
    ],
)
def test_damaged_font_is_a_gap(font: bytes, reason: str) -> None:
    facts, gaps = outbound_and_gaps(font, "a.woff2")
    assert (facts, [gap.reason for gap in gaps]) == ([], [reason])
