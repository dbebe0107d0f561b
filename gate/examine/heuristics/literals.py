"""Texts that a script hands straight to what decodes them, in an alphabet that is not base64's or that is not known."""

from __future__ import annotations

import base64
import codecs
import re
from collections.abc import Callable
from typing import NamedTuple

from gate.examine.heuristics.running import Place

LARGEST = 1 << 20
"""How much of a literal is looked at, in characters."""
_LITERAL = re.compile(
    rb"[\w.()\s'\"\[\]:-]{0,120}?(?P<quote>[\"'`])(?P<text>(?>(?:\"\"|(?!(?P=quote))[^\n]){24,1048576}))"
)
"""The first long literal behind a place, with further calls between; doubled quotes are how Basic writes one."""
_CALL = re.compile(rb"(?P<word>\w{1,40})\s{0,4}\(?\s{0,4}[a-z]{0,2}$", re.IGNORECASE)
_ROT13 = codecs.lookup("rot13")
"""Looked up now, as a confined worker cannot import later."""


def _rotated(text: bytes) -> bytes:
    return _ROT13.decode(text.decode("latin-1"))[0].encode("latin-1")  # type: ignore[arg-type]  # from text to text


_DECODERS: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    b"b85decode": ("base85", base64.b85decode),
    b"a85decode": ("ascii85", base64.a85decode),
    b"b32decode": ("base32", base64.b32decode),
    b"str_rot13": ("rot13", _rotated),
    b"strrev": ("reversed", lambda text: text[::-1]),
    b"strreverse": ("reversed", lambda text: text[::-1]),
}


class Literal(NamedTuple):
    """A literal: what it was encoded as, and its bytes; as it stands there where that is not known."""

    layer: str
    data: bytes
    start: int


def literal_behind(text: bytes, place: Place) -> Literal | None:
    """Return the long literal that is decoded and run at ``place``, or None where a variable is."""
    found = _LITERAL.match(text, place.end)
    if found is None:
        return None
    raw = found["text"]
    call = _CALL.search(text, max(place.start, found.start("quote") - 60), found.start("quote"))
    layer, decode = _DECODERS.get(call["word"].lower() if call else b"", ("literal", bytes))
    try:
        return Literal(layer, decode(raw), found.start("text"))
    except ValueError:
        return Literal("literal", raw, found.start("text"))


def is_special(literal: Literal) -> bool:
    """Say whether the alphabet is one that looks like base64 and is another, so that only this reading is right."""
    return literal.layer != "literal"
