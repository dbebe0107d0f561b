"""What ``gate doctor`` shows: a row for each thing, what to do below it, and all commands together at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gate.reports.escaping import terminal
from gate.reports.printing import line
from gate.reports.wrapping import Prose
from gate.text import Language, has_message, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.doctor import Check

_STYLE: Final = {"ok": "green", "weak": "bold magenta", "missing": "bold red"}
_NAME: Final = 12
"""Columns of a name; a longer one has a row of its own."""


def check_text(check: Check, language: Language) -> RenderableType:
    """Return the row of one thing, and what to do where it is not well."""
    states = {state: render(f"cli.doctor.{state}", language) for state in _STYLE}
    label = max(map(cell_len, states.values()))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=label, no_wrap=True)
    table.add_column(width=_NAME, no_wrap=True)
    table.add_column()
    said = Prose(terminal(check.text(language)))
    code = f"doctor.name.{check.name.replace(' ', '-')}"
    name = render(code, language) if has_message(code, language) else check.name
    state = Text(states[check.state], style=_STYLE[check.state])
    rows: list[RenderableType] = [table]
    if cell_len(name) > _NAME:
        rows = [Text("  ").join((state, Text(name))), Padding(said, (0, 0, 0, label + 2))]
    else:
        table.add_row(state, name, said)
    if check.state != "ok":
        indent = label + 2
        rows.append(line(check.text(language, ".advice"), indent=indent))
        rows += [_command(command, indent) for command in check.commands]
    return Group(*rows)


def summary_text(checks: Sequence[Check], commands: Sequence[str], language: Language) -> RenderableType:
    """Return whether the gate can work here, and the commands that mend what is amiss."""
    missing = sum(check.state == "missing" for check in checks)
    weak = any(check.state == "weak" for check in checks)
    code = "unhealthy" if missing else "weak-only" if weak else "healthy"
    rows: list[RenderableType] = [Text(""), line(render(f"cli.doctor.{code}", language, {"count": missing}), "bold")]
    if commands:
        rows += [line(render("cli.doctor.commands", language)), *(_command(command, 2) for command in commands)]
    return Group(*rows)


def _command(command: str, indent: int) -> Text:
    """Return a command in one line however long it is, so that it can be copied: the terminal wraps it."""
    return Text(" " * indent + terminal(command), style="bold", no_wrap=True, overflow="ignore")
