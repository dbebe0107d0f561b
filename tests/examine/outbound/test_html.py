"""What an HTML page makes a browser contact: each mechanism with a twin that contacts nobody, or nobody by itself."""

from __future__ import annotations

import base64

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps, reached

U = f"https://{HOST}/a"

AUTOMATIC = {
    "img[src]": f'<img src="{U}">',
    "img[srcset]": f'<img srcset="{U} 2x">',
    "script[src]": f'<script src="{U}"></script>',
    "iframe[src]": f'<iframe src="{U}"></iframe>',
    "frame[src]": f'<frameset><frame src="{U}"></frameset>',
    "embed[src]": f'<embed src="{U}">',
    "object[data]": f'<object data="{U}"></object>',
    "video[src]": f'<video src="{U}"></video>',
    "video[poster]": f'<video poster="{U}"></video>',
    "audio[src]": f'<audio src="{U}"></audio>',
    "source[src]": f'<video><source src="{U}"></video>',
    "source[srcset]": f'<picture><source srcset="{U}"><img src="c.png"></picture>',
    "input[type=image]": f'<input type="image" src="{U}">',
    "link[rel=stylesheet]": f'<link rel="alternate stylesheet" href="{U}" media="print">',
    "link[rel=icon]": f'<link rel="shortcut icon" href="{U}">',
    "link[rel=preload]": f'<link rel="preload" as="font" href="{U}">',
    "link[rel=modulepreload]": f'<link rel="modulepreload" href="{U}">',
    "link[rel=prefetch]": f'<link rel="prefetch" href="{U}">',
    "link[rel=preconnect]": f'<link rel="preconnect" href="{U}">',
    "link[rel=dns-prefetch]": f'<link rel="dns-prefetch" href="//{HOST}">',
    "link[rel=manifest]": f'<link rel="manifest" href="{U}">',
    "link[imagesrcset]": f'<link rel="preload" as="image" imagesrcset="{U} 1x">',
    "body[background]": f'<body background="{U}">',
    "td[background]": f'<table><td background="{U}">x</table>',
    "meta[http-equiv=refresh]": f'<meta http-equiv="Refresh" content="5; URL=\'{U}\'">',
    "image[href]": f'<svg><image href="{U}"/></svg>',
    "image[xlink:href]": f'<svg><image xlink:href="{U}"/></svg>',
    "feImage[href]": f'<svg><filter><feImage href="{U}"/></filter></svg>',
    "script[href]": f'<svg><script href="{U}"/></svg>',
    "set[to]": f'<svg><image><set attributeName="href" to="{U}"/></image></svg>',
    "animate[values]": f'<svg><image><animate attributeName="xlink:href" values="a.png;{U}"/></image></svg>',
    "rect[mask] url()": f'<svg><rect mask="url({U}#p)"/></svg>',
    "p[style] url()": f'<p style="background: url({U})">x</p>',
    "style url()": f"<p><style>p {{ background: url('{U}') }}</style>",
    "style @import": f'<style>@import "{U}";</style>',
    "script[type=speculationrules]": f'<script type="speculationrules">{{"prerender": [{{"urls": ["{U}"]}}]}}</script>',
}

