"""``gate init`` as a person uses it: from nothing to an approved check."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

from gate.policy.fields import tables
from gate.policy.model import Policy
from tests.conftest import Gate, zipped

EXAMPLES = Path(__file__).parents[2] / "examples"
ANSWERS = {
    "name": "bousai-map", "version": "1.0", "purpose": "Background map images.", "operator": "Example Maps",
    "sends": "IPアドレス、ブラウザの種類、参照元", "disable": "地図のページを開かない",
    "privacy_page": "website/privacy.html",
    "safety_check": "HTTPS only, images without scripts.", "spec_ref": "4.2", "approved_by": "山田 太郎",
    "role": "品質管理責任者", "party": "乙", "reference": "QA-1",
}  # fmt: skip
DAYS = {"approved_on": "2026-04-01", "expires": "2036-03-31"}


def filled(text: str) -> str:
    """Fill in every empty field, as a person would."""
    for key, answer in ANSWERS.items():
        text = re.sub(rf'^{key} = ""', f'{key} = "{answer}"', text, flags=re.MULTILINE)
    for key, day in DAYS.items():
        text = re.sub(rf'^{key} = ""', f"{key} = {day}", text, flags=re.MULTILINE)
    return text


def test_from_nothing_to_an_approved_check(gate: Gate, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "website", tmp_path / "website")
    begun = gate("init", "website")
    assert (begun.status, begun.stdout) == (0, ""), begun.stderr
    text = (tmp_path / "gate.toml").read_text("utf-8")
    written = tomllib.loads(text)
    assert written["deliverable"] == {"name": "website", "version": "", "kind": "website"}
    assert [entry["host"] for entry in written["outbound"]["destination"]] == ["tile.example.org"]

    refused = gate("check", "website")
    assert (refused.status, refused.stdout) == (2, "")
    assert "deliverable.version" in refused.stderr
    assert "outbound.destination[1].purpose" in refused.stderr

    again = gate("init", "website")
    assert again.status == 2
    assert (tmp_path / "gate.toml").read_text("utf-8") == text

    # The official database cannot be had everywhere: this run is a trial on the bundled signatures.
    trial = filled(text).replace('database = "official"', 'database = "bundled"')
    trial = trial.replace('require = ["26-3 3(1)①", ', "require = [").replace(', "26-3 3(4)"]', "]")
    (tmp_path / "gate.toml").write_text(trial, "utf-8")
    approved = gate("check", "--format", "json", "website")
    assert approved.status == 0, approved.stdout + approved.stderr


def test_who_approves_is_said_once_for_all_entries(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    page = '<script src="https://unpkg.com/leaflet@1.9.4/a.js"></script>'
    (tmp_path / "site" / "index.html").write_text(page)
    (tmp_path / "site" / "a.js").write_text('const home = "https://docs.example.net/help";\n')
    (tmp_path / "site" / "setup.ps1").write_text("Get-Process\n")
    said = ("--approved-by", "山田", "--role", "QA", "--party", "supplier", "--approved-on", "2026-11-01",
            "--reference", "QA-1", "--expires", "2027-03-31")  # fmt: skip
    drafted = {"approved_by": "山田", "role": "QA", "party": "乙", "approved_on": date(2026, 11, 1),
               "reference": "QA-1", "expires": date(2027, 3, 31)}  # fmt: skip
    begun = gate_here("init", *said, "site")
    assert begun.status == 0, begun.stderr
    assert "with 3 drafted entries" in begun.stderr
    written = tomllib.loads((tmp_path / "gate.toml").read_text("utf-8"))
    outbound = written["outbound"]
    (destination,), (review,), (executable,) = outbound["destination"], outbound["reviewed"], written["executable"]
    assert (destination["url"], review["host"]) == ("https://unpkg.com/leaflet@1.9.4/*", "docs.example.net")
    for entry in (destination, review, executable):
        assert drafted.items() <= entry.items()
        assert "" in entry.values()
    (tmp_path / "gate.toml").unlink()
    contacts = tomllib.loads(gate_here("outbound", "--write", *said, "site").stdout)["outbound"]
    assert contacts == {"destination": [destination], "reviewed": [review]}
    (justified,) = tomllib.loads(gate_here("justify", *said, "site").stdout)["executable"]
    assert drafted.items() <= justified.items()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_day_that_is_none_is_refused_before_the_look(gate_here: Gate, language: str) -> None:
    ran = gate_here("--lang", language, "init", "--expires", "2027-02-29", "nowhere")
    assert (ran.status, ran.stdout) == (2, "")
    assert "2027-02-29" in ran.stderr
    assert ("no day" in ran.stderr) == (language == "en")


@pytest.mark.parametrize(("language", "profile"), [("en", "basic"), ("ja", "meti")])
def test_every_key_of_the_policy_is_shown(gate_here: Gate, tmp_path: Path, language: str, profile: str) -> None:
    (tmp_path / "notes.txt").write_text("notes\n")
    assert gate_here("--lang", language, "init", "--profile", profile, "-o", "new.toml", "notes.txt").status == 0
    text = (tmp_path / "new.toml").read_text("utf-8")
    tomllib.loads(text)
    for table in tables(Policy):
        assert re.search(rf"^(# )?\[\[?{re.escape(table.path)}\]\]?$", text, re.MULTILINE), table.path
        for field in table.fields:
            assert table.keyed or re.search(rf"^(# )?{field.name} = ", text, re.MULTILINE), (table.path, field.name)
    # With every "#" before a key taken away it is still TOML: each example has the type of its key.
    tomllib.loads(re.sub(r"^# (?=(\[\[?[a-z_.]+\]\]?|[a-z0-9_]+ = .*)$)", "", text.split("\n# [[executable]]")[0]))


def test_guesses_and_the_repository(gate_here: Gate, tmp_path: Path) -> None:
    metadata = b"Metadata-Version: 2.1\nName: chime\nVersion: 3.2\n"
    (tmp_path / "chime-3.2-py3-none-any.whl").write_bytes(
        zipped(
            {"chime/__init__.py": b"x = 1\n", "chime/a.py": b"import os\n", "chime-3.2.dist-info/METADATA": metadata}
        )
    )
    subprocess.run(["git", "init", "-q", "."], cwd=tmp_path, check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://u:secret@example.org/r.git"], cwd=tmp_path, check=True)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.invalid"]
    subprocess.run(["git", *who, "commit", "-q", "--allow-empty", "-m", "x"], cwd=tmp_path, check=True)
    done = gate_here("init", "chime-3.2-py3-none-any.whl")
    written = tomllib.loads((tmp_path / "gate.toml").read_text("utf-8"))
    assert written["deliverable"] == {"name": "chime", "version": "3.2", "kind": "application"}, done.stderr
    assert written["source"] == {"repository": "https://example.org/r.git"}
    assert "secret" not in (tmp_path / "gate.toml").read_text("utf-8")


def test_what_cannot_be_examined_is_said(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.txt": b"text" * 1000})[:-30])
    assert gate_here("init", "a.zip").status == 3
    assert (tmp_path / "gate.toml").exists()


def test_a_name_that_no_file_can_have_is_answered(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello\n")
    ran = gate_here("init", "readme.txt", "-o", "a" * 300)
    assert ran.status == 2
    assert "cannot be written" in ran.stderr
