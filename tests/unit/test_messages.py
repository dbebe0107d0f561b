"""Every message that the code names is in the catalogue, in both languages, with the same fields."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate import errors
from gate.text import LANGUAGES, LOCALE_FOLDER, UnknownMessage, has_message, render

ROOT = Path(__file__).parents[2]
ERRORS = {
    name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.GateError)
} - {"VerificationError", "NotTold"}
CODE = re.compile(r"[a-z]+(\.[a-z0-9-]+)+\Z")


def calls() -> Iterator[tuple[str, str, str]]:
    """Yield (file, name of what is called, first argument) for calls with a literal first argument."""
    for file in sorted((ROOT / "gate").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                value = node.args[0].value
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if isinstance(value, str):
                    yield file.name, name, value


def test_every_error_has_text_and_advice() -> None:
    missing = [
        f"{file}: {code}{suffix} ({language})"
        for file, name, code in calls()
        if name in ERRORS
        for suffix in ("", ".advice")
        for language in LANGUAGES
        if not has_message(code + suffix, language)
    ]
    assert missing == []


def test_every_refusal_of_verify_has_text_and_advice() -> None:
    missing = [
        f"{file}: {code} ({language})"
        for file, name, code in calls()
        if name in {"VerificationError", "NotTold"}
        for suffix in ("", ".advice")
        for language in LANGUAGES
        if not has_message(f"verify.{code.removeprefix('verify/')}{suffix}", language)
    ]
    assert missing == []


def test_every_rendered_text_is_there() -> None:
    missing = [
        f"{file}: {code} ({language})"
        for file, name, code in calls()
        if name == "render" and CODE.match(code)
        for language in LANGUAGES
        if not has_message(code, language)
    ]
    assert missing == []


def domains() -> list[str]:
    return sorted(file.stem for file in (LOCALE_FOLDER / "en" / "LC_MESSAGES").glob("*.po"))


def entries(domain: str, language: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with (LOCALE_FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as stream:
        return {str(message.id): str(message.string) for message in read_po(stream) if message.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("domain", domains())
def test_both_languages_say_the_same(domain: str) -> None:
    english, japanese = entries(domain, "en"), entries(domain, "ja")
    assert english.keys() == japanese.keys()
    assert [code for code in english if not english[code] or not japanese[code]] == []
    assert [code for code in english if fields(english[code]) != fields(japanese[code])] == []


@pytest.mark.parametrize("domain", domains())
def test_japanese_uses_the_contracts_words(domain: str) -> None:
    forbidden = ("マルウェア", "外部通信", "合格", "安全である", "適合証明", "承認")
    found = [(code, word) for code, text in entries(domain, "ja").items() for word in forbidden if word in text]
    assert found == []


def test_compiled_catalogue_is_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "messages.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_unknown_message_and_missing_field_are_bugs() -> None:
    with pytest.raises(UnknownMessage):
        render("cli.no-such-message", "en")
    with pytest.raises(UnknownMessage):
        render("nodomain.x", "en")
    with pytest.raises(UnknownMessage):
        render("intake.changed", "en", {})


def test_arguments_are_never_templates() -> None:
    assert "{path}" in render("intake.changed", "en", {"path": "{path}"})
