"""Reports of a real release: in the folder, shown again, refused where changed, and approved by the gate itself."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Gate, Key, policy_text

if TYPE_CHECKING:
    from pathlib import Path

REPORTS = ("report.ja.html", "report.en.html", "report.ja.pdf")
PAPERS = """
[specification]
title = "仕様書"
version = "2.1"
file = "spec.txt"

[[evidence]]
clause = "26-3 3(1)②"
file = "review.pdf"
kind = "code-review"
date = 2026-10-01
by = "佐藤"
"""


@pytest.fixture
def released(gate: Gate, tmp_path: Path, key: Key) -> Path:
    """Return the folder of a release of a page, with a specification and a paper attached."""
    required = '"26-3 3(1)③", "26-3 3(3)", "26-3 3(4)"'
    (tmp_path / "gate.toml").write_text(policy_text(key.policy(), PAPERS, require=required))
    (tmp_path / "review.pdf").write_bytes(b"%PDF-1.4 a paper that nobody reads")
    (tmp_path / "spec.txt").write_text("specification")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<!doctype html><title>t</title><p>text</p>")
    ran = gate("release", "--out", "out", "site", SOURCE_DATE_EPOCH="1795500000")
    assert ran.status == 0, ran.stdout + ran.stderr
    return tmp_path / "out"


def test_a_release_holds_its_reports_and_shows_them_again(gate: Gate, tmp_path: Path, released: Path) -> None:
    html = (released / "gate" / "report.ja.html").read_text()
    assert "出荷可（乙の判定）" in html
    assert "見本・提出不可" in html, "the database of this run is the bundled one"
    assert (released / "gate" / "report.ja.pdf").read_bytes().startswith(b"%PDF-")
    number = html.partition("記録番号 RG-")[2][:25]
    assert number[:4] == "2026"
    again = gate("report", "--lang", "ja", "out", SOURCE_DATE_EPOCH="1795500000")
    assert again.status == 0, again.stderr
    assert f"RG-{number}" in again.stdout
    assert "再表示" in again.stdout
    assert "判定は、記録の判定と異なります" not in again.stdout
    assert "出荷可（乙の判定）" in again.stdout
    assert "添付書類による申告（本ツール未評価）" in again.stdout
    assert hashlib.sha256(b"specification").hexdigest() in again.stdout
    markdown = gate("report", "--lang", "en", "--format", "markdown", "out")
    assert markdown.status == 0
    assert "26-3 3(3)" in markdown.stdout
    assert "Made later from a release folder" in markdown.stdout
    assert gate("report", "--format", "pdf", "-o", "again.pdf", "out").status == 0
    assert (tmp_path / "again.pdf").read_bytes().startswith(b"%PDF-")
    # What no longer holds together is not shown.
    result = released / "gate" / "result.json"
    result.write_bytes(result.read_bytes().replace(b'"approved"', b'"Approved"'))
    refused = gate("report", "out")
    assert (refused.status, refused.stdout) == (1, "")
    assert "gate/result.json" in refused.stderr


def test_the_gate_approves_its_own_reports(gate: Gate, tmp_path: Path, released: Path) -> None:
    (tmp_path / "reports").mkdir()
    for name in REPORTS:
        (tmp_path / "reports" / name).write_bytes((released / "gate" / name).read_bytes())
    (tmp_path / "gate.toml").write_text(policy_text().replace('"application"', '"content"'))
    checked = gate("check", "--format", "json", "reports")
    against = [finding for finding in checked.document["findings"] if finding["severity"] != "note"]
    assert [finding["id"] for finding in against] == ["malware/database-not-official"], against
    assert checked.document["executables"] == []
    assert checked.status == 0


def test_the_plan_is_written_from_the_policy(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    plan = gate("report", "--lang", "ja", "--plan")
    assert plan.status == 0, plan.stderr
    assert "遵守の方法（案）" in plan.stdout
    assert "了承" in plan.stdout
    other = gate("report", "--plan", "-c", "gate.toml", "--format", "markdown")
    assert other.stdout.startswith("# Method of compliance (draft)")
    for wrong in (("report",), ("report", "--plan", "out"), ("report", "-c", "gate.toml", "out")):
        assert gate(*wrong).status == 2
