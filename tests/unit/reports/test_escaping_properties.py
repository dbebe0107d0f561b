"""Any text at all through the escape functions: pieces of markup in every order, read back by real parsers."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gate.reports.breaking import wrapped
from gate.reports.escaping import (
    html,
    inert_in_logs,
    json_inert_in_logs,
    markdown,
    markdown_code,
    sarif,
    shortened,
    terminal,
    toml,
    visible,
    xml,
)
from tests.unit.reports.test_escaping import MADE_BY_PLACES, PLACES, Reader, obeyed, pages_of, sarif_text

PIECES = [
    *"`|\\[]()<>!*_#&:.{}0\"'=-+ \n\r\t\x07\u202e\u200b\ud800\uffff界。「$^%\u0335\u3164\U000f0000",
    *(
        "``",
        "~~",
        "&#60;",
        "@a",
        "//",
        "::",
        "error",
        "##",
        "vso[",
        "http",
        "www",
        "example",
        "javascript:",
        "1.",
        "  ",
    ),
    *("\x1b[", "<!--", "-->", "<script", "%7C"),
]
any_text = st.text(st.characters(exclude_categories=["Cn", "Zs"]), max_size=3)
texts = st.lists(st.one_of(st.sampled_from(PIECES), any_text), max_size=14).map("".join)
some = settings(max_examples=150, deadline=None)


@some
@given(texts, st.sampled_from(PLACES), st.sampled_from([markdown, markdown_code]))
def test_markdown_holds_only_text(text: str, place: str, function: object) -> None:
    escaped = markdown(text) if function is markdown else markdown_code(text)
    for page in pages_of(place.format(escaped)):
        reader = Reader()
        reader.feed(page)
        reader.close()
        assert {tag for tag, _ in reader.tags} <= MADE_BY_PLACES, page
        assert not any(attributes for _, attributes in reader.tags), page
        assert page.count("<td>") in {0, 2}


@some
@given(texts)
def test_markup_holds_only_text(text: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{html(text)}">{html(text)}</p>')
    reader.close()
    assert (reader.tags, reader.text) == ([("p", [("title", visible(text))])], visible(text))
    root = etree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    assert (root.get("b"), root.text or "", len(root)) == (visible(text), visible(text), 0)


@some
@given(texts)
def test_documents_keep_their_values(text: str) -> None:
    whole = text.encode("utf-8", "replace").decode()
    assert tomllib.loads(f"a = {toml(text)}")["a"] == whole
    assert json.loads(json_inert_in_logs(json.dumps(whole, ensure_ascii=False))) == whole
    assert sarif_text(sarif(text)) == (visible(text), False)


@some
@given(texts, st.integers(1, 40))
def test_no_line_is_a_command_however_it_is_broken(text: str, width: int) -> None:
    shown = terminal(text)
    assert shown.isprintable()
    assert obeyed(inert_in_logs("\n".join(wrapped(shown, width)))) == []
    assert "".join(wrapped(shown, width)).replace(" ", "") == shown.replace(" ", "")


@given(st.text(max_size=60), st.integers(3, 40))
def test_what_is_shortened_keeps_both_ends(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    if short != text:
        head, tail = limit // 2, limit - limit // 2 - 1
        assert short == f"{text[:head]}…{text[len(text) - tail :]}"


@pytest.mark.parametrize("limit", [1, 2])
def test_the_shortest_is_a_mark(limit: int) -> None:
    assert "…" in shortened("abcdef", limit)