CONDITIONAL = {
    "noscript": (f'<noscript><img src="{U}"></noscript>', "img[src]"),
    "comment: if lt IE 9": (f'<!--[if lt IE 9]><script src="{U}"></script><![endif]-->', "script[src]"),
    "nomodule": (f'<script nomodule src="{U}"></script>', "script[src]"),
    "type=text/template": (f'<script type="text/template" src="{U}"></script>', "script[src]"),
    "preload=none": (f'<video preload="none" src="{U}"></video>', "video[src]"),
    "added to a home screen": (f'<link rel="apple-touch-icon" href="{U}">', "link[rel=apple-touch-icon]"),
    "@font-face": (f"<style>@font-face {{ src: url({U}) }}</style>", "style url()"),
    "@media print": (f"<style>@media print {{ p {{ background: url({U}) }} }}</style>", "style url()"),
    "imported by name": (
        f'<script type="importmap">{{"imports": {{"a": "{U}"}}}}</script>',
        "script[type=importmap]",
    ),
    "chosen for the screen": (f'<img srcset="small.png 1x, {U} 2x">', "img[srcset]"),
    "media=print": (f'<picture><source media="print" srcset="{U}"></picture>', "source[srcset]"),
    "type=video/x-a": (f'<video><source type="video/x-a" src="{U}"></video>', "source[src]"),
    "track shown": (f'<video><track src="{U}"></video>', "track[src]"),
    "no source before it is chosen": (f'<picture><source srcset="a.png"><img src="{U}"></picture>', "img[src]"),
    "no src beside it": (f'<audio src="a.mp3"><source src="{U}"></audio>', "source[src]"),
    "browsers without srcdoc": (f'<iframe srcdoc="x" src="{U}"></iframe>', "iframe[src]"),
    "once the element is shown": (f'<p style="display:none;background:url({U})">', "p[style] url()"),
    "media=(print)": (f'<p><style media="(print)">p {{ background: url({U}) }}</style>', "style url()"),
    "type=text/x": (f'<p><style type="text/x">p {{ background: url({U}) }}</style>', "style url()"),
    "loading=lazy": (f'<img loading="lazy" src="{U}">', "img[src]"),
    "disabled": (f'<link rel="stylesheet" disabled href="{U}">', "link[rel=stylesheet]"),
    "type=text/less": (f'<link rel="stylesheet" type="text/less" href="{U}">', "link[rel=stylesheet]"),
    "no valid as": (f'<link rel="preload" href="{U}">', "link[rel=preload]"),
    "few browsers": (f'<meta http-equiv="Link" content="<{U}>; rel=preload">', "meta[http-equiv=link]"),
    "old browsers": (f'<svg><use href="{U}#a"/></svg>', "use[href]"),
    "browsers that support it": (f'<portal src="{U}"></portal>', "portal[src]"),
    "browsers that send user information": (f'<img src="https://user@{HOST}/a">', "img[src]"),
    "selector .absent": (f"<style>.absent {{ background: url({U}) }}</style>", "style url()"),
    "template": (f'<script type="text/template"><img src="{U}"></script>', "img[src]"),
    "property --picture": (f"<style>:root {{ --picture: url({U}) }}</style>", "style url()"),
    "eagerness": (
        f'<script type="speculationrules">{{"prefetch": [{{"urls": ["{U}"], "eagerness": "moderate"}}]}}</script>',
        "script[type=speculationrules]",
    ),
    "plug-in": (f'<object><param name="movie" value="{U}"></object>', "param[value]"),
}

OTHER = {
    "link": [
        (f'<a href="{U}">x</a>', "a[href]"),
        (f'<map><area href="{U}"></map>', "area[href]"),
        (f'<link rel="canonical" href="{U}">', "link[href]"),
        (f'<svg><a xlink:href="{U}">x</a></svg>', "a[xlink:href]"),
    ],
    "interaction": [
        (f'<form action="{U}"></form>', "form[action]"),
        (f'<button formaction="{U}">x</button>', "button[formaction]"),
        (f'<a href="b.html" ping="{U}">x</a>', "a[ping]"),
    ],
    "string": [
        (f'<p data-config=\'{{"serviceUrl": "{U}"}}\'>x</p>', "p[data-config]"),
        (f'<img data-srcset="{U} 1x, b.png 2x">', "img[data-srcset]"),
        (f'<p data-content="&lt;img src={U}&gt;">x</p>', "p[data-content]"),
        (f'<p longer="{U}">x</p>', "p[longer]"),
        (f'<my-image src="{U}"></my-image>', "my-image[src]"),
        (f'<script type="application/json">{{"a": "{U}"}}</script>', "script[type=application/json]"),
        (f"<p :class=\"load('{U}')\">x</p>", "p[:class]"),
        (f"<p @click=\"load('{U}')\">x</p>", "p[@click]"),
        (f'<script>load("{U}")</script>', "script"),
        (f"<p onclick=\"show('{U}')\">x</p>", "p[onclick]"),
        (f"<a href=\"javascript:show('{U}')\">x</a>", "a[href]"),
        (f'<p data-service="{U}">x</p>', "p[data-service]"),
    ],
    "automatic": [
        (f'<body onload="f.submit()"><form id="f" action="{U}"></form>', "form[action]"),
        (f'<video><source type="video/mp4" src="{U}"></video>', "source[src]"),
        (f'<link rel="icon" media="screen" href="{U}">', "link[rel=icon]"),
    ],
    "code": [(f'<form action="{U}"></form><p onclick="f.submit()">', "form[action]")],
    "identifier": [
        (
            f'<meta http-equiv="Content-Security-Policy" content="img-src {U};">',
            "meta[http-equiv=content-security-policy]",
        ),
        (f'<script type="application/ld+json">{{"@context": "{U}"}}</script>', "script[type=application/ld+json]"),
        (f'<meta property="og:image" content="{U}">', "meta[content]"),
        (f'<blockquote cite="{U}">x</blockquote>', "blockquote[cite]"),
    ],
    "text": [(f'<p data-help="See {U}.">x</p>', "p[data-help]"), (f"<script>/* see {U} */</script>", "script")],
}

