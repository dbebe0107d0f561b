"""``gate sign``: sign a release that another job has examined; nothing is examined here, and everything is checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

from gate.cli.language import Text
from gate.cli.options import archive_option, policy_to_sign_by, signed_answer_options, signing_config_option
from gate.cli.release import BACK_ENDS
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable

SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


def build(text: Text) -> click.Command:
    """Return the command."""
    path = click.Path(path_type=Path)
    params: list[click.Parameter] = [
        click.Argument(["folder"], type=path, metavar="FOLDER"),
        click.Option(["--record-sha256"], required=True, metavar="HEX", help=text("option.record-sha256")),
        click.Option(["-c", "--config"], type=path, metavar="FILE", help=text("option.config")),
        click.Option(["--sign"], type=click.Choice(BACK_ENDS), multiple=True, help=text("option.sign")),
        signing_config_option(text),
        archive_option(text),
        *signed_answer_options(text),
    ]
    return GateCommand("sign", text=text, params=params, callback=_sign)


@click.pass_context
def _sign(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.progress import progress_for  # noqa: PLC0415  # loaded only when the command runs
    from gate.cli.signed_output import write_sealed  # noqa: PLC0415  # as above
    from gate.sealing import seal  # noqa: PLC0415  # as above
    from gate.signers import signers_for  # noqa: PLC0415  # as above

    settings, folder = ctx.ensure_object(Settings), values["folder"]
    digest = values["record_sha256"]
    if not SHA256.fullmatch(digest):
        raise UsageError("sealing.not-a-digest", given=printable(digest)[:80])
    loaded = policy_to_sign_by(values)
    signers = signers_for(loaded, values["sign"])
    with progress_for(settings) as progress:
        sealed = seal(folder, digest.lower(), signers, policy=loaded, step=progress.stage, form=values["archive"])
    write_sealed(sealed, folder, values, settings)
    return 0
