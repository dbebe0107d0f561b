"""Characters written by their number, in any of the languages that are read here."""

from __future__ import annotations

_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


def character(code: int) -> str:
    """Return the character with a number; U+FFFD where there is none, as the CSS and HTML standards say."""
    return chr(code) if 0 < code <= _LAST and code not in _SURROGATES else "\ufffd"
