"""Reads style sheets and declarations: every URL that is written in them, and whether it is always fetched.

Tokens are those of CSS Syntax Level 3 as far as they can hide or hold a URL; the rest of a sheet is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.examine.outbound.embedded import document_of
from gate.examine.outbound.escapes import character
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.urls import may_lead_away
from gate.models import Reach
from gate.paths import printable

_CONDITION_LENGTH = 80
_STRING = r"\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?"
_TOKEN = re.compile(
    r"(?=[/\"'@{};uUsSiI\-])(?:"  # all that a token begins with: twice as fast
    r"(?P<comment>/\*.*?(?:\*/|\Z))"
    rf"|(?P<string>{_STRING})"
    rf"|(?<![\w\-])(?P<url>url|src)\(\s*+(?P<quoted>{_STRING}|(?:[^\s\"'()\\]++|\\(?:[0-9A-Fa-f]{{1,6}}\s?|.))*+)"
    r"|(?<![\w\-])(?:-webkit-)?(?P<images>image-set)\("
    r"|@(?P<at>[\w\-]++)"
    r"|(?P<mark>[{};]))",
    re.DOTALL | re.IGNORECASE,
)
_INTERESTING = re.compile(r"url\(|src\(|@import|image-set\(|\\", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|\n|(.))", re.DOTALL)
_ANY_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|(.))", re.DOTALL)
_CONDITIONAL_RULES = frozenset({"font-face", "media", "supports", "container", "page"})


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


@dataclass(slots=True)
class _State:
    """Where in a sheet the reader is: the open blocks, and what the statement that is being read is about."""

    depth: int = 0
    blocks: list[tuple[int, str]] = field(default_factory=list)
    statement: str = ""
    prelude: int = 0
    images: bool = False

    def mark(self, mark: str, text: str, place: int) -> None:
        """Enter or leave a block, or end a statement, at ``place`` in ``text``."""
        if mark == "{":
            self.depth += 1
            if self.statement in _CONDITIONAL_RULES:
                self.blocks.append((self.depth, _shown(self.statement, text[self.prelude : place])))
        elif mark == "}":
            if self.blocks and self.blocks[-1][0] == self.depth:
                self.blocks.pop()
            self.depth = max(0, self.depth - 1)
        self.statement = ""
        self.images = False


def read_stylesheet(text: str, base: str | None, lines: Lines, condition: str = "", via: str = "") -> Iterator[Found]:
    """Yield the URLs of a style sheet or of declarations.

    ``condition`` is that of the whole sheet, ``via`` the construct that holds it (empty for a file of its own).
    """
    if not _INTERESTING.search(text):
        return
    names = _PlainNames(text)
    state = _State()
    where = f"{via} " if via else ""
    for token in _TOKEN.finditer(names.text):
        match token.lastgroup:
            case "quoted" | "url":
                kind, raw = _statement_kind(state, "url()"), token["quoted"] or ""
            case "string" if state.images or state.statement in ("import", "namespace"):
                kind, raw = _statement_kind(state, "image-set()"), token["string"]
            case "images":
                state.images = True
                continue
            case "at":
                state.statement, state.prelude = token["at"].lower(), token.end()
                continue
            case "mark":
                state.mark(token["mark"], names.text, token.start())
                continue
            case _:
                continue
        if state.statement == "import":
            state.statement = ""
        url = unescaped(raw.strip("\"'"))
        line = lines.at(names.original(token.start()))
        inner = state.blocks[-1][1] if state.blocks else ""
        yield from _reference(url, f"{where}{kind}", base, line, condition or inner)


def _statement_kind(state: _State, otherwise: str) -> str:
    return f"@{state.statement}" if state.statement in ("import", "namespace") else otherwise


def _reference(url: str, via: str, base: str | None, line: int, condition: str) -> Iterator[Found]:
    if via.endswith("@import") and (document := document_of(url, "style")):
        yield Nested(document[0], document[1], via, OneLine(line), condition, base)
    elif base is not None or may_lead_away(url):
        reach: Reach = "identifier" if via.endswith("@namespace") else ("conditional" if condition else "automatic")
        yield Reference(url, reach, via, line, condition if reach == "conditional" else "", base)


def _shown(rule: str, prelude: str) -> str:
    words = " ".join(prelude[: 4 * _CONDITION_LENGTH].split())[:_CONDITION_LENGTH]
    return printable(f"@{rule} {words}".strip())
