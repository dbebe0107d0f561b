"""``docs/record.md`` and its Japanese twin describe every field of the published schemas, and no other."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gate.policy.registry import FINDINGS
from gate.record.documents import SchemaName, schema

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / "record.md", ROOT / "docs" / "record.ja.md"]
HEAD = re.compile(r"### [^\n]*?: (?:`(?P<path>[^`]+)`|the document|文書)\n(?P<part>.*?)(?=\n##|\Z)", re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| (.+) \|$", re.MULTILINE)
MOST_LETTERS = 260
"""Of a row of a table."""


def fields_of(name: SchemaName) -> dict[str, set[str]]:
    """Return the fields of every object in a document, by the place of the object in it."""
    document = schema(name)
    found: dict[str, set[str]] = {}

    def walk(node: dict[str, Any], path: str) -> None:
        if "$ref" in node:
            node = document["$defs"][node["$ref"].rpartition("/")[2]]
        for choice in node.get("anyOf", ()):
            walk(choice, path)
        if node.get("type") == "array":
            walk(node["items"], f"{path}[]")
        if "properties" in node:
            found[path] = set(node["properties"])
            for field, inner in node["properties"].items():
                walk(inner, f"{path}.{field}".removeprefix("."))

    walk(document, "")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_field_of_the_record_is_described(page: Path) -> None:
    described = {
        match["path"] or "": {row[0] for row in ROW.findall(match["part"])}
        for match in HEAD.finditer(page.read_text("utf-8"))
    }
    assert described == fields_of("record")


@pytest.mark.parametrize("name", ["provenance", "vsa"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_field_of_the_attestations_is_named(page: Path, name: SchemaName) -> None:
    text = page.read_text("utf-8")
    missing = {field for fields in fields_of(name).values() for field in fields if f"`{field}`" not in text}
    assert missing == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_whole_and_linked(page: Path) -> None:
    text = page.read_text("utf-8")
    assert [each for each in FINDINGS if each.startswith("previous/") and f"`{each}`" not in text] == []
    assert text.count("\n## ") == PAGES[0].read_text("utf-8").count("\n## ")
    assert all(len(line) <= MOST_LETTERS for line in text.splitlines())
    assert "(record.ja.md)" in PAGES[0].read_text("utf-8")
    assert "(record.md)" in PAGES[1].read_text("utf-8")
    assert "(docs/record.md)" in (ROOT / "README.md").read_text("utf-8")


def test_both_pages_show_the_same_commands() -> None:
    commands = [
        [
            line.partition("  #")[0]
            for line in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[0].splitlines()
        ]
        for page in PAGES
    ]
    assert commands[0] == commands[1]


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_queries_are_such() -> None:
    """What the page tells readers to type is at least a program of jq."""
    queries = re.findall(r"jq -r '([^']+)'", PAGES[0].read_text("utf-8"))
    assert queries
    for query in queries:
        value = '{"predicate":{"clauses":[],"justifications":[],"hosts":[],"policy":{"deviations":[]}}}'
        assert subprocess.run(["jq", "-r", query], input=value, text=True, check=True, capture_output=True).stdout == ""
