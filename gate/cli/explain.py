"""``gate explain``: what a finding means, why it matters and what to do."""

from __future__ import annotations

import difflib
import sys

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable


def build(text: Text) -> click.Command:
    """Return the command."""
    return GateCommand(
        "explain",
        text=text,
        params=[click.Argument(["finding_id"], metavar="[FINDING-ID]", required=False)],
        callback=_explain,
    )


@click.pass_context
def _explain(ctx: click.Context, /, finding_id: str | None) -> int:
    from gate.policy.registry import FINDINGS  # noqa: PLC0415  # loaded only when the command runs
    from gate.reports.explanation import render_explanation, render_findings  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    colour = settings.colour(sys.stdout)
    width = settings.width(sys.stdout)
    if finding_id is None:
        click.echo(render_findings(settings.language, colour=colour, width=width), nl=False, color=colour)
        return 0
    if finding_id not in FINDINGS:
        near = difflib.get_close_matches(finding_id, FINDINGS, n=5, cutoff=0.4)
        raise UsageError("cli.unknown-finding", id=printable(finding_id), near=", ".join(near) or "–")
    text = render_explanation(finding_id, settings.language, colour=colour, width=width)
    click.echo(text, nl=False, color=colour)
    return 0
