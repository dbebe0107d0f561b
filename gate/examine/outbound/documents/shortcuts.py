"""Reads shortcuts of Windows and settings of folders: what the file manager loads when it shows them.

A picture of a shortcut on another machine is fetched as soon as its folder is looked at ([MS-SHLLINK] 2.3, and the
files with sections of which ``[InternetShortcut]`` is one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.binaries.scan import scan_bytes
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import network_path, urls_in
from gate.models import Reach

LINK = bytes.fromhex("4c0000000114020000000000c000000000000046")
"""How a shell link begins ([MS-SHLLINK] 2.1)."""
_NARROW = re.compile(rb"\\\\([A-Za-z0-9][A-Za-z0-9.\-]{1,252}(?:@(?:SSL|[0-9]{1,5}))?)\\[!-~]")
_WIDE = re.compile(rb"\\\0\\\0((?:[A-Za-z0-9.\-@]\0){2,253})\\\0")
_SECTION = re.compile(r"\s*+\[(?:InternetShortcut|Shell|\.ShellClassInfo|autorun)\]", re.IGNORECASE)
_ENTRY = re.compile(r"^\s*(?P<key>[A-Za-z][\w\-\[\]]{0,60})\s*=\s*(?P<value>[^\n]{1,4096})", re.MULTILINE)
_SHOWN = frozenset({"iconfile", "iconresource", "icon", "logo", "infotip", "iconarea_image", "shellicon"})


def is_sections(start: str) -> bool:
    """Say whether a text begins as a shortcut with sections or as the settings of a folder."""
    return _SECTION.match(start) is not None


def read_link(data: bytes) -> Iterator[Found]:
    """Yield what a shell link names: places on other machines are asked for when it is shown."""
    for pattern, step in ((_NARROW, 1), (_WIDE, 2)):
        for found in pattern.finditer(data):
            host = found[1][::step].decode("ascii").partition("@")[0]
            yield Reference(f"smb://{host}/", "automatic", f"shell link at 0x{found.start():x}")
    for hit in scan_bytes(data):
        if hit.url.startswith("smb:"):
            continue  # told above, whatever the host is called
        yield Reference(hit.url, "interaction", f"shell link at 0x{hit.offset:x}")


def read_sections(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what a shortcut opens when it is clicked, and what is loaded to show it."""
    for found in _ENTRY.finditer(text):
        key, value = found["key"].lower(), found["value"].strip()
        reach: Reach = "automatic" if key in _SHOWN else "interaction"
        path = network_path(value)
        targets = [path] if path else [url for _, url in urls_in(value)]
        for target in targets:
            yield Reference(target, reach, f"key {found['key']}", lines.at(found.start()))
