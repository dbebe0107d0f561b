"""Documents that do something, built byte by byte, and for each a harmless twin that looks much like it."""

from __future__ import annotations

from tests.examine.executable.sample import Sample

SAMPLES: dict[str, Sample] = {
    "chm": b"ITSF\3\0\0\0\x60\0\0\0" + bytes(80),
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(60),
}

TWINS: dict[str, Sample] = {
    "chm": b"ITSF is a name",
    "onenote": bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d4") + bytes(60),
}
