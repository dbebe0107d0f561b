"""From rich's renderables to text, and what the reports for a terminal share."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.text import Text

from gate.reports.escaping import inert_in_logs, shortened, terminal
from gate.reports.wrapping import Prose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import ClauseStatus, Severity, Verdict

COLOURS: Final = frozenset({"red", "green", "magenta"})
"""The colours of a terminal that can be read on light and on dark backgrounds: of the others yellow and cyan fade on
white, blue on black.  Each goes with a word that says the same."""
VERDICT_STYLE: Final[Mapping[Verdict, str]] = {
    "approved": "bold green",
    "rejected": "bold red",
    "incomplete": "bold magenta",
}
SEVERITY_STYLE: Final[Mapping[Severity, str]] = {
    "reject": "bold red",
    "gap": "bold magenta",
    "warn": "magenta",
    "note": "dim",
}
STATUS_STYLE: Final[Mapping[ClauseStatus, str]] = {
    "confirmed": "green",
    "confirmed-with-exceptions": "green",
    "supported": "green",
    "violated": "red",
    "not-confirmed": "magenta",
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
    return Text(" " * indent + terminal(shortened(path)), no_wrap=True, overflow="ignore")


class Placed:
    """What is said of a place in one line, the place last; it stands below where there is no room beside it."""

    def __init__(self, head: Text, path: str, *, ending: str = "", indent: int = 6) -> None:
        self._head = head
        self._place = place(path).append(ending)
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield one line or two for the width that there is."""
        del console
        if self._head.cell_len + self._place.cell_len <= options.max_width:
            yield self._unbroken(self._head.copy().append_text(self._place))
            return
        head = self._head.copy()
        head.rstrip()
        yield self._unbroken(head)
        yield self._unbroken(Text(" " * self._indent).append_text(self._place))

    @staticmethod
    def _unbroken(text: Text) -> Text:
        text.no_wrap, text.overflow = True, "ignore"
        return text


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
