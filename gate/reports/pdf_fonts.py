"""Where the letters of a PDF come from: a Japanese font on this machine whose licence lets it be embedded.

None is shipped with the gate.  Without one there is a clear error: a paper of empty boxes would be worse than none.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from gate.errors import UsageError
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE: Final = "GATE_FONTS"
"""Environment variable that names a folder to look in before the usual ones."""


@dataclass(frozen=True, slots=True)
class Family:
    """File names of a family: for prose, for what is strong, for names and digests; ``index`` within collections."""

    regular: str
    bold: str
    code: str
    index: int = 0


FAMILIES: Final = (
    Family("BIZUDPGothic-Regular.ttf", "BIZUDPGothic-Bold.ttf", "BIZUDGothic-Regular.ttf"),  # SIL Open Font Licence
    Family("BIZ-UDGothicR.ttc", "BIZ-UDGothicB.ttc", "BIZ-UDGothicR.ttc", index=1),  # comes with Windows
    Family("ipaexg.ttf", "ipaexg.ttf", "ipaexg.ttf"),  # IPA Font Licence
)
"""In the order of preference; all have TrueType outlines, which can be embedded in part."""

FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)


@dataclass(frozen=True, slots=True)
class Fonts:
    """The names under which reportlab knows the fonts, the code points that all of them have, and where they lie."""

    regular: str
    bold: str
    code: str
    letters: frozenset[int]
    place: str


def find_fonts(environment: Mapping[str, str]) -> Fonts:
    """Return the fonts to write Japanese with.

    Raises ``UsageError`` where there is no family, or the one that there is cannot be embedded.
    """
    folders = [Path(folder).expanduser() for folder in _folders(environment)]
    for family in FAMILIES:
        files = {name: _first(folders, name) for name in (family.regular, family.bold, family.code)}
        regular, bold = files[family.regular], files[family.bold]
        if regular is not None and bold is not None:
            return _registered(regular, bold, files[family.code] or regular, family.index)
    raise UsageError("report.no-font", variable=VARIABLE)


def _folders(environment: Mapping[str, str]) -> Iterator[str]:
    if environment.get(VARIABLE):
        yield environment[VARIABLE]
    yield from FOLDERS


def _first(folders: list[Path], name: str) -> Path | None:
    """Return the first file of a name below the folders; what cannot be looked into is passed over."""
    for folder in folders:
        for place, below, files in os.walk(folder):
            below.sort()
            if name in files:
                return Path(place) / name
    return None


@lru_cache(maxsize=4)
def _registered(regular: Path, bold: Path, code: Path, index: int) -> Fonts:
    """Read the fonts once for a process: they are megabytes."""
    fonts = [_read("GateRegular", regular, index), _read("GateBold", bold, index), _read("GateCode", code, 0)]
    for font in fonts:
        pdfmetrics.registerFont(font)
    letters = frozenset.intersection(*(frozenset(font.face.charToGlyph) for font in fonts))
    return Fonts("GateRegular", "GateBold", "GateCode", letters, printable(str(regular)))


def _read(name: str, file: Path, index: int) -> TTFont:
    try:
        return TTFont(name, str(file), subfontIndex=index if file.suffix.lower() == ".ttc" else 0)
    except (TTFError, OSError) as error:
        raise UsageError("report.font-unusable", path=printable(str(file)), error=str(error)) from error
