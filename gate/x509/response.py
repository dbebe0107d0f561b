"""A timestamp token as a time-stamping authority's answer, which ``openssl ts -verify -in`` reads."""

from __future__ import annotations

from typing import Final

_GRANTED: Final = bytes.fromhex("3003020100")
"""PKIStatusInfo with the status "granted" (RFC 3161, 2.4.2)."""


def wrapped(token: bytes) -> bytes:
    """Return the answer "granted" with a timestamp token (TimeStampResp)."""
    return der(0x30, _GRANTED + token)


def der(tag: int, content: bytes) -> bytes:
    """Return a value in DER (X.690, 8.1.3 and 10.1)."""
    length = len(content)
    if length < 0x80:  # noqa: PLR2004  # the short form
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content
