"""``gate sign``: sign a release that another job has examined; nothing is examined here, and everything is checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import click

from gate.cli.language import Text
from gate.cli.options import DEFAULT_POLICY, archive_option, signing_config_option
from gate.cli.output import write_answer
from gate.cli.release import BACK_ENDS
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable
from gate.text import render

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
    ]
    return GateCommand("sign", text=text, params=params, callback=_sign)


@click.pass_context
def _sign(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.progress import progress_for  # noqa: PLC0415  # loaded only when the command runs
    from gate.policy import load_policy, refuse_inside, with_signing_config  # noqa: PLC0415  # as above
    from gate.reports.escaping import terminal_lines  # noqa: PLC0415  # as above
    from gate.sealing import seal  # noqa: PLC0415  # as above
    from gate.signers import signers_for  # noqa: PLC0415  # as above

    settings, folder = ctx.ensure_object(Settings), values["folder"]
    digest = values["record_sha256"]
    if not SHA256.fullmatch(digest):
        raise UsageError("sealing.not-a-digest", given=printable(digest)[:80])
    loaded = load_policy(values["config"] or (DEFAULT_POLICY if DEFAULT_POLICY.exists() else None))
    if values["signing_config"] is not None:
        loaded = with_signing_config(loaded, values["signing_config"])
    refuse_inside(loaded, [folder])
    signers = signers_for(loaded, values["sign"])
    with progress_for(settings) as progress:
        sealed = seal(folder, digest.lower(), signers, policy=loaded, step=progress.stage, form=values["archive"])
    if not settings.quiet:
        who = dict.fromkeys(f"{each.backend} {each.signer}" for each in sealed.signatures)
        about: dict[str, str | int] = {
            "folder": printable(str(folder)),
            "deliverable": sealed.deliverable or "–",
            "sha256": sealed.record_sha256,
            "created": sealed.created,
            "signers": "; ".join(who),
        }
        lines = [render("cli.sealed", settings.language, about)]
        if values["archive"]:
            path = printable(str(sealed.folder.with_name(f"{sealed.folder.name}.{values['archive']}")))
            lines.append(render("cli.archived", settings.language, {"path": path}))
        write_answer("".join(f"{terminal_lines(line)}\n" for line in lines).encode(), None)
    return 0
