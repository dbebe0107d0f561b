"""Commands of recipients on Windows and macOS, simulated: what modules of the gate see is what these systems have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from gate import openpgp
from gate.cli.language import language_of
from gate.cli.main import run
from tests.conftest import Gate, Key, Ran, clean_environment, policy_text, trust_text
from tests.own import other_system
from tests.own.own_kit import ROOT
from tests.unit.release_kit import Keys, World


def elsewhere(*arguments: str | Path, system: str = "win32") -> Ran:
    """Run the gate on the other system; it knows no time zones but those of the package ``tzdata``."""
    done = subprocess.run(
        [sys.executable, other_system.__file__, system, *arguments],
        env={
            **clean_environment(),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNDEFAULTENCODING": "1",
            "PYTHONTZPATH": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_verify_by_all_back_ends(release: World, system: str) -> None:
    ran = elsewhere("-v", "verify", "--trust", release.trust_file, "--format", "json", release.out, system=system)
    assert ran.status == 0, ran.stdout + ran.stderr
    assert {each["backend"] for each in ran.document["signatures"]} == {"openpgp", "x509", "keyless"}


def test_verify_refuses_what_was_changed(release: World, tmp_path: Path) -> None:
    shutil.copytree(release.out, tmp_path / "out", symlinks=True)
    (tmp_path / "out" / "payload" / "site" / "index.html").write_text("else")
    ran = elsewhere("-v", "verify", "--trust", release.trust_file, "--format", "json", tmp_path / "out")
    assert (ran.status, [reason["id"] for reason in ran.document["reasons"]]) == (1, ["verify/changed"])


def test_a_trust_file_is_drafted(release: World, tmp_path: Path, keys: Keys) -> None:
    trust = tmp_path / "trust.toml"
    drafted = elsewhere(
        "-v", "trust", "init", "--fingerprint", keys.supplier, "--key", release.trust_file.parent / "supplier.asc",
        "-o", trust, release.out,
    )  # fmt: skip
    assert drafted.status == 0, drafted.stdout + drafted.stderr
    assert keys.supplier in trust.read_text(encoding="utf-8")


def test_a_key_on_another_drive(release: World, tmp_path: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no relative path from one drive to another: the trust file names the absolute one."""
    monkeypatch.chdir(tmp_path)
    key = release.trust_file.parent / "supplier.asc"

    def relpath(path: Path, start: Path) -> str:
        raise ValueError(f"path is on mount {path.drive!r}, start on mount {start.drive!r}")

    monkeypatch.setattr(os.path, "relpath", relpath)
    arguments = ["trust", "init", "--fingerprint", keys.supplier, "--key", str(key), str(release.out)]
    assert run(arguments) == 0
    assert tomllib.loads((tmp_path / "trust.toml").read_text(encoding="utf-8"))["openpgp"][0]["key"] == str(key)


