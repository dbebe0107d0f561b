"""``gate release``: examine a private copy of the artifacts, and sign and deliver it where it is approved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from gate.cli.check import EXIT_CODES, write_reports
from gate.cli.language import Text
from gate.cli.options import (
    archive_option,
    examination_options,
    refuse_colliding_reports,
    request_of,
    signing_config_option,
)
from gate.cli.output import say
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable
from gate.text import render

BACK_ENDS = ("openpgp", "x509", "keyless")


def build(text: Text) -> click.Command:
    """Return the command."""
    params = [
        *examination_options(text),
        click.Option(
            ["--out"], type=click.Path(path_type=Path), required=True, metavar="FOLDER", help=text("option.out")
        ),
        click.Option(["--sign"], type=click.Choice(BACK_ENDS), multiple=True, help=text("option.sign")),
        click.Option(["--sign-each"], is_flag=True, help=text("option.sign-each")),
        signing_config_option(text),
        archive_option(text),
        click.Option(["--unsigned"], is_flag=True, help=text("option.unsigned")),
    ]
    return GateCommand("release", text=text, params=params, callback=_release)


@click.pass_context
def _release(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.progress import progress_for  # noqa: PLC0415  # engines are loaded only when the command runs
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.operations import policy_for  # noqa: PLC0415  # as above
    from gate.releasing import release, release_unsigned  # noqa: PLC0415  # as above
    from gate.signers import promised_signers_for, signers_for  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    refuse_colliding_reports(values)
    request = request_of(values)
    clock = clock_from(os.environ)
    loaded, wanted, out = policy_for(request), values["sign"], values["out"]
    if values["unsigned"]:
        if values["archive"]:
            raise UsageError("archive.unsigned")
        promised = promised_signers_for(loaded, wanted, each=values["sign_each"])
        with progress_for(settings) as progress:
            checked, delivered = release_unsigned(request, out, promised, clock=clock, progress=progress)
    else:
        signers = signers_for(loaded, wanted, each=values["sign_each"])
        with progress_for(settings) as progress:
            checked, delivered = release(
                request, out, signers, clock=clock, progress=progress, archive=values["archive"]
            )
    write_reports(checked, values, settings, created=clock())
    if delivered is not None and not settings.quiet:
        about: dict[str, str | int] = {"folder": printable(str(out)), "sha256": delivered.record_sha256}
        say(render("cli.delivered-unsigned" if values["unsigned"] else "cli.delivered", settings.language, about))
        if values["archive"]:
            path = printable(f"{out}.{values['archive']}")
            say(render("cli.archived", settings.language, {"path": path}))
    return EXIT_CODES[checked.judgement.verdict]
