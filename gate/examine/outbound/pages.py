"""What a page is to its readers: where its links lead within the delivery, and what it tells of contacts and data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from posixpath import dirname
from typing import Final
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gate.examine.outbound.visible import hides, visible_text
from gate.models import PageFact
from gate.paths import escape_name, printable

LINKS: Final = 2000
"""Most links of a page that are kept; what only a further one leads to cannot be found easily."""
DISCLOSURE_CHARACTERS: Final = 1 << 16
_LINK_CHARACTERS: Final = 1024
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|[/\\]{2}")
_PLAIN: Final = re.compile(r"(?!//)([A-Za-z0-9_.,+=~()\-/]*+)(?:[?#][^\t\n\r]*)?\Z")
"""References whose path is written as item paths are; most are, and need no decoding."""
_LINKING: Final = {"a": "href", "area": "href", "iframe": "src", "frame": "src"}
_LINKING_SELECTOR: Final = ", ".join(f"{tag}[{attribute}]" for tag, attribute in _LINKING.items())
_FRAMES: Final = ("iframe", "frame")
_OPENING: Final = re.compile(
    r"(?:\blocation(?:\.href)?\s*=|\blocation\.(?:assign|replace)\s*\(|\bopen\s*\()\s*([\"'])([^\"'\\]{1,1024})\1"
)
"""What a click on an element opens, where its handler says so in one constant."""
_REFRESH: Final = re.compile(r"\s*([0-9]*)[0-9.]*\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?([^\"'>]*)", re.IGNORECASE)
"""HTML, "shared declarative refresh steps"."""
_TIME_TO_READ: Final = 20
"""Seconds under which nobody has read a page before it is replaced by another."""
_SPEAKING: Final = (
    "privacy",
    "cookie",
    "third part",
    "third-part",
    "personal data",
    "opt out",
    "opt-out",
    "プライバシ",
    "個人情報",
    "利用者情報",
    "外部送信",
    "第三者",
    "クッキー",
    "オプトアウト",
    "無効に",
    "自動的にアクセス",
)
"""Words of pages that tell users what is sent where; what is written without any of them tells nobody."""


def page_of(parser: LexborHTMLParser, text: str) -> PageFact:
    """Return what the page that ``parser`` made of ``text`` is."""
    lowered = text.lower()
    links, frames = dict[str, None](), dict[str, None]()
    for tag, link in _links(parser, lowered):
        links[link] = None
        if tag in _FRAMES:
            frames[link] = None
        if len(links) == LINKS:
            break
    refreshed = next(_refreshes(parser), None) if "refresh" in lowered else None
    replaced = refreshed is not None and refreshed[0] < _TIME_TO_READ
    return PageFact(tuple(links), "" if replaced else _disclosure(parser, lowered), tuple(frames))


def _links(parser: LexborHTMLParser, lowered: str) -> Iterator[tuple[str, str]]:
    """Yield element and relative path of what the page leads to; what has a host is for the other facts."""
    base = parser.css_first("base[href]")
    below = (base.attributes.get("href") or "").strip() if base is not None else ""
    if _SCHEME.match(below):
        return
    references: dict[str, dict[str, None]] = {tag: {} for tag in _LINKING}
    for node in parser.css(_LINKING_SELECTOR):
        tag, attributes = node.tag or "", node.attributes
        if tag in _FRAMES or not ("style" in attributes or "hidden" in attributes) or not hides(attributes):
            references[tag][attributes.get(_LINKING[tag]) or ""] = None
    of_rarer = ((tag, {reference: None}) for tag, reference in _rarer_links(parser, lowered))
    for tag, found in chain(references.items(), of_rarer):
        for reference in found:
            link = relative_path(reference)
            if link:
                yield tag, link if link.startswith("/") or not below else _joined(relative_path(below), link)


def _rarer_links(parser: LexborHTMLParser, lowered: str) -> Iterator[tuple[str, str]]:
    """Yield what a page leads to by pictures, clicks, and by itself."""
    if "xlink:href" in lowered:
        for node in parser.css("svg a"):
            yield "a", node.attributes.get("xlink:href") or ""
    if "onclick" in lowered:
        for node in parser.css("[onclick]"):
            opened = _OPENING.search(node.attributes.get("onclick") or "")
            if opened and not hides(node.attributes):
                yield "onclick", opened[2]
    if "refresh" in lowered:
        yield from (("meta", target) for _, target in _refreshes(parser))


def _refreshes(parser: LexborHTMLParser) -> Iterator[tuple[int, str]]:
    """Yield after how many seconds a page is replaced, and by what (nothing: by itself)."""
    for node in parser.css("meta[http-equiv][content]"):
        if (node.attributes["http-equiv"] or "").strip().lower() == "refresh":
            found = _REFRESH.match(f"{node.attributes['content'] or ''};")
            if found and found[2].strip(" ;"):
                yield int(found[1][:9] or 0), found[2].strip(" ;")


def _joined(base: str, link: str) -> str:
    folder = dirname(base)
    return f"{folder.rstrip('/')}/{link}" if folder else link


def relative_path(reference: str) -> str:
    """Return the path of a relative reference, escaped like an item path; empty where it is none."""
    plain = _PLAIN.match(reference)
    if plain and len(reference) <= _LINK_CHARACTERS:
        return plain[1]
    reference = reference.strip().translate({9: None, 10: None, 13: None})
    if _SCHEME.match(reference) or len(reference) > _LINK_CHARACTERS:
        return ""
    path = re.split(r"[?#]", reference.replace("\\", "/"), maxsplit=1)[0]
    return escape_name(unquote_to_bytes(path))


def _disclosure(parser: LexborHTMLParser, lowered: str) -> str:
    """Return the visible text of a page that speaks of what users should know; empty for all others."""
    if not any(word in lowered for word in _SPEAKING):
        return ""
    body: LexborNode | None = parser.body
    return printable(visible_text(body, parser)[:DISCLOSURE_CHARACTERS]) if body is not None else ""