NOTHING = {
    "relative": '<img src="a/b.png"><script src="/a.js"></script><link rel="stylesheet" href="../a.css">',
    "data": '<img src="data:image/png;base64,AAAA"><a href="mailto:a@x.example">x</a><a href="tel:1">x</a>',
    "fragment": '<a href="#x"></a><svg><use href="#a"/><rect fill="url(#p)"/></svg>',
    "text": f"<p>Visit {U} or //{HOST}/ today. &lt;img src={U}></p>",
    "comment": f'<!-- <img src="{U}"> -->',
    "textarea": f'<textarea><img src="{U}"></textarea>',
    "title": f'<title><img src="{U}"></title>',
    "plaintext": f'<plaintext><img src="{U}">',
    "not an image": f'<input type="text" src="{U}">',
    "duplicate attribute": f'<img src="a.png" src="{U}">',
    "other attribute": f'<img alt="{U}" title="{U}">',
    "other attribute beside one that counts": f'<img alt="{U}" src="a.png" data-a="b">',
    "css comment": f"<style>/* url({U}) */</style>",
    "invalid host": '<img src="https://a b/">'.replace("a b", "\x7f"),
    "empty host": '<img src="https://"><img src="//">',
    "xmlns": '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"></svg>',
}


@pytest.mark.parametrize("via", AUTOMATIC)
def test_automatic_contact(via: str) -> None:
    assert reached(f"<!doctype html>{AUTOMATIC[via]}") == {(HOST, "automatic", via)}


@pytest.mark.parametrize("via", AUTOMATIC)
def test_own_place_in_the_same_mechanism_is_none(via: str) -> None:
    page = AUTOMATIC[via].replace(f"https://{HOST}/", "own/").replace(f"//{HOST}", "own")
    assert outbound(f"<!doctype html>{page}") == []


@pytest.mark.parametrize("condition", CONDITIONAL)
def test_conditional_contact(condition: str) -> None:
    page, via = CONDITIONAL[condition]
    [fact] = outbound(page)
    assert (fact.host, fact.reach, fact.via, fact.condition) == (HOST, "conditional", via, condition)


@pytest.mark.parametrize(("reach", "page", "via"), [(reach, *each) for reach, all_ in OTHER.items() for each in all_])
def test_what_is_not_automatic(reach: str, page: str, via: str) -> None:
    assert reached(page) == {(HOST, reach, via)}


@pytest.mark.parametrize("name", NOTHING)
def test_nothing(name: str) -> None:
    found = [fact for fact in outbound(f"<!doctype html><body>{NOTHING[name]}") if fact.reach != "opaque"]
    assert found == []


