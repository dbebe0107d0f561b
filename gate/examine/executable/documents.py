"""Documents that do something when they are opened, by their structure."""

from __future__ import annotations

from gate.examine.executable.content import Content, Family, Named

_ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
_ONENOTE_TABLE = bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f")


_ONENOTE_FILE = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
"""What stands before each file in a OneNote section (MS-ONESTORE, 2.6.13)."""
_WINHELP = bytes.fromhex("3f5f0300")
_ACTIVE_MIME = b"ActiveMime\0"
_SEARCHED = 1 << 20


def help_file(content: Content) -> Named | None:
    """Name compiled HTML help and Windows help, whose pages run scripts and programs."""
    if content.head.startswith(b"ITSF") and content.number(4, 4) in (2, 3, 4):
        return Named("chm")
    return Named("winhelp") if content.head.startswith(_WINHELP) else None


def onenote(content: Content) -> Named | None:
    """Name a OneNote section, which carries files to open, with their number."""
    if not content.head.startswith((_ONENOTE, _ONENOTE_TABLE)):
        return None
    overlap = len(_ONENOTE_FILE) - 1
    files = sum(
        content.at(place, _SEARCHED + overlap).count(_ONENOTE_FILE) for place in range(0, content.size, _SEARCHED)
    )
    return Named("onenote", "", (f"files={files}",))


def active_mime(content: Content) -> Named | None:
    """Name the part in which Word and Excel keep the macro project of a page or of an XML document."""
    return Named("vba", "", ("form=activemime",)) if content.head.startswith(_ACTIVE_MIME) else None


FAMILIES = (
    Family("active-document", ("chm", "winhelp"), help_file, b"I?"),
    Family("active-document", ("onenote",), onenote, b"\xe4\xa1"),
    Family("macro", ("vba",), active_mime, b"A"),
)
