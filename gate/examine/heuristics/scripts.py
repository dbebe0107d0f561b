"""Scripts and other text: encoded blobs, what they hide, and whether they are decoded and run."""

from __future__ import annotations

import binascii
from collections.abc import Sequence

from gate.examine.heuristics.blobs import Blob, TooLong, decoded, find_blobs
from gate.examine.heuristics.findings import Findings
from gate.examine.heuristics.layers import Bomb, Layered, looked_through, peeled
from gate.examine.heuristics.literals import is_special, literal_behind
from gate.examine.heuristics.running import (
    PACKED,
    REACH,
    Place,
    commands,
    direct_places,
    language_around,
)
from gate.models import Gap

SHORTEST_NEAR = 200
"""Shortest blob, in characters, that counts as decoded and run because both happens nearby."""
SHORTEST_ALONE = 128
"""Shortest blob, in characters, whose content is looked at where nothing is run."""
MOST_PLACES = 2000
"""How many places that decode and run something are looked at in one text."""
MOSTLY_ENCODED = 0.8
SMALLEST_ENCODED = 4096
_MEDIA = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"\0\0\1\0", b"wOFF", b"wOF2", b"\0\1\0\0\0", b"OTTO",
    b"true", b"OggS", b"ID3", b"\xff\xfb", b"%PDF", b"<svg", b"<?xml", b"\0\0\0", b"II*\0", b"MM\0*",
)  # fmt: skip  # one magic a line would be a page
"""How images, fonts, sounds and documents begin: they are decoded in many a script, and not run."""


def examine_text(text: bytes, findings: Findings, origin: int = 0) -> None:
    """Add to ``findings`` what ``text`` (one byte a character) hides, decodes and runs.

    ``origin`` is where the text begins in the item, for the places that are named.
    """
    places = direct_places(text)
    used: set[Place] = set()
    encoded = 0
    for blob in find_blobs(text):
        length = blob.end - blob.start
        encoded += length
        place = _place_of(blob, places)
        if place:
            used.add(place)
        near = "" if place or length < SHORTEST_NEAR else language_around(text, blob.start, blob.end)
        if place or near or length >= SHORTEST_ALONE:
            _examine_blob(text, blob, place, near, findings, origin)
    for place in places[:MOST_PLACES]:
        _examine_place(text, place, findings, origin, blob_seen=place in used)
    if len(places) > MOST_PLACES:
        findings.gap(Gap("too-many", f"more than {MOST_PLACES} places that decode and run something"))
    if len(text) >= SMALLEST_ENCODED and encoded >= MOSTLY_ENCODED * len(text):
        findings.see("text-mostly-encoded", f"{100 * encoded // len(text)}%")
    _examine_commands(text, findings, origin)


def _examine_place(text: bytes, place: Place, findings: Findings, origin: int, *, blob_seen: bool) -> None:
    """Look at what is run at a place that is no blob, or is in an alphabet that only looks like that of one."""
    literal = literal_behind(text, place)
    if literal is None or (blob_seen and not is_special(literal)):
        if not blob_seen:
            findings.see("script-decode-run-variable", f"{place.language}:{origin + place.start}")
        return
    findings.see("script-decode-run", f"{place.language}:{literal.layer}:{origin + literal.start}")
    try:
        layers, inner = peeled(literal.data)
    except Bomb:
        findings.gap(Gap("ratio", f"the literal at character {origin + literal.start} grows beyond all measure"))
        return
    findings.derive((literal.layer, *layers), inner)


def _place_of(blob: Blob, places: Sequence[Place]) -> Place | None:
    """Return the first place of decoding and running that a blob stands in or next to."""
    for place in places:
        if blob.start <= place.end + REACH and place.start - REACH <= blob.end:
            return place
    return None


def _examine_blob(text: bytes, blob: Blob, place: Place | None, near: str, findings: Findings, origin: int) -> None:
    try:
        data = decoded(text, blob)
        if not data:
            return
        found = looked_through(data)
        if not (found.kind or found.deeper) and (place or near):
            layers, inner = peeled(data)
            found = Layered("", layers, inner)
    except Bomb:
        findings.gap(Gap("ratio", f"the blob at character {origin + blob.start} grows beyond all measure"))
        return
    except TooLong:
        findings.gap(Gap("too-large", f"the blob at character {origin + blob.start} is too long to be decoded"))
        return
    where = f"{blob.encoding}:{origin + blob.start}"
    if place:
        findings.see("script-decode-run", f"{place.language}:{where}")
    elif near and not data.startswith(_MEDIA):
        findings.see("script-decode-run-near", f"{near}:{where}")
    _see_kind(found, where, findings)
    if found.kind or found.deeper or place or (near and not data.startswith(_MEDIA)):
        findings.derive((blob.encoding, *found.layers), found.data)


def _see_kind(found: Layered, where: str, findings: Findings) -> None:
    evidence = "-".join((where, *found.layers))
    if found.kind == "program":
        xor = any(layer.startswith("xor") for layer in found.layers)
        findings.see("xor-hidden-program" if xor else "text-hidden-program", evidence)
    elif found.kind == "script":
        findings.see("text-hidden-script", evidence)
    if found.deeper or (found.layers and found.kind in ("program", "script")):
        findings.see("text-nested-encoding", evidence)


def _examine_commands(text: bytes, findings: Findings, origin: int) -> None:
    for found in commands(text):
        blob = found["blob"].rstrip(b"=")
        try:
            raw = binascii.a2b_base64(blob + b"=" * (-len(blob) % 4))
        except binascii.Error:
            continue
        command = raw.decode("utf-16-le", "replace")
        findings.see("script-encoded-command", command[:40])
        findings.derive(("command",), command.encode("utf-8", "replace"))
    packed = PACKED.search(text)
    if packed:
        findings.see("script-packed", str(origin + packed.start()))
