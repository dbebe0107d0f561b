"""``--format``, ``-o`` and ``--report``: every form from one run, the same exit code, files whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import pytest
from lxml import etree

from gate.cli.options import FORMATS
from gate.cli.output import write_answer
from gate.errors import UsageError
from gate.reports.formats import Format
from tests.conftest import Gate, eicar, policy_text
from tests.examine.secrets.secret_samples import pem


@pytest.fixture(autouse=True)
def _policy(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())


def test_the_command_line_names_every_format() -> None:
    assert get_args(Format) == FORMATS


def test_every_form_comes_from_one_run_and_tells_no_secret(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(eicar())
    key = pem()
    (tmp_path / "key.pem").write_bytes(key)
    (tmp_path / "a.js").write_text('fetch("https://user:hunter2pass@api.example.com/v1?token=s3cr3tvalue")')
    options = [f"--report={form}={tmp_path / form}" for form in FORMATS]
    ran = gate("check", "--format", "markdown", *options, "a.bin", "key.pem", "a.js")
    assert ran.status == 1
    assert ran.stdout == (tmp_path / "markdown").read_text()
    assert ran.stdout.startswith("# REJECTED")
    sarif = json.loads((tmp_path / "sarif").read_text())
    assert sarif["runs"][0]["properties"]["verdict"] == "rejected"
    assert json.loads((tmp_path / "json").read_text())["verdict"] == "rejected"
    assert int(etree.parse(tmp_path / "junit").getroot().attrib["failures"]) > 0
    assert (tmp_path / "text").read_text().startswith("REJECTED")
    assert (tmp_path / "html").read_text().startswith("<!DOCTYPE html>")
    assert {each.name for each in tmp_path.iterdir()} == {"a.bin", "key.pem", "a.js", "gate.toml", *FORMATS}
    seen = gate("outbound", "-v", "a.js").stdout
    assert "api.example.com" in seen
    secrets = [*(line.decode() for line in key.split(b"\n") if not line.startswith(b"-----") and len(line) > 16),
               "hunter2pass", "s3cr3tvalue"]  # fmt: skip
    assert len(secrets) > 4
    for output in (seen, ran.stderr, *((tmp_path / form).read_text() for form in FORMATS)):
        assert [secret for secret in secrets if secret in output] == []


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "out", "--report", "json=out"),
        ("--report", "sarif=out", "--report", "json=./out"),
        ("--report", "sarif=link", "-o", "out"),
        ("-o", "a.bin"),
        ("-o", "folder/out"),
        ("-o", "folder/../folder/deep/out"),
        ("-o", "gate.toml"),
        ("-c", "gate.toml", "--report", "json=gate.toml"),
        ("--report", "pdf=out"),
        ("--report", "json"),
        ("--report", "json="),
        ("-o", "loop"),
        ("-o", "missing/out"),
        ("--report", "json=other"),
        ("-o", "n" * 300),
    ],
)
def test_reports_that_would_overwrite_are_refused_before_anything_runs(
    gate_here: Gate, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "a.bin").write_bytes(b"text\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to("out")
    (tmp_path / "loop").symlink_to("loop")
    before = (tmp_path / "gate.toml").read_text()
    ran = gate_here("check", *options, "a.bin", "folder")
    assert (ran.status, ran.stdout) == (2, "")
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "gate.toml").read_text() == before
    assert (tmp_path / "a.bin").read_bytes() == b"text\n"


@pytest.mark.parametrize("command", ["outbound", "justify"])
def test_other_commands_refuse_it_too(gate: Gate, tmp_path: Path, command: str) -> None:
    (tmp_path / "a.bin").write_bytes(b"text\n")
    assert gate(command, "-o", "a.bin", "a.bin").status == 2
    assert (tmp_path / "a.bin").read_bytes() == b"text\n"


# --- writing --------------------------------------------------------------------------------------------------------


def test_a_file_is_replaced_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report"
    file.write_text("old")
    write_answer(b"new", file)
    assert file.read_bytes() == b"new"

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(UsageError):
        write_answer(b"half", file)
    assert file.read_bytes() == b"new"
    assert {each.name for each in tmp_path.iterdir()} == {"report", "gate.toml"}


def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("report")
    write_answer(b"new", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "report").read_bytes() == b"new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_answer(b"new", pipe)
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", [".", "missing/report", "n" * 300, "loop"])
def test_what_cannot_be_written_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError):
        write_answer(b"new", tmp_path / name)
