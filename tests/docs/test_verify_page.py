"""``docs/guides/verify.md`` in both languages: options, keys of the answer, forms and limits are those of the code."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from gate.cli.main import LazyGroup
from gate.received.archive import READABLE, RELEASE_LIMITS
from gate.record.documents import schema
from gate.text import Language

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
ENDINGS = {"zip": ".zip", "tar": ".tar", "gzip": ".tar.gz", "bzip2": ".tar.bz2", "xz": ".tar.xz", "zstd": ".tar.zst"}


@pytest.fixture(params=["verify.md", "verify.ja.md"])
def page(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return (GUIDES / name).read_text("utf-8")


def test_every_key_of_the_answer(page: str) -> None:
    for key in schema("verification")["properties"]:
        assert f"| `{key}` |" in page, key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_option(page: str, language: Language) -> None:
    command = LazyGroup(language).get_command(click.Context(LazyGroup(language)), "verify")
    assert command is not None
    own = {"target", "trust", "policy", "signatures", "signature_only", "expect_version", "form"}
    parameters = [parameter for parameter in command.params if parameter.name in own]
    assert {parameter.name for parameter in parameters} == own
    for parameter in parameters:
        assert all(f"`{option}" in page for option in parameter.opts if option.startswith("--")), parameter.name


def test_the_forms_and_limits_of_archives(page: str) -> None:
    assert ENDINGS.keys() == READABLE
    assert all(f"`{ending}`" in page for ending in ENDINGS.values())
    for number in (f"{RELEASE_LIMITS.entries:,}", f"{RELEASE_LIMITS.member_bytes >> 30} GiB",
                   f"{RELEASE_LIMITS.total_bytes >> 30} GiB", str(RELEASE_LIMITS.ratio)):  # fmt: skip
        assert number in page, number