# --- how a browser reads what lintian and regular expressions miss ---------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        f"<img src={U}>",
        f"<IMG SRC='{U}'>",
        f"<img\nsrc\n=\n'{U}'>",
        f"<img/src={U}>",
        f"<img a='<img src=b>'src={U}>",
        "<img src='https&#58;//x.example/a'>",
        "<img src='ht\ntps://x\t.example/a'>",
        "<img src=' \x01 https://x.example/a '>",
        r"<img src='\\x.example\a'>",
        r"<img src='/\x.example/a'>",
        "<img src='https:/x.example/a'>",
        "<img src='https:x.example/a'>",
        "<img src='HTTPS:////X.EXAMPLE/a'>",
        "<img src='//x.example./a'>",
        "<img src='//%78.example/a'>",
        "<img src='//x。example/a'>",
        "<noscript><!-- </noscript><img src='//x.example/a'> -->",
        "<title><!-- </title><img src='//x.example/a'> -->",
        "<!--><img src='//x.example/a'>",
        "<!-- --!><img src='//x.example/a'>",
        "<template shadowrootmode=open><img src='//x.example/a'></template>",
        "<table><img src='//x.example/a'></table>",
        "<select></select><img src='//x.example/a'>",
        "<p></p><svg><desc><img src='//x.example/a'></desc></svg>",
        "<image src='//x.example/a'>",
        "a\0b<img src='//x.example/a'>",
    ],
)
def test_writings_of_one_url(page: str) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(page)} == {(HOST, "automatic")}


def test_base_element_leads_relative_urls_away() -> None:
    page = f'<base href="//{HOST}/d/"><img src="a.png"><a href="b.html">x</a><script src="{{}}"></script>'
    assert reached(page) >= {(HOST, "automatic", "img[src]"), (HOST, "link", "a[href]")}
    assert outbound('<base href="sub/"><img src="a.png">') == []
    assert outbound(f'<template><base href="//{HOST}/"></template><img src="a.png">') == []
    assert outbound(f'<base href="data:text/plain,x"><base href="//{HOST}/"><img src="a.png">') == []


def test_documents_inside_of_attributes() -> None:
    inner = base64.b64encode(f"<img src={U}>".encode()).decode()
    for page in (
        f'<iframe srcdoc="&lt;img src={U}&gt;"></iframe>',
        f'<iframe src="data:text/html,%3Cimg src={U}%3E"></iframe>',
        f'<object data="data:text/html;charset=utf-8;base64,{inner}"></object>',
        f'<link rel="stylesheet" href="data:text/css,@import url({U})">',
        f'<style>@import "data:text/css,body{{background:url({U})}}";</style>',
    ):
        assert {(fact.host, fact.reach) for fact in outbound(page)} == {(HOST, "automatic")}, page
    assert {fact.reach for fact in outbound(f"<script src=\"data:,load('{U}')\"></script>")} == {"string"}
    assert (
        outbound(f'<img src="data:text/html,%3Cimg src={U}%3E"><a href="data:text/html,%3Cimg src={U}%3E">x</a>') == []
    )


def test_documents_too_deep_inside_of_one_another_are_a_gap() -> None:
    page = f"<img src={U}>"
    for _ in range(4):
        page = '<iframe srcdoc="' + page.replace("&", "&amp;").replace('"', "&quot;") + '"></iframe>'
    assert {fact.host for fact in outbound(page, depth=4)} == {HOST}
    facts, gaps = outbound_and_gaps(page, depth=3)
    assert facts == []
    assert [gap.reason for gap in gaps] == ["too-deep"]


def test_condition_holds_for_all_that_is_inside() -> None:
    page = (
        f'<noscript><style>p {{ background: url({U}) }}</style><iframe srcdoc="&lt;img src={U}>"></iframe></noscript>'
    )
    assert {(fact.reach, fact.condition) for fact in outbound(page)} == {("conditional", "noscript")}


def test_every_url_of_a_list_in_an_attribute_counts() -> None:
    for page in (f'<img data-srcset="{U} 1x, https://o.{HOST}/b 2x">', f'<p data-a="//{HOST}/a, //o.{HOST}/b">'):
        assert {fact.host for fact in outbound(page)} == {HOST, f"o.{HOST}"}


def test_host_that_is_not_constant_is_opaque() -> None:
    assert reached('<img src="https://{{host}}/a"><script src="https://<?= $h ?>/a.js"></script>') == {
        ("", "opaque", "img[src]"),
        ("", "opaque", "script[src]"),
    }
    assert reached('<a href="https://{{host}}/a">x</a>') == {("", "link", "a[href]")}


