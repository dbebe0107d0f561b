"""Help that fits the terminal, Japanese as well, and the command line library's own words in the reader's language."""

from __future__ import annotations

import contextlib
import gettext
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import click
from rich.cells import cell_len

from gate.reports.breaking import wrapped
from gate.text import LOCALE_FOLDER

if TYPE_CHECKING:
    from gate.text import Language

WIDEST: Final = 110
"""Columns beyond which lines are hard to read."""
NARROWEST: Final = 30
_DOMAIN: Final = "click"
_CHOSEN: Final = "LANGUAGE"
"""The variable that gettext asks first."""
_started_with: list[str | None] = []
"""What it was before, while it is another."""
_NAMES: Final = 30
_HANGING: Final = 4
_LEAST_TEXT: Final = 24


@contextlib.contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Let click speak the language: its texts go through gettext, whose catalogue ``click.po`` is.

    The environment is that of before while a command runs (:func:`unchanged_environment`), and after.
    """
    domain = gettext.textdomain()
    gettext.bindtextdomain(_DOMAIN, str(LOCALE_FOLDER))
    gettext.textdomain(_DOMAIN)
    _started_with.append(os.environ.get(_CHOSEN))
    os.environ[_CHOSEN] = language
    try:
        yield
    finally:
        gettext.textdomain(domain)
        _choose(_started_with.pop())


@contextlib.contextmanager
def unchanged_environment() -> Iterator[None]:
    """Give back the environment for as long as a command runs: what it starts is not to be told a language."""
    chosen = os.environ.get(_CHOSEN)
    if _started_with:
        _choose(_started_with[-1])
    try:
        yield
    finally:
        _choose(chosen)


def _choose(value: str | None) -> None:
    if value is None:
        os.environ.pop(_CHOSEN, None)
    else:
        os.environ[_CHOSEN] = value


def help_width() -> int:
    """Return the columns that help is written in."""
    columns = shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80
    return max(NARROWEST, min(columns, WIDEST))


class Formatter(click.HelpFormatter):
    """Wraps by columns, not by characters."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called; further lines hang below the first."""
        first, *rest = wrapped(f"{prefix or gettext.gettext('Usage:')} {prog} {args}", self.width, whole=True)
        hanging = wrapped(" ".join(rest), self.width - _HANGING, whole=True)
        self.write("".join(f"{line}\n" for line in (first, *(f"{' ' * _HANGING}{line}" for line in hanging))))

    def write_text(self, text: str) -> None:
        """Write paragraphs, which stand apart by a blank line."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(text.split("\n\n")):
            if number:
                self.write("\n")
            for line in wrapped(" ".join(paragraph.split()), self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _NAMES, col_spacing: int = 2) -> None:
        """Write names and their texts beside each other, or below where a name is long or the terminal narrow."""
        rows = list(rows)
        widest = max((cell_len(name) for name, _ in rows if cell_len(name) <= col_max), default=0)
        column = self.current_indent + widest + col_spacing
        if self.width - column < _LEAST_TEXT:
            column = self.current_indent + 2 * col_spacing
        for name, text in rows:
            head = " " * self.current_indent + name
            lines = list(wrapped(text, self.width - column))
            if lines and cell_len(head) + col_spacing <= column:
                head += " " * (column - cell_len(head)) + lines.pop(0)
            self.write("".join(f"{line}\n" for line in (head, *(" " * column + line for line in lines))))


class Context(click.Context):
    """A context whose help is made by :class:`Formatter`."""

    formatter_class = Formatter

    def make_formatter(self) -> click.HelpFormatter:
        """Return a formatter for the terminal at hand, or for the width that was asked for."""
        return self.formatter_class(width=self.terminal_width or help_width())
