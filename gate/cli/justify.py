"""``gate justify``: write ``[[executable]]`` entries, to be filled in, for what a check finds without justification."""

from __future__ import annotations

import os
from typing import Any

import click

from gate.cli.approval import approval_options, take_answers
from gate.cli.language import Text
from gate.cli.options import examination_options, refuse_colliding_reports, request_of
from gate.cli.output import say
from gate.cli.settings import GateCommand, Settings
from gate.text import render

_NOT_HERE = {"form", "reports", "source"}
"""Options of ``check`` that make no sense where the answer is part of a policy file."""


def build(text: Text) -> click.Command:
    """Return the command."""
    params = [each for each in examination_options(text) if each.name not in _NOT_HERE]
    params += approval_options(text)
    return GateCommand("justify", text=text, params=params, callback=_justify)


@click.pass_context
def _justify(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    """Return 0 where every item could be examined for executables, 3 where something that was not may hold more."""
    from gate.cli.output import write_answer  # noqa: PLC0415  # engines are loaded only when the command runs
    from gate.cli.progress import progress_for  # noqa: PLC0415  # as above
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.operations import check  # noqa: PLC0415  # as above
    from gate.policy.drafts import draft, unexamined  # noqa: PLC0415  # as above
    from gate.reports.drafts import render_drafts  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    refuse_colliding_reports(values)
    with progress_for(settings) as progress:
        checked = check(request_of(values), clock=clock_from(os.environ), progress=progress)
    drafts = draft(checked.judgement, checked.policy.policy)
    text = render_drafts(drafts, settings.language, take_answers(values))
    write_answer(text.encode(), values["output"])
    missed = unexamined(checked.judgement)
    if not settings.quiet:
        _say("cli.justify.drafted" if drafts.entries else "cli.justify.nothing", settings, count=len(drafts.entries))
    if missed:
        _say("cli.justify.unexamined", settings, count=missed)
    return 3 if missed else 0


def _say(code: str, settings: Settings, **arguments: int) -> None:
    say(render(code, settings.language, arguments))
