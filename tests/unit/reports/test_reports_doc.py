"""What ``docs/reports.md`` and its Japanese twin say is so: formats, bounds, names of fingerprints, what is active."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gate.reports.formats import FORMATS
from gate.reports.junit import MOST_CASES
from gate.reports.markdown import MOST_BYTES as MARKDOWN_BYTES
from gate.reports.markdown import SHOWN_FINDINGS
from gate.reports.sarif import MOST_BYTES, MOST_PACKED, MOST_RESULTS
from gate.reports.sarif_results import IN_CONTENT, IN_PLACE
from gate.reports.text import MOST_PLACES, SHOWN_PLACES

ROOT = Path(__file__).parents[3]
DOCS = [ROOT / "docs" / name for name in ("reports.md", "reports.ja.md")]


def row(text: str, first: str, *, number: int = 0) -> str:
    """Return the n-th row of a table that begins with a cell."""
    rows: list[str] = re.findall(rf"^\| `{first}` \|(.*)$", text, re.MULTILINE)
    return rows[number]


@pytest.mark.parametrize("file", DOCS, ids=lambda file: file.name)
def test_formats_and_bounds_are_those_of_the_code(file: Path) -> None:
    text = file.read_text("utf-8")
    assert all(row(text, form) for form in FORMATS)
    for form, numbers in {
        "text": (SHOWN_PLACES, MOST_PLACES),
        "sarif": (MOST_RESULTS, MOST_BYTES >> 20, MOST_PACKED >> 20),
        "junit": (MOST_CASES,),
        "markdown": (SHOWN_FINDINGS, MARKDOWN_BYTES >> 20),
    }.items():
        bound = row(text, form, number=1)
        assert [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", bound)] == list(numbers)
    assert IN_PLACE in text
    assert IN_CONTENT in text


def test_both_languages_have_the_same_shape() -> None:
    shapes = [re.findall(r"^(#+|\||```)", file.read_text("utf-8"), re.MULTILINE) for file in DOCS]
    assert shapes[0] == shapes[1]


def test_they_can_be_found() -> None:
    assert "(docs/reports.md)" in (ROOT / "README.md").read_text("utf-8")
    assert "(junit.xsd)" in DOCS[0].read_text("utf-8")
