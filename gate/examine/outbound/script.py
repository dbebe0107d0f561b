"""Reads JavaScript for URL literals.

Strings are not followed to where they are used: a URL in a script is reported as a string, one in a comment as text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from gate.examine.outbound.escapes import character
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.models import Reach

_URL = re.compile(r"\b(?:https?|wss?):(?:\\*+/){2}(?:[^\s\"'`<>\\]++|\\+/)++", re.IGNORECASE)
"""A URL anywhere in a script; slashes may be escaped."""
_SCHEMELESS = re.compile(r"//(?:[\w\-]++\.)++[A-Za-z][\w\-]*+(?=[/:?#]|\Z)", re.ASCII)
"""A string that begins with a host and nothing before it: dots are demanded, as ``//`` alone means many things."""
_TRAILING = ".,;:!?)]}*"
_SLASH = re.compile(r"\\+/")
_TOKEN = re.compile(
    r"(?=[/\"'`(,=:\[!&|?{};~^+\-*%<>rtciodev])(?:"  # all that a token begins with: faster
    r"(?P<comment>//[^\n]*+|/\*.*?(?:\*/|\Z))"
    r"|(?P<string>\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?|`(?:[^`\\]++|\\.)*+`?)"
    r"|(?:[(,=:\[!&|?{};~^+\-*%<>]|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*+"
    r"/(?![/*])(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\]?)*+/?)",
    re.DOTALL,
)
"""Comments, strings, and regular expressions where an operator stands before them.

What is not closed still matches, so that the text is walked through once whatever it holds.
"""
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|([0-3]?[0-7]{1,2})|(\n)|(.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_TELLING_ESCAPE = re.compile(r"\\(?![/\"'nrt])")
"""An escape that could hide a URL from the search of the text itself."""


def unescaped(text: str) -> str:
    """Return the value of a string literal's text (ECMAScript, "string literals")."""
    return _ESCAPE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits or found[4]:
        return character(int(digits, 16) if digits else int(found[4], 8))
    return "" if found[5] else _SINGLE.get(found[6], found[6])


def read_script(
    text: str, base: str | None, lines: Lines, condition: str = "", via: str = "script", strings: Reach = "string"
) -> Iterator[Found]:
    """Yield the URLs in a script's strings, with reach ``strings``, and in its comments, with reach ``text``."""
    if ":" not in text and "//" not in text and "\\" not in text:
        return
    if condition and strings == "automatic":
        strings = "conditional"

    def found(raw: str, place: int, reach: Reach) -> Reference:
        return Reference(raw, reach, via, lines.at(place), condition if reach == "conditional" else "", base)

    comments: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "comment":
            comments.append(token.span())
        elif token.lastgroup == "string":
            for url in _urls_of_string(token["string"][1:]):
                yield found(url, token.start(), strings)
    for url_match in _URL.finditer(text):
        index = bisect_right(comments, (url_match.start(), len(text))) - 1
        commented = index >= 0 and url_match.start() < comments[index][1]
        url = _SLASH.sub("/", url_match[0]).rstrip(_TRAILING)
        yield found(url, url_match.start(), "text" if commented else strings)


def _urls_of_string(literal: str) -> Iterator[str]:
    """Yield the URLs of a string literal that a search of the text as it is written does not show."""
    if "\\" in literal and _TELLING_ESCAPE.search(literal):
        literal = unescaped(literal)
        for url in _URL.finditer(literal):
            yield url[0].rstrip(_TRAILING)
    elif "\\/" in literal[:4]:
        literal = _SLASH.sub("/", literal)
    schemeless = _SCHEMELESS.match(literal.rstrip("\"'`"))
    if schemeless:
        yield literal.rstrip("\"'`").split()[0]
