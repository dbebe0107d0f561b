"""Shortcuts: files that open or change something when they are clicked, by their magic or their text."""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named
from gate.examine.executable.text_starts import LEADING, XML_START

_LNK = bytes.fromhex("4c0000000114020000000000c000000000000046")
_TEXT_FORMATS = {
    "url": re.compile(rf"{LEADING}\[InternetShortcut\][ \t]*+$", re.IGNORECASE | re.MULTILINE),
    "desktop": re.compile(rf"{LEADING}\[Desktop Entry\][ \t]*+$.*?^(?:Exec|URL)\s*+=", re.MULTILINE | re.DOTALL),
    "scf": re.compile(
        rf"{LEADING}\[Shell\][ \t]*+$.*?^(?:Command|IconFile)\s*+=", re.MULTILINE | re.DOTALL | re.IGNORECASE
    ),
    "reg": re.compile(r"\s*+(?:Windows Registry Editor Version 5\.00|REGEDIT4)[ \t]*+$", re.MULTILINE),
    "iqy": re.compile(r"WEB[ \t]*+\n1[ \t]*+\n(?:https?|file):", re.IGNORECASE),
    "slk": re.compile(r"ID;P[\w;. ]*+$", re.MULTILINE),
}
_XML_ROOTS = {
    "jnlp": "jnlp",
    "settingcontent-ms": "PCSettings",
    "library-ms": "libraryDescription",
    "search-ms": "persistedQuery",
    "searchconnector-ms": "searchConnectorDescription",
    "msc": "MMC_ConsoleFile",
}
_XML_ROOT = re.compile(rf"{XML_START}<([\w.\-]++)", re.DOTALL)
_BY_ROOT = {root: name for name, root in _XML_ROOTS.items()}


def shell_link(content: Content) -> Named | None:
    """Name a Windows shortcut (MS-SHLLINK, 2.1)."""
    return Named("lnk") if content.head.startswith(_LNK) else None


def text_shortcut(content: Content) -> Named | None:
    """Name a shortcut or settings file that opens or changes something when it is clicked."""
    text = content.start
    for name, pattern in _TEXT_FORMATS.items():
        if pattern.match(text):
            return Named(name)
    root = _XML_ROOT.match(text)
    return Named(_BY_ROOT[root[1]]) if root and root[1] in _BY_ROOT else None


FAMILIES = (
    Family("shortcut", ("lnk",), shell_link, b"\x4c"),
    Family("shortcut", (*_TEXT_FORMATS, *_XML_ROOTS), text_shortcut, text=True),
)
