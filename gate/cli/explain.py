"""``gate explain``: what a finding, a refusal of ``gate verify`` or a clause means, and what to do."""

from __future__ import annotations

import sys

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable


def build(text: Text) -> click.Command:
    """Return the command."""
    argument = click.Argument(["topic"], metavar="[ID]", required=False, shell_complete=_complete)
    return GateCommand("explain", text=text, params=[argument], callback=_explain)


def _complete(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from gate.reports.topics import topics  # noqa: PLC0415  # loaded only when it is asked for

    return [topic for topic in topics() if topic.startswith(begun) and " " not in topic]  # no shell would quote it


@click.pass_context
def _explain(ctx: click.Context, /, topic: str | None) -> int:
    from gate.reports.explanation import render_topic, render_topics  # noqa: PLC0415  # loaded when the command runs
    from gate.reports.topics import find_topic, near_topics  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    colour, width = settings.colour(sys.stdout), settings.width(sys.stdout)
    if topic is None:
        click.echo(render_topics(settings.language, colour=colour, width=width), nl=False, color=colour)
        return 0
    found = find_topic(topic)
    if found is None:
        near = ", ".join(near_topics(topic))
        raise UsageError(
            "cli.unknown-topic" if near else "cli.unknown-topic-alone", id=printable(topic)[:200], near=near
        )
    click.echo(render_topic(found, settings.language, colour=colour, width=width), nl=False, color=colour)
    return 0
