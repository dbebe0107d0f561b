"""Which selectors match something in a page: said as lexbor itself says it, within limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from gate.examine.outbound.selectors import PageSelectors

PAGE = (
    '<!doctype html><html><body class="home"><div id="main"><p class="a b" title="t">x<b>y</b></p><p>z</p>text<ul>'
    '<li class="a">1</li><li>2</li></ul></div><a href="#">w</a></body></html>'
)


def _selectors(page: str = PAGE) -> PageSelectors:
    return PageSelectors(LexborHTMLParser(page), len(page))


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        "*",
        ".a.b",
        "#main > p",
        "body.home p",
        "p + p",
        "p ~ ul",
        "li:first-child",
        "p:not(.c)",
        "[title=t]",
        "P",
        "html body div ul li.a",
        "div p > b",
        'p[title="t"]',
        "li:nth-child(2)",
        "a:link",
        ":root",
    ],
)
def test_matching(selector: str) -> None:
    assert _selectors().matches(selector)


@pytest.mark.parametrize(
    "selector",
    [
        "h1",
        ".c",
        "#main > b",
        "p > p",
        "ul + p",
        "b ~ b",
        "p:hover",
        "a:visited",
        "[title=u]",
        "li > ul",
        "p .a",
        "",
        ">",
        "p >",
        "p:not(",
        "p::part(x)",
        "p{",
        "a" * 400,
        " ".join("p" * 20),
        "li:nth-child(-)",
        ".1a",
        "-1",
        "[1=2]",
        "\ud800",
        "li:nth-child(9)",
    ],
)
def test_not_matching_or_not_understood(selector: str) -> None:
    assert not _selectors().matches(selector)


_PART = st.sampled_from(["p", "b", ".a", "li", "ul", "div", "#main", "*", "body", "a", ".home", "p.a"])
_STEP = st.tuples(st.sampled_from([" ", " > ", " + ", " ~ "]), _PART)


@given(_PART, st.lists(_STEP, max_size=4))
def test_relations_hold_as_the_parser_says(first: str, steps: list[tuple[str, str]]) -> None:
    selector = first + "".join(combinator + part for combinator, part in steps)
    assert _selectors().matches(selector) == bool(LexborHTMLParser(PAGE).css(selector))


def test_effort_is_bounded() -> None:
    selectors = PageSelectors(LexborHTMLParser(PAGE), 400_000_000)
    assert selectors.matches("p")
    assert not selectors.matches("ul")
