"""Reads style sheets and declarations: every URL that is written in them, and whether it is always fetched.

Tokens are those of CSS Syntax Level 3 as far as they can hide or hold a URL; the rest of a sheet is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from gate.examine.outbound.embedded import document_of
from gate.examine.outbound.escapes import character
from gate.examine.outbound.found import Found, Matches, Nested, Reference
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.rules import Blocks, matches_any_page
from gate.examine.outbound.urls import may_lead_away
from gate.models import Reach
from gate.paths import printable

_STRING = r"\"(?>(?:[^\"\\\n]++|\\.)*)\"?|'(?>(?:[^'\\\n]++|\\.)*)'?"
_TOKEN = re.compile(
    r"(?=[/\"'@{}uUsSiI\-])(?:"  # all that a token begins with: twice as fast
    r"(?P<comment>/\*.*?(?:\*/|\Z))"
    rf"|(?P<string>{_STRING})"
    rf"|(?<![\w\-])(?P<url>url|src)\(\s*+(?P<quoted>{_STRING}|(?>(?:[^\s\"'()\\]++|\\(?:[0-9A-Fa-f]{{1,6}}\s?|.))*))"
    r"|(?<![\w\-])(?:-webkit-)?(?P<images>image-set)\("
    r"|@(?P<at>[\w\-]++)"
    r"|(?P<mark>[{}]))",
    re.DOTALL | re.IGNORECASE,
)
_INTERESTING = re.compile(r"url\(|src\(|@import|image-set\(|\\", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|\n|(.))", re.DOTALL)
_ANY_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|(.))", re.DOTALL)
_IMAGES = re.compile(rf"(?>(?:[^()\"';{{}}]++|{_STRING}|\([^()]*+\))*)", re.DOTALL)
"""What stands between the parentheses of an ``image-set``."""
_TYPE_BEFORE = re.compile(r"type\(\s*\Z", re.IGNORECASE)
_REST_OF_IMPORT = re.compile(r"[^;{}]{0,400}")
_LAST_DECLARATION = re.compile(r"\s*(?:/\*.*?\*/\s*)*(-*[\w\-]+)\s*:", re.DOTALL)
_LOOK_BACK = 2000


def unescaped(text: str) -> str:
    """Return a string or URL token's text with its escapes resolved (CSS Syntax, "consume an escaped code point")."""
    return _ESCAPE.sub(lambda found: character(int(found[1], 16)) if found[1] else (found[2] or ""), text)


class _PlainNames:
    """A sheet with those escapes resolved that stand for letters of names: ``url(`` can be written in many ways."""

    def __init__(self, text: str) -> None:
        self._moved: list[tuple[int, int]] = [(0, 0)]
        self.text = text if "\\" not in text else "".join(self._pieces(text))

    def _pieces(self, text: str) -> Iterator[str]:
        written = place = 0
        for escape in _ANY_ESCAPE.finditer(text):
            letter = character(int(escape[1], 16)) if escape[1] else escape[2]
            if not (letter.isascii() and (letter.isalnum() or letter in "-_")):
                continue
            plain = text[place : escape.start()] + letter
            written += len(plain)
            place = escape.end()
            self._moved.append((written, place))
            yield plain
        yield text[place:]

    def original(self, offset: int) -> int:
        """Return the place in the sheet as it is written of a place in :attr:`text`."""
        written, place = self._moved[bisect_right(self._moved, (offset, 1 << 62)) - 1]
        return place + offset - written


