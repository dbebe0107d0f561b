"""A line of a file for people: what is there, shown safely, whatever lies at the path."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gate.source_lines import read_line


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.html"
    path.write_bytes(b"one\r\n  two\x1b[2J\n" + b"x" * 500 + b"\n\xff")
    return path


def line(path: Path, number: int) -> str:
    return read_line(os.fsencode(path), number)


def test_lines_are_counted_from_one_and_shown_safely(file: Path) -> None:
    assert [line(file, number) for number in (1, 2, 4)] == ["one", "two%1B[2J", "\ufffd"]
    assert line(file, 3) == "x" * 160 + "…"


@pytest.mark.parametrize("number", [-1, 0, 5])
def test_there_are_no_other_lines(file: Path, number: int) -> None:
    assert line(file, number) == ""


def test_what_is_no_file_has_none(tmp_path: Path, file: Path) -> None:
    (tmp_path / "link").symlink_to(file)
    os.mkfifo(tmp_path / "pipe")
    assert [line(tmp_path / name, 1) for name in ("link", "pipe", "none", ".", "a\0b")] == [""] * 5


def test_a_file_that_has_changed_is_read_again(file: Path) -> None:
    assert line(file, 1) == "one"
    file.write_bytes(b"another\n")
    assert line(file, 1) == "another"


def test_a_file_is_read_once_for_all_its_lines(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert line(file, 1) == "one"

    def refuse(*_: object, **__: object) -> int:
        raise AssertionError

    monkeypatch.setattr(os, "open", refuse)
    assert line(file, 2) == "two%1B[2J"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('fetch("https://user:hunter2@api.example/")', 'fetch("https://…@api.example/")'),
        ("curl https://token@api.example/a@b", "curl https://…@api.example/a@b"),
        ("load('//a.example/x?key=s3cret&b=2#c')", "load('//a.example/x?key=…&b=…#c')"),
        ("mail me@a.example // or not", "mail me@a.example // or not"),
        ("x = a ? b : c; y = d && e", "x = a ? b : c; y = d && e"),
        ('<a href="https://a.example/?q">', '<a href="https://a.example/?q">'),
    ],
)
def test_addresses_are_shown_without_user_information_and_values(tmp_path: Path, text: str, shown: str) -> None:
    (tmp_path / "a.js").write_text(text)
    assert line(tmp_path / "a.js", 1) == shown


def test_an_endless_line_takes_no_time(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes((b"//a?b&" * 700_000)[: 4 << 20])
    started = time.process_time()
    assert len(line(tmp_path / "a.js", 1)) == 161
    assert time.process_time() - started < 2
