"""Reads JavaScript and TypeScript.

Most scripts parse.  One that keeps the parser busy out of all proportion makes a gap, and the URLs that a search of
its text shows are strings; so are those in the text of a script of which a part does not parse, beside what the rest
of it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.javascript.literals import unescaped
from gate.examine.outbound.javascript.reader import read_parsed
from gate.examine.outbound.javascript.strings import ESCAPED_SLASH, SCHEMELESS, TRAILING, URL
from gate.examine.outbound.lines import Lines
from gate.models import Gap, Reach

SCRIPT_BYTES = 24 << 20
"""Largest script that is parsed: its tree takes some fifty times of it in memory."""

_TOKEN = re.compile(
    r"\"(?>(?:[^\"\\\n]++|\\.)*)\"?|'(?>(?:[^'\\\n]++|\\.)*)'?|`(?>(?:[^`\\]++|\\.)*)`?",
    re.DOTALL,
)
_TELLING_ESCAPE = re.compile(r"\\(?![/\"'nrt])")
"""An escape that could hide a URL from the search of the text itself."""


def read_script(
    text: str, base: str | None, lines: Lines, condition: str = "", via: str = "script", strings: Reach = "string"
) -> Iterator[Found]:
    """Yield what a script contacts, and the URLs that it only holds.

    ``strings`` is how URLs in its strings are reached, where no sink for them is seen; URLs in comments have reach
    ``text``.  ``via`` is the construct that holds the script.
    """
    if strings == "automatic":  # data of which the browser fetches every string
        reach: Reach = "conditional" if condition else "automatic"
        yield from (each._replace(condition=condition) for each in _searched(text, base, lines, via, reach))
        return
    data = text.encode("utf-8", "replace")
    if len(data) > SCRIPT_BYTES:
        yield Gap("too-large", f"script of {len(data)} bytes, at most {SCRIPT_BYTES} are parsed")
        yield from _searched(text, base, lines, via, strings)
        return
    read = read_parsed(data, base, lines, condition, "" if via == "script" else via, strings)
    if read is None:
        yield Gap("engine-limit", "script that takes out of proportion long to parse")
        yield from _searched(text, base, lines, via, strings)
        return
    found, whole = read
    yield from found
    if not whole:
        yield from _searched(text, base, lines, via, strings)


def _searched(text: str, base: str | None, lines: Lines, via: str, strings: Reach) -> Iterator[Reference]:
    """Yield every URL that a search of the text shows, in strings or not."""
    for token in _TOKEN.finditer(text):
        for url in _hidden_urls(token[0]):
            yield Reference(url, strings, via, lines.at(token.start()), "", base)
    for found in URL.finditer(text):
        url = ESCAPED_SLASH.sub("/", found[0]).rstrip(TRAILING)
        yield Reference(url, strings, via, lines.at(found.start()), "", base)


def _hidden_urls(token: str) -> Iterator[str]:
    """Yield the URLs of a string literal that a search of the text as it is written does not show."""
    literal = token[1:].rstrip(token[:1])
    if "\\" in literal and _TELLING_ESCAPE.search(literal):
        literal = unescaped(literal)
        for url in URL.finditer(literal):
            yield url[0].rstrip(TRAILING)
    elif "\\/" in literal[:4]:
        literal = ESCAPED_SLASH.sub("/", literal)
    if SCHEMELESS.match(literal):
        yield literal.split()[0]
