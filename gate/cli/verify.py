"""``gate verify``: the recipient's side.  Loads no engine and uses no network."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.cli.options import format_option
from gate.cli.settings import GateCommand, Settings
from gate.errors import TrustError, VerificationError
from gate.paths import printable

if TYPE_CHECKING:
    from gate.verification import Verification

DEFAULT_TRUST = Path("trust.toml")


def build(text: Text) -> click.Command:
    """Return the command."""
    params: list[click.Parameter] = [
        click.Argument(["target"], type=click.Path(path_type=Path), metavar="TARGET"),
        click.Option(
            ["--trust"],
            type=click.Path(path_type=Path),
            default=DEFAULT_TRUST,
            metavar="FILE",
            help=text("option.trust"),
        ),
        click.Option(["--policy"], type=click.Path(path_type=Path), metavar="FILE", help=text("option.policy")),
        click.Option(
            ["--signature", "signatures"],
            type=click.Path(path_type=Path),
            multiple=True,
            metavar="FILE",
            help=text("option.signature"),
        ),
        click.Option(["--signature-only"], is_flag=True, help=text("option.signature-only")),
        click.Option(["--expect-version"], metavar="V", help=text("option.expect-version")),
        format_option(text),
    ]
    return GateCommand("verify", text=text, params=params, callback=_verify)


@click.pass_context
def _verify(ctx: click.Context, /, target: Path, trust: Path, form: str, **options: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.policy import load_policy  # noqa: PLC0415  # loaded only when the command runs
    from gate.received.target import verify_target  # noqa: PLC0415  # as above
    from gate.verification import load_trust  # noqa: PLC0415  # as above

    if not _exists(trust):
        raise TrustError("cli.no-trust", path=printable(str(trust)))
    now = datetime.now(UTC)
    outcome: Verification | VerificationError
    policy = options.pop("policy")
    try:
        outcome = verify_target(
            target, load_trust(trust), now=now, policy=load_policy(policy) if policy else None, **options
        )
    except VerificationError as refusal:
        outcome = refusal
    _write(outcome, form, ctx.ensure_object(Settings))
    return outcome.exit_code


def _write(outcome: Verification | VerificationError, form: str, settings: Settings) -> None:
    from gate.cli.output import write_answer  # noqa: PLC0415  # as above
    from gate.reports.escaping import json_inert_in_logs  # noqa: PLC0415  # as above
    from gate.reports.verification import render_verification  # noqa: PLC0415  # as above
    from gate.verification import verification_document  # noqa: PLC0415  # as above

    if form == "json":
        write_answer(json_inert_in_logs(verification_document(outcome).decode()).encode(), None)
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    colour = settings.colour(sys.stdout)
    write_answer(render_verification(outcome, language=settings.language, colour=colour, width=width).encode(), None)


def _exists(path: Path) -> bool:
    """Say whether there is such a file; a name that the system cannot even look up is none."""
    try:
        return path.exists()
    except OSError:
        return False
