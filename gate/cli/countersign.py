"""``gate countersign``: verify a release that was received, and add a signature over its record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from gate.cli.language import Text
from gate.cli.options import policy_to_sign_by, signed_answer_options, signing_config_option
from gate.cli.release import BACK_ENDS
from gate.cli.settings import GateCommand, Settings
from gate.cli.sign import SHA256
from gate.errors import UsageError
from gate.paths import printable

_PATH = click.Path(path_type=Path)


def build(text: Text) -> click.Command:
    """Return the command."""
    params: list[click.Parameter] = [
        click.Argument(["folder"], type=_PATH, metavar="FOLDER"),
        click.Option(["--trust"], type=_PATH, required=True, metavar="FILE", help=text("option.countersign-trust")),
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.countersign-config")),
        click.Option(["--sign"], type=click.Choice(BACK_ENDS), multiple=True, help=text("option.sign")),
        signing_config_option(text),
        click.Option(["--record-sha256"], metavar="HEX", help=text("option.expect-record")),
        click.Option(["--expect-version"], metavar="V", help=text("option.expect-version")),
        *signed_answer_options(text),
    ]
    return GateCommand("countersign", text=text, params=params, callback=_countersign)


@click.pass_context
def _countersign(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.signed_output import write_countersigned  # noqa: PLC0415  # loaded only when the command runs
    from gate.countersigning import countersign  # noqa: PLC0415  # as above
    from gate.signers import signers_for  # noqa: PLC0415  # as above
    from gate.verification import load_trust  # noqa: PLC0415  # as above

    settings, folder, digest = ctx.ensure_object(Settings), values["folder"], values["record_sha256"]
    if digest is not None and not SHA256.fullmatch(digest):
        raise UsageError("sealing.not-a-digest", given=printable(digest)[:80])
    done = countersign(
        folder,
        load_trust(values["trust"]),
        signers_for(policy_to_sign_by(values), values["sign"]),
        now=datetime.now(UTC),
        record_sha256=digest,
        expect_version=values["expect_version"],
    )
    write_countersigned(done, folder, values, settings)
    return 0
