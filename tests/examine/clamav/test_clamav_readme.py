"""The page of this folder names a test for each case, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROWS = [
    line
    for line in (FOLDER / "README.md").read_text().splitlines()
    if line.startswith("| ") and line != "| case | tests |"
]


def names_in(name: str) -> set[str]:
    tree = ast.parse((FOLDER / f"test_clamav_{name}.py").read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS)
def test_every_case_has_tests_that_exist(row: str) -> None:
    named = re.findall(r"`([a-z]+)::(test_[a-z0-9_]+)`", row)
    assert named
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []


def test_the_page_has_its_rows() -> None:
    assert len(ROWS) >= 30
