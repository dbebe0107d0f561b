"""What ``docs/evidence.md``, ``docs/components.md`` and their Japanese twins say is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from gate.examine.components import ENDINGS, NAMES
from gate.examine.components.examiner import LARGEST_BYTES, MOST
from gate.examine.evidence import reader
from gate.models import EvidenceForm, EvidenceLevel
from gate.policy import parse_policy
from gate.policy.evidence import THRESHOLDS
from gate.policy.model import EvidenceKind
from gate.policy.registry import FINDINGS

DOCS = Path(__file__).parents[2] / "docs"
EVIDENCE = [DOCS / "evidence.md", DOCS / "evidence.ja.md"]
COMPONENTS = [DOCS / "components.md", DOCS / "components.ja.md"]
SHOWN_WITH_OTHERS = {
    "evidence/more-unresolved",
    "evidence/not-held",
    "evidence/answers-not-held",
    "evidence/accepted",
    "evidence/answered",
}


def name_of(page: Path) -> str:
    return page.name


def rows_of(page: Path) -> list[list[str]]:
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("page", EVIDENCE, ids=name_of)
def test_every_kind_is_told_as_read_or_not(page: Path) -> None:
    kinds = {
        kind: cells[2] for cells in rows_of(page) if len(cells) == 3 for kind in re.findall(r"`([a-z-]+)`", cells[0])
    }
    assert kinds.pop("kind")  # the head of the table
    assert set(kinds) == set(get_args(EvidenceKind))
    for kind, read in kinds.items():
        assert (read in {"yes", "する"}) is (kind in get_args(EvidenceForm)), kind


@pytest.mark.parametrize("page", EVIDENCE, ids=name_of)
def test_the_scale_is_that_of_the_code(page: Path) -> None:
    rows = [cells for cells in rows_of(page) if len(cells) == 5 and cells[0].split("（")[0] in get_args(EvidenceLevel)]
    assert [cells[0].split("（")[0] for cells in rows] == [
        each for each in get_args(EvidenceLevel) if each != "unknown"
    ]
    for cells in rows:
        level, sarif, other = cells[0].split("（")[0], cells[1].strip("`"), cells[4].strip("`")
        assert THRESHOLDS.get(other or level) == level
        assert not sarif or THRESHOLDS[sarif] == level


@pytest.mark.parametrize("page", EVIDENCE, ids=name_of)
def test_the_policy_that_is_shown_is_taken_and_every_finding_is_named(page: Path) -> None:
    text = page.read_text("utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (entry,) = parse_policy(shown.encode(), "gate.toml").policy.evidence
    assert (entry.kind, entry.reject_at, entry.max_age_days) == ("pip-audit", "low", 30)
    named = {finding_id for finding_id in FINDINGS if finding_id.startswith("evidence/")} - SHOWN_WITH_OTHERS
    assert named <= set(re.findall(r"evidence/[a-z-]+", text))
    assert f"{reader.LARGEST_BYTES >> 20} MiB" in text


@pytest.mark.parametrize("page", COMPONENTS, ids=name_of)
def test_every_name_of_metadata_is_told(page: Path) -> None:
    text = page.read_text("utf-8").lower()
    for name in NAMES:
        assert f"`{name.decode()}`" in text
    for ending in ENDINGS:
        assert f"`*{ending.decode()}`" in text
    assert f"{LARGEST_BYTES >> 20} mib" in text
    assert f"{MOST:,}" in text
