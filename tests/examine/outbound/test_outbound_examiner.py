"""The outbound examiner as a whole: its canary, its limits, and hostile content."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EngineFailure
from gate.examine.interface import Examiner, View
from gate.examine.outbound import elements, examiner
from gate.examine.outbound.examiner import OutboundExaminer
from gate.models import Gap, Item
from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps
from tests.examine.viewing import examined

M = 1_000_000


def test_it_is_an_examiner_of_content_and_name() -> None:
    subject = OutboundExaminer()
    assert isinstance(subject, Examiner)
    assert subject.depends_on == {"content", "name"}
    assert subject.applies(Item("a", "", 0, b"a"))
    subject.close()


def test_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = OutboundExaminer()
    assert subject.start().canary == subject.finish().canary == "passed"
    monkeypatch.setattr(examiner, "_CANARY", "<p>nothing</p>")
    with pytest.raises(EngineFailure) as missed:
        subject.start()
    assert missed.value.code == "examine.canary-missed"
    page = f"<img src='//{examiner._CANARY_HOST}'><img src='https://link.{examiner._CANARY_HOST}'>"
    monkeypatch.setattr(examiner, "_CANARY", page)
    with pytest.raises(EngineFailure) as false:
        subject.finish()
    assert false.value.code == "examine.canary-false"


def test_local_addresses_are_their_own_class() -> None:
    assert [
        fact.reach for fact in outbound("<img src=http://127.0.0.1/><script src=//printer.local/a.js></script>")
    ] == [
        "local",
        "local",
    ]


def test_each_place_is_reported_once() -> None:
    assert len(outbound(f"<img src=//{HOST}/a><img src=//{HOST}/a>\n<img src=//{HOST}/a>")) == 2


def test_more_references_than_the_limit_are_a_gap() -> None:
    page = "".join(f"<img src=//h{number}.example>" for number in range(10))
    assert len(outbound(page, facts=10)) == 10
    facts, gaps = outbound_and_gaps(page, facts=9)
    assert len(facts) == 9
    assert [gap.reason for gap in gaps] == ["too-many"]


def test_text_larger_than_the_limit_is_a_gap() -> None:
    page = f"<!doctype html><img src=//{HOST}>"
    assert len(outbound(page, text_bytes=len(page))) == 1
    facts, gaps = outbound_and_gaps(page, text_bytes=len(page) - 1)
    assert facts == []
    assert [gap.reason for gap in gaps] == ["too-large"]


def test_large_item_of_another_kind_is_none() -> None:
    assert outbound(bytes(1000), "a.bin", text_bytes=10) == []


def test_missing_bytes_are_a_gap() -> None:
    subject = OutboundExaminer()
    descriptor = os.memfd_create("short")
    os.write(descriptor, b"<!doctype html>")
    view = View(descriptor, 100, "", name=b"a.html", mode=None, labels=(), depends_on=subject.depends_on)
    gaps = [found for found in subject.examine(view) if isinstance(found, Gap)]
    os.close(descriptor)
    assert [gap.reason for gap in gaps] == ["unreadable"]


def test_what_is_shown_is_escaped() -> None:
    facts = outbound(f"<style>@media \x1b[31m\u202e {{ p {{ a: url(//{HOST}) }} }}</style><p data-\x1b='//{HOST}'>")
    assert len(facts) == 2
    for fact in facts:
        assert not set("\x1b\u202e") & set(fact.via + fact.condition + fact.url)


def test_no_attribute_that_leads_anywhere_is_passed_over() -> None:
    handled = {name for handlers in (*elements._TABLE.values(), elements._OTHERS) for name in handlers}
    assert not elements.INERT & {name for name in handled if handled and elements._OTHERS.get(name)}
    assert not elements.INERT & {name for handlers in elements._SPECIFIC.values() for name in handlers}


HOSTILE = {
    "deep": ("<div>" * 100_000, "a.html"),
    "deep and closed": ("<div>" * 50_000 + "</div>" * 50_000, "a.html"),
    "attributes": ("<img " + " ".join(f"a{number}=b" for number in range(200_000)) + ">", "a.html"),
    "long attribute": (f"<img alt='{'a' * 4 * M}' src=//{HOST}>", "a.html"),
    "long url": (f"<img src='//{HOST}/{'a&' * 2 * M}'>", "a.html"),
    "angle brackets": ("<" * 2 * M, "a.html"),
    "quotes": ('<a href="' * (M // 4), "a.html"),
    "srcset": (f"<img srcset='{'(' * M}, {',' * M} //{HOST} 1x'>", "a.html"),
    "many of one": (f"<img src='//{HOST}/&#65;'>\n" * 20_000, "a.html"),
    "bait for line numbers": (
        f"<a href='//{HOST}/'>" + f"//{HOST}/ " * 100_000 + f"<img src='//{HOST}/'>" * 10,
        "a.html",
    ),
    "comments": ("<!--[if IE]>" * 50_000, "a.html"),
    "templates": ("<template>" * 9_000, "a.html"),
    "events": ("".join(f"<p on{number}='/'>" for number in range(5_000)), "a.html"),
    "open scripts": ("<script>" * 9_000, "a.html"),
    "refresh": (f"<meta http-equiv=refresh content='{'0;' * M}'>", "a.html"),
    "data": (f"<iframe src='data:text/html,{'%3C' * (M // 4)}'>", "a.html"),
    "scheme": ("<a href='" + "j\t" * M + "'>", "a.html"),
    "regular expressions": ("(/[" * M, "a.js"),
    "open strings": ("'\\" * M, "a.js"),
    "open comments": ("/*" * M, "a.js"),
    "open templates": ("`${" * M, "a.js"),
    "blanks": ("=" + " " * 4 * M, "a.js"),
    "schemes": ("https://" * (M // 4), "a.js"),
    "dots": ('"//a.' + "a." * M, "a.js"),
    "escapes": ('"\\x' * (M // 4), "a.js"),
    "open urls": ("url(" * (M // 4), "a.css"),
    "rules": ("@media {" * (M // 4), "a.css"),
    "escaped names": ("\\75" * (M // 2) + f"url(//{HOST})", "a.css"),
    "image sets": ("image-set(" * (M // 4), "a.css"),
    "elements": ("<a>" * (M // 4), "a.svg"),
    "declared": ("<meta charset=" * 100, "a.html"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_ends_soon(name: str) -> None:
    data, item = HOSTILE[name]
    started = time.process_time()
    outbound_and_gaps(data, item)
    assert time.process_time() - started < 30


def test_out_of_proportion_is_a_gap() -> None:
    for name, reason in (("deep", "too-deep"), ("deep and closed", "too-deep"), ("attributes", "too-many")):
        assert [gap.reason for gap in outbound_and_gaps(*HOSTILE[name])[1]] == [reason]
    assert outbound("<div>" * 2000 + f"<img src=//{HOST}>")[0].host == HOST


NAMES = st.sampled_from(
    [b"a.html", b"a.svg", b"a.css", b"a.js", b"a", b"a.php", b"a.md", b"a.json", b"a.xml", b"a.webmanifest", b"a.txt"]
)
MARKUP = st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "</",
            "/>",
            "<!--",
            "-->",
            "<img src=",
            "<svg>",
            "<style>",
            "</style>",
            "<script>",
            "</script>",
            '"',
            "'",
            "//x.example/",
            "url(",
            ")",
            "@import ",
            "{",
            "}",
            "\\",
            "&amp;",
            "data:text/html,",
            "<base href=",
            "<iframe srcdoc=",
            "\0",
            "\n",
            "/*",
            "*/",
            "`",
            "<noscript>",
            "<style>.1a:nth-child(-)[1=2]{b:url(//x.example/)}",
            "p.a > b ~ c{",
            "<p class=a>",
            "<picture>",
            "<source srcset=",
            "{{",
            "}}",
            "<?php ",
            "<%",
            "%>",
            "![](",
            "](",
            "`",
            "#",
            ":",
            "https://x.example/a",
            "<template>",
            "=",
            " ",
            "<![CDATA[",
            "<?xml",
            "?>",
            "é",
            "日",
        ]
    ),
    max_size=60,
).map("".join)


@given(st.binary(max_size=2000), NAMES)
def test_random_bytes_never_raise(data: bytes, name: bytes) -> None:
    examined(OutboundExaminer(), data, name)


@given(MARKUP, NAMES)
def test_random_markup_never_raises(text: str, name: bytes) -> None:
    examined(OutboundExaminer(), text.encode(), name)


def test_documents_that_cannot_be_read_are_gaps() -> None:
    [gap] = examined(OutboundExaminer(), b"%PDF-1.7\nrest", b"paper")
    assert isinstance(gap, Gap)
    assert gap.reason == "corrupt"
    assert examined(OutboundExaminer(), b"About %PDF- files and {\\rtf.", b"paper.txt") == []
