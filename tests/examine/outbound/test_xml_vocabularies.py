"""XML that is no page and no picture: transformations, feeds, inclusions, schemas, maps and settings."""

from __future__ import annotations

import pytest

from tests.examine.outbound.outbound_kit import HOST, outbound, outbound_and_gaps, reached

U = f"https://{HOST}/a"
XSL = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">{}</xsl:stylesheet>'
XSD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'
RSS = '<rss version="2.0"><channel>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
KML = '<kml xmlns="http://www.opengis.net/kml/2.2">{}</kml>'
FEED = "feed readers"

READ = {
    "xslt import": ("a.xsl", XSL.format(f'<xsl:import href="{U}"/>'), "automatic", "import[href]", ""),
    "xslt include": ("a.xslt", XSL.format(f'<xsl:include href="{U}"/>'), "automatic", "include[href]", ""),
    "xslt document": (
        "a.xsl",
        XSL.format(f"<xsl:value-of select=\"document('{U}')/a\"/>"),
        "automatic",
        "value-of[select]",
        "",
    ),
    "xslt unparsed text": (
        "a.xsl",
        XSL.format(f"<xsl:if test='unparsed-text(\"{U}\")'/>"),
        "automatic",
        "if[test]",
        "",
    ),
    "xinclude": (
        "a.xml",
        f'<a xmlns:x="http://www.w3.org/2001/XInclude"><x:include href="{U}"/></a>',
        "conditional",
        "include[href]",
        "XInclude processors",
    ),
    "schema import": (
        "a.xsd",
        XSD.format(f'<xs:import namespace="n" schemaLocation="{U}"/>'),
        "conditional",
        "import[schemaLocation]",
        "schema processors",
    ),
    "external entity": (
        "a.xml",
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "{U}">]><a>&e;</a>',
        "conditional",
        "entity",
        "XML readers that load external entities",
    ),
    "parameter entity": (
        "a.xml",
        f'<!DOCTYPE a [<!ENTITY % e PUBLIC "p" "{U}"> %e;]><a/>',
        "conditional",
        "entity",
        "XML readers that load external entities",
    ),
    "enclosure": ("a.rss", RSS.format(f'<item><enclosure url="{U}"/></item>'), "conditional", "enclosure[url]", FEED),
    "feed picture": ("a.xml", RSS.format(f"<image><url>{U}</url></image>"), "conditional", "url", FEED),
    "feed html": (
        "a.xml",
        RSS.format(f"<item><description>&lt;img src='{U}'></description></item>"),
        "conditional",
        "img[src]",
        FEED,
    ),
    "atom logo": ("a.atom", ATOM.format(f"<logo>{U}</logo>"), "conditional", "logo", FEED),
    "atom content": (
        "a.atom",
        ATOM.format(f'<entry><content src="{U}"/></entry>'),
        "conditional",
        "content[src]",
        FEED,
    ),
    "network link": (
        "a.kml",
        KML.format(f"<NetworkLink><Link><href>{U}</href></Link></NetworkLink>"),
        "conditional",
        "href",
        "map programs",
    ),
    "setting": ("a.xml", f"<settings><url>{U}</url></settings>", "string", "url", ""),
    "setting in an attribute": ("a.config", f'<a><add key="k" value="{U}"/></a>', "string", "add[value]", ""),
    "text after an element": ("a.xml", f"<a><b/>{U}</a>", "string", "b", ""),
    "html in no page": ("a.xml", f'<a><img src="{U}"/></a>', "string", "img[src]", ""),
    "xlink": (
        "a.xml",
        f'<a xmlns:l="http://www.w3.org/1999/xlink" l:href="{U}"/>',
        "conditional",
        "a[href]",
        "loaded by few programs",
    ),
    "feed link": ("a.rss", RSS.format(f"<link>{U}</link>"), "link", "link", ""),
    "atom link": ("a.atom", ATOM.format(f'<link href="{U}"/>'), "link", "link[href]", ""),
    "namespace": ("a.xml", f'<a xmlns="{U}"/>', "identifier", "xmlns", ""),
    "schema location": (
        "a.xml",
        f'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="n {U}"/>',
        "identifier",
        "a[schemaLocation]",
        "",
    ),
    "target namespace": (
        "a.xsd",
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{U}"/>',
        "identifier",
        "schema[targetNamespace]",
        "",
    ),
    "xml model": ("a.xml", f'<?xml-model href="{U}"?><a/>', "identifier", "xml-model", ""),
    "prose": ("a.xml", f"<p>See {U}, please.</p>", "text", "text", ""),
    "base of xhtml": (
        "a.xhtml",
        '<html xmlns="http://www.w3.org/1999/xhtml"><base href="https://x.example/"/><img src="a"/></html>',
        "automatic",
        "img[src]",
        "",
    ),
    "template of xhtml": (
        "a.xhtml",
        f'<html xmlns="http://www.w3.org/1999/xhtml"><template><img src="{U}"/></template></html>',
        "conditional",
        "img[src]",
        "template",
    ),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    item, document, reach, via, condition = READ[name]
    found = {
        (fact.host, fact.reach, fact.via, fact.condition) for fact in outbound(document, item) if fact.host == HOST
    }
    assert found == {(HOST, reach, via, condition)}


@pytest.mark.parametrize("name", [name for name in READ if name != "base of xhtml"])
def test_own_place_in_the_same_words_is_none(name: str) -> None:
    item, document, *_ = READ[name]
    assert [fact for fact in outbound(document.replace(U, "own/a"), item) if fact.host == HOST] == []


def test_after_a_template_all_counts_again() -> None:
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><template/><img src="{U}"/></html>'
    assert reached(page, "a.xhtml") == {(HOST, "automatic", "img[src]")}


def test_namespaces_of_formats_say_nothing() -> None:
    assert outbound(XSL.format(""), "a.xsl") == []


def test_declared_encoding_is_that_of_the_bytes() -> None:
    document = f'<?xml version="1.0" encoding="Shift_JIS"?><設定><アドレス>{U}</アドレス></設定>'.encode("cp932")
    assert reached(document, "a.xml") == {(HOST, "string", "アドレス")}


def test_lines() -> None:
    feed = RSS.format(f"\n<item>\n<link>{U}</link><description>&lt;p>\n&lt;img src='{U}2'></description></item>\n")
    assert [(fact.reach, fact.line) for fact in outbound(feed, "a.rss")] == [("link", 3), ("conditional", 4)]


def test_broken_document_is_a_gap() -> None:
    facts, gaps = outbound_and_gaps(f"<a><url>{U}</url><b></a>", "a.xml")
    assert [fact.reach for fact in facts] == ["string"]
    assert [gap.reason for gap in gaps] == ["corrupt"]


def test_paths_of_xpath_are_no_hosts() -> None:
    document = XSL.format('<xsl:template match="//book/title"><xsl:value-of select="//a"/></xsl:template>')
    assert outbound(document, "a.xsl") == []
    assert outbound('<a value="//!b" path="//c"><b>//e</b></a>', "a.xml") == []
    assert reached(f'<a value="//{HOST}/b"/>', "a.xml") == {(HOST, "string", "a[value]")}
