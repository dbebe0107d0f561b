"""The command that a person is told to type is the one of the system at hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gate.doctor.installing import PACKAGES, System, namespaces_command, pip_command, system_from

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'
UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'
MINT = "ID=linuxmint\nID_LIKE='ubuntu debian'\n"
FEDORA = "ID=fedora\nVERSION_ID=42\n"
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
ALPINE = "ID=alpine\n"
ARCH = "ID=arch\n"


@pytest.mark.parametrize(
    ("os_release", "command"),
    [
        (DEBIAN, "sudo apt-get install clamav-daemon gnupg"),
        (UBUNTU, "sudo apt-get install clamav-daemon gnupg"),
        (MINT, "sudo apt-get install clamav-daemon gnupg"),
        (FEDORA, "sudo dnf install clamd gnupg2"),
        (ROCKY, "sudo dnf install clamd gnupg2"),
        (ALPINE, "sudo apk add clamav-daemon gnupg"),
        (ARCH, None),
        ("", None),
    ],
)
def test_linux(os_release: str, command: str | None) -> None:
    assert system_from(os_release).command(["clamd", "gpg", "gpgconf"]) == command


@pytest.mark.parametrize(
    ("os_release", "package"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "7zip"),
        ('ID=debian\nVERSION_ID="13"\n', "7zip-standalone"),
        ("ID=debian\n", "7zip-standalone"),  # testing and unstable have no number
        ('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n', "7zip"),
        (UBUNTU, "7zip-standalone"),
        (MINT, "7zip-standalone"),
    ],
)
def test_a_program_that_got_a_package_of_its_own(os_release: str, package: str) -> None:
    assert system_from(os_release).package("7zz") == package


def test_who_is_root_needs_no_sudo() -> None:
    assert system_from(ALPINE, privileged=True).command(["7zz"]) == "apk add cmd:7zz"


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (System("macos", "macos"), "brew install clamav gnupg"),
        (System("windows", "windows"), "winget install --id Cisco.ClamAV GnuPG.GnuPG"),
    ],
)
def test_systems_whose_packagers_need_no_rights(system: System, command: str) -> None:
    assert system.command(["clamd", "sigtool", "gpg"]) == command


def test_what_a_system_has_not_gets_no_guess() -> None:
    assert system_from(UBUNTU).command(["chromium"]) is None
    assert system_from(DEBIAN).command(["chromium"]) == "sudo apt-get install chromium"
    assert System("windows", "windows").command(["7zz"]) is None
    assert all("debian" in names for names in PACKAGES.values())


@pytest.mark.parametrize(
    "hostile",
    [
        "ID=$(reboot)\n",
        'ID="debian\n',
        "ID=debian; reboot\n",
        "\x00ID=debian\n",
        "ID=" + "a" * 100_000,
        "=\nID\n# ID=debian\n",
    ],
)
def test_a_file_that_is_none_names_no_system(hostile: str) -> None:
    assert system_from(hostile).command(["gpg"]) is None


def test_python_packages_go_where_the_gate_is() -> None:
    assert pip_command(["lief", "yara-python"]) == f"{sys.executable} -m pip install lief yara-python"


def test_the_kernels_setting_that_refuses_namespaces_is_named(tmp_path: Path) -> None:
    assert namespaces_command(tmp_path) is None
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "max_user_namespaces").write_text("60000\n")
    assert namespaces_command(tmp_path) is None
    (tmp_path / "user" / "max_user_namespaces").write_text("0\n")
    assert namespaces_command(tmp_path, privileged=True) == "sysctl -w user.max_user_namespaces=15000"
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / "apparmor_restrict_unprivileged_userns").write_text("1\n")
    granted = namespaces_command(tmp_path, privileged=False)
    assert granted == "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
