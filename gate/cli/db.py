"""``gate db``: the malware database that the gate would use."""

from __future__ import annotations

from pathlib import Path

import click

from gate.cli.language import Text
from gate.cli.settings import GateCommand, Settings
from gate.text import render


def build(text: Text) -> click.Command:
    """Return the group with its only command of this version, ``status``."""
    group = click.Group("db", help=text("db.help"), short_help=text("db.short"))
    params: list[click.Parameter] = [
        click.Option(["--database"], type=click.Path(path_type=Path), metavar="DIR", help=text("option.database")),
    ]
    command = GateCommand("db.status", text=text, params=params, callback=_status)
    group.add_command(command, "status")
    return group


@click.pass_context
def _status(ctx: click.Context, /, database: Path | None) -> int:
    from gate.examine.antivirus.database import default_database_folder, status  # noqa: PLC0415  # loaded only when run

    settings = ctx.ensure_object(Settings)
    folder = database or default_database_folder()
    found = status(folder)
    click.echo(
        render(
            "malware.status",
            settings.language,
            {
                "folder": str(folder),
                "kind": found.kind,
                "version": found.version,
                "date": found.date or "–",
                "signatures": found.signatures,
                "sha256": found.sha256,
            },
        )
    )
    for file in found.files:
        click.echo(f"  {file.sha256}  {file.name}")
    return 0 if found.kind == "official" else 1