class _Sheet:
    """A sheet while it is read: its blocks, and what the statement that is being read is about."""

    def __init__(self, text: str, matches: Matches) -> None:
        self._text = text
        self._blocks = Blocks(text, matches)
        self._statement = ("", 0)
        self._images_end = 0

    def urls(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield place, kind, text as written, and condition of each URL."""
        text = self._text
        for token in _TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "mark":
                self._blocks.mark(token["mark"], token.start(), self._at_block(token.start()))
                self._statement = ("", 0)
            elif kind == "at":
                self._statement = (token["at"].lower(), token.end())
            elif kind == "images":
                inner = _IMAGES.match(text, token.end())
                self._images_end = max(self._images_end, inner.end() if inner else 0)
            elif kind in ("quoted", "url"):
                statement = self._url_statement(token.start())
                yield self._found(token, statement or f"{token['url'].lower()}()", token["quoted"] or "")
            elif kind == "string":
                statement = self._url_statement(token.start()) if self._names_url() else ""
                if statement or token.start() < self._images_end:
                    before = text[max(0, token.start() - 20) : token.start()]
                    if not _TYPE_BEFORE.search(before):
                        yield self._found(token, statement or "image-set()", token["string"])

    def _names_url(self) -> bool:
        """Say whether a string in the statement that is being read is a URL."""
        return self._statement[0] in ("import", "namespace")

    def _at_block(self, place: int) -> str:
        """Return the name of the at-rule whose block begins at ``place``, or an empty text."""
        name, start = self._statement
        return name if name and self._text.find(";", start, place) < 0 else ""

    def _url_statement(self, place: int) -> str:
        """Return the at-rule before whose block or semicolon a token at ``place`` stands, if there is one.

        Only the first URL of an ``@import`` is one.
        """
        name, start = self._statement
        if not name:
            return ""
        if name in ("import", "namespace"):
            self._statement = ("", 0)
        return f"@{name}" if self._text.find(";", start, place) < 0 else ""

    def _found(self, token: re.Match[str], kind: str, raw: str) -> tuple[int, str, str, str]:
        if kind == "@import":
            rest = _REST_OF_IMPORT.match(self._text, token.end())
            condition = "after other rules, where browsers ignore it" if self._blocks.any_rule else ""
            if rest and "supports(" in rest[0].lower():
                condition = printable(" ".join(rest[0].strip(" )\"'").split())[:80])
            return token.start(), kind, raw, condition or self._blocks.condition()
        if kind.startswith("@"):
            return token.start(), kind, raw, ""
        condition = self._blocks.condition()
        return token.start(), kind, raw, condition or self._of_declaration(kind, token.start())

    def _of_declaration(self, kind: str, place: int) -> str:
        """Return on what the property depends whose value holds the URL at ``place``."""
        if kind == "src()":
            return "browsers that support it"
        start = max(self._blocks.start, place - _LOOK_BACK)
        name = _LAST_DECLARATION.match(self._text, max(start, self._text.rfind(";", start, place) + 1), place)
        if name and name[1].startswith("--"):
            return printable(f"property {name[1][:60]}")
        return "old browsers" if name and name[1].lower() == "filter" else ""


def read_stylesheet(
    text: str,
    base: str | None,
    lines: Lines,
    condition: str = "",
    via: str = "",
    matches: Matches = matches_any_page,
) -> Iterator[Found]:
    """Yield the URLs of a style sheet or of declarations.

    ``condition`` is that of the whole sheet, ``via`` the construct that holds it (empty for a file of its own),
    ``matches`` says whether a selector matches something in the page.
    """
    if not _INTERESTING.search(text):
        return
    names = _PlainNames(text)
    where = f"{via} " if via else ""
    for place, kind, raw, inner in _Sheet(names.text, matches).urls():
        url = unescaped(raw.strip("\"'"))
        if base is not None or may_lead_away(url):
            line = lines.at(names.original(place))
            depends = condition or inner
            yield _loaded(Reference(url, _reach(kind, depends), where + kind, line, depends, base))


def _reach(kind: str, condition: str) -> Reach:
    if kind.startswith("@") and kind != "@import":
        return "identifier"
    return "conditional" if condition else "automatic"


def _loaded(url: Reference) -> Found:
    """Return a URL, or the sheet that an imported one holds itself."""
    document = document_of(url.raw, "style") if url.via.endswith("@import") else None
    if document:
        return Nested(document[0], document[1], url.via, OneLine(url.line), url.condition, url.base)
    return url if url.reach == "conditional" else url._replace(condition="")
