"""What may stand before the first word that tells a text's format, and the root of XML; linear on any input."""

from __future__ import annotations

import re
from typing import NamedTuple

from gate.examine.executable.content import Content, text_of

LEADING = r"\s*+(?>(?:[;#][^\n]*+\s*+)*)"
"""Blank lines and comments of settings files."""
PROLOG_BYTES = 1 << 20
"""How far into an item the root of an XML text is looked for."""
_PROLOG = re.compile(
    r"\s*+(?>(?:<\?[^>]*+>\s*+|<!--(?>(?:[^-]++|-(?!->))*)-->\s*+"
    r"|<!DOCTYPE[^>\[]*+(?:\[(?>(?:[^\]\"']++|\"[^\"]*+\"|'[^']*+')*)\]\s*+)?>\s*+)*)"
)
_ROOT = re.compile(r"<(?:[\w.\-]{1,80}+:)?([\w.\-]{1,80}+)([^>]{0,2000})")


class Root(NamedTuple):
    """The root element of an XML text: its name without prefix, and its attributes as they stand."""

    name: str
    attributes: str


def xml_root(content: Content) -> Root | None:
    """Return the root of an XML text, or None where the content is none.

    Comments before the root may be longer than what is at hand; then more is read, once.
    """
    text = content.start
    if text.lstrip()[:1] != "<":
        return None
    return _root_in(text) or (_root_in(text_of(content.at(0, PROLOG_BYTES))) if _is_prolog(content, text) else None)


def _is_prolog(content: Content, text: str) -> bool:
    return content.size > len(content.head) and text.lstrip().startswith(("<?", "<!--", "<!DOCTYPE"))


def _root_in(text: str) -> Root | None:
    prolog = _PROLOG.match(text)
    root = _ROOT.match(text, prolog.end() if prolog else 0)
    return Root(root[1], root[2]) if root else None
