"""Hostile text through every escape function, read back by what reads such output: nothing of it is active."""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pyte
import pytest
from cmarkgfm.cmark import Options
from lxml import etree
from markdown_it import MarkdownIt

from gate.reports import escaping
from gate.reports.escaping import (
    html,
    inert_in_logs,
    json_inert_in_logs,
    markdown,
    markdown_code,
    sarif,
    shortened,
    terminal,
    terminal_lines,
    toml,
    visible,
    xml,
)
from tests.unit.reports.hostile_texts import ESC, HOSTILE

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
ALL: list[Callable[[str], str]] = [terminal, html, xml, markdown, markdown_code, sarif, visible]


@hostile
def test_every_form_is_one_line_of_visible_characters(text: str) -> None:
    for function in ALL:
        shown = function(text)
        assert shown.isprintable(), function
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\u3164]", shown), function
        shown.encode("utf-8")


def test_harmless_text_stays_as_it_is() -> None:
    for text in (
        "docs/設計書 第2版.pdf",
        "app.zip!/lib/a-1.2.jar",
        "naïve façade",
        "葛\U000e0100城",
        "が",
        "std::string",
    ):
        assert terminal(text) == text
        assert html(text).replace(":&#58;", "::") == text
        assert sarif(text) == text
        assert markdown_code(text) == f"`{text}`"


def test_long_text_loses_its_middle() -> None:
    text = "a" * 200 + "b" * 200
    assert shortened("a" * 300) == "a" * 300
    assert shortened(text, 11) == "aaaaa…bbbbb"
    assert len(shortened(text, 100)) == 100
    assert len(shortened(text, 101)) == 101


@pytest.mark.parametrize("function", ALL)
def test_hostile_sizes_take_no_time(function: Callable[[str], str]) -> None:
    start = time.process_time()
    for name in HOSTILE:
        if name.startswith("long"):
            function(HOSTILE[name])
    assert time.process_time() - start < 2


# --- terminals and logs ---------------------------------------------------------------------------------------------


def screen_of(output: str) -> tuple[list[str], Any]:
    """Return the lines that a terminal shows for output, and the terminal."""
    screen = pyte.HistoryScreen(120, 60, history=2000)
    stream = pyte.Stream(screen)
    stream.feed("first\r\n" + output + "\r\nlast")
    return [line.rstrip() for line in screen.display], screen


@hostile
def test_a_terminal_only_shows_a_value(text: str) -> None:
    lines, screen = screen_of(terminal(text[:500]))
    assert lines[0] == "first"
    assert "last" in lines
    assert screen.title == ""
    cells = [cell for row in screen.buffer.values() for cell in row.values()]
    assert {(cell.fg, cell.bold, cell.reverse) for cell in cells} <= {("default", False, False)}


def test_the_terminal_of_these_tests_obeys() -> None:
    lines, screen = screen_of(f"{ESC}]0;owned\x07{ESC}[2J{ESC}[31mred")
    assert "first" not in lines
    assert screen.title == "owned"


def obeyed(output: str) -> list[str]:
    """Return the lines that runners would obey: GitHub's (both forms), Azure's, TeamCity's."""
    return [
        line
        for line in output.splitlines()
        if line.strip().startswith("::") or re.search(r"##(\[|vso\[|teamcity\[)", line, re.IGNORECASE)
    ]


@hostile
def test_a_runner_finds_no_command(text: str) -> None:
    for function in (terminal, html, xml, markdown, markdown_code):
        assert obeyed(function(text)) == []
    assert obeyed(inert_in_logs(text)) == []


def test_a_line_that_wrapping_has_made_a_command_is_found() -> None:
    wrapped = f"name\n  ::error::x\n{ESC}[31m::debug::y\n\n\n::"
    assert len(obeyed(wrapped)) == 2
    assert inert_in_logs(wrapped) == f"name\n  %3A:error::x\n{ESC}[31m%3A:debug::y\n\n\n%3A:"
    assert inert_in_logs("std::string ## heading") == "std::string ## heading"


@hostile
def test_lines_stay_lines_and_hold_no_command(text: str) -> None:
    shown = terminal_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert all(line.isprintable() for line in shown.split("\n"))
    assert obeyed(shown) == []


@hostile
def test_toml_keeps_its_values(text: str) -> None:
    written = f"a = {toml(text)}\n"
    assert obeyed(written) == []
    assert written[:-1].isprintable()
    assert tomllib.loads(written) == {"a": text.encode("utf-8", "replace").decode()}


