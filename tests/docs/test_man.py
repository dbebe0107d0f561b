"""The manual pages: made of the texts of ``--help``, whole in both languages, and set without a warning."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gate.cli.helping import Context
from gate.cli.main import COMMANDS, LazyGroup
from gate.text import LANGUAGES, Language

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "man" / "gate.1", "ja": ROOT / "man" / "ja" / "gate.1"}


def test_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "manual.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_there(language: Language) -> None:
    text = PAGES[language].read_text("utf-8").replace(r"\-", "-")
    group = LazyGroup(language)
    for name in COMMANDS:
        command = group.get_command(Context(group), name)
        assert command is not None
        inside = getattr(command, "commands", {})
        for path, each in (
            (name, command),
            *((f"{name} {inner}", inner_command) for inner, inner_command in inside.items()),
        ):
            assert f'.SS "gate {path}"' in text
            for parameter in each.params:
                if isinstance(parameter, click.Option):
                    assert all(re.search(rf"\\fB.*{re.escape(option)}\b", text) for option in parameter.opts), parameter


@pytest.mark.parametrize("language", LANGUAGES)
def test_set_without_a_warning(language: Language) -> None:
    page = PAGES[language]
    if shutil.which("groff"):
        done = subprocess.run(
            ["groff", "-ww", "-man", "-K", "utf8", "-Tutf8", page], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        assert "gate check" in re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)
    if shutil.which("mandoc"):
        done = subprocess.run(
            ["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    if not shutil.which("groff") and not shutil.which("mandoc"):
        pytest.skip("no program that sets manual pages")


def test_nothing_in_a_text_is_a_request() -> None:
    specification = importlib.util.spec_from_file_location("manual", ROOT / "tools" / "manual.py")
    assert specification is not None
    assert specification.loader is not None
    man = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(man)
    assert man.roff(".so /etc/passwd") == r"\&.so /etc/passwd"
    assert man.roff("'br") == r"\&\(aqbr"
    assert man.roff("a\n.br\nb") == "a .br b"
    assert man.roff(r"\fB-x\fR") == r"\efB\-x\efR"
    assert man.quoted('say "yes"') == r'"say \(dqyes\(dq"'
    assert man.roff("検査します。") == r"検\:査\:し\:ま\:す。"
