"""Progress for people: one line on standard error while a command runs, and nothing in pipelines."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from gate.cli.meter import Meter, meter_line
from gate.cli.settings import Settings
from gate.text import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESHES_PER_SECOND: Final = 8


class _Line:
    """The line of a meter, made anew for every look at it, as wide as the terminal is by then."""

    def __init__(self, meter: Meter, language: Language) -> None:
        self._meter = meter
        self._language: Language = language

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        # The last column stays free: some terminals begin a new line when it is written to.
        line = meter_line(self._meter.reading(), self._language, max(options.max_width - 1, 1))
        yield Text(line, no_wrap=True, overflow="crop", end="")


def is_watched(settings: Settings, environment: Mapping[str, str]) -> bool:
    """Say whether a person looks on: a terminal that can redraw a line, no pipeline (``CI``), and nobody said no."""
    in_pipeline = environment.get("CI", "").lower() not in {"", "0", "false"}
    able = sys.stderr.isatty() and environment.get("TERM", "") not in {"dumb", ""}
    return settings.progress and not settings.quiet and able and not in_pipeline


@contextlib.contextmanager
def progress_for(settings: Settings) -> Iterator[Meter]:
    """Give the meter to report to; it is shown where a person looks on, and gone from the screen at the end."""
    meter = Meter(time.monotonic)
    if not is_watched(settings, os.environ):
        yield meter
        return
    console = Console(stderr=True, no_color=not settings.colour(sys.stderr), highlight=False)
    with Live(
        _Line(meter, settings.language),
        console=console,
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield meter
