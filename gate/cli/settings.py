"""The global options, accepted before and after the subcommand, and what they amount to."""

from __future__ import annotations

import difflib
import gettext
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import click

from gate.cli.helping import Context, unchanged_environment
from gate.cli.language import Text
from gate.errors import UsageError
from gate.parsing import confinable
from gate.text import Language

WIDTH = 100
"""Columns where there is no terminal."""
EVERYWHERE = frozenset({"verify", "report", "explain", "completion", "doctor", "trust.init", "trust.sheet"})
"""Commands that also run where nothing can be confined: no engine of theirs reads an artifact."""


@dataclass
class Settings:
    """How to talk to the person who runs the gate."""

    language: Language = "en"
    colour_choice: str = "auto"
    progress: bool = True
    verbose: int = 0
    quiet: bool = False

    def colour(self, stream: IO[str]) -> bool:
        """Say whether to colour what goes to ``stream``.

        ``--color`` decides; else no colour with NO_COLOR (no-color.org), colour with CLICOLOR_FORCE and none with
        ``CLICOLOR=0`` (bixense.com/clicolors), none on a terminal that knows none, else what a terminal has.
        """
        if self.colour_choice != "auto":
            return self.colour_choice == "always"
        environment = os.environ
        if environment.get("NO_COLOR"):
            return False
        if environment.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
            return True
        return stream.isatty() and environment.get("CLICOLOR") != "0" and environment.get("TERM") != "dumb"

    def width(self, stream: IO[str]) -> int | None:
        """Return the columns to write to ``stream`` in: None for those of the terminal that it is."""
        return None if stream.isatty() else WIDTH


def global_options(text: Text) -> list[click.Parameter]:
    """Return fresh option objects; a value given after the subcommand wins over one before it."""
    return [
        click.Option(
            ["--lang"],
            type=click.Choice(["ja", "en"]),
            help=text("option.lang"),
            expose_value=False,
            callback=_remember("language"),
        ),
        click.Option(
            ["--color"],
            type=click.Choice(["auto", "always", "never"]),
            help=text("option.color"),
            expose_value=False,
            callback=_remember("colour_choice"),
        ),
        click.Option(
            ["--no-progress"],
            is_flag=True,
            help=text("option.no-progress"),
            expose_value=False,
            callback=_remember("progress", absent=True),
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            help=text("option.verbose"),
            expose_value=False,
            callback=_remember("verbose"),
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, help=text("option.quiet"), expose_value=False, callback=_remember("quiet")
        ),
    ]


def _remember(name: str, *, absent: bool = False) -> Any:  # noqa: ANN401  # click's callback type is not public
    def callback(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
        if value:
            setattr(ctx.ensure_object(Settings), name, not value if absent else value)

    return callback


class Group(click.Group):
    """A group whose help fits the terminal, and which answers a mistyped command with those that look like it."""

    context_class = Context

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand; raises ``click.UsageError`` where there is none of the name."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None and not ctx.resilient_parsing:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=3)
            problem = gettext.gettext("No such command {name!r}.").format(name=name)
            raise click.UsageError(f"{problem} {_possibilities(near)}".rstrip(), ctx)
        return super().resolve_command(ctx, args)


class CommandGroup(Group):
    """A subcommand with commands of its own; the global options may stand before and after their names."""

    def __init__(self, name: str, *, text: Text) -> None:
        super().__init__(
            name,
            help=text(f"{name}.help"),
            short_help=text(f"{name}.short"),
            params=global_options(text),
            callback=lambda **_: None,
        )


def _possibilities(near: Sequence[str]) -> str:
    """Return the names that are meant, perhaps, in click's own words (``click.po``); nothing where there are none."""
    if not near:
        return ""
    text = gettext.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", len(near))
    named = ", ".join(map(repr, near))
    return text.format(possibility=named, possibilities=named)


class GateCommand(click.Command):
    """A subcommand that takes the global options too; its help lists its own options first."""

    context_class = Context

    def __init__(self, name: str, *, text: Text, params: list[click.Parameter], callback: Any) -> None:  # noqa: ANN401  # as click declares it
        super().__init__(
            name,
            params=[*params, *global_options(text)],
            callback=callback,
            help=text(f"{name}.help"),
            short_help=text(f"{name}.short"),
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  # as click declares it
        """Run it in the environment that the gate was started in.

        Raises ``UsageError`` where this system cannot confine what it would have to.
        """
        if self.name not in EVERYWHERE and not confinable():
            raise UsageError("cli.linux-only", command=ctx.command_path)
        with unchanged_environment():
            return super().invoke(ctx)
