"""Installers, by their magic or by the structure that makes them what they are."""

from __future__ import annotations

import re

from gate.examine.executable.content import Content, Family, Named, text_of
from gate.examine.executable.text_starts import LEADING, PROLOG_BYTES, xml_root

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


def debian(content: Content) -> Named | None:
    """Name a Debian package."""
    return Named("deb") if content.head.startswith(b"!<arch>\ndebian-binary") else None


def by_magic(content: Content) -> Named | None:
    """Name installers whose magic is long enough to stand alone."""
    for magic, name in (
        (b"\xed\xab\xee\xdb", "rpm"),
        (b"xar!\0", "xar"),
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


_COMMENTS = re.compile(LEADING)
_INF = re.compile(
    rf"{LEADING}\[Version\][ \t]*+$.*?^\s*+Signature\s*+=\s*+\"?\$(?:CHICAGO|Windows)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_CLICK_ONCE = re.compile(r"<(?:\w++:)?(?:deployment|entryPoint)\b")
_ASSEMBLY = "urn:schemas-microsoft-com:asm"
_FLATPAK = re.compile(rf"{LEADING}\[Flatpak (?:Ref|Repo)\][ \t]*+$", re.MULTILINE)


def text_installer(content: Content) -> Named | None:
    """Name a setup information file or a reference to a Flatpak application, also behind long comments."""
    text = content.start
    if content.size > len(content.head) and _COMMENTS.fullmatch(text):
        text = text_of(content.at(0, PROLOG_BYTES))
    if _INF.match(text):
        return Named("inf")
    return Named("flatpakref") if _FLATPAK.match(text) else None


def xml_installer(content: Content) -> Named | None:
    """Name a ClickOnce manifest, or the address from which Windows installs an application, by the root of its XML."""
    root = xml_root(content)
    if root is None:
        return None
    if root.name == "AppInstaller":
        return Named("appinstaller")
    if root.name != "assembly" or _ASSEMBLY not in root.attributes:
        return None
    return Named("clickonce") if _CLICK_ONCE.search(text_of(content.at(0, PROLOG_BYTES))) else None


FAMILIES = (
    Family("installer", ("deb",), debian, b"!"),
    Family("installer", ("rpm", "xar", "flatpak"), by_magic, b"\xedxf"),
    Family("installer", ("dmg",), disk_image),
    Family("installer", ("msi", "msp", "mst"), windows_installer, b"\xd0"),
    Family("installer", ("inf", "flatpakref"), text_installer, text=True),
    Family("installer", ("clickonce", "appinstaller"), xml_installer, text=True),
)
