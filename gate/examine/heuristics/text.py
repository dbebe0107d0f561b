"""Whether an item is text, and its characters as bytes in which only ASCII matters."""

from __future__ import annotations

import codecs
import re

HEAD_BYTES = 4096
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Bytes that no text holds, in UTF-8, CP932 or another encoding that contains ASCII."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODECS = {name: codecs.lookup(name) for _, name in _MARKS}
"""Looked up now, as a confined worker cannot import later."""
_NARROW = codecs.lookup("latin-1")
_MOSTLY = 0.9
_MOST_CONTROL = 32
"""One control character in so many bytes is still text: a comment can hold any.  Compressed data have one in nine."""


def as_text(data: bytes) -> bytes | None:
    """Return the text of an item in one byte a character, or None where it does not begin like text.

    Text of 16 or 32 bits a character comes back with ``?`` for whatever is not Latin; all others, CP932 too, as they
    are.  A script may be followed by what it unpacks, so that only the beginning decides.
    """
    head = data[:HEAD_BYTES]
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _narrowed(data[len(mark) :], name)
    if not _CONTROL.search(head):
        return data
    for first, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[first::2], head[1 - first :: 2]
        if zeros.count(0) > _MOSTLY * len(zeros) and not _CONTROL.search(others):
            return _narrowed(data, name)
    if len(_CONTROL.findall(head)) * _MOST_CONTROL <= len(head):
        return data
    start = _CONTROL.search(head)
    # A script in front of a payload: a whole line of it, at least, is text.
    return data if start and head.startswith(b"#!") and b"\n" in head[: start.start()] else None


def _narrowed(data: bytes, name: str) -> bytes:
    return _NARROW.encode(_CODECS[name].decode(data, "replace")[0], "replace")[0]
