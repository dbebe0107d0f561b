"""What a name says of an item, and how it can say something else to a person than to the system that opens it.

Names are compared as people read them: compatibility forms (fullwidth letters, other dots) are folded (Unicode Standard
Annex #15, form KC), characters that are not shown are left out, and letters of other scripts that look like Latin ones
count as those (the idea of Unicode Technical Standard #39, "skeleton", for the letters that occur in such names).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from gate.models import Disguise, ExecutableClass

_CODECS = (codecs.lookup("utf-8"), codecs.lookup("cp932"), codecs.lookup("latin-1"))
"""Looked up when this module is imported: a worker cannot load them later."""
_PLAIN = re.compile(rb"[A-Za-z0-9_+@=~,()\[\]{}#$&' -]*(?:\.[A-Za-z0-9_+@=~-]*)?")
"""Names of which nothing but the extension can be said; nearly all are."""
_BLANK = re.compile(r"[\s\u115f\u1160\u2800\u3164\uffa0]+")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates (Unicode Standard Annex #9): names do not need them, whatever their script."""
_MARKING = re.compile("[\u061c\u200e\u200f]")
"""Marks of direction: they do occur in Arabic and Hebrew names, and are told only of programs."""
_WORD = re.compile(r"[^\W\d_]+")

_LIKE_LATIN = str.maketrans(
    {
        **dict(zip("аеорсухіјѕһԁԛԝӏүѵ", "aeopcyxijshdqwlyv", strict=True)),
        **dict(zip("АВЕКМНОРСТУХІЈЅҮ", "ABEKMHOPCTYXIJSY", strict=True)),
        **dict(zip("αενικορτυχ", "aevikoptux", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
        **dict(zip("օոսհցզ", "onuhgq", strict=True)),
        **dict(zip("ıɡɑ", "iga", strict=True)),
    }
)
"""Cyrillic, Greek, Armenian and Latin letters that are shown like letters of ASCII."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RUNNABLE = _words(
    "exe scr com pif cmd bat vbs vbe js jse wsf wsh hta msi msp lnk cpl ps1 jar reg msc url chm scf application "
    "appref-ms msix appx desktop command app apk dmg pkg deb rpm"
)
"""Extensions with which a file starts something when it is opened."""
_DOCUMENTS = _words(
    "txt pdf doc docx docm xls xlsx xlsm ppt pptx rtf odt ods odp csv jpg jpeg png gif bmp tif tiff mp3 mp4 avi mov "
    "wav zip rar 7z html htm eml msg"
)
_GENERATED = {
    "js": _words("txt html htm zip csv jpg jpeg png gif bmp tif tiff mp3 mp4 wav eml msg"),
    **dict.fromkeys(("cmd", "bat", "ps1", "vbs", "jar", "reg", "desktop"), _words("txt html htm zip csv")),
}
"""What tools that generate and bundle text put before the extension of a script: nobody is shown a document there."""

Classes = frozenset[ExecutableClass]
_TEXT_BASED: Classes = frozenset({"script", "shortcut", "installer", "macro", "active-document", "serialized-code"})
_GROUPS: tuple[tuple[str, Classes], ...] = (
    ("jpg jpeg jpe jfif png gif bmp dib ico tif tiff webp heic avif psd ttf otf woff woff2 eot", frozenset()),
    ("mp3 mp4 m4a m4v avi mov mkv webm wav ogg oga flac aac wma wmv mpg mpeg", frozenset()),
    ("txt text md markdown rst adoc log css map po pot mo qm srt vtt gpx", frozenset()),
    ("csv tsv", frozenset({"macro", "active-document"})),
    ("pdf ps eps", frozenset({"active-document"})),
    ("doc docx docm dot dotx xls xlsx xlsm xlsb xlt xltx rtf odt vsd vsdx", frozenset({"macro", "active-document"})),
    ("ppt pptx pptm pps ppsx pot potx ods odp odg eml msg mbox", frozenset({"macro", "active-document"})),
    (
        "zip tar gz tgz bz2 tbz xz txz 7z rar zst lz lzma lz4 cab arj lzh",
        frozenset({"bytecode", "installer", "serialized-code", "macro", "active-document"}),
    ),
    ("json json5 yaml yml xml xsl xslt toml ini cfg conf properties html htm xhtml svg", _TEXT_BASED),
    ("dat data db sqlite sqlite3", frozenset({"serialized-code"})),
    ("js mjs cjs jsx ts tsx vue", frozenset({"script"})),
    ("sh bash py pyw rb pl php ps1 psm1 bat cmd vbs wsf hta", _TEXT_BASED),
)
ALLOWED: dict[str, Classes] = {name: allowed for names, allowed in _GROUPS for name in names.split()}
"""Extension -> the classes of executables that a file with it is openly.  Others say nothing."""
_WITHOUT_MACROS = _words("docx dotx xlsx xltx pptx potx ppsx")
"""Office Open XML extensions that promise a document without macros (ISO/IEC 29500-4, transitional content types)."""
_MACROS = frozenset({"vba", "xlm"})
_KNOWN = RUNNABLE | ALLOWED.keys()


class Name(NamedTuple):
    """A name as text, as it is read, and its extension in lower case, as it is read."""

    text: str
    skeleton: str
    extension: str


def read(name: bytes) -> Name:
    """Return the name of an item (its raw last component) as it is read."""
    text = _decoded(name)
    if name.isascii():
        return Name(text, text, _extension(text))
    shown = "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
    skeleton = shown.translate(_LIKE_LATIN)
    return Name(text, skeleton, _extension(skeleton))


def _decoded(name: bytes) -> str:
    for codec in _CODECS:
        try:
            return codec.decode(name, "strict")[0]
        except UnicodeDecodeError:
            continue
    raise AssertionError(name)  # Latin-1 reads any byte


def _extension(text: str) -> str:
    """Return what stands behind the last dot, without the dots and blanks that Windows drops at the end."""
    stem, _, extension = _BLANK.sub(" ", text).rstrip(". ").rpartition(".")
    return extension.strip().lower() if stem else ""


def is_allowed(extension: str, class_: ExecutableClass, format_: str) -> bool:
    """Say whether a file with such an extension openly is an executable of such a class and format."""
    allowed = ALLOWED.get(extension)
    if allowed is None:
        return True
    return class_ in allowed and not (extension in _WITHOUT_MACROS and format_ in _MACROS)


def disguises_of_name(name: Name, raw: bytes, *, program: bool) -> Iterator[tuple[Disguise, str]]:
    """Yield what the name itself hides, with what shows it in ASCII words; ``program``: whether the item is one."""
    if _PLAIN.fullmatch(raw):
        return
    parts = [_BLANK.sub("", part).lower() for part in name.skeleton.rstrip(". ").split(".")]
    if len(parts) > 2 and _is_double(parts[-2], parts[-1]):  # noqa: PLR2004  # name, document, program
        yield "double-extension", f"ends in .{parts[-2]}.{parts[-1]}"
    if raw.isascii():
        return
    runs = program or name.extension in RUNNABLE
    turning = _TURNING.search(name.text) or (_MARKING.search(name.text) if runs else None)
    if turning:
        yield "direction", f"U+{ord(turning[0]):04X}"
    if _extension(name.text) != name.extension and name.extension in _KNOWN:
        yield "look-alike", f"reads as .{name.extension}"
    elif runs and (letter := _foreign_letter(name.text)):
        yield "look-alike", f"U+{ord(letter):04X} among Latin letters"


def _is_double(before: str, last: str) -> bool:
    return last in RUNNABLE and before in _DOCUMENTS and before not in _GENERATED.get(last, ())


def _foreign_letter(text: str) -> str:
    """Return a letter that looks like a Latin one in a word that has Latin letters too, or nothing."""
    for word in _WORD.findall(text):
        if any(letter.isascii() for letter in word):
            for letter in word:
                if ord(letter) in _LIKE_LATIN:
                    return str(letter)
    return ""
