"""Prose that wraps wherever it stands in a report for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.measure import Measurement
from rich.text import Text

from gate.reports.breaking import wrapped

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

_LEAST: Final = 12


class Prose:
    """A text that wraps wherever it stands, as a renderable of rich."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text = text
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines for the width that is left."""
        del console
        for line in wrapped(self._text, max(options.max_width, 1)) if self._text else ("",):
            yield Text(line, style=self._style, no_wrap=True, overflow="ignore")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Say how narrow and how wide the text can be."""
        del console
        whole = max(1, min(cell_len(self._text), options.max_width))
        return Measurement(min(_LEAST, whole), whole)
