"""What a page is to its readers: links, what it discloses, and digests beside what it fetches."""

from __future__ import annotations

import pytest

from gate.examine.outbound.pages import DISCLOSURE_CHARACTERS, LINKS
from gate.examine.outbound.reading import Limits, read_document
from gate.models import OutboundFact, PageFact


def page(body: str) -> PageFact:
    (found,) = [
        fact for fact in read_document("html", f"<!doctype html><html>{body}", Limits()) if isinstance(fact, PageFact)
    ]
    return found


@pytest.mark.parametrize(
    ("body", "links"),
    [
        ('<a href="privacy.html">', ("privacy.html",)),
        ('<a href=" ../a/b.html?x=1#y ">', ("../a/b.html",)),
        ('<a href="/root.html"><a href="/root.html">', ("/root.html",)),
        ('<map><area href="a.html"></map><iframe src="b.html"></iframe>', ("a.html", "b.html")),
        ('<a href="%E5%80%8B.html">', ("個.html",)),
        ('<a href="a%21%25b.html">', ("a%21%25b.html",)),
        ('<a href="sub\\x.html">', ("sub/x.html",)),
        ('<base href="sub/index.html"><a href="x.html"><a href="/y.html">', ("sub/x.html", "/y.html")),
        ('<base href="x"><a href="y.html">', ("y.html",)),
        ('<a href="#top"><a href=""><a><a href="https://a.example/"><a href="//a.example/x">', ()),
        ('<a href="mailto:a@example.org"><a href="\\\\a.example/x"><a href="java\nscript:x()">', ()),
        ('<base href="https://a.example/"><a href="x.html">', ()),
        ('<link href="style.css"><img src="a.png"><!-- <a href="a.html"> --><a hreflang="a.html">', ()),
    ],
)
def test_links_within_the_delivery(body: str, links: tuple[str, ...]) -> None:
    assert page(body).links == links


def test_links_are_bounded() -> None:
    many = "".join(f'<a href="{number}.html">' for number in range(LINKS + 10))
    assert len(page(many).links) == LINKS
    assert page(f'<a href="{"x" * 5000}">').links == ()


def test_a_page_that_speaks_of_data_sent_tells_its_visible_text() -> None:
    body = """<head><title>x</title></head><body><script>var a = "in a script"</script><style>.b{}</style>
      <h1>プライバシーポリシー</h1><p>Example\n  Maps &amp; Co.</p><noscript>not seen</noscript><!-- nor this -->"""
    assert page(body).disclosure == "プライバシーポリシー Example Maps & Co."


@pytest.mark.parametrize("word", ["Privacy", "COOKIE", "Opt-out", "外部送信", "無効にする", "個人情報"])
def test_words_of_disclosure(word: str) -> None:
    assert page(f"<p>{word}</p>").disclosure == word


def test_other_pages_do_not() -> None:
    assert page("<h1>地図</h1><p>Example Maps</p>").disclosure == ""


def test_the_text_is_bounded_and_shown_safely() -> None:
    assert len(page("<p>privacy " + "x " * DISCLOSURE_CHARACTERS).disclosure) <= DISCLOSURE_CHARACTERS
    assert "\u202e" not in page("<p>privacy \u202etxt").disclosure


def test_documents_inside_of_a_page_are_no_pages() -> None:
    found = read_document("html", '<iframe srcdoc="&lt;a href=x.html&gt;"></iframe>', Limits())
    assert [fact.links for fact in found if isinstance(fact, PageFact)] == [()]


SHA384 = "sha384-" + "A" * 64


@pytest.mark.parametrize(
    ("attributes", "pinned"),
    [
        (f'integrity="{SHA384}"', True),
        (f'integrity="md5-x {SHA384}"', True),
        ('integrity=""', False),
        ('integrity="sha384-"', False),
        ('integrity="md5-' + "A" * 64 + '"', False),
        (f'data-integrity="{SHA384}"', False),
    ],
)
@pytest.mark.parametrize("tag", ['<script src="{url}" {more}></script>', '<link rel="stylesheet" href="{url}" {more}>'])
def test_digests_beside_what_is_fetched(tag: str, attributes: str, *, pinned: bool) -> None:
    text = tag.format(url="https://cdn.example.org/a", more=attributes)
    (fact,) = [fact for fact in read_document("html", text, Limits()) if isinstance(fact, OutboundFact)]
    assert (fact.reach, fact.integrity) == ("automatic", pinned)


def test_plain_references_are_read_as_all_others() -> None:
    """A reference that needs no decoding has the same path as when a blank, which is stripped, makes it decoded."""
    for reference in (
        "a.html",
        "/b/c.html",
        "../d.html?x=//y#z",
        "#top",
        "?q",
        "",
        "e%20f.html",
        "//host/x",
        "g:h",
        "i!j",
    ):
        plain, decoded = (page(f'<a href="{written}">x</a>') for written in (reference, f" {reference}"))
        assert plain == decoded
