"""The small commands, and what every command has in common."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gate.cli.language import language_of
from gate.cli.main import run
from gate.policy.registry import FINDINGS
from gate.reports.explanation import render_topic
from gate.text import LANGUAGES, Language
from tests.conftest import Gate, clean_environment


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ((), {}, "en"),
        ((), {"LANG": "ja_JP.UTF-8"}, "ja"),
        ((), {"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        (("check", "--lang", "ja"), {}, "ja"),
        (("--lang=ja", "check"), {}, "ja"),
        (("check", "--", "--lang", "ja"), {}, "en"),
        (("--lang", "en"), {"LANG": "ja_JP.UTF-8"}, "en"),
    ],
)
def test_language(arguments: tuple[str, ...], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_can_be_explained(language: Language) -> None:
    assert all(len(render_topic(finding, language).splitlines()) >= 3 for finding in FINDINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("finding", [finding for finding in FINDINGS if finding.startswith("executable/")])
def test_findings_of_executables_say_what_was_seen_why_it_matters_and_what_to_do(
    finding: str, language: Language
) -> None:
    text = render_topic(finding, language)
    seen, clause, entry = {"en": ("Seen:", "26-3 3(3)", "[[executable]]"),
                           "ja": ("検出内容:", "第26条の3第3項(3)", "[[executable]]")}[language]  # fmt: skip
    assert seen in text
    assert text.count(clause) == 2
    assert entry in text.splitlines()[-1]
    if finding in {"executable/unjustified", "executable/disguised"}:
        assert "gate justify" in text.replace("\n", " ")


@pytest.mark.parametrize(
    ("redirection", "status"), [(">/dev/null", 1), (">/dev/full", 3), (">&-", 1), ("<&- >&- 2>&-", 1)]
)
def test_an_answer_that_cannot_be_written_is_no_bug(tmp_path: Path, redirection: str, status: int) -> None:
    """A full disk is told as one; streams that the caller has closed are as if they went nowhere."""
    (tmp_path / "trust.toml").write_text('[[keyless]]\nidentity = "a@example.org"\nissuer = "https://example.org"\n')
    (tmp_path / "release" / "gate").mkdir(parents=True)
    command = [sys.executable, "-m", "gate", "--lang", "en", "verify", "release"]
    ran = subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *command], cwd=tmp_path,
        env=clean_environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == status, ran.stderr
    assert ran.stderr.startswith("Error: The answer could not be written" if status == 3 else "")
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["explain", "verify/changed"]])
def test_a_full_disk_is_no_bug_of_the_gate_whatever_writes(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "gate", "--lang", "en", *arguments]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            command, env=clean_environment(), stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert ran.returncode == 3, ran.stderr
    assert ran.stderr.startswith("Error: There is no room to write: No space left on device.\n")
    assert "Exception" not in ran.stderr


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("command", [["trust", "sheet"], ["db", "status"]])
def test_global_options_stand_before_between_and_after_commands(
    command: list[str], place: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command[:place], "--lang", "ja", *command[place:], "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"使用方法: gate {' '.join(command)} ")


INTERRUPTED_WHILE_LOADING = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
import gate.__main__
"""


def test_whoever_interrupts_while_the_gate_is_being_loaded_sees_no_traceback() -> None:
    ran = subprocess.run([sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "")


def test_explain(gate_here: Gate) -> None:
    assert gate_here("explain", "malware/known").status == 0
    unknown = gate_here("explain", "malware/unknown")
    assert (unknown.status, unknown.stdout) == (2, "")
    assert "malware/known" in unknown.stderr
    assert gate_here("explain", "26-3 3(1)1").stdout.startswith("26-3 3(1)①")
    assert gate_here("explain", "verify/changed", "--lang", "ja").stdout.startswith("verify/changed")
    strange = gate_here("explain", "\u202e\x1b[31m")
    assert strange.status == 2
    assert "\x1b" not in strange.stderr


def test_database_status(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    empty = gate("db", "status", "--database", "database")
    assert (empty.status, empty.stdout) == (3, "")
    (tmp_path / "database" / "own.ndb").write_text("Test.Own:0:*:" + b"harmless".hex() + "\n")
    custom = gate("db", "status", "--database", "database")
    assert custom.status == 1
    assert "custom" in custom.stdout
    assert "own.ndb" in custom.stdout


def test_japanese_on_a_terminal_that_knows_only_ascii(gate: Gate) -> None:
    plain = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert gate("--lang", "ja", "explain", "malware/known", **plain).status == 0
    refused = gate("--lang", "ja", "check", "納入物", **plain)
    assert refused.status == 2
    assert "Traceback" not in refused.stderr
