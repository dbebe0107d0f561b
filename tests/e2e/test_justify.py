"""``gate justify`` as a person uses it: on the demonstration's deliverables, from nothing to an approved check."""

from __future__ import annotations

import importlib.util
import re
import shutil
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from gate.examine.executable import samples
from tests.conftest import Gate, policy_text, zipped

EXAMPLES = Path(__file__).parents[2] / "examples"
ANSWERS = {
    'basis = ""': 'basis = "specified-program"',
    'spec_ref = ""': 'spec_ref = "仕様書 3.1"',
    "alternatives = []": 'alternatives = ["Pages alone: cannot count the strokes."]',
    'reason = ""': 'reason = "The specification orders it."',
    'approved_by = ""': 'approved_by = "山田 太郎"',
    'role = ""': 'role = "品質管理責任者"',
    'party = ""': 'party = "乙"',
    'approved_on = ""': "approved_on = 2026-04-01",
    'reference = ""': 'reference = "QA-2026-014"',
    'expires = ""': "expires = 2036-03-31",
}


def demonstration() -> ModuleType:
    specification = importlib.util.spec_from_file_location("demo", EXAMPLES / "demo.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def without_justifications(policy: str) -> str:
    """Return the demonstration's policy as it is before anybody has thought of executables, or of a key."""
    sections = re.split(r"\n(?=\[)", policy)
    return "\n".join(each for each in sections if not each.startswith(("[[executable]]", "[signing")))


def filled(entries: str) -> str:
    for empty, answer in ANSWERS.items():
        entries = entries.replace(empty, answer)
    return entries


def test_the_demonstration_passes_once_reasons_are_filled_in(gate: Gate, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "website", tmp_path / "website")
    demonstration().build_wheel(tmp_path)
    wheel = next(tmp_path.glob("*.whl")).name
    policy = without_justifications((EXAMPLES / "gate.toml").read_text("utf-8"))
    (tmp_path / "gate.toml").write_text(policy, "utf-8")
    assert gate("check", "website", wheel).status == 1

    drafted = gate("justify", "-o", "entries.toml", "website", wheel)
    assert (drafted.status, drafted.stdout) == (0, ""), drafted.stderr
    entries = (tmp_path / "entries.toml").read_text("utf-8")
    found = tomllib.loads(entries)["executable"]
    assert f"{wheel}!/chime/" in entries
    assert {class_ for entry in found for class_ in entry["class"]} >= {"native", "script"}
    assert f"{len(found)} entries" in drafted.stderr

    (tmp_path / "gate.toml").write_text(policy + entries, "utf-8")
    refused = gate("check", "website", wheel)
    assert (refused.status, refused.stdout) == (2, "")
    assert "executable[1].reason" in refused.stderr
    line = (policy + entries).splitlines().index('reason = ""') + 1
    assert re.search(rf"\b{line}\b", refused.stderr)

    (tmp_path / "gate.toml").write_text(policy + filled(entries), "utf-8")
    approved = gate("check", "--format", "json", "website", wheel)
    assert approved.status == 0, approved.stdout
    assert approved.document["verdict"] == "approved"
    assert all(each["justified_by"] for each in approved.document["executables"])
    again = gate("justify", "--lang", "ja", "website", wheel)
    assert (again.status, tomllib.loads(again.stdout)) == (0, {})
    assert "正当化事由" in again.stdout


def test_what_cannot_be_examined_may_hold_more(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "a.zip").write_bytes(zipped({"run": b"#!/bin/sh\necho hello\n"}) + b"trailing")
    (tmp_path / "broken.zip").write_bytes(zipped({"a.txt": b"text" * 1000})[:-30])
    ran = gate_here("justify", "a.zip", "broken.zip")
    assert ran.status == 3
    assert "a.zip!/run" in ran.stdout
    assert "gate check" in ran.stderr


@pytest.mark.parametrize("arguments", [(), ("missing.zip",), ("--format", "json", "a.txt")])
def test_wrong_usage(gate_here: Gate, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text("text")
    ran = gate_here("justify", *arguments)
    assert (ran.status, ran.stdout) == (2, "")


def test_a_website_consists_of_what_browsers_load(gate_here: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text().replace('"application"', '"website"'))
    module = b"\0asm\1\0\0\0"
    site = {
        "index.html": b"<!DOCTYPE html><title>a</title><script src='js/app.js'></script>\n",
        "js/app.js": b"document.title = 'b';\nfetch('pkg/app_bg.wasm').then(function (r) { return r; });\n",
        "js/server.js": b"const http = require('http');\nhttp.createServer().listen(80);\n",
        "js/hidden.js": samples.tiny_pe(),
        "pkg/app_bg.wasm": module,
        "pkg/other.wasm": module + b"\0\1\0",
        "form.php": b"<?php echo 1;\n",
        "notes.txt": b"notes\n",
    }
    for name, data in site.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(data)
        (tmp_path / "site" / name).chmod(0o644)
    (tmp_path / "site" / "notes.txt").chmod(0o755)
    ran = gate_here("check", "--format", "json", "site")
    assert ran.status == 1
    covered = {each["path"].removeprefix("site/"): each["justified_by"] for each in ran.document["executables"]}
    assert covered == {
        "js/app.js": "content:website",
        "js/server.js": None,
        "js/hidden.js": None,
        "pkg/app_bg.wasm": "content:website",
        "pkg/other.wasm": None,
        "form.php": None,
    }
    disguised = {path for finding, path in ran.findings() if finding == "executable/disguised"}
    assert disguised == {"site/js/hidden.js", "site/notes.txt"}
    text = re.sub(r"\s+", " ", gate_here("check", "site").stdout)
    assert "javascript ×2, php" in text  # beside the rest of its row, which takes two lines
    assert "script (scripts) 3 2 without" in text
    assert "site/pkg/app_bg.wasm wasm" in text
