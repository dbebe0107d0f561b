"""Programs that are held in an encoded form by what is no text: by another program, as a dropper does, or any file."""

from __future__ import annotations

import re

from gate.examine.heuristics.blobs import Blob, Encoding, TooLong, decoded
from gate.examine.heuristics.findings import Findings
from gate.examine.heuristics.programs import kind_of
from gate.models import Gap

_RADIX64 = rb"[A-Za-z0-9+/]{200,}+={0,2}"
_ENCODED = tuple(re.compile(start + _RADIX64) for start in (rb"TV[nopqr]", rb"f0VMR", rb"H4sI"))
"""Programs and gzip streams in base64, by how they begin: constant first bytes let the search be fast."""
_ENCODED_WIDE = tuple(
    re.compile(start + rb"(?>(?:[A-Za-z0-9+/]\x00){200,})(?:=\x00){0,2}")
    for start in (rb"T\x00V\x00[nopqr]\x00", rb"f\x000\x00V\x00M\x00R\x00", rb"H\x004\x00s\x00I\x00")
)
"""The same in 16 bits a character, as the strings of managed programs are."""
_HEXADECIMAL = tuple(re.compile(start + rb"[0-9A-Fa-f]{400,}+") for start in (rb"4D5A", rb"4d5a"))

_SEARCHES: tuple[tuple[tuple[re.Pattern[bytes], ...], Encoding, int], ...] = (
    (_ENCODED, "base64", 1),
    (_ENCODED_WIDE, "base64", 2),
    (_HEXADECIMAL, "hex", 1),
)


def examine_encoded(data: bytes, findings: Findings, origin: int = 0, reach: int | None = None) -> None:
    """Add to ``findings`` the encoded programs in ``data``, which begins at ``origin`` in the item.

    Those that begin within the first ``reach`` bytes count (by default all).
    """
    for patterns, encoding, step in _SEARCHES:
        for pattern in patterns:
            for found in pattern.finditer(data):
                if reach is None or found.start() < reach:
                    _examine_found(found[0][::step], encoding, origin + found.start(), findings)


def _examine_found(text: bytes, encoding: Encoding, place: int, findings: Findings) -> None:
    try:
        inner = decoded(text, Blob(0, len(text), encoding))
    except TooLong:
        findings.gap(Gap("too-large", f"the blob at {place:#x} is too long to be decoded"))
        return
    kind = kind_of(inner)
    if kind == "program":
        findings.see("binary-hidden-program", f"{place:#x}")
    if kind in ("program", "archive"):
        findings.derive((encoding,), inner)
