"""HTML papers: one file that runs nothing, asks for nothing and links to nothing, whatever stands in it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re

import pytest
from lxml import html as lxml_html

from gate.reports.html import render_html
from gate.reports.papers.blocks import Banner, Column, Fields, Heading, Notice, Paper, Prose, Stamps, Table, Words
from gate.reports.papers.report import compose_report
from gate.text import LANGUAGES, Language
from tests.unit.reports.paper_cases import CASES, Case, case

HOSTILE = (
    "</td></style><script>alert(1)</script><img src=//e.example onerror=x>\"' \u202egpj.exe \x1b[31m {{ 7*7 }} &amp;"
)


def hostile_paper(text: str = HOSTILE) -> Paper:
    """Return a paper with the text at every place that holds one."""
    cell = (Words(text), Words(text, "bad", "code"), Words(text, form="strong"))
    blocks = (
        Heading(text),
        Prose(Words(text)),
        Banner(text, "bad", text, ((text, 3, "bad"),)),
        Notice(text, cell, "doubt"),
        Fields(((text, cell),)),
        Table((Column(text, 40), Column(text, 60)), ((cell, cell),), text),
        Stamps(text, ((text, text),), text, text),
    )
    return Paper("ja", text, text, text, text, "{page}/{pages}", text, blocks, blocks)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_in_it_is_active(name: Case, language: Language) -> None:
    document = lxml_html.fromstring(render_html(compose_report(case(name), language)))
    names = {str(element.tag) for element in document.iter()}
    assert names & {"script", "a", "link", "img", "iframe", "form", "object", "embed", "svg", "base", "button"} == set()
    attributes = {attribute for element in document.iter() for attribute in element.attrib}
    assert attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "scope", "data-label",
                          "aria-hidden"}  # fmt: skip
    assert document.get("lang") == language


def test_its_policy_allows_the_one_style_sheet_inside_and_nothing_else() -> None:
    text = render_html(compose_report(case("approved"), "ja"))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.replace("&#x27;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert "url(" not in style
    assert "@import" not in style


def test_hostile_text_is_shown_and_does_nothing() -> None:
    text = render_html(hostile_paper())
    document = lxml_html.fromstring(text)
    assert list(document.iter("script", "img")) == []
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "{{ 7*7 }}" in text, "what comes in is never a template"
    shown = ["".join(map(str, cell.itertext())) for cell in document.iter("td", "th", "dt", "dd")]
    assert all("alert(1)" in text or text == "3" for text in shown)
    assert {str(cell.get("data-label"))[:5] for cell in document.iter("td")} == {"</td>"}


@pytest.mark.parametrize("name", CASES)
def test_a_small_screen_shows_the_head_beside_each_cell(name: Case) -> None:
    document = lxml_html.fromstring(render_html(compose_report(case(name), "ja")))
    for table in document.iter("table"):
        heads = ["".join(map(str, head.itertext())) for head in table.iter("th")]
        rows = [row for row in table.iter("tr") if row.find("td") is not None]
        assert rows
        for row in rows:
            assert [cell.get("data-label") for cell in row.iter("td")] == heads


def test_a_sample_bears_its_mark_and_others_have_no_place_for_one() -> None:
    assert '<div class="mark"' in render_html(compose_report(case("incomplete"), "ja"))
    assert '<div class="mark"' not in render_html(compose_report(case("approved"), "ja"))


def test_same_paper_same_text() -> None:
    paper = compose_report(case("rejected"), "en")
    assert render_html(paper) == render_html(dataclasses.replace(paper))
