"""Published libraries are told by their first comment or their digest."""

from __future__ import annotations

import hashlib

import pytest

from gate.examine.outbound.javascript import libraries as subject
from tests.examine.outbound.outbound_kit import libraries, outbound

BANNERS = [
    ("/*! jQuery v3.7.1 | (c) OpenJS Foundation */\nf()", ("jquery", "3.7.1", "banner")),
    ("/*!\n * jQuery JavaScript Library v3.7.1\n */\nf()", ("jquery", "3.7.1", "banner")),
    ("/*!\n  * Bootstrap v5.3.9 (https://getbootstrap.com/)\n */", ("bootstrap", "5.3.9", "banner")),
    ("/* @preserve\n * Leaflet 1.9.4, a JS library for interactive maps. */f()", ("leaflet", "1.9.4", "banner")),
    ("'use strict';\n/*! Axios v1.21.1 Copyright (c) 2026 */", ("axios", "1.21.1", "banner")),
    ("/**\n * @license\n * Lodash <https://lodash.com/>\n */", ("lodash", "", "banner")),
    ("/*!\n  Highlight.js v11.12.0 (git: f7f7d3803b)\n */", ("highlight.js", "11.12.0", "banner")),
    ("//! moment.js\n//! version : 2.30.1\nf()", ("moment", "2.30.1", "banner")),
]


@pytest.mark.parametrize(("script", "expected"), BANNERS)
def test_banner(script: str, expected: tuple[str, str, str]) -> None:
    assert libraries(script) == [expected]


@pytest.mark.parametrize(("script", "expected"), BANNERS)
def test_the_same_words_further_on_are_no_banner(script: str, expected: tuple[str, str, str]) -> None:
    assert expected[0]
    assert libraries(f"own();\n{script}") == []
    assert libraries(f"var s = {script!r}") == []


def test_digest_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "/*! jQuery v3.7.1 */ published()"
    monkeypatch.setitem(subject._FILES, hashlib.sha256(script.encode()).hexdigest(), ("jquery", "3.7.1"))
    assert libraries(script) == [("jquery", "3.7.1", "sha256")]
    assert libraries(script + " ") == [("jquery", "3.7.1", "banner")]


def test_a_script_in_a_page_is_no_library() -> None:
    page = f"<!doctype html><script>{BANNERS[0][0]}; fetch('https://x.example/')</script>"
    assert libraries(page, "a.html") == []
    assert {fact.reach for fact in outbound(page)} == {"code"}


def test_data_of_libraries_is_whole() -> None:
    assert len(subject._BANNERS) >= 30
    assert all(len(digest) == 64 and version[:1].isdigit() for digest, (_, version) in subject._FILES.items())
    assert all(
        len({file.split()[0] for file in about["sha256"].values()}) >= 2 for about in subject._PUBLISHED.values()
    )
    assert len(subject._PUBLISHED) >= 15
