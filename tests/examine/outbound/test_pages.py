"""What a page is to its readers: links, what it discloses, and digests beside what it fetches."""

from __future__ import annotations

import time

import pytest
from selectolax.lexbor import LexborHTMLParser

from gate.examine.outbound.pages import DISCLOSURE_CHARACTERS, LINKS
from gate.examine.outbound.reading import Limits, read_document
from gate.examine.outbound.visible import visible_text
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


@pytest.mark.parametrize(
    ("body", "links"),
    [
        # A page that is replaced by another leads to it.
        ('<meta http-equiv="Refresh" content="5; URL=\'privacy.html\'">', ("privacy.html",)),
        ('<meta http-equiv=refresh content="0;privacy.html">', ("privacy.html",)),
        ('<meta http-equiv=refresh content="0.5 , url = privacy.html">', ("privacy.html",)),
        ('<meta http-equiv=refresh content="30">', ()),
        ('<meta http-equiv=refresh content="0; url=https://a.example/">', ()),
        ('<meta name=refresh content="0; url=privacy.html">', ()),
        # Pictures.
        ('<svg><a xlink:href="privacy.html"><text>x</text></a></svg>', ("privacy.html",)),
        ('<svg><a href="privacy.html"><text>x</text></a></svg>', ("privacy.html",)),
        ('<svg><image xlink:href="privacy.html" /></svg>', ()),
        # What a click opens.
        ("<button onclick=\"location.href='privacy.html'\">x</button>", ("privacy.html",)),
        ('<p onclick=\'window.open("privacy.html", "w")\'>x</p>', ("privacy.html",)),
        ("<p onclick=\"location.assign('privacy.html')\">x</p>", ("privacy.html",)),
        ('<p onclick="open(page)">x</p><p onclick="show(\'privacy.html\')">x</p>', ()),
        ("<p onclick=\"location.href='https://a.example/privacy.html'\">x</p>", ()),
        # What nobody sees nobody follows.
        ('<a href="privacy.html" hidden>x</a>', ()),
        ('<a href="privacy.html" style="Display : none">x</a>', ()),
        ('<a href="privacy.html" style="color: red">x</a>', ("privacy.html",)),
        ("<p hidden onclick=\"location.href='privacy.html'\">x</p>", ()),
        ("<script>document.write('<a href=\"privacy.html\">')</script>", ()),
    ],
)
def test_other_ways_to_a_page(body: str, links: tuple[str, ...]) -> None:
    assert page(body).links == links


def test_frames_are_told_apart() -> None:
    found = page('<a href="a.html">x</a><iframe src="b.html"></iframe><iframe src="//a.example/"></iframe>')
    assert (found.links, found.frames) == (("a.html", "b.html"), ("b.html",))
    frames = page('<frameset cols="*,*"><frame src="menu.html"><frame src="/map.html"></frameset>')
    assert frames.frames == ("menu.html", "/map.html")


@pytest.mark.parametrize(
    "hiding",
    [
        "<div hidden>{}</div>",
        '<div style="display:none"><p>{}</p></div>',
        '<div style="DISPLAY: /**/ none !important">{}</div>',
        '<p style="color:red;visibility:hidden">{}</p>',
        '<p style="opacity:0.0">{}</p>',
        '<p style="opacity: .0">{}</p>',
        '<p style="font-size:0">{}</p>',
        '<p style="font-size:1px">{}</p>',
        '<p style="font-size:.1em">{}</p>',
        '<p style="position:absolute;left:-9999px">{}</p>',
        '<p style="text-indent:-999em">{}</p>',
        '<p style="height:0;overflow:hidden">{}</p>',
        '<p style="width:1px;overflow:hidden">{}</p>',
        '<p style="transform:scale(0)">{}</p>',
        '<p style="clip-path:inset(50%)">{}</p>',
        '<p style="color:transparent">{}</p>',
        '<p style="color:#fff0">{}</p>',
        '<p style="color:rgba(0,0,0,0)">{}</p>',
        '<p style="color:white;background:#FFFFFF">{}</p>',
        '<p style="background-color:rgb(255, 255, 255);color:#fff">{}</p>',
        "<style>.x{{display:none}}</style><p class=x>{}</p>",
        "<style>@media screen{{p.y,.x{{ color:red; display:none }}}}</style><p class=x>{}</p>",
        "<style>@import 'a.css'; .x{{visibility:hidden}}</style><p class=x>{}</p>",
        "<style>/* .a{{}} */ .x /* y */ {{display:none}}</style><p class=x>{}</p>",
        "<textarea>{}</textarea>",
        "<select><option>{}</select>",
        "<dialog>{}</dialog>",
        "<noscript>{}</noscript>",
        "<template>{}</template>",
        "<svg><title>{}</title></svg>",
        "<iframe>{}</iframe>",
        "<!-- {} -->",
        '<img alt="{}">',
        '<p title="{}">',
        '<meta name=description content="{}">',
        '<meta http-equiv=refresh content="3;url=https://a.example/"><p>{}</p>',
        '<meta http-equiv=refresh content="0;url=index.html"><p>{}</p>',
    ],
)
def test_text_that_nobody_sees_tells_nobody(hiding: str) -> None:
    assert "Example Maps" not in page("<p>privacy</p>" + hiding.format("Example Maps")).disclosure


