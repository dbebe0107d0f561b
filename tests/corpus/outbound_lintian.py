"""Debian's lintian, run for real: which hosts its privacy-breach rules name in which file."""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_CONTROL = """Package: pages
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: pages of published packages
"""
_TAG = re.compile(r"^[A-Z]: pages: privacy-breach-\S+ (?P<told>.*) \[(?P<file>[^\]]+)\]$")
_HOST = re.compile(r"(?:https?:|ftp:)?//(?P<host>[A-Za-z0-9.-]+)")
ROOT = "usr/share/pages"


def breaches(folder: Path, contents: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return by file the hosts that lintian names; an empty host where a rule names none.

    ``contents`` are packed with ``dpkg-deb`` below ``ROOT``.
    """
    for path, content in contents.items():
        place = folder / "root" / ROOT / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    control = folder / "root" / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(_CONTROL)
    deb = folder / "pages_1_all.deb"
    build: list[str | Path] = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-b", folder / "root", deb]
    subprocess.run(build, check=True, capture_output=True)
    command = [
        "lintian",
        "--no-cfg",
        "--tag-display-limit",
        "0",
        "--no-override",
        "-C",
        "files/privacy-breach",
        str(deb),
    ]
    plain = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=plain)
    found: dict[str, set[str]] = defaultdict(set)
    for line in done.stdout.splitlines():
        told = _TAG.match(line)
        if told:
            hosts = _HOST.findall(told["told"])
            found[told["file"].removeprefix(f"{ROOT}/")].update(hosts[-1:] or [""])
    return found


def version() -> str:
    """Return the version of lintian."""
    return subprocess.run(["lintian", "--print-version"], check=True, capture_output=True, text=True).stdout.strip()
