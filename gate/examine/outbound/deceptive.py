"""Hosts and URLs that are made to be taken for others.

Rules: Unicode Technical Standard 39, "restriction level detection" (highly restrictive) for scripts within a label,
and its lists of letters that look like Latin ones.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

_PUNYCODE = codecs.lookup("punycode")
"""Looked up while this module is imported: a confined worker cannot import codecs any more."""
_EAST_ASIAN = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
"""Scripts that are written together."""
_NO_SCRIPT = frozenset({"DIGIT", "HYPHEN-MINUS", "MIDDLE", "LOW", "IDEOGRAPHIC", "KATAKANA-HIRAGANA", "COMBINING"})
_LOOK_LATIN = frozenset("аеорсухѕіјһԁԛԝҽӏմոսցհοαινρυκχ")
"""Cyrillic, Armenian and Greek letters that can hardly be told from Latin ones."""
_USER = re.compile(r"[a-z][a-z0-9+.\-]*+://([^/?#@]*+)@")
_HOST_LIKE = re.compile(r"[^:]*[^:.]\.[A-Za-z]{2,}")
_KEPT = 4096


def deceptive(host: str, url: str) -> str:
    """Return what about a URL, as the parser writes it, may deceive a reader, or an empty text."""
    notes = []
    user = _USER.match(url)
    if user and _HOST_LIKE.match(user[1]):
        notes.append("a host name as user before the host")
    if "xn--" in host:
        notes += _of_host(host)
    return "; ".join(notes)


@lru_cache(maxsize=_KEPT)
def _of_host(host: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_of_label, host.split("."))))


def _of_label(label: str) -> str:
    if not label.startswith("xn--"):
        return ""
    try:
        text = _PUNYCODE.decode(label[4:].encode("ascii"), "strict")[0]
    except (UnicodeError, ValueError, OverflowError):
        return "host that is no valid punycode"
    scripts = {_script(letter) for letter in text} - _NO_SCRIPT
    if len(scripts) > 1 and not any(scripts <= together for together in _EAST_ASIAN):
        return f"host of mixed scripts: {', '.join(sorted(each.capitalize() for each in scripts))}"
    letters = [letter for letter in text if letter.isalpha()]
    if letters and all(letter in _LOOK_LATIN for letter in letters):
        return f"host of letters that look Latin: {', '.join(sorted(each.capitalize() for each in scripts))}"
    return ""


def _script(letter: str) -> str:
    """Return the first word of a character's name, which for letters is their script."""
    return unicodedata.name(letter, "UNNAMED").split()[0]