def test_gnupg_in_the_current_folder_is_never_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows looks in the current folder first, and a release may bring a ``gpg`` that calls everything good."""
    real, real_which = str(tmp_path / "installed" / "gpg"), shutil.which
    for folder in ("installed", "received"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "gpg").write_text("#!/bin/sh\n")
        (tmp_path / folder / "gpg").chmod(0o755)

    def which(command: str) -> str | None:
        """As Python does on Windows (3.11: always; later: unless told otherwise)."""
        beside = Path(command)
        return str(beside) if beside.parent == Path() and beside.exists() else real_which(command)

    monkeypatch.setattr(openpgp, "_confinable", lambda: False)
    monkeypatch.setattr(shutil, "which", which)
    monkeypatch.chdir(tmp_path / "received")
    assert shutil.which("gpg") == "gpg"
    for search_path, found in ((f".:received:{tmp_path / 'installed'}", real), (":.", None)):
        monkeypatch.setenv("PATH", search_path)
        assert openpgp.find_gpg() == found


def test_verify_and_report_a_release_of_the_command(gate: Gate, tmp_path: Path, key: Key) -> None:
    (tmp_path / "gate.toml").write_text(policy_text(key.policy(), require='"26-3 3(3)", "26-3 3(4)"'))
    (tmp_path / "readme.txt").write_text("text\n")
    assert gate("release", "--out", "out", "readme.txt").status == 0
    trust = trust_text(key, tmp_path / "recipient")
    with tarfile.open(tmp_path / "out.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "out", "out")
    for target, more in (("out", ("--policy", tmp_path / "gate.toml")), ("out.tar.gz", ())):
        verified = elsewhere("-v", "verify", "--lang", "ja", "--trust", trust, *more, tmp_path / target)
        assert verified.status == 0, verified.stdout + verified.stderr
    for form in ("html", "markdown"):
        here = gate("report", "--format", form, "out", SOURCE_DATE_EPOCH="1795000000")
        there = elsewhere("-v", "report", "--format", form, tmp_path / "out")
        assert (here.status, there.status) == (0, 0), there.stderr
        assert "readme.txt" in there.stdout


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), ("verify", "--help"), ("check", "--help"), ("explain", "malware/known")]
)
def test_help_and_explanations(arguments: tuple[str, ...]) -> None:
    ran = elsewhere("-v", *arguments)
    assert ran.status == 0, ran.stderr
    assert ran.stdout


@pytest.mark.parametrize("arguments", [("check", "x"), ("release", "--out", "o", "x"), ("db", "status")])
def test_what_examines_says_that_it_needs_linux(arguments: tuple[str, ...]) -> None:
    for system in ("win32", "darwin") if arguments[0] == "check" else ("win32",):
        ran = elsewhere("--lang", "ja", *arguments, system=system)
        assert ran.status == 2, ran.stderr
        assert "Linux でのみ動作します" in ran.stderr


@pytest.mark.parametrize("arguments", [("check", "x"), ("release", "--out", "o", "x")])
def test_what_examines_names_the_package_that_is_missing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """On Linux, with what the bundle for recipients holds."""
    (tmp_path / "x").write_text("text")
    script = (
        "import sys\nfrom tests.own.other_system import Bundled\nsys.meta_path.insert(0, Bundled())\n"
        f"from gate.cli.main import run\nsys.exit(run({['--lang', 'en', *arguments]!r}))"
    )
    environment = {**clean_environment(), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "is not installed" in done.stderr
    assert "gate doctor" in done.stderr


@pytest.mark.parametrize(("language", "encoding"), [("en", "cp932"), ("ja", "cp1252")])
@pytest.mark.parametrize("arguments", [("explain",), ("--help",), ("verify", "--trust", "none.toml", "x")])
def test_what_a_code_page_cannot_say_ends_nothing(
    tmp_path: Path, language: str, encoding: str, arguments: tuple[str, ...]
) -> None:
    """Output of a Windows console program into a file or pipe is in the code page of the system."""
    done = subprocess.run(
        [sys.executable, "-m", "gate", "--lang", language, *arguments], cwd=tmp_path, capture_output=True,
        env={**clean_environment(), "PYTHONIOENCODING": encoding}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == (2 if "verify" in arguments else 0), done.stderr
    assert len(done.stdout + done.stderr) > 100
    assert b"UnicodeEncodeError" not in done.stderr


@pytest.mark.parametrize(
    ("name", "found", "language"),
    [("nt", "Japanese_Japan", "ja"), ("nt", "ja_JP", "ja"), ("nt", "German_Germany", "en"), ("nt", None, "en"),
     ("nt", ValueError("unknown locale"), "en"), ("posix", "ja_JP", "en")],
)  # fmt: skip
def test_the_language_of_windows(
    monkeypatch: pytest.MonkeyPatch, name: str, found: str | ValueError | None, language: str
) -> None:
    """No variable says it there; where one does, it goes first."""

    def getlocale() -> tuple[str | None, str]:
        if isinstance(found, ValueError):
            raise found
        return found, "932"

    monkeypatch.setattr("gate.cli.language.os", SimpleNamespace(name=name))
    monkeypatch.setattr("gate.cli.language.locale", SimpleNamespace(getlocale=getlocale))
    assert language_of([], {}) == language
    assert language_of([], {"LANG": "C.UTF-8"}) == "en"
    assert language_of(["--lang", "ja"], {}) == "ja"


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import fcntl", "ModuleNotFoundError: No module named 'fcntl'"),
        ("import os; os.getuid", "AttributeError: module 'os' has no attribute 'getuid'"),
        ("from os import fchmod", "ImportError: cannot import name 'fchmod' from 'os'"),
        ("import signal; signal.SIGKILL", "AttributeError: module 'signal' has no attribute 'SIGKILL'"),
        ("open(__file__)", "EncodingWarning"),
    ],
)
def test_the_simulation_takes_away_what_it_says(tmp_path: Path, module: str, said: str) -> None:
    """A module of the gate that needs POSIX fails there; one of others does not."""
    for name in ("gate", "other"):
        (tmp_path / f"{name}.py").write_text(f"{module}\n")
    script = (
        "import sys, warnings\nfrom tests.own import other_system\n"
        "warnings.filterwarnings('error', category=EncodingWarning, module='gate')\n"
        f"other_system.pretend('win32')\nsys.path.insert(0, {str(tmp_path)!r})\nimport other\nimport gate\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONWARNDEFAULTENCODING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stderr
    assert "import gate" in done.stderr or 'gate.py"' in done.stderr


def test_doctor_looks_at_what_recipients_need() -> None:
    ran = elsewhere("doctor")
    assert ran.status in {0, 3}
    assert "gate verify" in ran.stdout
    assert "clamd" not in ran.stdout
    assert "apt-get" not in ran.stdout
    assert "cryptography" in elsewhere("doctor", "-v").stdout
