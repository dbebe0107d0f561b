"""Documents that do something when they are opened, by their structure."""

from __future__ import annotations

from gate.examine.executable.content import Content, Family, Named

_ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
_ONENOTE_TABLE = bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f")


def help_file(content: Content) -> Named | None:
    """Name compiled HTML help and OneNote sections, which carry scripts and files to open."""
    if content.head.startswith(b"ITSF") and content.number(4, 4) in (2, 3, 4):
        return Named("chm")
    return Named("onenote") if content.head.startswith((_ONENOTE, _ONENOTE_TABLE)) else None


FAMILIES = (Family("active-document", ("chm", "onenote"), help_file, b"I\xe4\xa1"),)
