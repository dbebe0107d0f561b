"""Whatever kind of value stands at a key, it is taken or refused in our words, in the reader's language."""

from __future__ import annotations

import re

import pytest

from gate.policy.fields import Table, tables
from gate.policy.model import Policy
from gate.policy.parse import parse_policy
from gate.policy.problems import UnusablePolicyError
from gate.text import LANGUAGES

VALUES = (
    '"text"', '""', "3", "-1", "1.5", "nan", "true", "2026-04-01", "2026-04-01T00:00:00Z", "09:00:00", "[]",
    "[3]", '["text"]', "{}", "{ a = 3 }", "[[1]]", "99999999999999999999999",
)  # fmt: skip
LIBRARY = re.compile("Input should|Value error|valid dictionary|[Pp]ydantic")


def documents(table: Table, key: str) -> list[str]:
    brackets = f"[[{table.path}]]" if table.many else f"[{table.path}]" if table.path else ""
    return [f"{brackets}\n{key} = {value}\n" for value in VALUES]


def refused(document: str) -> UnusablePolicyError | None:
    try:
        parse_policy(document.encode(), "gate.toml")
    except UnusablePolicyError as error:
        return error
    return None


@pytest.mark.parametrize("table", list(tables(Policy)), ids=lambda table: table.path or "top")
def test_no_words_of_the_library(table: Table) -> None:
    seen = 0
    for field in table.fields:
        for document in documents(table, field.name):
            if error := refused(document):
                seen += 1
                assert "policy.not-valid" not in {problem.code for problem in error.problems}, document
                assert not any(LIBRARY.search(error.message(language)) for language in LANGUAGES), document
    assert seen > len(table.fields)


def test_values_are_shown_as_they_are_written() -> None:
    error = refused('[signing.x509]\ntsa = true\nocsp = "yes"\nchain = []\n[gate]\narticle_map = 3\n')
    assert error is not None
    english, japanese = error.message("en"), error.message("ja")
    assert "line 3, signing.x509.ocsp: true or false is expected, not yes." in english
    assert "3 行目、signing.x509.ocsp: true 又は false を指定してください（yes は不可）。" in japanese
    assert "a text is expected, not true." in english
    assert "gate.article_map: a table is expected, not 3." in english


def test_numbers_have_bounds_that_are_told() -> None:
    error = refused("[outbound]\nbrowser_pages = 20000\n")
    assert error is not None
    assert "20000 is too large; the most is 10000." in error.message("en")
    assert "20000 は大きすぎます。最大値は 10000 です。" in error.message("ja")


@pytest.mark.parametrize(
    ("document", "line", "code"),
    [
        ("a = 1 b = 2\n", 1, "line"),
        ("[gate]\ntimezone = Asia/Tokyo\n", 2, "value"),
        ('a = "Tokyo\nb = 1\n', 1, "text"),
        ('a = "Tokyo', 1, "text"),
        ('a = "C:\\Users\\x"\n', 1, "backslash"),
        ('a = "C:\\temp\\q"\n', 1, "backslash"),
        ('a = "\\ud800"\n', 1, "backslash"),
        ("a = [1 2]\n", 1, "list"),
        ("a = { b = 1\n", 1, "inline"),
        ("[gate]\n\nname\n", 3, "equals"),
        ("。= 1\n", 1, "key"),
        ("[gate\n", 1, "heading"),
        ("[[gate]\n", 1, "heading"),
        ("a = 1\na = 2\n", 2, "twice"),
        ("[gate]\n[gate]\n", 2, "twice"),
        ("a = { b = 1, b = 2 }\n", 1, "twice"),
        ("a = [1]\n[[a]]\n", 2, "twice"),
        ("expires = 2027-13-45\n", 1, "day"),
        ("[gate]\nexpires = 2027-02-29\n", 2, "day"),
        ("expires = 2027/03/31\n", 1, "day"),
        ("expires = 2027-3-1\n", 1, "day"),
    ],
)
def test_what_is_no_toml_is_told_in_our_words(document: str, line: int, code: str) -> None:
    error = refused(document)
    assert error is not None
    (problem,) = error.problems
    assert problem.code == f"policy.syntax-{code}"
    assert problem.line in {line, line + 1}
    assert re.search("[ぁ-ん]", error.message("ja").splitlines()[-1])
    assert not re.search("Expected|Invalid|Unclosed|Cannot|statement", error.message("ja"))
    assert re.search("ください", error.advice("ja"))


def test_other_complaints_are_shown_as_they_are() -> None:
    error = refused('a = "x\x00"\n')
    assert error is not None
    assert error.problems[0].code == "policy.syntax"
    assert "TOML" in error.message("ja")
