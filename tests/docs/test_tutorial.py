"""Commands and answers of the pages for beginners, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import clean_environment

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write, or a command with the answer that the page shows."""

    file: str
    command: str
    text: str


def steps(page: str) -> list[Step]:
    """Return what a page does, in its order."""
    found = []
    for kind, title, body in BLOCK.findall(page):
        if title:
            found.append(Step(title, "", body))
        elif kind == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, answer = part.partition("\n")
                found.append(Step("", command, answer))
    return found


def pattern(answer: str) -> str:
    """Return the pattern of an answer: a line of ``…`` is any lines, ``…`` in a line anything in it."""
    return "".join(
        r"(?:.*\n)*" if line == "…" else ".*".join(map(re.escape, re.split(r" ?…", line))) + r"\n"
        for line in answer.splitlines()
    )


@pytest.mark.parametrize("name", ["tutorial.md", pytest.param("tutorial.ja.md", marks=pytest.mark.full)])
def test_page(tmp_path: Path, name: str) -> None:
    environment = {
        **clean_environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LANG": "ja_JP.UTF-8" if ".ja." in name else "C.UTF-8",
    }
    try:
        for step in steps((DOCS / "start" / name).read_text("utf-8")):
            if step.file:
                (tmp_path / step.file).parent.mkdir(exist_ok=True)
                (tmp_path / step.file).write_text(step.text, "utf-8")
                continue
            done = subprocess.run(
                ["bash", "-c", step.command], cwd=tmp_path, env=environment, check=False, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            )  # fmt: skip
            assert re.fullmatch(pattern(step.text), done.stdout), f"$ {step.command}\n{done.stdout}\n---\n{step.text}"
    finally:
        subprocess.run(["gpgconf", "--homedir", tmp_path / "keys", "--kill", "all"], check=False)


def test_every_page_that_shows_answers_is_run() -> None:
    """A ``console`` block shows what a command answers; pages with one are all run above."""
    showing = {page.name for page in DOCS.rglob("*.md") if any(step.command for step in steps(page.read_text("utf-8")))}
    assert showing == {"tutorial.md", "tutorial.ja.md"}


def test_an_answer_that_differs_is_noticed() -> None:
    assert re.fullmatch(pattern("VERIFIED\n…\nexit code 0\n"), "VERIFIED\na\nb\nexit code 0\n")
    assert re.fullmatch(pattern("APPROVED …\n"), "APPROVED  nothing\n")
    assert not re.fullmatch(pattern("VERIFIED\n…\nexit code 0\n"), "NOT VERIFIED\na\nexit code 0\n")
    assert not re.fullmatch(pattern("VERIFIED\n"), "VERIFIED\nmore\n")
