"""Reads text for people: plain text, Markdown, reStructuredText and their like.

A URL in it is text; one that is written as a link is a link, and a picture is loaded where the text is shown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.lines import Lines
from gate.models import Reach

URL = re.compile(r"\b(?:https?|wss?|ftps?)://[^\s\"'<>`\\^|「」『』（）【】、。，．]++", re.IGNORECASE)
"""A URL as it stands in text, in whatever language."""
TRAILING = ".,;:!?)]}*"
"""What ends a sentence or a parenthesis and not the URL before it."""
SHOWN = "shown with its pictures"
"""The condition under which pictures of a text are loaded."""
_AS_HTML = "shown as HTML"

_IMAGES = re.compile(
    r"!\[[^\]\n]{0,200}+\]\(\s{0,9}<?([^\s)>]{1,4000}+)"
    r"|\n\.\. +(?:\|[^|\n]{1,80}\| +)?(?:image|figure):: +(\S{1,4000}+)"
    r"|i(?<!\wi)mage::?([a-z]{1,10}://[^\s\[]{1,4000}+)\["
)
"""Pictures of Markdown, reStructuredText and AsciiDoc.

All that is looked for begins with a letter of its own, which makes the search several times as fast; lines begin with
the end of the line before.
"""
_LINKS = re.compile(
    r"\]\(\s{0,9}<?([^\s)>]{1,4000}+)"
    r"|<([a-z]{1,10}://[^\s>]{1,4000}+)>"
    r"|\n {0,3}\[[^\]\n]{1,200}\]:\s{1,9}<?(\S{1,4000}+)"
    r"|\n\.\. +_[^:\n]{1,200}: +(\S{1,4000}+)",
    re.IGNORECASE,
)
"""Links of Markdown and reStructuredText, and definitions of their addresses."""
_CODE = re.compile(r"(?:^|(?<=\n)) {0,3}(`{3,20}|~{3,20}).*?(?:\n {0,3}\1|\Z)|(?<!`)`[^`\n]{1,2000}`(?!_)", re.DOTALL)
_TAG = re.compile(r"<[A-Za-z][\w\-]{0,30}[\s/][^<>]{0,20}=")
_NOT_BREAK = re.compile(r"[^\n]")


def read_text(
    text: str, lines: Lines, via: str = "text", reach: Reach = "text", condition: str = ""
) -> Iterator[Found]:
    """Yield the URLs of a text, with ``reach``."""
    for url in URL.finditer(text):
        yield Reference(url[0].rstrip(TRAILING), reach, via, lines.at(url.start()), condition)


def read_markdown(text: str, base: str | None, lines: Lines, condition: str = "") -> Iterator[Found]:
    """Yield the pictures, links and other URLs of a text with marks, and the HTML in it.

    What is marked as code is text.
    """
    plain = _CODE.sub(lambda code: _NOT_BREAK.sub(" ", code[0]), text)
    marked: set[int] = set()
    after_break = f"\n{plain}"
    for pattern, via in ((_IMAGES, "image"), (_LINKS, "link")):
        for found in pattern.finditer(after_break):
            group = found.lastindex or 1
            place = found.start(group) - 1
            if place not in marked:
                marked.add(place)
                yield _marked(found[group], via, lines.at(place), condition, base)
    tags = _TAG.search(plain)
    if tags:
        yield Nested("html", plain, "HTML", lines, condition or _AS_HTML, base)
    spans = _tag_spans(plain) if tags else []
    for url in URL.finditer(text):
        if url.start() not in marked and not _inside(spans, url.start()):
            yield Reference(url[0].rstrip(TRAILING), "text", "text", lines.at(url.start()), "", base)


def _marked(url: str, via: str, line: int, condition: str, base: str | None) -> Reference:
    if via == "image":
        return Reference(url, "conditional", via, line, condition or SHOWN, base)
    return Reference(url, "link", via, line, "", base)


def _tag_spans(text: str) -> list[tuple[int, int]]:
    """Return where HTML tags stand, in order: what is in them is read as HTML."""
    return [found.span() for found in re.finditer(r"<[A-Za-z/][^<>]*+>", text)]


def _inside(spans: list[tuple[int, int]], place: int) -> bool:
    index = bisect_right(spans, (place, 1 << 62)) - 1
    return index >= 0 and place < spans[index][1]
