"""``gate report``: a PDF goes to a file and never to a terminal; the language is that of the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from gate.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_pdf_is_not_written_to_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert run(["report", "--plan", "--format", "pdf"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "-o" in said.err
    assert run(["report", "--plan", "--format", "pdf", "-o", "plan.pdf"]) == 0
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF-")


def test_the_plan_of_the_built_in_policy_in_either_language(tmp_path: Path) -> None:
    for language, title in (("ja", "遵守の方法（案）"), ("en", "Method of compliance (draft)")):
        assert run(["--lang", language, "report", "--plan", "-o", f"{language}.html"]) == 0
        assert f"<h1>{title}</h1>" in (tmp_path / f"{language}.html").read_text()


def test_without_a_font_there_is_no_pdf_and_html_still_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("gate.reports.pdf_fonts.FOLDERS", ())
    monkeypatch.delenv("GATE_FONTS", raising=False)
    assert run(["--lang", "en", "report", "--plan", "--format", "pdf", "-o", "plan.pdf"]) == 2
    assert "Japanese font" in capsys.readouterr().err
    assert not (tmp_path / "plan.pdf").exists()
    assert run(["report", "--plan", "-o", "plan.html"]) == 0


def test_no_report_is_written_into_a_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "release" / "gate").mkdir(parents=True)
    for output in ("release/report.html", "release/gate/../x.html", str(tmp_path / "release" / "gate" / "report.html")):
        assert run(["--lang", "en", "report", "release", "-o", output]) == 2
        assert "lies in the release folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "release").iterdir()] == ["gate"]
    assert run(["--lang", "en", "report", "release", "-o", "report.html"]) == 1  # that is no release
    # Names that nobody can look up are answered by whoever opens them.
    assert run(["--lang", "en", "report", "release", "-o", "a" * 5000]) == 1
    assert run(["--lang", "en", "report", "a" * 5000, "-o", "report.html"]) == 2


@pytest.mark.parametrize("seconds", ["253402300799", "-1", "x", "9" * 30])
def test_a_clock_that_no_calendar_has_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    assert run(["--lang", "en", "report", "--plan"]) == 2
    assert "SOURCE_DATE_EPOCH" in capsys.readouterr().err
