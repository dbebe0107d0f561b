"""The exact command that installs a missing program, library or font on this system.

The system is named by ``/etc/os-release`` (freedesktop.org, "os-release"): ``ID``, then the families of ``ID_LIKE``.
Where a distribution splits a program off under a name that differs between its releases, its packager is asked for the
program itself, as dnf and apk can be.  What a system does not offer has no command rather than a guess.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

OS_RELEASE: Final = (Path("/etc/os-release"), Path("/usr/lib/os-release"))
_MOST_CHARACTERS: Final = 65_536
_FAMILIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "debian": "debian",
        "ubuntu": "debian",
        "fedora": "fedora",
        "rhel": "fedora",
        "centos": "fedora",
        "alpine": "alpine",
    }
)
_COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "debian": "apt-get install {packages}",
        "fedora": "dnf install {packages}",
        "alpine": "apk add {packages}",
        "macos": "brew install {packages}",
        "windows": "winget install --id {packages}",
    }
)
_OWN_RIGHTS: Final = frozenset({"macos", "windows"})
"""Systems whose packagers are run by ordinary users."""

PACKAGES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "clamd": {
            "debian": "clamav-daemon",
            "fedora": "clamd",
            "alpine": "clamav-daemon",
            "macos": "clamav",
            "windows": "Cisco.ClamAV",
        },
        "sigtool": {
            "debian": "clamav",
            "fedora": "clamav",
            "alpine": "cmd:sigtool",
            "macos": "clamav",
            "windows": "Cisco.ClamAV",
        },
        "freshclam": {
            "debian": "clamav-freshclam",
            "fedora": "clamav-freshclam",
            "alpine": "cmd:freshclam",
            "macos": "clamav",
            "windows": "Cisco.ClamAV",
        },
        "gpg": {
            "debian": "gnupg",
            "fedora": "gnupg2",
            "alpine": "gnupg",
            "macos": "gnupg",
            "windows": "GnuPG.GnuPG",
        },
        "gpgconf": {
            "debian": "gnupg",
            "fedora": "gnupg2",
            "alpine": "gnupg",
            "macos": "gnupg",
            "windows": "GnuPG.GnuPG",
        },
        "7zz": {"debian": "7zip-standalone", "fedora": "/usr/bin/7zz", "alpine": "cmd:7zz", "macos": "sevenzip"},
        "chromium": {"debian": "chromium", "fedora": "chromium", "alpine": "chromium"},
        "font": {"debian": "fonts-morisawa-bizud-gothic", "macos": "font-biz-udpgothic"},
        "libmagic": {"debian": "libmagic1", "fedora": "file-libs", "alpine": "libmagic", "macos": "libmagic"},
        "libarchive": {"debian": "libarchive13", "fedora": "libarchive", "alpine": "libarchive", "macos": "libarchive"},
    }
)
"""What holds each thing, by system; every one of them is in Debian."""
_ABSENT: Final = frozenset({("ubuntu", "chromium")})
"""Where a distribution has not what its family has: Ubuntu's browser is a snap, which no confined process can start."""
_EARLIER: Final[Mapping[tuple[str, str], tuple[int, str]]] = MappingProxyType(
    {("debian", "7zz"): (13, "7zip"), ("ubuntu", "7zz"): (24, "7zip")}
)
"""Where a thing lay in another package before a release: 7zip 23.01+dfsg-4 gave ``7zz`` one of its own."""


@dataclass(frozen=True, slots=True)
class System:
    """A system as far as installing goes: its own name, and the family whose packages it has (empty: not known).

    ``release`` is the first number of its version, 0 where it has none.
    """

    name: str
    family: str
    privileged: bool = False
    release: int = 0

    def package(self, thing: str) -> str | None:
        """Return the package that holds a thing of :data:`PACKAGES` here, None where there is none."""
        if (self.name, thing) in _ABSENT:
            return None
        before, package = _EARLIER.get((self.name, thing), (0, ""))
        return package if 0 < self.release < before else PACKAGES[thing].get(self.family)

    def command(self, things: Iterable[str]) -> str | None:
        """Return the command that installs those of the things that this system has, None where it has none."""
        packages = dict.fromkeys(filter(None, map(self.package, things)))
        if not packages:
            return None
        command = _COMMANDS[self.family].format(packages=" ".join(packages))
        return command if self.privileged or self.family in _OWN_RIGHTS else f"sudo {command}"


def this_system() -> System:
    """Return the system that this runs on."""
    if sys.platform == "darwin":
        return System("macos", "macos")
    if sys.platform == "win32":
        return System("windows", "windows")
    return system_from(_os_release(), privileged=os.geteuid() == 0)


def system_from(os_release: str, *, privileged: bool = False) -> System:
    """Return the system that the text of an ``os-release`` file names; one that names none is not known."""
    values = dict(_assignments(os_release))
    name = values.get("ID", "linux")
    names = (name, *values.get("ID_LIKE", "").split())
    family = next((_FAMILIES[each] for each in names if each in _FAMILIES), "")
    version = re.match(r"[0-9]{1,4}", values.get("VERSION_ID", ""))
    return System(name, family, privileged, int(version[0]) if version else 0)


def _assignments(text: str) -> Iterable[tuple[str, str]]:
    """Yield names and values of shell assignments, one a line; lines that are none are passed over."""
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Z_]{1,40})=(.{0,400})", line.strip())
        if match is None:
            continue
        try:
            yield match[1], " ".join(shlex.split(match[2]))
        except ValueError:  # a quotation that does not end
            continue


def _os_release() -> str:
    for path in OS_RELEASE:
        try:
            with path.open(encoding="utf-8", errors="replace") as stream:
                return stream.read(_MOST_CHARACTERS)
        except OSError:
            continue
    return ""


def pip_command(requirements: Iterable[str]) -> str:
    """Return the command that installs Python packages where this gate is installed."""
    return shlex.join([sys.executable, "-m", "pip", "install", *requirements])


def namespaces_command(settings: Path = Path("/proc/sys"), *, privileged: bool | None = None) -> str | None:
    """Return the command that lets ordinary users have namespaces, None where no setting of the kernel stands against.

    The settings are Ubuntu's, Debian's and Linux' own (user_namespaces(7)).
    """
    for name, refused, granted in (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("user/max_user_namespaces", "0", "15000"),
    ):
        try:
            value = (settings / name).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            continue
        if value == refused:
            root = os.geteuid() == 0 if privileged is None else privileged
            return f"{'' if root else 'sudo '}sysctl -w {name.replace('/', '.')}={granted}"
    return None
