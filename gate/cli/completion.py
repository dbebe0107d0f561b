"""``gate completion``: the script that teaches a shell to complete the command, its options and their values.

The scripts are click's.  They ask ``gate`` itself, which answers from its own options and loads no engine.
"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from gate.cli.language import Text
from gate.cli.settings import GateCommand

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_GATE_COMPLETE"
"""Where a shell puts its question: the name that click looks for when ``gate`` runs."""


def build(text: Text) -> click.Command:
    """Return the command."""
    argument = click.Argument(["shell"], type=click.Choice(SHELLS), metavar="|".join(SHELLS))
    return GateCommand("completion", text=text, params=[argument], callback=_completion)


@click.pass_context
def _completion(ctx: click.Context, /, shell: str) -> int:
    kind = get_completion_class(shell)
    if kind is None:  # not before click drops a shell
        raise click.UsageError(shell)
    asked = kind(ctx.find_root().command, {}, "gate", VARIABLE)
    click.echo(asked.source_template % asked.source_vars())
    return 0
