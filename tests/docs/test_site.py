"""The documentation site: nothing is left out of it, in either language, and it builds without a warning."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gate.cli.main import COMMANDS, LazyGroup
from gate.policy.fields import tables
from gate.policy.model import Policy
from gate.policy.registry import FINDINGS
from gate.reports.topics import ALL_CLAUSES, refusals
from gate.text import Language
from gate.verification.trust import TrustFile

ROOT = Path(__file__).parents[2]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ]")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    specification = importlib.util.spec_from_file_location("site_hooks", ROOT / "tools" / "site_hooks.py")
    assert specification is not None
    assert specification.loader is not None
    hooks = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(hooks)
    return dict(hooks.pages())


def ending(language: Language) -> str:
    return ".md" if language == "en" else ".ja.md"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_finding_has_a_page(pages: dict[str, str], language: Language) -> None:
    index = pages[f"reference/findings/index{ending(language)}"]
    for finding in FINDINGS:
        page = pages[f"reference/findings/{finding.replace('/', '-')}{ending(language)}"]
        assert finding in page
        assert f"`{finding}`" in index
        assert bool(JAPANESE.search(page)) == (language == "ja"), finding


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_refusal_and_clause_has_a_section(pages: dict[str, str], language: Language) -> None:
    for page, topics in (("refusals", refusals()), ("clauses", ALL_CLAUSES)):
        sections = re.findall(r"^## `(.+)`\n\n.{8,}", pages[f"reference/{page}{ending(language)}"], re.MULTILINE)
        assert sections == list(topics)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_command_and_option_is_documented(pages: dict[str, str], language: Language) -> None:
    page = pages[f"reference/commands{ending(language)}"]
    group = LazyGroup(language)
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        for each in (command, *getattr(command, "commands", {}).values()):
            assert f"## gate {name}" in page
            for parameter in each.params:
                assert all(option in page for option in parameter.opts if option.startswith("--")), parameter.name


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_key_is_documented(pages: dict[str, str], language: Language) -> None:
    for kind, model in (("policy", Policy), ("trust", TrustFile)):
        page = pages[f"reference/{kind}{ending(language)}"]
        for table in tables(model):
            assert not table.path or f"[{table.path}]" in page
            assert all(f"| `{field.name}` |" in page for field in table.fields)


def test_every_page_exists_in_both_languages() -> None:
    docs = ROOT / "docs"
    for page in docs.rglob("*.md"):
        if "adr" not in page.parts:
            twin = page.with_name(
                page.name.replace(".ja.md", ".md") if page.name.endswith(".ja.md") else f"{page.stem}.ja.md"
            )
            assert twin.exists(), page


@pytest.mark.full
def test_builds_without_a_warning(tmp_path: Path) -> None:
    """Links and anchors are checked by the build; pages of both languages are there, and ask nobody for anything."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    for place in (
        "index.html",
        "ja/index.html",
        "reference/findings/malware-known/index.html",
        "ja/reference/policy/index.html",
    ):
        page = (tmp_path / "site" / place).read_text("utf-8")
        assert not re.search(r'(?:src|href)="https?://(?!squidfunk)', page), place
