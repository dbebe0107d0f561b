"""Names that make a program look like something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.heuristics.programs import is_program
from gate.examine.heuristics.reasons import Seen

_HARMLESS = (
    "txt md pdf doc docx xls xlsx ppt pptx odt ods odp rtf csv tsv json xml html htm css jpg jpeg png gif bmp tif tiff "
    "webp ico svg mp3 mp4 wav avi mov mkv ogg flac m4a zip rar 7z gz log ini eml ttf otf woff woff2"
)
_RUNNABLE = "exe scr com pif cmd bat vbs vbe js jse wsf wsh hta msi lnk cpl ps1 jar reg msc"
_HARMLESS_NAMES = frozenset(_HARMLESS.split())
_DOUBLE = re.compile(
    r"\.(?:txt|pdf|docx?|xlsx?|pptx?|rtf|csv|jpe?g|png|gif|bmp|mp3|mp4|avi|mov|zip|html?)\s*\.(?:"
    + "|".join(_RUNNABLE.split())
    + r")$",
    re.IGNORECASE,
)
_SCRIPT_ENDS = re.compile(r"\.(?:txt|html?|zip|csv)\s*\.(?:js|cmd|bat|ps1|vbs|jar|reg)$", re.IGNORECASE)
"""Generators of text name their scripts and templates like this, and nobody is shown them as a document."""
_PADDED = re.compile(
    r"\.\w{2,5}[\s\u00a0\u3000\u2000-\u200b\u2800\u3164_]{5,}\.(?:" + "|".join(_RUNNABLE.split()) + r")$", re.IGNORECASE
)
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f]")


def name_signs(name: bytes, data: bytes) -> Iterator[Seen]:
    """Yield what the name of an item (its raw last component) hides of its content."""
    text = _readable(name)
    extension = text.rpartition(".")[2].lower() if "." in text else ""
    if extension in _HARMLESS_NAMES and is_program(data):
        yield Seen("name-disguised", text)
    if _PADDED.search(text):
        yield Seen("name-padded", text)
    elif _DOUBLE.search(text) and not _SCRIPT_ENDS.search(text):
        yield Seen("name-double-extension", text)
    if _DIRECTION.search(text) and (is_program(data) or extension in _RUNNABLE.split() or _hides_extension(text)):
        yield Seen("name-direction", text)


def _hides_extension(text: str) -> bool:
    """Say whether the part behind a mark of direction, read backwards, ends like a harmless name."""
    tail = _DIRECTION.split(text)[-1]
    return tail.rpartition(".")[0][::-1].lower() in _HARMLESS_NAMES


def _readable(name: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode("latin-1")