def test_json_keeps_its_values() -> None:
    import json

    value = {"name": "##[error]x ##vso[a] \\##[b]", "##[key]": "## plain", **HOSTILE}
    del value["lone-surrogates"]  # no document in UTF-8 holds any
    written = json_inert_in_logs(json.dumps(value, ensure_ascii=False))
    assert obeyed(written) == []
    assert written.isprintable()
    assert json.loads(written) == value
    assert json_inert_in_logs('{"a":"日本語 é"}\n') == '{"a":"日本語 é"}\n'


# --- HTML and XML ---------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.other: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


@hostile
def test_html_holds_text_and_nothing_else(text: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{html(text)}">{html(text)}</p>')
    reader.close()
    assert reader.tags == [("p", [("title", visible(text))])]
    assert reader.other == []
    assert reader.text == visible(text)


@hostile
def test_xml_holds_text_and_nothing_else(text: str) -> None:
    root = etree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    assert root.items() == [("b", visible(text))]
    assert (root.tag, len(root), root.text or "") == ("a", 0, visible(text))


# --- Markdown -------------------------------------------------------------------------------------------------------

PLACES = (
    "{}\n",
    "before {} after\n",
    "- {}\n",
    "> {}\n",
    "| a | b |\n|---|---|\n| {} | z |\n",
    "[1]: #safe\n\n{}\n",
)
MADE_BY_PLACES = {"p", "li", "ul", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "code"}


def pages_of(document: str) -> list[str]:
    """Return what GitHub's parser with all its extensions and a CommonMark parser make of a document."""
    options = Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_UNSAFE
    return [
        cmarkgfm.github_flavored_markdown_to_html(document, options),
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(document),
    ]


@hostile
@pytest.mark.parametrize("function", [markdown, markdown_code])
def test_markdown_holds_text_and_nothing_else(text: str, function: Callable[[str], str]) -> None:
    escaped = function(shortened(text))
    for place in PLACES:
        for page in pages_of(place.format(escaped)):
            reader = Reader()
            reader.feed(page)
            reader.close()
            assert {tag for tag, _ in reader.tags} <= MADE_BY_PLACES, page
            assert [attrs for _, attrs in reader.tags if attrs] == [], page
            assert reader.other == []
            assert page.count("<td>") in {0, 2}
            wanted = visible(shortened(text))
            if function is markdown_code:
                wanted = inert_in_logs(wanted).replace("|", "%7C")
            bare = reader.text.replace("\u200b", "")
            assert wanted.strip() in bare or not wanted.strip(), page


@hostile
def test_names_and_numbers_in_prose_are_parted(text: str) -> None:
    """GitHub makes mentions and references of finished text that is no code: these must not stand there whole."""
    (page, _) = pages_of(markdown(shortened(text)) + "\n")
    reader = Reader()
    reader.feed(page)
    assert not re.search(r"@\w|#\d|://|:\w+:|www\.\w", reader.text, re.IGNORECASE)


def test_the_parsers_of_these_tests_make_links() -> None:
    github, _ = pages_of("http://evil.example/ www.evil.example a@evil.example <b>x</b> ~~x~~\n")
    assert github.count("<a ") == 3
    assert all("<b>" in page and re.search("<del>|<s>", page) for page in pages_of("<b>x</b> ~~x~~\n"))


# --- SARIF ----------------------------------------------------------------------------------------------------------


def sarif_text(message: str) -> tuple[str, bool]:
    """Read a message as SARIF says (3.11.5, 3.11.6); return its text, and whether it has a link or a placeholder."""
    active = bool(re.search(r"(?<!\{)(?:\{\{)*\{\d+\}", message))
    unescaped, index = "", 0
    while index < len(message):
        if message[index] == "\\" and message[index + 1 : index + 2] in {"\\", "[", "]"}:
            unescaped += message[index + 1]
            index += 2
            continue
        active |= message[index] == "["
        unescaped += message[index]
        index += 1
    return unescaped.replace("{{", "{").replace("}}", "}"), active


@hostile
def test_sarif_messages_hold_no_link_and_no_placeholder(text: str) -> None:
    assert sarif_text(sarif(text)) == (visible(text), False)


def test_the_reader_of_sarif_finds_links() -> None:
    assert sarif_text("[a](b)")[1]
    assert sarif_text("{0}")[1]
    assert sarif_text("{{{0}}}")[1]


def test_the_functions_of_this_module_are_all_tried_here() -> None:
    public = {
        name
        for name, value in vars(escaping).items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == escaping.__name__
    }
    tried = {function.__name__ for function in ALL} | {
        "shortened", "inert_in_logs", "json_inert_in_logs", "terminal_lines", "toml"
    }  # fmt: skip
    assert public == tried
