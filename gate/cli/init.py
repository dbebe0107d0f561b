"""``gate init``: look at the artifacts and write a ``gate.toml`` that a person can finish."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gate.cli.approval import approval_options, take_answers
from gate.cli.language import Text
from gate.cli.options import writing_trouble
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable
from gate.text import render

_PATH = click.Path(path_type=Path)


def build(text: Text) -> click.Command:
    """Return the command."""
    params: list[click.Parameter] = [
        click.Argument(["paths"], nargs=-1, required=True, type=_PATH, metavar="PATH..."),
        click.Option(
            ["--profile"],
            type=click.Choice(["meti", "basic"]),
            default="basic",
            show_default=True,
            help=text("option.profile"),
        ),
        click.Option(
            ["-o", "--output"],
            type=_PATH,
            default=Path("gate.toml"),
            show_default=True,
            metavar="FILE",
            help=text("option.init-output"),
        ),
        *approval_options(text),
    ]
    return GateCommand("init", text=text, params=params, callback=_init)


@click.pass_context
def _init(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    """Return 0 where everything could be looked at, 3 where something that was not may need further entries."""
    from gate.cli.output import say, write_new  # noqa: PLC0415  # engines are loaded only when the command runs
    from gate.cli.progress import progress_for  # noqa: PLC0415  # as above
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.drafting import look_for_drafts  # noqa: PLC0415  # as above
    from gate.operations import CheckRequest  # noqa: PLC0415  # as above
    from gate.reports.starter import render_starter  # noqa: PLC0415  # as above

    settings, output = ctx.ensure_object(Settings), values["output"]
    if os.path.lexists(output):
        raise UsageError("cli.init.exists", path=printable(str(output)))
    if trouble := writing_trouble(output):  # before a look of minutes, not after it
        raise UsageError("cli.cannot-write", path=printable(str(output)), error=os.strerror(trouble))
    request = CheckRequest(paths=tuple(values["paths"]), jobs=min(8, os.cpu_count() or 1))
    with progress_for(settings) as progress:
        found, missed = look_for_drafts(request, clock=clock_from(os.environ), progress=progress)
    text = render_starter(found, values["profile"], settings.language, take_answers(values))
    write_new(text.encode(), output)
    drafted = len(found.executables.entries) + found.contacts.count
    if not settings.quiet:
        arguments: dict[str, str | int] = {"path": printable(str(output)), "count": drafted}
        say(render("cli.init.written", settings.language, arguments))
    if missed:
        say(render("cli.justify.unexamined", settings.language, {"count": missed}))
    return 3 if missed else 0
