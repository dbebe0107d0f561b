"""What ``docs/outbound.md`` and its Japanese twin say is so: tables, policy, and the words to write on a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from gate.models import OutboundFact, PageFact, Reach
from gate.policy import parse_policy
from gate.policy.disclosure import Disclosures
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "outbound.md", ROOT / "docs" / "outbound.ja.md"]


def toml_of(page: Path) -> list[str]:
    return re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_reach_has_its_row(page: Path) -> None:
    rows = [line.split(" | ") for line in page.read_text("utf-8").splitlines() if line.startswith("| `")]
    found = {row[0].strip("|` "): (row[2].strip("`"), row[3]) for row in rows}
    assert set(found) == set(get_args(Reach))
    for reach in get_args(Reach):
        finding, severity = found[reach]
        assert finding == OUTBOUND_FINDINGS[reach]
        kind = FINDINGS[finding]
        assert severity.startswith(kind.severity)
        assert (kind.milder or "") in severity
        assert (kind.milder is not None) is any(word in severity for word in ("third-party", "第三者"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_to_be_written_is_taken(page: Path, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_bytes(b"name,host\n")
    policy = parse_policy("\n".join(toml_of(page)).encode(), "gate.toml").policy
    assert [entry.id for entry in policy.outbound.destination] == ["tiles"]
    assert len(policy.outbound.reviewed) == 1
    assert policy.evidence[0].kind == "tag-list"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_words_for_the_privacy_page_disclose_the_destination(page: Path) -> None:
    (destination,) = parse_policy(toml_of(page)[0].encode(), "gate.toml").policy.outbound.destination
    words = " ".join(line[2:] for line in page.read_text("utf-8").splitlines() if line.startswith("> "))
    assert words
    index = PageFact(("privacy.html",), path="site/index.html")
    contact = OutboundFact(
        "https://tile.example.org/v1/a", "tile.example.org", "automatic", "img[src]", path=index.path
    )
    told = Disclosures([index, PageFact((), words, path="site/privacy.html"), contact])
    assert told.missing(destination, [contact.path]) == ()
    silent = Disclosures([index, PageFact((), "", path="site/privacy.html"), contact])
    assert silent.missing(destination, [contact.path]) == ("privacy",)


def test_the_pages_name_every_finding_and_each_other_and_are_linked() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert [each for each in FINDINGS if each.startswith("outbound/") and f"`{each}`" not in text] == []
        assert text.count("\n## ") == PAGES[0].read_text("utf-8").count("\n## ")
        assert all(len(line) <= 160 for line in text.splitlines())
    assert "(outbound.ja.md)" in PAGES[0].read_text("utf-8")
    assert "(outbound.md)" in PAGES[1].read_text("utf-8")
    assert "(docs/outbound.md)" in (ROOT / "README.md").read_text("utf-8")
