"""Names in RAR archives of the versions 1.5 to 4: in an old code page, and in a packed form of UTF-16 behind it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_UTF_16, _CP932 = codecs.lookup("utf-16-le"), codecs.lookup("cp932")
"""Looked up when this module is imported: a confined process may not be able to load them any more."""
_BACKSLASH = re.compile(rb"([\x81-\x9f\xe0-\xfc][\x40-\xfc])|\\")
"""A character of two bytes in CP932, or a backslash that is none of its halves."""
_SAME, _HIGH, _BOTH, _RUN = range(4)
_CORRECTED = 0x80


def unicode_name(raw: bytes, *, encoded: bool) -> tuple[bytes, bool, str]:
    """Return a stored name as UTF-8 or as it is, whether it is UTF-8, and where its two forms differ.

    ``encoded`` says that there is a second form behind a NUL, or else that the first one is UTF-8.
    """
    if not encoded:
        return _separated(raw), False, ""
    plain, separator, packed = raw.partition(b"\0")
    if not separator:
        return plain, True, ""
    text, _ = _UTF_16.decode(b"".join(_unpacked(plain, packed)), "surrogatepass")
    name = text.encode("utf-8", "surrogatepass")
    problem = "name differs in its two forms" if name.isascii() and name != plain else ""
    return name, True, problem


def _separated(raw: bytes) -> bytes:
    """Return a name in an old code page with slashes: a backslash there separates, but may be half a character."""
    try:
        _CP932.decode(raw, "strict")
    except UnicodeDecodeError:
        return raw.replace(b"\\", b"/")
    return _BACKSLASH.sub(lambda match: match[1] or b"/", raw)


def _unpacked(plain: bytes, packed: bytes) -> Iterator[bytes]:
    """Yield the UTF-16 units of a packed name; a name cut short ends early."""
    high, codes = packed[:1], iter(packed[1:])
    place = flags = bits = 0
    for code in codes:
        if not bits:
            flags, bits = code, 8
            continue
        bits -= 2
        form = flags >> bits & 3
        if form == _SAME:
            yield bytes([code, 0])
        elif form == _HIGH:
            yield bytes([code]) + high
        elif form == _BOTH:
            yield bytes([code, next(codes, 0)])
        else:
            count = (code & ~_CORRECTED) + 2
            shift = next(codes, 0) if code & _CORRECTED else 0
            run = plain[place : place + count]
            yield from (bytes([byte + shift & 0xFF]) + (high if code & _CORRECTED else b"\0") for byte in run)
            count = len(run)
        place += count if form == _RUN else 1
