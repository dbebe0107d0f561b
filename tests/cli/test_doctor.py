"""``gate doctor`` names what is missing, and the exact command for the system at hand."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

import pytest
from rich.cells import cell_len

from gate.cli.doctor_output import check_text, summary_text
from gate.doctor import checks, full
from gate.doctor.checks import Check, mending_commands
from gate.doctor.full import examine_system
from gate.doctor.installing import System, system_from
from gate.errors import EngineFailure
from gate.examine.identity import library
from gate.reports.printing import printed
from gate.text import LANGUAGES, Language
from tests.conftest import Gate

DEBIAN = system_from("ID=debian\n")
FEDORA = system_from("ID=fedora\n")
UNKNOWN = system_from("ID=plan9\n")


def shown(checks: Iterable[Check], language: Language, width: int = 80) -> str:
    return "".join(printed(check_text(check, language), colour=False, width=width) for check in checks)


def test_names_everything(gate: Gate) -> None:
    ran = gate("doctor")
    assert ran.status in {0, 3}
    for name in ("python", "packages", "clamd", "gpg", "isolation", "temp folder", "database"):
        assert name in ran.stdout
    assert "yara-python" not in ran.stdout
    assert "yara-python" in gate("doctor", "-v", "--lang", "ja").stdout


@pytest.fixture(scope="module")
def bare() -> dict[str, list[Check]]:
    """What is found, by system, without programs, fonts, libmagic, database and two Python packages."""

    def missing_version(distribution: str) -> str:
        if distribution == "lief":
            raise PackageNotFoundError(distribution)
        return version(distribution)

    real_import = importlib.import_module

    def missing_import(module: str) -> object:
        if module == "libarchive":
            raise OSError("libarchive.so: cannot open")
        return real_import(module)

    def no_database(_folder: object) -> object:
        raise EngineFailure("malware.database-folder-empty", folder="/var/lib/clamav")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "version", missing_version)
        patch.setattr(importlib, "import_module", missing_import)
        patch.setattr(full, "find_program", lambda _name: None)
        patch.setattr(library, "LOADED", library.LibraryMissing("libmagic.so.1: cannot open"))
        patch.setattr(full, "status", no_database)
        return {system.name: list(examine_system(system)) for system in (DEBIAN, FEDORA, UNKNOWN)}


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (
            DEBIAN,
            "sudo apt-get install libarchive13 clamav-daemon clamav clamav-freshclam gnupg 7zip-standalone chromium",
        ),
        (FEDORA, "sudo dnf install libarchive clamd clamav clamav-freshclam gnupg2 /usr/bin/7zz chromium"),
    ],
)
def test_one_command_mends_what_packages_mend(bare: dict[str, list[Check]], system: System, command: str) -> None:
    checks = bare[system.name]
    missing = {check.name for check in checks if check.state == "missing"}
    assert missing >= {"clamd", "gpg", "7zz", "lief", "libarchive-c", "libmagic", "database"}
    first, pip, *others = mending_commands(checks, system)
    assert first.startswith(command)
    assert first.split()[-1] == system.package("libmagic")
    assert pip.endswith("-m pip install lief")
    assert "gate db update" in others
    assert all(check.commands for check in checks if check.installs and check.state != "ok")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_system_that_is_not_known_gets_advice_instead(bare: dict[str, list[Check]], language: Language) -> None:
    checks = bare[UNKNOWN.name]
    text = shown(checks, language)
    assert "apt-get" not in text
    assert "clamav-daemon" in text
    assert not any(check.commands for check in checks if check.installs)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 80, 140])
def test_rows_fit_the_terminal_but_commands_stay_whole(
    bare: dict[str, list[Check]], language: Language, width: int
) -> None:
    checks = bare[DEBIAN.name]
    commands = mending_commands(checks, DEBIAN)
    text = shown(checks, language, width) + printed(summary_text(checks, commands, language), colour=False, width=width)
    for line in text.splitlines():
        whole = {*commands, *(each for check in checks for each in (*check.commands, check.arguments.get("place")))}
        assert line.strip() in whole or cell_len(line) <= width
    assert all(command in text for command in commands)


def test_what_stands_in_the_way_is_said_in_the_readers_language(bare: dict[str, list[Check]]) -> None:
    database = next(check for check in bare[DEBIAN.name] if check.name == "database")
    assert "holds no database" in database.text("en")
    assert "holds no database" not in database.text("ja")
