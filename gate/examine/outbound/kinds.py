"""Which reader an item needs: by its name where the name decides for a browser, else by its first characters."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "html", "template", "xml", "css", "declarations", "script", "json", "manifest", "sourcemap", "markdown", "text"
]
"""``declarations`` are those of a ``style`` attribute: a style sheet without rules.

A ``template`` is HTML with code of another language in it, a ``manifest`` that of a web application or extension.
"""

SNIFFED_CHARACTERS = 2048
"""How much of an item is looked at to tell its kind."""

_SUFFIXES: dict[Kind, str] = {
    "html": "html htm shtm hta htc",
    "template": (
        "shtml stm php phtml php3 php4 php5 php7 inc asp aspx ascx master cshtml vbhtml razor jsp jspx jspf tag erb "
        "rhtml ejs hbs handlebars mustache njk twig jinja jinja2 j2 tmpl tpl ftl ftlh vm liquid vue svelte astro haml "
        "blade marko eta dust cfm gsp latte"
    ),
    "xml": (
        "svg xhtml xht xml rss atom rdf xsl xslt xsd wsdl dita xlf xliff plist kml gpx mml opf ncx xaml resx xul xbl "
        "smil ssml vxml soap xspf opml gml sitemap jnlp pom csproj vbproj vcxproj nuspec props targets"
    ),
    "script": "js mjs cjs jsx ts mts cts tsx",
    "css": "css scss sass less pcss",
    "json": "json json5 jsonc jsonld geojson topojson har gltf ipynb code-workspace arb",
    "manifest": "webmanifest",
    "sourcemap": "map",
    "markdown": "md markdown mdown mkd rst adoc asciidoc textile org wiki",
    "text": "txt text log csv tsv srt vtt po pot url desktop website",
}


def suffixes_of(kind: Kind) -> tuple[str, ...]:
    """Return the suffixes of file names by which an item is of a kind."""
    return tuple(_SUFFIXES[kind].split())


_OF_OTHERS = "yml yaml toml ini cfg conf lock sql tex py pyi rb pl sh bash c h cc cpp hpp cs java kt go rs swift"
_BY_SUFFIX: dict[str, Kind | None] = {
    **dict.fromkeys(_OF_OTHERS.split()),
    **{suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()},
}
_BY_NAME: dict[bytes, Kind] = {
    b"manifest.json": "manifest",
    **dict.fromkeys((b"readme", b"license", b"licence", b"copying", b"notice", b"changelog", b"authors"), "text"),
}

_BEGINNINGS: dict[Kind, re.Pattern[str]] = {
    "xml": re.compile(r"[\s\ufeff]*+(?:<|\Z)"),
    "sourcemap": re.compile(r"[\s\ufeff]*+(?:[{\[)]|\Z)"),
    "script": re.compile(r"(?![\s\ufeff]*+<(?:\?xml|!DOCTYPE\s+TS|TS[\s>]))(?![^\n]{0,400}\0)"),
}
"""What texts of a kind begin with: property lists and others of these names have binary forms as well."""

_RUN_BY_BROWSERS = frozenset({"js", "mjs", "cjs"})
"""Suffixes that no other form has: a zero byte in a comment or string does not keep a browser from running such."""

_HTML = re.compile(
    r"[\s\0]*+<(?:!doctype\s+html|!--|(?:html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link"
    r"|base|img|form|frameset|object|embed|template)(?=[\s/>]))",
    re.IGNORECASE,
)
"""What a page begins with (WHATWG MIME Sniffing, "identifying a resource with an unknown MIME type"), or a fragment."""
_PROLOG = r"(?>(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>)*)"
_SVG = re.compile(rf"{_PROLOG}<(?:[\w.\-]{{1,40}}:)?svg(?=[\s/>])", re.DOTALL)
_XHTML = re.compile(rf"\s*+(?=<\?xml\s){_PROLOG}<html(?=[\s/>])", re.DOTALL)
_STYLED_XML = re.compile(r"\s*+(?=<\?xml).*?<\?xml-stylesheet\s", re.DOTALL)


def kind_of(name: bytes, head: str) -> Kind | None:
    """Return the kind of an item from its name and first characters, or None where no reader is for it.

    Names of source and text formats decide against HTML: a browser shows them as text, whatever they begin with.
    What is not of the kind that its name says has no reader here, and is read as what it is.
    """
    plain = name.lower()
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    suffix = plain.rpartition(b".")[2].decode("ascii", "replace") if b"." in plain else ""
    if suffix in _BY_SUFFIX:
        kind = _BY_SUFFIX[suffix]
        if suffix in _RUN_BY_BROWSERS:
            return kind
        return kind if kind not in _BEGINNINGS or _BEGINNINGS[kind].match(head) else None
    if _SVG.match(head) or _XHTML.match(head) or _STYLED_XML.match(head):
        return "xml"
    return "html" if _HTML.match(head) else None
