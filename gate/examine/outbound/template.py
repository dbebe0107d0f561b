"""Reads templates leniently: HTML as it will be, with the code of PHP, JSP, ASP, ERB, Jinja and others taken out.

Code that writes a value stays as a place that is not constant, so that a host made by code is opaque; other code
leaves a blank.  The strings of all code are read for URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.prose import TRAILING, URL
from gate.models import Reach

_SECTION = re.compile(
    r"(?=[<{$#])(?:<\?(?!xml\b)(?P<php>.*?)(?:\?>|\Z)"
    r"|<%(?P<asp>.*?)(?:%>|\Z)"
    r"|\{%(?P<jinja>.*?)(?:%\}|\Z)"
    r"|\{#[^#\n]{0,2000}+#\}"
    r"|\{\{\{?(?P<output>[^{}\n]{0,1000}+)\}\}\}?"
    r"|\{!!(?P<blade>[^!\n]{0,1000}+)!!\}"
    r"|[$#]\{(?P<expression>[^{}\n]{0,1000}+)\})",
    re.DOTALL,
)
_MARKS = ("{{", "{%", "<%", "<?")
_CODE_GROUPS = frozenset({"php", "asp", "jinja", "output"})
_WRITES = re.compile(r"=|-(?!-)|:|\s*echo\b|php\s+echo\b", re.IGNORECASE)
"""Beginnings of PHP, ASP, JSP and ERB code that writes a value."""
_HARMLESS = str.maketrans(
    {
        "<": "{",
        ">": "}",
        '"': "”",
        "'": "’",
        "`": "’",
        " ": "\u00a0",
        "\t": "\u00a0",
        "=": "＝",
        "&": "＆",
        "?": "？",
        "#": "＃",
    }
)
"""Characters that would end an attribute or a host.  Braces stand in no host, so one that code makes is none."""
_NOT_BREAK = re.compile(r"[^\n]")
_COMPONENT = re.compile(r"^(</?)template(?=[\s>])", re.MULTILINE)
"""The part of a component that is shown (Vue, Svelte): it stands at the beginning of a line."""
_CODE = re.compile(
    r"(?=[\"'`/#<])(?:(?P<comment>//[^\n]*+|#[^\n]*+|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z))"
    r"|(?P<string>\"(?>(?:[^\"\\]++|\\.)*)\"?|'(?>(?:[^'\\]++|\\.)*)'?|`(?>(?:[^`\\]++|\\.)*)`?))",
    re.DOTALL,
)
_SCHEMELESS = re.compile(r"[\"'`](//(?>(?:[\w\-]++\.)+)[A-Za-z][\w\-]*+(?=[/:?#\"'`])[^\s\"'`<>]*+)")
_AFTER_CODE = re.compile(r"(?:%\}|%>|\?>)(?=((?:https?:)?//[^\s\"'<>{}]{1,4000}+))", re.IGNORECASE)
"""A URL right behind code, as one of the values that a condition chooses from."""


def read_template(text: str, base: str | None, lines: Lines, condition: str = "") -> Iterator[Found]:
    """Yield the HTML of a template for reading, and the URLs in its code."""
    pieces: list[str] = []
    place = 0
    for section in _SECTION.finditer(text):
        pieces += (text[place : section.start()], _standing_for(section))
        place = section.end()
        if section.lastgroup and ("//" in section[0] or "\\/\\/" in section[0]):
            yield from _code(section[0], section.start(), lines, condition)
    pieces.append(text[place:])
    for after in _AFTER_CODE.finditer(text):
        yield Reference(after[1], "string", "template", lines.at(after.end()), condition)
    page = _COMPONENT.sub(r"\1div", "".join(pieces))
    yield Nested("html", page, "", lines.beginning(page, 1), condition, base)


def has_code(text: str) -> bool:
    """Say whether a page has marks of templates in it."""
    return any(mark in text for mark in _MARKS)


def read_code(text: str, lines: Lines, condition: str = "") -> Iterator[Found]:
    """Yield the URLs in the code of a page that is no template by its name."""
    for section in _SECTION.finditer(text):
        if section.lastgroup in _CODE_GROUPS and "//" in section[0]:
            yield from _code(section[0], section.start(), lines, condition)


def _standing_for(section: re.Match[str]) -> str:
    """Return what stands for code in the page: as many lines, and a value that is not constant where it writes one."""
    writes = section.lastgroup in ("output", "blade", "expression")
    if section.lastgroup in ("php", "asp"):
        writes = _WRITES.match(section[section.lastgroup]) is not None
    return section[0].translate(_HARMLESS) if writes else _NOT_BREAK.sub(" ", section[0])


def _code(code: str, start: int, lines: Lines, condition: str) -> Iterator[Reference]:
    """Yield the URLs in the strings of a piece of code, and in its comments as text."""
    for token in _CODE.finditer(code):
        written = token[0].replace("\\/", "/")
        place = lines.at(start + token.start())
        schemeless = _SCHEMELESS.match(written)
        if schemeless:
            yield Reference(schemeless[1], "string", "template", place, condition)
            continue
        for url in URL.finditer(written):
            reach: Reach = "text" if token.lastgroup == "comment" else "string"
            number = place + written.count("\n", 0, url.start()) if place else 0
            yield Reference(url[0].rstrip(TRAILING), reach, "template", number, condition)
