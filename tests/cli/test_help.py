"""Help and usage errors: in the reader's language, as wide as the terminal, and whatever is asked no error of ours."""

from __future__ import annotations

import ast
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from babel.messages.pofile import read_po
from rich.cells import cell_len

from gate.cli.helping import Context, speaking, unchanged_environment
from gate.cli.main import COMMANDS, LazyGroup
from gate.cli.settings import Settings
from gate.text import LANGUAGES, LOCALE_FOLDER, Language, has_message, render
from tests.conftest import Gate

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def commands(language: Language) -> Iterator[tuple[str, click.Command]]:
    group = LazyGroup(language)
    yield "gate", group
    for name in COMMANDS:
        command = group.get_command(Context(group), name)
        assert command is not None
        yield f"gate {name}", command
        for inner, each in getattr(command, "commands", {}).items():
            yield f"gate {name} {inner}", each


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_help_fits(language: Language, width: int) -> None:
    with speaking(language):
        for path, command in commands(language):
            text = command.get_help(Context(command, info_name=path, terminal_width=width))
            for line in text.splitlines():
                # names of options are never broken
                assert cell_len(line) <= width or re.fullmatch(r" {2}-\S.{0,80}", line), (path, line)


def test_help_says_everything_in_the_language() -> None:
    with speaking("ja"):
        for path, command in commands("ja"):
            text = command.get_help(Context(command, info_name=path, terminal_width=200))
            without = [line for line in text.splitlines() if line.strip() and not JAPANESE.search(line)]
            assert all(re.match(r"\s*-|\s+\S+$", line) for line in without), (path, without)
    with speaking("en"):
        assert not any(JAPANESE.search(command.get_help(Context(command, info_name=path)))
                       for path, command in commands("en"))  # fmt: skip


def test_every_option_has_a_text() -> None:
    for language in LANGUAGES:
        for path, command in commands(language):
            for parameter in command.params:
                if isinstance(parameter, click.Option):
                    assert len(parameter.help or "") > 5, (path, parameter.name)
                    assert (parameter.help or "").endswith(("。", ".", ")")), (path, parameter.name)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check",), "引数がありません"),
        (("chek",), "'chek' というコマンドはありません"),
        (("check", "--frmat", "x"), "類似のもの: '--format'"),
        (("check", "--format", "x"), "いずれでもありません"),
        (("check", "-j", "0", "x"), "範囲外です"),
        (("check", "-j", "many", "x"), "数値ではありません"),
        (("explain", "1", "2"), "余分な引数があります（2）"),
        (("check", "--report"), "値が指定されていません"),
    ],
)
def test_usage_errors_in_japanese(gate: Gate, arguments: tuple[str, ...], says: str) -> None:
    ran = gate(*arguments, LANG="ja_JP.UTF-8")
    assert (ran.status, ran.stdout) == (2, "")
    assert says in ran.stderr
    assert ran.stderr.splitlines()[-1].endswith("--help で確認してください。")


def test_language_that_was_asked_for_wins_over_the_environment(gate: Gate) -> None:
    assert "No such command" in gate("--lang", "en", "chek", LANG="ja_JP.UTF-8", LANGUAGE="ja").stderr
    assert "というコマンドはありません" in gate("--lang", "ja", "chek", LANGUAGE="en").stderr


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_mistyped_command_is_answered_with_the_one_that_is_meant(gate_here: Gate, language: str) -> None:
    ran = gate_here("--lang", language, "chekc", "dist")
    assert (ran.status, ran.stdout) == (2, "")
    assert "check" in ran.stderr.splitlines()[0]
    assert "trust" not in ran.stderr
    assert "Did you mean" not in gate_here("--lang", "en", "zzzz").stderr
    assert "init" in gate_here("--lang", language, "trust", "inti").stderr.splitlines()[0]


def test_help_and_version_are_understood_as_commands(gate_here: Gate) -> None:
    assert gate_here("help").stdout == gate_here("--help").stdout
    assert gate_here("help", "check").stdout == gate_here("check", "--help").stdout
    assert gate_here("help", "trust", "init").stdout == gate_here("trust", "init", "--help").stdout
    assert gate_here("version").stdout == gate_here("--version").stdout
    unknown = gate_here("help", "chekc")
    assert (unknown.status, unknown.stdout) == (2, "")
    assert "check" in unknown.stderr


def test_init_says_before_it_looks_that_it_cannot_write(gate_here: Gate, tmp_path: Path) -> None:
    """``nowhere`` is not read: what cannot be written is refused first."""
    ran = gate_here("init", "-o", str(tmp_path / "missing" / "gate.toml"), "nowhere")
    assert (ran.status, ran.stdout) == (2, "")
    assert "gate.toml cannot be written: No such file or directory" in ran.stderr.replace("\n", " ")


def test_what_a_command_starts_is_told_no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGUAGE", raising=False)
    with speaking("ja"):
        assert os.environ["LANGUAGE"] == "ja"
        with unchanged_environment():
            assert "LANGUAGE" not in os.environ
        assert os.environ["LANGUAGE"] == "ja"
    assert "LANGUAGE" not in os.environ
    monkeypatch.setenv("LANGUAGE", "de")
    with speaking("ja"), unchanged_environment():
        assert os.environ["LANGUAGE"] == "de"
    assert os.environ["LANGUAGE"] == "de"


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_texts_are_of_one_kind(language: Language) -> None:
    for name in COMMANDS:
        assert has_message(f"cli.{name}.help", language)
        text = render(f"cli.{name}.short", language)
        assert not text.endswith((".", "。"))
        assert text[0].isupper() if language == "en" else text.endswith("ます")


class Stream:
    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "coloured"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"CLICOLOR": "0"}, False),
        ("auto", False, {"CLICOLOR": "1"}, False),
        ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
        ("auto", False, {"CLICOLOR_FORCE": "0"}, False),
        ("auto", True, {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1", "TERM": "dumb"}, True),
        ("never", True, {"CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, choice: str, terminal: bool, environment: dict[str, str], coloured: bool
) -> None:
    for name in ("NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream: Any = Stream(terminal=terminal)
    assert Settings(colour_choice=choice).colour(stream) == coloured


def test_words_of_the_library_are_those_that_it_says() -> None:
    """Each entry of ``click.po`` is a text of the installed click, with the same fields."""
    package = Path(click.__file__).parent
    said = {
        node.value
        for file in package.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    with (LOCALE_FOLDER / "ja" / "LC_MESSAGES" / "click.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]
    assert len(messages) > 25
    for message in messages:
        texts = {str(text) for text in (message.id if isinstance(message.id, tuple) else (message.id,))}
        translated = str(message.string[0] if isinstance(message.string, tuple) else message.string)
        assert texts <= said
        assert fields(translated) <= set().union(*map(fields, texts))


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
