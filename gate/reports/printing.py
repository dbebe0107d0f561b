"""From rich's renderables to text, and what the reports for a terminal share."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from gate.reports.escaping import inert_in_logs, shortened, terminal
from gate.reports.wrapping import Prose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import ClauseStatus, Severity, Verdict

VERDICT_STYLE: Final[Mapping[Verdict, str]] = {
    "approved": "bold green",
    "rejected": "bold red",
    "incomplete": "bold yellow",
}
SEVERITY_STYLE: Final[Mapping[Severity, str]] = {
    "reject": "bold red",
    "gap": "bold yellow",
    "warn": "yellow",
    "note": "dim",
}
STATUS_STYLE: Final[Mapping[ClauseStatus, str]] = {
    "confirmed": "green",
    "confirmed-with-exceptions": "green",
    "supported": "green",
    "violated": "red",
    "not-confirmed": "yellow",
    "not-applicable": "dim",
    "out-of-scope": "dim",
}
_SHOWN: Final = 1000


def line(text: str, style: str = "", *, indent: int = 0) -> RenderableType:
    """Return a text of any origin, wrapped with its indent kept."""
    shown = Prose(terminal(shortened(text, _SHOWN)), style)
    return Padding(shown, (0, 0, 0, indent)) if indent else shown


def place(path: str, *, indent: int = 0) -> Text:
    """Return an item path that is never broken, so that it can be copied and searched for: the terminal wraps it."""
    return Text(" " * indent + terminal(shortened(path)), style="cyan", no_wrap=True, overflow="ignore")


def printed(renderable: RenderableType, *, colour: bool, width: int | None) -> str:
    """Return a renderable as lines without blanks at their ends; ``width`` is that of the terminal where None.

    Colours are the sixteen that a person has chosen for the terminal.  No line can be taken for a command by the
    runner of a pipeline.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
    )
    console.print(renderable, crop=False)
    return inert_in_logs("\n".join(row.rstrip() for row in buffer.getvalue().splitlines()) + "\n")
