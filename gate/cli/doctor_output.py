"""What ``gate doctor`` shows: a row for each thing, what to do below it, and all commands together at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gate.reports.escaping import terminal
from gate.reports.printing import Placed, line
from gate.reports.wrapping import Prose
from gate.text import Language, has_message, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.doctor.checks import Check

_STYLE: Final = {"ok": "green", "weak": "bold magenta", "missing": "bold red"}
_PLACE: Final = "doctor.program"
"""The message that is nothing but a path, which is never broken."""
_NAME: Final = 12
"""Columns of a name; a longer one has a row of its own."""


def check_text(check: Check, language: Language) -> RenderableType:
    """Return the row of one thing, and what to do where it is not well."""
    states = {state: render(f"cli.doctor.{state}", language) for state in _STYLE}
    label = max(map(cell_len, states.values()))
    state = Text(set_cell_size(states[check.state], label), style=_STYLE[check.state])
    rows: list[RenderableType] = [_row(Text.assemble(state, "  ", _name(check, language)), check, language, label)]
    if check.state != "ok":
        indent = label + 2
        rows.append(line(check.text(language, ".advice"), indent=indent))
        rows += [_command(command, indent) for command in check.commands]
    return Group(*rows)


def _name(check: Check, language: Language) -> str:
    code = f"doctor.name.{check.name.replace(' ', '-')}"
    return render(code, language) if has_message(code, language) else check.name


def _row(head: Text, check: Check, language: Language, label: int) -> RenderableType:
    """Return what was found beside the name where there is room for it, else below."""
    column = label + _NAME + 4
    said = check.text(language)
    if head.cell_len + 2 > column:
        return Group(head, line(said, indent=label + 2))
    head.pad_right(column - head.cell_len)
    if check.code == _PLACE:
        return Placed(head, said)
    table = Table.grid()
    table.add_column(width=column, no_wrap=True)
    table.add_column()
    table.add_row(head, Prose(terminal(said)))
    return table


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