def test_lines_are_those_of_the_attributes() -> None:
    page = (
        "<!doctype html>\n"
        f'<!-- <img src="{U}1"> -->\n'
        f"<script>var s = '<img src=\"{U}1\">';</script>\n"
        "<style>\n"
        f"p {{ background: url({U}2) }}\n"
        "</style>\n"
        f'<p>src="{U}1"</p><img\n'
        f'  src="{U}1">\n'
        f'<img src="{U}3?a=1&amp;b=2">\r\n'
        f'<img src="https&#58;//{HOST}/4">\n'
        f'<a href="{U}5"></a>\n'
        f'<a href="{U}5"></a><iframe srcdoc="&lt;p&gt;&lt;img src={U}6&gt;"></iframe>\n'
        f"<noscript>\n<img src={U}7></noscript>\n"
    )
    lines = {(fact.url.rpartition("/")[2], fact.reach): fact.line for fact in outbound(page)}
    assert lines == {
        ("a1", "string"): 3,
        ("a2", "automatic"): 5,
        ("a1", "automatic"): 8,
        ("a3?a=…&b=…", "automatic"): 9,
        ("4", "automatic"): 0,
        ("a5", "link"): 12,
        ("a6", "automatic"): 12,
        ("a7", "conditional"): 14,
    }
    assert [fact.line for fact in outbound(page) if fact.reach == "link"] == [11, 12]


@pytest.mark.parametrize("name", ["a.html", "a.HTM", "a.php", "a.jsp", "a.vue", "noextension", "a.dat"])
def test_pages_are_told_by_name_or_beginning(name: str) -> None:
    assert reached(f" \n<!DOCTYPE html><img src={U}>", name) == {(HOST, "automatic", "img[src]")}


@pytest.mark.parametrize("name", ["README.md", "a.txt", "a.py", "a.json"])
def test_texts_that_begin_like_pages_are_not_read_as_pages(name: str) -> None:
    assert "automatic" not in {fact.reach for fact in outbound(f"<p><img src={U}></p>", name)}


@pytest.mark.parametrize(
    "raw",
    [
        f"<img src={U}>".encode("utf-16"),
        b"\xfe\xff" + f"<img src={U}>".encode("utf-16-be"),
        f"<!doctype html><img src={U}>".encode("utf-16-le"),
        b"\xef\xbb\xbf" + f"<img src={U}>".encode(),
        f'<meta charset="Shift_JIS"><p>日本語</p><img src={U}>'.encode("cp932"),
        f"<p>日本語の文章</p><img src={U}>".encode("cp932"),
        f"<p>日本語の文章</p><img src={U}>".encode("euc_jp"),
        b'<meta http-equiv="Content-Type" content="text/html; charset=iso-2022-jp"><p>'
        + "日本".encode("iso2022_jp")
        + f"</p><img src={U}>".encode(),
        b"<p>\xff\xfe\x81</p>" + f"<img src={U}>".encode(),
    ],
)
def test_encodings(raw: bytes) -> None:
    assert {(fact.host, fact.reach) for fact in outbound(raw)} == {(HOST, "automatic")}


def test_international_host_in_shift_jis() -> None:
    page = '<meta charset="Shift_JIS"><img src="https://日本語.jp/">'.encode("cp932")
    assert {fact.host for fact in outbound(page)} == {"xn--wgv71a119e.jp"}


def test_declared_encoding_in_a_comment_does_not_count() -> None:
    page = b"<!-- <meta charset=iso-2022-jp> -->\x1b$B" + f"<img src={U}>".encode()
    assert {fact.host for fact in outbound(page)} == {HOST}


def test_host_that_may_deceive_says_so_in_its_condition() -> None:
    [fact] = outbound('<img src="https://p\u0430ypal.example/a">')
    assert (fact.reach, fact.host) == ("automatic", "xn--pypal-4ve.example")
    assert fact.condition == "host of mixed scripts: Cyrillic, Latin"
