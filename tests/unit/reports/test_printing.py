"""What reports for a terminal share: colours that can be read on any background, and places that are never broken."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

from gate.reports.printing import COLOURS, SEVERITY_STYLE, STATUS_STYLE, VERDICT_STYLE, Placed, printed

PACKAGE = Path(__file__).parents[3] / "gate"
OTHERS = re.compile(r"\b(bright_)?(yellow|cyan|blue|white|black)\b|\bbright_\w+")
"""Names of colours that fade on white or on black."""
ESCAPES = re.compile(r"\x1b\[([0-9;]+)m")


def test_colours_can_be_read_on_light_and_dark() -> None:
    for style in (*SEVERITY_STYLE.values(), *STATUS_STYLE.values(), *VERDICT_STYLE.values()):
        assert set(style.split()) <= COLOURS | {"bold", "dim"}
    for file in [*(PACKAGE / "cli").rglob("*.py"), *(PACKAGE / "reports").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 40:
                assert not OTHERS.fullmatch(node.value.removeprefix("bold ")), f"{file.name}: {node.value}"
                for codes in ESCAPES.findall(node.value):
                    assert set(codes.split(";")) <= {"0", "1", "2", "31", "32", "35"}, file.name


@pytest.mark.parametrize("path", ["site/index.html", "納入物/" + "とても長い名前の" * 20 + ".html", "a" * 200])
@pytest.mark.parametrize("width", [40, 80, 140])
def test_a_place_is_never_broken(path: str, width: int) -> None:
    lines = printed(
        Placed(Text("  elf x86-64  native-core  "), path, ending=":12"), colour=False, width=width
    ).splitlines()
    assert len(lines) in {1, 2}
    assert f"{path}:12" in lines[-1]
    assert len(lines) == 1 or lines[1] == f"      {path}:12"
    assert (len(lines) == 1) == (27 + cell_len(f"{path}:12") <= width)
