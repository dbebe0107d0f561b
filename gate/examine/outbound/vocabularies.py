"""What XML other than pages and pictures makes its readers load: feeds, transformations, inclusions, schemas, maps.

The rules are those of XSLT 1.0 to 3.0, XInclude 1.1, XML Schema, RSS 2.0, Atom (RFC 4287) and KML 2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gate.examine.outbound.element import NAMES_A_HOST
from gate.examine.outbound.literals import urls_in
from gate.models import Reach
from gate.paths import printable

XSLT = "http://www.w3.org/1999/XSL/Transform"
_XINCLUDE = "http://www.w3.org/2001/XInclude"
_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_XLINK = "http://www.w3.org/1999/xlink"
_WEB = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML")
_FORMATS = "http://www.w3.org/"
"""Namespaces of the W3C are parts of formats and say nothing of a document."""

_FEED = "feed readers"
_OF_THE_WEB = re.compile(r"(?:https?|wss?|ftps?|file|smb):", re.IGNORECASE)
_SHOWN = 60
_DOCUMENT = re.compile(
    r"\b(?:document|doc|doc-available|unparsed-text|collection|json-doc)\(\s*(?:'([^']{1,4000})'|\"([^\"]{1,4000})\")"
)
"""Functions of XSLT and XPath that load, with a constant address."""

_ATTRIBUTES: dict[tuple[str, str, str], tuple[Reach, str]] = {
    (XSLT, "import", "href"): ("automatic", ""),
    (XSLT, "include", "href"): ("automatic", ""),
    (XSLT, "import-schema", "schema-location"): ("conditional", "schema processors"),
    (XSLT, "source-document", "href"): ("automatic", ""),
    (_XINCLUDE, "include", "href"): ("conditional", "XInclude processors"),
    (_SCHEMA, "import", "schemaLocation"): ("conditional", "schema processors"),
    (_SCHEMA, "include", "schemaLocation"): ("conditional", "schema processors"),
    (_SCHEMA, "redefine", "schemaLocation"): ("conditional", "schema processors"),
    (_SCHEMA, "override", "schemaLocation"): ("conditional", "schema processors"),
    (_SCHEMA, "import", "namespace"): ("identifier", ""),
    (_SCHEMA, "schema", "targetNamespace"): ("identifier", ""),
}
_FEED_ATTRIBUTES: dict[tuple[str, str], tuple[Reach, str]] = {
    ("enclosure", "url"): ("conditional", _FEED),
    ("thumbnail", "url"): ("conditional", _FEED),
    ("content", "url"): ("conditional", _FEED),
    ("content", "src"): ("conditional", _FEED),
    ("image", "href"): ("conditional", _FEED),
    ("source", "url"): ("link", ""),
    ("link", "href"): ("link", ""),
}
_FEED_TEXTS: dict[str, tuple[Reach, str]] = {
    **dict.fromkeys(
        ["link", "comments", "docs", "guid", "id", "uri", "generator", "creator", "origLink"], ("link", "")
    ),
    **dict.fromkeys(["url", "icon", "logo"], ("conditional", _FEED)),
}
_HTML_TEXTS = frozenset(["description", "encoded", "summary", "content", "title", "subtitle"])
_MAP_TEXTS: dict[str, tuple[Reach, str]] = {"href": ("conditional", "map programs")}
_FEED_ROOTS = frozenset({"rss", "feed", "RDF"})


class Said(NamedTuple):
    """A URL that an element says, with how its readers reach it."""

    raw: str
    reach: Reach
    via: str
    condition: str = ""


def is_web(namespace: str, root: str) -> bool:
    """Say whether an element belongs to a page or picture; without a namespace the root of the document tells.

    Elements without one in a style sheet of XSLT are those of the page that it makes.
    """
    return namespace in _WEB or (not namespace and root in ("html", "svg", "stylesheet", "transform"))


def attributes_of(namespace: str, tag: str, attributes: Mapping[str, str], root: str) -> Iterator[Said]:
    """Yield the URLs in the attributes of an element, whose names are with their namespace where they have one."""
    for name, value in attributes.items():
        space, _, plain = name.rpartition("\n")
        via = printable(f"{tag}[{plain}]"[:_SHOWN])
        known = _ATTRIBUTES.get((namespace, tag, name))
        if known is None and root in _FEED_ROOTS and (tag, name) in _FEED_ATTRIBUTES:
            known = _FEED_ATTRIBUTES[tag, name]
        if known:
            yield Said(value, known[0], via, known[1])
        elif space == _INSTANCE:
            for word in value.split():
                yield Said(word, "identifier", via)
        elif space == _XLINK:
            yield Said(value, "conditional", via, "loaded by few programs")
        elif NAMES_A_HOST.match(value):
            yield Said(value, "identifier" if "namespace" in plain.lower() else "string", via)
        else:
            yield from _within(value, via, root)


def _within(value: str, via: str, root: str) -> Iterator[Said]:
    """Yield the URLs within a value that is none as a whole; those of the web may stand in a sentence."""
    for call in _DOCUMENT.finditer(value) if "(" in value else ():
        reach: Reach = "automatic" if root in ("stylesheet", "transform") else "string"
        yield Said(call[1] or call[2], reach, via)
    if "://" in value and not _DOCUMENT.search(value):
        for _, url in urls_in(value):
            yield Said(url, "text" if _OF_THE_WEB.match(url) and len(value.split(None, 1)) > 1 else "string", via)


def other_schemes(tag: str, text: str) -> Iterator[Said]:
    """Yield the URLs in a text that nobody writes for people to follow: of databases, directories, remote objects."""
    for _, url in urls_in(text) if "://" in text else ():
        if not _OF_THE_WEB.match(url):
            yield Said(url, "string", printable(tag[:_SHOWN]))


def text_of(tag: str, text: str, root: str) -> Said | None:
    """Return the URL that the text of an element is, or None where it is none."""
    if not NAMES_A_HOST.match(text) or len(text.split(None, 2)) > 1:
        return None
    texts = _FEED_TEXTS if root in _FEED_ROOTS else _MAP_TEXTS if root == "kml" else {}
    reach, condition = texts.get(tag, ("string", ""))
    return Said(text.strip(), reach, printable(tag[:_SHOWN]), condition)


def holds_html(tag: str, text: str, root: str) -> bool:
    """Say whether the text of an element is HTML for a feed reader."""
    return root in _FEED_ROOTS and tag in _HTML_TEXTS and "<" in text


def tells(namespace: str) -> bool:
    """Say whether a namespace is worth naming."""
    return NAMES_A_HOST.match(namespace) is not None and not namespace.startswith(_FORMATS)
