"""What a page is to its readers: where its links lead within the delivery, and what it tells of contacts and data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from posixpath import dirname
from typing import Final
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

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
_UNSEEN: Final = ["script", "style", "template", "noscript", "head"]


def page_of(parser: LexborHTMLParser, text: str) -> PageFact:
    """Return what the page that ``parser`` made of ``text`` is; call it last, as it takes unseen parts out of it."""
    links: dict[str, None] = {}
    for link in _links(parser):
        links[link] = None
        if len(links) == LINKS:
            break
    return PageFact(tuple(links), _disclosure(parser, text))


def _links(parser: LexborHTMLParser) -> Iterator[str]:
    """Yield the relative paths that links of the page lead to, in order; what has a host is for the other facts."""
    base = parser.css_first("base[href]")
    below = (base.attributes.get("href") or "").strip() if base is not None else ""
    if _SCHEME.match(below):
        return
    references: dict[str, dict[str, None]] = {tag: {} for tag in _LINKING}
    for node in parser.css(_LINKING_SELECTOR):
        tag = node.tag or ""
        references[tag][node.attributes.get(_LINKING[tag]) or ""] = None
    for reference in chain.from_iterable(references.values()):
        link = _path(reference)
        if link:
            yield link if link.startswith("/") or not below else _joined(_path(below), link)


def _joined(base: str, link: str) -> str:
    folder = dirname(base)
    return f"{folder.rstrip('/')}/{link}" if folder else link


def _path(reference: str) -> str:
    """Return the path of a relative reference, escaped like an item path; empty where it is none."""
    plain = _PLAIN.match(reference)
    if plain and len(reference) <= _LINK_CHARACTERS:
        return plain[1]
    reference = reference.strip().translate({9: None, 10: None, 13: None})
    if _SCHEME.match(reference) or len(reference) > _LINK_CHARACTERS:
        return ""
    path = re.split(r"[?#]", reference.replace("\\", "/"), maxsplit=1)[0]
    return escape_name(unquote_to_bytes(path))


def _disclosure(parser: LexborHTMLParser, text: str) -> str:
    """Return the visible text of a page that speaks of what users should know; empty for all others."""
    lowered = text.lower()
    if not any(word in lowered for word in _SPEAKING):
        return ""
    parser.strip_tags(_UNSEEN)
    body = parser.body
    seen = " ".join(body.text(separator=" ").split()) if body is not None else ""
    return printable(seen[:DISCLOSURE_CHARACTERS])
