"""The page on sources and secrets names what there is, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from gate.models import Traced
from gate.policy import parse_policy
from gate.policy.registry import FINDINGS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "source.md", ROOT / "docs" / "source.ja.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_finding_and_way_of_being_traced_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    wanted = {finding for finding in FINDINGS if finding.startswith("source/")}
    wanted |= {"justification/self-approved", "justification/uncommitted", *get_args(Traced)}
    assert [each for each in sorted(wanted) if f"`{each}`" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_is_a_policy(page: Path) -> None:
    example = page.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    filled = example.replace('commit = "…"', f'commit = "{"a" * 40}"').replace('"…"', f'"{"A" * 40}"')
    source = parse_policy(filled.encode(), "gate.toml").policy.source
    assert source is not None
    assert source.generated == ("app.jar!/**/*.class", "site/dist/*.js")


def test_the_readme_leads_there() -> None:
    assert "(docs/source.md)" in (ROOT / "README.md").read_text("utf-8")
