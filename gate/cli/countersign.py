"""``gate countersign``: verify a release that was received, and add a signature over its record."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.cli.release import BACK_ENDS
from gate.cli.settings import GateCommand, Settings
from gate.cli.sign import SHA256
from gate.errors import UsageError
from gate.paths import printable
from gate.text import render

if TYPE_CHECKING:
    from gate.countersigning import Countersigned
    from gate.policy.load import LoadedPolicy
    from gate.text import Language

_PATH = click.Path(path_type=Path)


def build(text: Text) -> click.Command:
    """Return the command."""
    params: list[click.Parameter] = [
        click.Argument(["folder"], type=_PATH, metavar="FOLDER"),
        click.Option(["--trust"], type=_PATH, required=True, metavar="FILE", help=text("option.countersign-trust")),
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.countersign-config")),
        click.Option(["--sign"], type=click.Choice(BACK_ENDS), multiple=True, help=text("option.sign")),
        click.Option(["--record-sha256"], metavar="HEX", help=text("option.expect-record")),
        click.Option(["--expect-version"], metavar="V", help=text("option.expect-version")),
    ]
    return GateCommand("countersign", text=text, params=params, callback=_countersign)


@click.pass_context
def _countersign(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.output import write_answer  # noqa: PLC0415  # loaded only when the command runs
    from gate.countersigning import countersign  # noqa: PLC0415  # as above
    from gate.signers import signers_for  # noqa: PLC0415  # as above
    from gate.verification import load_trust  # noqa: PLC0415  # as above

    settings, digest = ctx.ensure_object(Settings), values["record_sha256"]
    if digest is not None and not SHA256.fullmatch(digest):
        raise UsageError("sealing.not-a-digest", given=printable(digest)[:80])
    done = countersign(
        values["folder"],
        load_trust(values["trust"]),
        signers_for(_policy(values["config"], values["folder"]), values["sign"]),
        now=datetime.now(UTC),
        record_sha256=digest,
        expect_version=values["expect_version"],
    )
    if not settings.quiet:
        write_answer(_told(done, settings.language).encode(), None)
    return 0


def _policy(path: Path | None, folder: Path) -> LoadedPolicy:
    """Load the settings of whoever countersigns; they never lie in the release."""
    from gate.cli.options import DEFAULT_POLICY  # noqa: PLC0415  # as above
    from gate.policy import load_policy, refuse_inside  # noqa: PLC0415  # as above

    loaded = load_policy(path or (DEFAULT_POLICY if DEFAULT_POLICY.exists() else None))
    refuse_inside(loaded, [folder])
    return loaded


def _told(done: Countersigned, language: Language) -> str:
    from gate.reports.escaping import terminal  # noqa: PLC0415  # as above

    given = done.verification.deliverable
    about: dict[str, str | int] = {
        "name": given.name if given else "-",
        "version": given.version if given else "-",
        "sha256": done.record_sha256,
    }
    lines = [render("countersign.done", language, about)]
    lines += [f"  {added.path}: {added.backend}, {added.signer}" for added in done.added]
    for service in done.services:
        sent: dict[str, str | int] = {"name": service.name, "sent": service.sent}
        lines.append("  " + render("countersign.sent", language, sent))
    lines.append(render("countersign.next", language))
    return "".join(f"{terminal(line)}\n" for line in lines)
