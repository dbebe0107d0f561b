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
