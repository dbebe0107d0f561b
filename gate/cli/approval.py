"""Options by which whoever has entries drafted says once who approves them all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from gate.cli.language import Text
from gate.cli.settings import Settings
from gate.paths import printable
from gate.text import render

if TYPE_CHECKING:
    from gate.reports.blanks import Answers

_PARTIES: Final = {"supplier": "乙", "recipient": "甲"}
"""The parties as a person types them on any keyboard, and as the policy names them."""
_KEYS: Final = ("approved_by", "role", "party", "approved_on", "reference", "expires")


class Day(click.ParamType[date]):
    """A day of the calendar, ``YYYY-MM-DD``."""

    name = "DAY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401  # click's signature
        """Read one value."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            language = ctx.ensure_object(Settings).language if ctx else "en"
            self.fail(render("cli.not-a-day", language, {"given": printable(str(value))[:80]}), param, ctx)


class Party(click.Choice[str]):
    """A party of the contract; what the policy calls it is understood too."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401  # click's signature
        """Read one value."""
        typed = {name: party for party, name in _PARTIES.items()}
        return super().convert(typed.get(value, value), param, ctx)


def approval_options(text: Text) -> list[click.Parameter]:
    """Return the options of every command that drafts entries of a policy."""
    return [
        click.Option(["--approved-by"], metavar="NAME", help=text("option.approved-by")),
        click.Option(["--role"], metavar="ROLE", help=text("option.role")),
        click.Option(["--party"], type=Party(tuple(_PARTIES)), help=text("option.party")),
        click.Option(["--approved-on"], type=Day(), metavar="DAY", help=text("option.approved-on")),
        click.Option(["--reference"], metavar="NUMBER", help=text("option.reference")),
        click.Option(["--expires"], type=Day(), metavar="DAY", help=text("option.expires")),
    ]


def take_answers(values: dict[str, Any]) -> Answers:
    """Take what was said of the approval out of a command's values, and return it by keys of the policy."""
    said = {key: values.pop(key) for key in _KEYS}
    if said["party"] is not None:
        said["party"] = _PARTIES[said["party"]]
    return {key: value for key, value in said.items() if value is not None}
