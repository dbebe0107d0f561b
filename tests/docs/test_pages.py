"""What pages say can be typed and followed: commands exist with their options, links and anchors lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pymdownx.slugs import slugify  # type: ignore[import-untyped]  # publishes no types

from gate.cli.helping import Context
from gate.cli.main import COMMANDS, LazyGroup
from gate.text import LANGUAGES, Language

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "README.ja.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md"]
)
BLOCK = re.compile(r"^( *)```(\w*)[^\n]*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(gate [a-z][^`]*)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)(?: *\{#([\w-]+)\})?$", re.MULTILINE)
SLUG = slugify(case="lower")


# --- commands -------------------------------------------------------------------------------------------------------


def commands(page: str) -> Iterator[str]:
    """Yield the calls of ``gate`` that a page shows, without what a shell does with them."""
    for _, kind, body in BLOCK.findall(page):
        for line in body.replace("\\\n", " ").splitlines():
            if kind in {"sh", "bash", "console"} or (kind == "" and line.startswith(("gate ", "$ gate "))):
                for part in re.split(r"&&|\|\||[;|]", re.sub(r".*\$\(([^()]*)\).*", r"\1", line)):
                    call = part.strip().removeprefix("$ ").removeprefix("sudo ")
                    if call.startswith("gate "):
                        yield call
    yield from INLINE.findall(BLOCK.sub("", page))


def trouble(call: str) -> str:
    """Return what is wrong with a call of ``gate``: a command, option or value that does not exist."""
    text = re.sub(r" [0-9]?>.*", "", call)
    try:
        words = shlex.split(text.replace("…", "x").replace("...", ""), comments=True)[1:]
    except ValueError as error:
        return str(error)
    if words and words[-1].startswith("-"):
        words.append("x")  # prose names an option without its value
    command: click.Command = LazyGroup("en")
    context = Context(command, info_name="gate")
    try:
        while words and isinstance(command, click.Group) and not words[0].startswith("-"):
            name = words.pop(0)
            inner = command.get_command(context, name)
            if inner is None:
                return f"no command {name}"
            command, context = inner, Context(inner, info_name=name, parent=context)
        values, _, _ = command.make_parser(context).parse_args(words)
        for parameter in command.params:
            if parameter.name in values and isinstance(parameter.type, click.Choice):
                given = values[parameter.name]
                if isinstance(given, str) and given != "x" and not re.fullmatch(r"[A-Z_|-]+", given):
                    parameter.type_cast_value(context, given)
    except click.ClickException as error:
        return error.format_message()
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist_with_their_options(page: Path) -> None:
    wrong = {call: found for call in commands(page.read_text("utf-8")) if (found := trouble(call))}
    assert wrong == {}


def test_commands_are_found_and_judged() -> None:
    page = "Run `gate explain malware/known`.\n\n```sh\nPATH=x; gate check --nothing dist/  # so\n```\n"
    assert list(commands(page)) == ["gate check --nothing dist/  # so", "gate explain malware/known"]
    assert sum(len(list(commands(page.read_text("utf-8")))) for page in PAGES) > 100
    assert trouble("gate chek dist/") == "no command chek"
    assert "--nothing" in trouble("gate check --nothing dist/")
    assert "docx" in trouble("gate check --format docx dist/")
    assert trouble("gate db update --mirror https://mirror.example") == ""
    assert "no command" in trouble("gate db upgrade")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_option_stands_in_the_section_of_its_command(pages: dict[str, str], language: Language) -> None:
    page = pages[f"reference/commands{'.md' if language == 'en' else '.ja.md'}"]
    sections = dict(re.findall(r"^## (gate.*?)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    group = LazyGroup(language)
    seen = {"gate"}
    for name in COMMANDS:
        command = group.get_command(Context(group), name)
        assert command is not None
        inside = {f"{name} {inner}": each for inner, each in getattr(command, "commands", {}).items()}
        for path, each in {name: command, **inside}.items():
            seen.add(f"gate {path}")
            for parameter in each.params:
                if isinstance(parameter, click.Option):
                    assert all(option in sections[f"gate {path}"] for option in parameter.opts), (path, parameter.opts)
                    assert (parameter.help or "")[:6] in sections[f"gate {path}"]
    assert sections.keys() == seen


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Every page of the site, by its place below ``docs``: those of the folder, and the generated ones."""
    specification = importlib.util.spec_from_file_location("site_hooks", ROOT / "tools" / "site_hooks.py")
    assert specification is not None
    assert specification.loader is not None
    hooks = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(hooks)
    written = {page.relative_to(DOCS).as_posix(): page.read_text("utf-8") for page in DOCS.rglob("*.md")}
    return {**written, **dict(hooks.pages()), **dict(hooks.schema_files())}


def anchors(page: str) -> set[str]:
    """Return the anchors of a page: of its headings, or those that they name."""
    found: set[str] = set()
    for text, named in HEADING.findall(BLOCK.sub("", page)):
        slug = named or SLUG(re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", text), "-")
        number = 0
        while (numbered := f"{slug}_{number}" if number else slug) in found:
            number += 1
        found.add(numbered)
    return found


def in_language(target: str, place: str) -> str:
    """Return the page that a link leads to: in Japanese pages that of the same language, where there is one."""
    return target.replace(".md", ".ja.md") if place.endswith(".ja.md") and not target.endswith(".ja.md") else target


def dead_links(place: str, page: str, pages: dict[str, str]) -> Iterator[str]:
    """Yield the links of a page that lead nowhere."""
    for link in LINK.findall(re.sub(r"`[^`\n]*`", "", BLOCK.sub("", page))):
        path, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        file = (DOCS / place).parent / path if path else DOCS / place
        target = Path(*file.parts).resolve() if path else file
        below = target.relative_to(DOCS).as_posix() if target.is_relative_to(DOCS) else None
        known = pages.get(in_language(below, place), pages.get(below)) if below else None
        if (known is None and not target.exists()) or (anchor and known is not None and anchor not in anchors(known)):
            yield link


def test_links_and_anchors_lead_somewhere(pages: dict[str, str]) -> None:
    dead = {place: found for place, page in pages.items()
            if place.endswith(".md") and (found := list(dead_links(place, page, pages)))}  # fmt: skip
    assert dead == {}


def test_dead_links_are_noticed(pages: dict[str, str]) -> None:
    page = "# A page\n[a](index.md) [b](nowhere.md) [c](#a-page) [d](#b-page) [e](https://x.example/) `[f](g.md)`\n"
    assert list(dead_links("more.md", page, {**pages, "more.md": page})) == ["nowhere.md", "#b-page"]


def test_no_page_is_without_a_way_to_it(pages: dict[str, str]) -> None:
    nav = set(re.findall(r"[\w/-]+\.md\b", (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:")[2]))
    listed = set(re.findall(r"\((\S+?)\.md\)", pages["reference/findings/index.md"]))
    for place in pages:
        if place.endswith(".md") and not place.endswith(".ja.md") and not place.startswith("adr/"):
            of_a_finding = place.startswith("reference/findings/") and Path(place).stem in listed
            assert place in nav or of_a_finding, place
    assert {place for place in nav if place not in pages} == set()
