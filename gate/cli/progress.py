"""Progress for people: what the run is doing and how far it is, on standard error, and nothing in pipelines."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from gate.cli.settings import Settings
from gate.pipeline import Progress, Silence
from gate.text import Language, render


class _Shown:
    """One bar over bytes: what has been examined of what intake has found so far."""

    def __init__(self, bars: Bars, language: Language) -> None:
        self._bars = bars
        self._language: Language = language
        self._task = bars.add_task("", total=None, items=0)
        self._items = 0
        self._total = 0

    def stage(self, name: str) -> None:
        """Name what is going on."""
        self._bars.update(self._task, description=render(f"cli.stage.{name}", self._language))

    def found(self, size: int) -> None:
        """Let the total grow."""
        self._total += size
        self._bars.update(self._task, total=self._total)

    def examined(self, size: int) -> None:
        """Advance by an item."""
        self._items += 1
        self._bars.update(self._task, advance=size, items=self._items)


@contextlib.contextmanager
def progress_for(settings: Settings) -> Iterator[Progress]:
    """Give the progress to report to: bars on a terminal, silence elsewhere or where it is not wanted."""
    if settings.quiet or not settings.progress or not sys.stderr.isatty():
        yield Silence()
        return
    console = Console(stderr=True, no_color=not settings.colour(sys.stderr))
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[items]}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        yield _Shown(bars, settings.language)
