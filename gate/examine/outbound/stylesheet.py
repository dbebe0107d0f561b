"""Reads style sheets and declarations: every URL that is written in them, and whether it is always fetched.

Tokens are those of CSS Syntax Level 3 as far as they can hide or hold a URL; the rest of a sheet is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.embedded import document_of
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.urls import may_lead_away
from gate.paths import printable

_CONDITION_LENGTH = 80
_STRING = r"\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?"
_TOKEN = re.compile(
    rf"(?P<comment>/\*.*?(?:\*/|\Z))"
    rf"|(?P<string>{_STRING})"
    rf"|(?<![\w\-])(?P<url>url|src)\(\s*+(?P<quoted>{_STRING}|(?:[^\s\"'()\\]++|\\.)*+)"
    rf"|(?<![\w\-])(?:-webkit-)?(?P<images>image-set)\("
    rf"|@(?P<at>[\w\-]++)"
    rf"|(?P<mark>[{{}};])",
    re.DOTALL | re.IGNORECASE,
)
_INTERESTING = re.compile(r"url\(|src\(|@import|image-set\(|\\", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|\n|(.))", re.DOTALL)
_NAME_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f]?|([g-zG-Z_\-]))")
_CONDITIONAL_RULES = frozenset({"font-face", "media", "supports", "container", "page"})


def unescaped(text: str) -> str:
    """Return a string or URL token's text with its escapes resolved (CSS Syntax, "consume an escaped code point")."""
    return _ESCAPE.sub(lambda found: _character(found[1]) if found[1] else (found[2] or ""), text)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _plain_names(text: str) -> str:
    """Return the text with those escapes resolved that stand for letters of names, so that ``\\75rl(`` is ``url(``."""
    if "\\" not in text:
        return text

    def replaced(found: re.Match[str]) -> str:
        character = _character(found[1]) if found[1] else found[2]
        return character if character.isascii() and (character.isalnum() or character in "-_") else found[0]

    return _NAME_ESCAPE.sub(replaced, text)
