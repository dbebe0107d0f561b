"""Shortcuts: files that open, start or change something when they are clicked or found by a system.

By their magic, by the section that makes a settings file what it is, or by the root of their XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from gate.examine.executable.content import Content, Family, Named, text_of
from gate.examine.executable.text_starts import LEADING, xml_root

_LNK = bytes.fromhex("4c0000000114020000000000c000000000000046")
_PIF_MARK, _PIF_PLACE = b"MICROSOFT PIFEX\0", 0x171
_FLAGS = re.MULTILINE | re.IGNORECASE


class Section(NamedTuple):
    """The section of a settings file that makes it what it is, and the key behind it that acts."""

    header: re.Pattern[str]
    key: re.Pattern[str]

    def stands_in(self, text: str, header: re.Match[str] | None) -> bool:
        """Say whether the key stands behind the header that was found in the text."""
        return header is not None and self.key.search(text, header.end()) is not None


def _section(header: str, key: str, flags: int = _FLAGS) -> Section:
    return Section(re.compile(rf"^[ \t]*+\[(?:{header})\][ \t]*+$", flags), re.compile(rf"^[ \t]*+(?:{key})", flags))


_SECTIONS = {
    "url": _section(r"InternetShortcut(?:\.[AW])?", r"URL[ \t]*+="),
    "desktop": _section("Desktop Entry", r"(?:Exec|URL)[ \t]*+=", re.MULTILINE),
    "scf": _section("Shell", r"(?:Command|IconFile)[ \t]*+="),
    "autorun": _section(r"autorun(?:\.\w++)?", r"(?:open|shellexecute|shell(?:\\[^\n=]*+)?)[ \t]*+="),
    "theme": _section("Theme", r"\[(?:Control Panel\\|VisualStyles|MasterThemeSelector|boot)"),
    "udl": _section("oledb", r"Provider[ \t]*+="),
    "systemd-unit": _section("Unit|Service|Socket", r"Exec(?:Start|Stop|Reload)\w*+[ \t]*+=", re.MULTILINE),
}
_STARTS = {
    "reg": re.compile(r"\s*+(?:Windows Registry Editor Version 5\.00|REGEDIT4)[ \t]*+$", _FLAGS),
    "iqy": re.compile(r"WEB[ \t]*+\n1[ \t]*+\n(?:https?|file|ftp):", re.IGNORECASE),
    "odbc-query": re.compile(r"(?:XLODBC|QueryType=OLEDB)[ \t]*+$", _FLAGS),
    "slk": re.compile(r"ID;P[\w;. ]*+$", re.MULTILINE),
    "rdp": re.compile(r"(?:[a-z][\w ]{2,60}+:[sib]:[^\n]*+\n)*?full address:s:", re.IGNORECASE),
    "appref-ms": re.compile(r"(?:https?|file)://[^\s#]{1,2000}?\.application#", re.IGNORECASE),
}
"""Format -> what a text in it begins with."""
_XML_ROOTS = {
    "jnlp": "jnlp",
    "settingcontent-ms": "PCSettings",
    "library-ms": "libraryDescription",
    "search-ms": "persistedQuery",
    "searchconnector-ms": "searchConnectorDescription",
    "msc": "MMC_ConsoleFile",
}
_BY_ROOT = {root: name for name, root in _XML_ROOTS.items()}
_TASK = "schemas.microsoft.com/windows/2004/02/mit/task"
_LOGON = re.compile(r"<LogonCommand[\s>]")
"""What a sandbox of Windows runs when it starts; other configurations have the same root."""
_PLIST_BYTES = 1 << 20
"""How much of a binary property list is searched for the keys of a job."""
_PLISTS = {
    "launchd": re.compile(r"<key>(?:ProgramArguments|Program|BundleProgram)</key>"),
    "terminal": re.compile(r"<key>(?:CommandString|RunCommandAsShell)</key>"),
    "mobileconfig": re.compile(r"<key>PayloadType</key>\s*+<string>Configuration</string>"),
    "webloc": re.compile(r"\s*+<key>(?:URL|URLName)</key>\s*+<string>"),
}
"""Format -> the key of a property list that makes it one."""
_PLIST_BODY = re.compile(r"<plist[^>]{0,200}>\s*+<dict>", re.IGNORECASE)
_OF_SETTINGS = frozenset({"url", "website", "scf", "desktop", "theme", "inf", "udl", "service", "socket"})
_SETTINGS_BYTES = 1 << 20
_LEADING = re.compile(LEADING)


def shell_link(content: Content) -> Named | None:
    """Name a Windows shortcut (MS-SHLLINK, 2.1)."""
    return Named("lnk") if content.head.startswith(_LNK) else None


def program_information(content: Content) -> Named | None:
    """Name a shortcut to a DOS program, by the mark that stands in its middle."""
    return Named("pif") if content.at(_PIF_PLACE, len(_PIF_MARK)) == _PIF_MARK else None


def settings(content: Content) -> Named | None:
    """Name a settings file that opens or starts something, by its first section; or a text by its first line."""
    text = content.start
    leading = _LEADING.match(text)
    place = leading.end() if leading else 0
    if text.startswith("[", place):
        return _first_section(text, lambda section: section.header.match(text, place))
    for name, start in _STARTS.items():
        if start.match(text):
            return Named(name)
    return None


def xml_shortcut(content: Content) -> Named | None:
    """Name settings in XML that open or start something, by their root."""
    root = xml_root(content)
    if root is None:
        return None
    if root.name == "Task":
        return Named("scheduled-task") if _TASK in root.attributes else None
    if root.name == "Configuration":
        return Named("windows-sandbox") if _LOGON.search(text_of(content.at(0, _SETTINGS_BYTES))) else None
    if root.name == "plist":
        return _property_list(content)
    return Named(_BY_ROOT[root.name]) if root.name in _BY_ROOT else None


def _property_list(content: Content) -> Named | None:
    text = text_of(content.at(0, _SETTINGS_BYTES))
    body = _PLIST_BODY.search(text)
    if body is None:
        return None
    for name, key in _PLISTS.items():
        if key.match(text, body.end()) if name == "webloc" else key.search(text, body.end()):
            return Named(name)
    return None


def binary_property_list(content: Content) -> Named | None:
    """Name a binary property list that is a shortcut to an address and nothing else, or a job of launchd."""
    if not content.head.startswith(b"bplist00"):
        return None
    data = content.at(0, _PLIST_BYTES)
    if b"ProgramArguments" in data or (b"RunAtLoad" in data and b"Program" in data):
        return Named("launchd")
    small = content.size <= len(content.head)
    return Named("webloc") if small and re.match(rb"bplist00\xd1\x01\x02S(?:URL)[\x50-\x6f]", content.head) else None


def far_section(content: Content) -> Named | None:
    """Name a settings file by a section further on: systems look for it by its name, wherever it stands."""
    if content.suffix not in _OF_SETTINGS or content.text is None or not _SECTIONS.keys().isdisjoint(content.told):
        return None
    text = text_of(content.at(0, _SETTINGS_BYTES))
    return _first_section(text, lambda section: section.header.search(text))


def _first_section(text: str, find: Callable[[Section], re.Match[str] | None]) -> Named | None:
    found = (name for name, section in _SECTIONS.items() if section.stands_in(text, find(section)))
    return next(map(Named, found), None)


FAMILIES = (
    Family("shortcut", ("lnk",), shell_link, b"\x4c"),
    Family("shortcut", ("pif",), program_information, b"\0"),
    Family("shortcut", (*_SECTIONS, *_STARTS), settings, text=True),
    Family("shortcut", (*_XML_ROOTS, "scheduled-task", "windows-sandbox", *_PLISTS), xml_shortcut, text=True),
    Family("shortcut", ("webloc", "launchd"), binary_property_list, b"b"),
    Family("shortcut", tuple(_SECTIONS), far_section, by_name=True),
)
