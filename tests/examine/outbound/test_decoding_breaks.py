"""Characters that break off: what stands behind them is there for the examiner as it is for browsers."""

from __future__ import annotations

import itertools

import pytest

from gate.examine.outbound.decoding import decode
from tests.examine.outbound.outbound_kit import HOST, outbound

ENCODINGS = ["shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "windows-1252", "utf-8"]
BREAKS = [
    b"\x81",
    b"\x8e",
    b"\x8f",
    b"\x8f\xa1",
    b"\x8f\xff",
    b"\x85\x9f",
    b"\xa1",
    b"\xff",
    b"\x810",
    b"\x810\x81",
    b"\xe3\x81",
]
"""Beginnings of characters, and bytes that none begins with."""


def page(encoding: str, body: bytes) -> bytes:
    return b"<!doctype html><meta charset=" + encoding.encode() + b"><title>a</title>" + body


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_character_of_ascii_is_passed_over(encoding: str) -> None:
    head = page(encoding, b"")
    for broken, behind in itertools.product(BREAKS, b"<>\"'-/ =*\n"):
        assert chr(behind) in decode(head + broken + bytes([behind]))[len(head) :], (broken, behind)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("iso-2022-jp", b"<!-- \x1b$B-->\x1b(B--><script>fetch('//%s/a')</script>"),
        ("iso-2022-jp", b"<!-- \x1b$B!\x1b(B--><img src=//%s/a>"),
        ("euc-jp", b"<script>/* \x8f\xa1*/fetch('//%s/a')</script>"),
        ("euc-jp", b'<p title="\x8f\xa1"><img src=//%s/a>'),
        ("gb18030", b'<p title="\x810\x81"><img src=//%s/a>'),
        ("shift_jis", b'<p title="\x81"><img src=//%s/a>'),
    ],
)
def test_contact_behind_a_broken_character(encoding: str, body: bytes) -> None:
    facts = outbound(page(encoding, body % HOST.encode()))
    assert {(fact.host, fact.reach) for fact in facts} & {(HOST, "automatic"), (HOST, "code")}, facts


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "iso-2022-jp"])
def test_japanese_is_read_as_before(encoding: str) -> None:
    text = "<p>表示されるソース、能力と予算です。\\ ―</p>"
    if encoding == "iso-2022-jp":
        text = text.replace("―", "。")
    codec = {"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp"}[encoding]
    if encoding == "euc-jp":
        text = text.replace("―", "ー")
    assert decode(page(encoding, text.encode(codec))).endswith(text)
    assert outbound(page(encoding, text.encode(codec))) == []
