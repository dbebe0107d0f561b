"""Installers, shortcuts and active documents, by their magic or by the structure that makes them what they are."""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_INSTALLER_CLASSES = {
    bytes.fromhex("84100c0000000000c000000000000046"): "msi",
    bytes.fromhex("86100c0000000000c000000000000046"): "msp",
    bytes.fromhex("82100c0000000000c000000000000046"): "mst",
}
"""Class ids in the root entry of a compound file: Windows Installer package, patch, transform."""
_OLE_HEADER = 512
_OLE_MAX_SHIFT = 20
_CLASS_ID = 80
_LNK = bytes.fromhex("4c0000000114020000000000c000000000000046")
_ONENOTE = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
_ONENOTE_TABLE = bytes.fromhex("a12fff43d9ef764c9ee210ea5722765f")


def debian(content: Content) -> Named | None:
    """Name a Debian package."""
    return Named("deb") if content.head.startswith(b"!<arch>\ndebian-binary") else None


def by_magic(content: Content) -> Named | None:
    """Name installers whose magic is long enough to stand alone."""
    for magic, name in (
        (b"\xed\xab\xee\xdb", "rpm"),
        (b"xar!", "xar"),
        (b"Cr24\2\0\0\0", "crx"),
        (b"Cr24\3\0\0\0", "crx"),
        (b"flatpak\0", "flatpak"),
    ):
        if content.head.startswith(magic):
            return Named(name)
    return None


def disk_image(content: Content) -> Named | None:
    """Name an Apple disk image by the trailer that makes it one."""
    return Named("dmg") if content.size >= _OLE_HEADER and content.tail[-_OLE_HEADER:][:4] == b"koly" else None


def windows_installer(content: Content) -> Named | None:
    """Name a Windows Installer file by the class id of its compound file's root entry (MS-CFB, 2.6)."""
    if not content.head.startswith(_OLE):
        return None
    shift, sector = content.number(0x1E, 2), content.number(0x30, 4)
    if not 0 < shift <= _OLE_MAX_SHIFT or sector < 0:
        return None
    name = _INSTALLER_CLASSES.get(content.at(((sector + 1) << shift) + _CLASS_ID, 16))
    return Named(name) if name else None


def shell_link(content: Content) -> Named | None:
    """Name a Windows shortcut (MS-SHLLINK, 2.1)."""
    return Named("lnk") if content.head.startswith(_LNK) else None


def help_file(content: Content) -> Named | None:
    """Name compiled HTML help and OneNote sections, which carry scripts and files to open."""
    if content.head.startswith(b"ITSF") and content.number(4, 4) in (2, 3, 4):
        return Named("chm")
    return Named("onenote") if content.head.startswith((_ONENOTE, _ONENOTE_TABLE)) else None


# --- shortcuts that are text ----------------------------------------------------------------------------------

_LEADING = r"\s*+(?:[;#][^\n]*+\s*+)*+"
_TEXT_FORMATS = {
    "url": re.compile(rf"{_LEADING}\[InternetShortcut\][ \t]*+$", re.IGNORECASE | re.MULTILINE),
    "desktop": re.compile(rf"{_LEADING}\[Desktop Entry\][ \t]*+$.*?^(?:Exec|URL)\s*+=", re.MULTILINE | re.DOTALL),
    "scf": re.compile(
        rf"{_LEADING}\[Shell\][ \t]*+$.*?^(?:Command|IconFile)\s*+=", re.MULTILINE | re.DOTALL | re.IGNORECASE
    ),
    "reg": re.compile(r"\s*+(?:Windows Registry Editor Version 5\.00|REGEDIT4)[ \t]*+$", re.MULTILINE),
    "iqy": re.compile(r"WEB[ \t]*+\n1[ \t]*+\n(?:https?|file):", re.IGNORECASE),
    "slk": re.compile(r"ID;P[\w;. ]*+$", re.MULTILINE),
}
_XML_START = r"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+|<!DOCTYPE[^>]*+>\s*+)*+"
_XML_ROOTS = {
    "jnlp": "jnlp",
    "settingcontent-ms": "PCSettings",
    "library-ms": "libraryDescription",
    "search-ms": "persistedQuery",
    "searchconnector-ms": "searchConnectorDescription",
    "msc": "MMC_ConsoleFile",
}
_XML_ROOT = re.compile(rf"{_XML_START}<([\w.\-]++)", re.DOTALL)
_BY_ROOT = {root: name for name, root in _XML_ROOTS.items()}
_INF = re.compile(
    rf"{_LEADING}\[Version\][ \t]*+$.*?^\s*+Signature\s*+=\s*+\"?\$(?:CHICAGO|Windows)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_CLICK_ONCE = re.compile(
    rf"{_XML_START}<(?:\w++:)?assembly\b[^>]*urn:schemas-microsoft-com:asm.*?<(?:\w++:)?(?:deployment|"
    r"entryPoint)\b",
    re.DOTALL,
)


def text_shortcut(content: Content) -> Named | None:
    """Name a shortcut or settings file that opens or changes something when it is clicked."""
    text = content.start
    for name, pattern in _TEXT_FORMATS.items():
        if pattern.match(text):
            return Named(name)
    root = _XML_ROOT.match(text)
    return Named(_BY_ROOT[root[1]]) if root and root[1] in _BY_ROOT else None


def text_installer(content: Content) -> Named | None:
    """Name a setup information file or a ClickOnce manifest."""
    text = content.start
    if _INF.match(text):
        return Named("inf")
    return Named("clickonce") if _CLICK_ONCE.match(text) else None


FAMILIES = (
    Family("installer", ("deb",), debian, b"!"),
    Family("installer", ("rpm", "xar", "crx", "flatpak"), by_magic, b"\xedxCf"),
    Family("installer", ("dmg",), disk_image),
    Family("installer", ("msi", "msp", "mst"), windows_installer, b"\xd0"),
    Family("installer", ("inf", "clickonce"), text_installer, text=True),
    Family("shortcut", ("lnk",), shell_link, b"\x4c"),
    Family("shortcut", (*_TEXT_FORMATS, *_XML_ROOTS), text_shortcut, text=True),
    Family("active-document", ("chm", "onenote"), help_file, b"I\xe4\xa1"),
)
