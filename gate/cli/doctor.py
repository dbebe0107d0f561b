"""``gate doctor``: what this system has and lacks, with the command that mends it."""

from __future__ import annotations

import sys

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.reports.escaping import terminal_lines
from gate.text import render

_STYLE = {"ok": "green", "weak": "yellow", "missing": "red"}


def build(text: Text) -> click.Command:
    """Return the command."""
    return GateCommand("doctor", text=text, params=[], callback=_doctor)


@click.pass_context
def _doctor(ctx: click.Context, /) -> int:
    from gate.doctor import examine_system  # noqa: PLC0415  # loaded only when the command runs

    settings = ctx.ensure_object(Settings)
    colour = settings.colour(sys.stdout)
    healthy = True
    for check in examine_system():
        healthy = healthy and check.state != "missing"
        label = render(f"cli.doctor.{check.state}", settings.language)
        click.echo(
            click.style(f"{label:8}", fg=_STYLE[check.state])
            + f" {check.name:12} "
            + terminal_lines(render(check.code, settings.language, check.arguments)),
            color=colour,
        )
        if check.state != "ok":
            advice = terminal_lines(render(f"{check.code}.advice", settings.language, check.arguments))
            click.echo(f"{'':9}{advice}", color=colour)
    return 0 if healthy else 3
