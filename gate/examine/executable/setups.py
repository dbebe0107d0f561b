"""Programs that carry what they install: self-extractors and the loaders of set-up tools, by what they hold.

Sources: NSIS (``Source/exehead/fileform.h``), Inno Setup (``Struct.pas``), WiX (``burn`` section), InstallShield, 7-Zip
(``;!@Install@!``), and the signs of archives.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.executable.content import Content, Family, Named
from gate.examine.executable.zip_names import zip_listing
from gate.examine.executable.zip_packages import is_package
from gate.structure.programs import behind

_PROGRAMS = b"MZ\x7f\xfe\xce\xcf\xca"
_STARTS = (b"MZ", b"ZM", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa")
_MARKS: dict[str, tuple[bytes, ...]] = {
    "nsis": (b"\xef\xbe\xad\xdeNullsoftInst",),
    "inno-setup": (b"Inno Setup Setup Data (", b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a", b"idska32\x1a"),
    "wix-burn": (b".wixburn",),
    "installshield": (b"ISSetupStream\0",),
    "iexpress": (b"wextract_cleanup", b"W\0E\0X\0T\0R\0A\0C\0T\0"),
}
"""What a set-up tool writes into its programs, by the name of the format."""
_LONGEST = max(len(mark) for marks in _MARKS.values() for mark in marks)
_WINDOW = 1 << 20
_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b";!@Install@!UTF-8!": "7z",
    b"Rar!\x1a\x07": "rar",
    b"MSCF\0\0\0\0": "cab",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_LOOKED_AT = 1 << 16
"""Bytes behind a program in which an archive begins: a configuration or a text may stand before it."""
_SCRIPT_BYTES = 1 << 20
"""How far down a script what it unpacks begins."""
_BEHIND_A_LINE = {
    b"\n\x1f\x8b\x08": "gzip",
    b"\nBZh": "bzip2",
    b"\n\xfd7zXZ\0": "xz",
    b"\n\x28\xb5\x2f\xfd": "zstd",
    b"\n7z\xbc\xaf\x27\x1c": "7z",
}


def set_up_tool(content: Content) -> Iterator[Named]:
    """Name the set-up tool that made a program for Windows, by the mark that its loader looks for."""
    if not content.head.startswith((b"MZ", b"ZM")) or content.text is not None:
        return
    found: set[str] = set()
    for begin in range(0, content.size, _WINDOW):
        window = content.at(begin, _WINDOW + _LONGEST)
        found.update(name for name, marks in _MARKS.items() if any(mark in window for mark in marks))
    yield from (Named(name) for name in _MARKS if name in found)


def self_extractor(content: Content) -> Named | None:
    """Name a program with an archive behind it, and a script with one behind its last line."""
    archive = _behind_script(content) if content.head.startswith(b"#!") else _behind_program(content)
    return Named("sfx", "", (f"archive={archive}",)) if archive else None


def _behind_program(content: Content) -> str | None:
    if not content.head.startswith(_STARTS):
        return None
    for start, stop in behind(content.at, content.size):
        data = content.at(start, min(stop - start, _LOOKED_AT))
        at = {place: name for mark, name in _ARCHIVES.items() if (place := data.find(mark)) >= 0}
        if at:
            return at[min(at)]
    return "zip" if _holds_files(content) else None


def _behind_script(content: Content) -> str | None:
    if content.text is not None and content.size <= len(content.head):
        return None
    if content.remembered(zip_listing) is not None:
        return "zip" if _holds_files(content) else None
    data = content.at(0, _SCRIPT_BYTES)
    at = {place: name for mark, name in _BEHIND_A_LINE.items() if (place := data.find(mark)) >= 0}
    return at[min(at)] if at else None


def _holds_files(content: Content) -> bool:
    """Say whether there is a ZIP file that is not a package of its own kind: of these the program is a launcher."""
    listing = content.remembered(zip_listing)
    return listing is not None and bool(listing.members) and not is_package(content)


FAMILIES = (
    Family("installer", tuple(_MARKS), set_up_tool, b"MZ"),
    Family("installer", ("sfx",), self_extractor, _PROGRAMS + b"Z#"),
)