@pytest.mark.parametrize(
    "showing",
    [
        '<p style="opacity:0.9">{}</p>',
        '<p style="opacity:1">{}</p>',
        '<p style="font-size:0.8em">{}</p>',
        '<p style="font-size:1.2em;font-size:10px;font-size:1rem">{}</p>',
        '<p style="border-width:0;min-height:0;width:100%;height:0.5em">{}</p>',
        '<p style="margin-left:-10px">{}</p>',
        '<p style="color:#fff;background:#000">{}</p>',
        '<p style="color:#ff00ff;background:white">{}</p>',
        '<p style="color:#fff">{}</p>',
        '<p style="transform:scale(0.5)">{}</p>',
        "<style>.y{{display:none}} .x{{color:red}}</style><p class=x>{}</p>",
        "<style>@media print{{.x{{display:none}}}}</style><p class=x>{}</p>",
        "<style media=print>.x{{display:none}}</style><p class=x>{}</p>",
        "<style>@page{{width:0}} .x:nosuch(({{display:none}} }} {{</style><p class=x>{}</p>",
        "<dialog open>{}</dialog>",
        "<details><summary>x</summary>{}</details>",
        '<meta http-equiv=refresh content="600;url=index.html"><p>{}</p>',
        '<meta http-equiv=refresh content="5"><p>{}</p>',
    ],
)
def test_text_that_people_see_tells_them(showing: str) -> None:
    assert "Example Maps" in page("<p>privacy</p>" + showing.format("Example Maps")).disclosure


@pytest.mark.parametrize(
    "hostile",
    [
        "<style>" + "/*" * 60_000 + "</style>",
        "<style>" + "@media " * 30_000 + "</style>",
        "<style>" + "a{" * 60_000 + "</style>",
        "<style>" + ".x{display:none}" * 12_000 + "</style>",
        "<p style='" + ";color:rgba(" * 15_000 + "'>x</p>",
        "<p style='" + ";transform:" * 15_000 + "'>x</p>",
        "<p style='" + " " * 200_000 + "'>x</p>",
        "<meta http-equiv=refresh content='" + " " * 100_000 + "x'>",
        "<p onclick='location " + " " * 100_000 + "'>x</p>",
        "<div>" * 5_000 + "x",
    ],
)
def test_hostile_pages_are_read_in_time(hostile: str) -> None:
    started = time.process_time()
    page("<p>privacy</p>" + hostile)
    assert time.process_time() - started < 5  # far more than it takes, far less than what grows with the square


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


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ("<p hidden>a<b hidden>b</b></p>", ""),
        ("<div style='display:none'><p>a</p><svg><text>b</text></svg></div>", ""),
        ("<noscript><i hidden>a</i></noscript><script>'<b hidden>b</b>'</script>", ""),
        ("<p>a<b hidden>b<i hidden>c</i></b>d</p>", " a d"),
    ],
    ids=["nested", "picture", "in-what-goes-anyway", "in-between"],
)
def test_what_is_hidden_within_what_is_hidden_goes_once(hidden: str, said: str) -> None:
    page = LexborHTMLParser(f"<body>privacy{hidden} end</body>")
    assert page.body is not None
    assert visible_text(page.body, page) == f"privacy{said} end"
