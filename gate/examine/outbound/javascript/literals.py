"""The values of string literals (ECMAScript, "string literals", "template literal lexical components")."""

from __future__ import annotations

import re

from gate.examine.outbound.escapes import character

_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{0*+([0-9A-Fa-f]{1,6})\}|([0-3]?[0-7]{1,2})|(\n)|(.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def unescaped(text: str) -> str:
    """Return the value of a string literal's text."""
    return _ESCAPE.sub(_escaped, text) if "\\" in text else text


def _escaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits or found[4]:
        return character(int(digits, 16) if digits else int(found[4], 8))
    return "" if found[5] else _SINGLE.get(found[6], found[6])
