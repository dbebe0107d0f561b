"""Items that say they are something else than they are: by their names, their modes, or two contents at once.

Only what contradicts is told: a program without extension, or with one that is no kind of data, hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gate.examine.executable.content import Content
from gate.examine.executable.disguised_names import disguises_of_name, is_allowed, read
from gate.models import DisguiseFact, ExecutableClass
from gate.paths import printable

_SHOWN = 100
_PROGRAMS: frozenset[ExecutableClass] = frozenset({"native", "bytecode", "installer", "script", "shortcut"})
_STARTS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("PNG picture", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("JPEG picture", re.compile(rb"\xff\xd8\xff[\xc0-\xfe]")),
    ("GIF picture", re.compile(rb"GIF8[79]a")),
    ("BMP picture", re.compile(rb"BM.{4}\x00{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00{3}", re.DOTALL)),
    ("TIFF picture", re.compile(rb"II\*\0|MM\0\*")),
    ("RIFF file", re.compile(rb"RIFF.{4}(?:WEBP|WAVE|AVI )", re.DOTALL)),
    ("PDF document", re.compile(rb"%PDF-[12]\.")),
    ("Ogg stream", re.compile(rb"OggS\0")),
    ("FLAC stream", re.compile(rb"fLaC")),
    ("MP3 stream", re.compile(rb"ID3[\x02-\x04]")),
    ("MP4 file", re.compile(rb".{4}ftyp", re.DOTALL)),
    ("Matroska file", re.compile(rb"\x1a\x45\xdf\xa3")),
    ("font", re.compile(rb"wOF[F2]|OTTO\x00|\x00\x01\x00\x00\x00[\x01-\x7f].{2}\x00", re.DOTALL)),
)
"""Data that programs of every system recognise by its start."""
_PDF = "pdf"
_LATE_PDF = re.compile(rb"[^\0]{1,1019}?%PDF-[12]\.", re.DOTALL)
"""Readers of documents look for the mark in the first 1,024 bytes."""
_EMBEDDED = "embedded="


class Told(NamedTuple):
    """An executable format that an item has been named by."""

    class_: ExecutableClass
    format: str
    detail: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the item itself is in the format, and not something inside of it."""
        return not any(word.startswith(_EMBEDDED) for word in self.detail)


def disguises(content: Content, told: Sequence[Told]) -> Iterator[DisguiseFact]:
    """Yield each way in which the item is disguised; its name and mode must be known (:meth:`Content.under`)."""
    raw = content.name
    name = read(raw)
    for each in told:
        if not is_allowed(name.extension, each.class_, each.format):
            yield DisguiseFact("extension", f"{each.format} named .{printable(name.extension)[:_SHOWN]}")
    for disguise, detail in disguises_of_name(name, raw, program=bool(told)):
        yield DisguiseFact(disguise, printable(detail)[:_SHOWN])
    if told:
        yield from _polyglot(content, told)
    elif content.size and content.may_be_run:
        yield DisguiseFact("mode", f"mode {content.mode or 0:04o}")


def _polyglot(content: Content, told: Sequence[Told]) -> Iterator[DisguiseFact]:
    """Yield that the item is a program and data at once, or two programs that different systems start."""
    programs = sorted({each.format for each in told if each.class_ in _PROGRAMS})
    data = next((what for what, start in _STARTS if start.match(content.head)), "") if programs else ""
    if not data and programs and (_PDF in content.labels or _LATE_PDF.match(content.head)):
        data = "PDF document"
    if data:
        yield DisguiseFact("polyglot", f"{data} and {', '.join(programs)}"[:_SHOWN])
    whole = {each.class_ for each in told if each.is_whole}
    if {"script", "native"} <= whole:
        yield DisguiseFact("polyglot", ", ".join(sorted(each.format for each in told if each.is_whole))[:_SHOWN])
