"""``gate doctor``: what this system has and lacks, with the command that mends it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.parsing import confinable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.doctor.checks import Check


def build(text: Text) -> click.Command:
    """Return the command."""
    return GateCommand("doctor", text=text, params=[], callback=_doctor)


@click.pass_context
def _doctor(ctx: click.Context, /) -> int:
    from gate.cli.doctor_output import check_text, summary_text  # noqa: PLC0415  # loaded only when the command runs
    from gate.doctor.checks import mending_commands  # noqa: PLC0415  # as above
    from gate.reports.printing import printed  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    colour, width, seen = settings.colour(sys.stdout), settings.width(sys.stdout), []
    for check in _gathered(_checks(), whole=settings.verbose > 0):
        seen.append(check)
        shown = printed(check_text(check, settings.language), colour=colour, width=width)
        click.echo(shown, nl=False, color=colour)
        sys.stdout.flush()  # some of them take their time
    summary = summary_text(seen, mending_commands(seen), settings.language)
    click.echo(printed(summary, colour=colour, width=width), nl=False, color=colour)
    return 3 if any(check.state == "missing" for check in seen) else 0


def _checks() -> Iterator[Check]:
    """Look at what every command needs, or at what recipients' commands need where the others do not run."""
    if confinable():
        from gate.doctor.full import examine_system  # noqa: PLC0415  # as above
    else:
        from gate.doctor.recipients import examine_system  # noqa: PLC0415  # as above
    return examine_system()


def _gathered(checks: Iterable[Check], *, whole: bool) -> Iterator[Check]:
    """Yield checks, the many Python packages that are there as one of them unless all are asked for."""
    from gate.doctor.checks import Check  # noqa: PLC0415  # as above

    packages = 0
    for check in checks:
        if check.code == "doctor.package" and not whole:
            packages += 1
            continue
        if packages and not check.requires:
            yield Check("packages", "ok", "doctor.packages", {"count": packages})
            packages = 0
        yield check
