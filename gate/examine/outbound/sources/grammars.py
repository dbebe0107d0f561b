"""How comments and strings are written in languages, as far as URLs need it.

Every pattern takes what is not closed as going on to the end, so that a text is walked through once whatever it holds.
What a pattern takes wrongly changes how a URL is judged and never loses it: see ``code``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_SLASH_COMMENT = r"//[^\n]*+|/\*.*?(?:\*/|\Z)"
_HASH_COMMENT = r"#[^\n]*+"
_POD = r"(?:(?<=\n)|\A)=[a-z].*?(?:\n=cut\b[^\n]*+|\Z)"
_BLOCK = r"(?:(?<=\n)|\A)=begin\b.*?(?:\n=end\b[^\n]*+|\Z)"
_DASH_COMMENT = r"--(?:\[\[.*?(?:\]\]|\Z)|[^\n]*+)"
_DOUBLE = r'"(?>(?:[^"\\\n]++|\\.)*)"?'
_SINGLE = r"'(?>(?:[^'\\\n]++|\\.)*)'?"
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n][^'\n]{0,8})'"
_TRIPLE = r'"""(?>(?:[^"\\]++|\\.|"(?!""))*)(?:""")?'
_TRIPLE_SINGLE = r"'''(?>(?:[^'\\]++|\\.|'(?!''))*)(?:''')?"
_BACKTICK = r"`(?>(?:[^`\\]++|\\.)*)`?"
_DOUBLED = r'"(?>(?:[^"\n]++|"")*)"?'
_DOUBLED_SINGLE = r"'(?>(?:[^']++|'')*)'?"
_VERBATIM = r'@\$?"(?>(?:[^"]++|"")*)"?'
_RAW = (
    r'(?<![A-Za-z0-9_])(?:R"[^\s()\\]{0,16}\(.*?(?:\)[^\s()\\"]{0,16}"|\Z)'
    r'|b?r(?:#{1,8}".*?(?:"#{1,8}|\Z)|"[^"]*+"?))'
)
_LONG = r"\[\[.*?(?:\]\]|\Z)"


class Grammar(NamedTuple):
    """The tokens of a language: a pattern with the groups ``comment`` and ``string``; how values join, and fill in.

    ``holes`` finds what is filled into strings; its first group is the name of a constant, where it has one.
    """

    tokens: re.Pattern[str]
    holes: re.Pattern[str]


_NO_HOLES = re.compile(r"(?!)()")
_PRINTF = r"%[\-+ #0-9.*]*[sdvqxXuif@]"
_DOLLAR = re.compile(rf"\$\{{([^}}]*)\}}|\$([A-Za-z_]\w*)|{_PRINTF}")
_BRACES = re.compile(rf"\{{([^{{}}\s]*)\}}|{_PRINTF}")
_HASHED = re.compile(rf"#\{{([^}}]*)\}}|{_PRINTF}")
_PRINTED = re.compile(rf"()(?:{_PRINTF})")
_PARENTHESES = re.compile(rf"\\\(([^)]*)\)|{_PRINTF}")


def _grammar(comments: str, strings: tuple[str, ...], holes: re.Pattern[str]) -> Grammar:
    return Grammar(re.compile(f"(?P<comment>{comments})|(?P<string>{'|'.join(strings)})", re.DOTALL), holes)


GRAMMARS = {
    "c": _grammar(_SLASH_COMMENT, (_RAW, _DOUBLE, _CHARACTER), _PRINTED),
    "rust": _grammar(_SLASH_COMMENT, (_RAW, _DOUBLE, _CHARACTER), _BRACES),
    "go": _grammar(_SLASH_COMMENT, (_DOUBLE, _BACKTICK, _CHARACTER), _PRINTED),
    "java": _grammar(_SLASH_COMMENT, (_TRIPLE, _DOUBLE, _SINGLE), _DOLLAR),
    "csharp": _grammar(_SLASH_COMMENT, (_VERBATIM, _TRIPLE, rf"\$?{_DOUBLE}", _CHARACTER), _BRACES),
    "swift": _grammar(_SLASH_COMMENT, (_TRIPLE, _DOUBLE), _PARENTHESES),
    "php": _grammar(rf"{_SLASH_COMMENT}|{_HASH_COMMENT}", (_DOUBLE, _SINGLE, _BACKTICK), _DOLLAR),
    "ruby": _grammar(rf"{_HASH_COMMENT}|{_BLOCK}", (_DOUBLE, _SINGLE, _BACKTICK), _HASHED),
    "perl": _grammar(rf"{_HASH_COMMENT}|{_POD}", (_DOUBLE, _SINGLE, _BACKTICK), _DOLLAR),
    "python": _grammar(_HASH_COMMENT, (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE), _BRACES),
    "r": _grammar(_HASH_COMMENT, (_DOUBLE, _SINGLE), _PRINTED),
    "lua": _grammar(_DASH_COMMENT, (_DOUBLE, _SINGLE, _LONG), _PRINTED),
    "sql": _grammar(rf"{_DASH_COMMENT}|/\*.*?(?:\*/|\Z)", (_DOUBLED_SINGLE, _DOUBLED), _NO_HOLES),
    "acrobat": _grammar(_SLASH_COMMENT, (_DOUBLE, _SINGLE), _NO_HOLES),
    "basic": _grammar(r"'[^\n]*+|(?<![^\n])[ \t]*+[Rr][Ee][Mm]\b[^\n]*+", (_DOUBLED,), _NO_HOLES),
}
"""By the name of the grammar, which several languages share."""
