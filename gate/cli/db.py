"""``gate db``: show the malware database that the gate would use, bring it up to date, or import it from files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.language import Text
from gate.cli.options import format_option
from gate.cli.output import say
from gate.cli.settings import CommandGroup, GateCommand, Settings
from gate.reports.escaping import terminal_lines

if TYPE_CHECKING:
    from gate.examine.antivirus.update import Exchanged

DEFAULT_MAX_AGE_DAYS = 3
"""What a policy asks for that says nothing else (``[malware] max_database_age_days``)."""
_FOLDER = click.Path(path_type=Path, file_okay=False)


def build(text: Text) -> click.Command:
    """Return the group with ``status``, ``update`` and ``import``."""
    group = CommandGroup("db", text=text)
    commands = {
        "status": (_status, [_folder(text, "option.database"), format_option(text), _max_age(text)]),
        "update": (_update, [_folder(text, "option.db-folder"), format_option(text), *_network_options(text)]),
        "import": (_import, [_files(), _folder(text, "option.db-folder"), format_option(text), _allow_older(text)]),
    }
    for name, (callback, params) in commands.items():
        group.add_command(GateCommand(f"db.{name}", text=text, params=params, callback=callback), name)
    return group


# --- options ----------------------------------------------------------------------------------------------------


def _folder(text: Text, help_id: str) -> click.Parameter:
    return click.Option(["--folder", "--database", "folder"], type=_FOLDER, metavar="DIR", help=text(help_id))


def _max_age(text: Text) -> click.Parameter:
    return click.Option(
        ["--max-age-days"],
        type=click.IntRange(0, 36_500),
        default=DEFAULT_MAX_AGE_DAYS,
        show_default=True,
        metavar="N",
        help=text("option.db-max-age"),
    )


def _network_options(text: Text) -> list[click.Parameter]:
    return [
        click.Option(["--mirror"], metavar="HOST|URL", help=text("option.db-mirror")),
        click.Option(["--private-mirror"], metavar="HOST|URL", help=text("option.db-private-mirror")),
        click.Option(["--proxy"], metavar="URL", envvar="GATE_DB_PROXY", help=text("option.db-proxy")),
    ]


def _files() -> click.Parameter:
    return click.Argument(["files"], nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")


def _allow_older(text: Text) -> click.Parameter:
    return click.Option(["--allow-older"], is_flag=True, help=text("option.db-allow-older"))


# --- commands ---------------------------------------------------------------------------------------------------
# Imports stand inside: `--help` must load no engine.


@click.pass_context
def _status(ctx: click.Context, /, folder: Path | None, form: str, max_age_days: int) -> int:
    from gate.cli.db_output import is_healthy, status_document, status_text  # noqa: PLC0415  # see above
    from gate.examine.antivirus.database import default_database_folder, status  # noqa: PLC0415  # see above

    settings, now = ctx.ensure_object(Settings), datetime.now(UTC)
    found = status(folder or default_database_folder())
    click.echo(
        status_document(found, now) if form == "json" else terminal_lines(status_text(found, settings.language, now))
    )
    return 0 if is_healthy(found, now, max_age_days) else 1


@click.pass_context
def _update(
    ctx: click.Context,
    /,
    folder: Path | None,
    form: str,
    mirror: str | None,
    private_mirror: str | None,
    proxy: str | None,
) -> int:
    from gate.cli.progress import progress_for  # noqa: PLC0415  # see above
    from gate.examine.antivirus.freshclam import Source  # noqa: PLC0415  # see above
    from gate.examine.antivirus.update import update  # noqa: PLC0415  # see above

    settings = ctx.ensure_object(Settings)
    source = Source(mirror, private_mirror, proxy)
    with progress_for(settings) as progress:
        result = update(folder, source, progress=progress)
    _show(result, form, settings)
    return 0


@click.pass_context
def _import(
    ctx: click.Context, /, files: tuple[Path, ...], folder: Path | None, form: str, *, allow_older: bool
) -> int:
    from gate.cli.progress import progress_for  # noqa: PLC0415  # see above
    from gate.examine.antivirus.update import import_files  # noqa: PLC0415  # see above

    settings = ctx.ensure_object(Settings)
    with progress_for(settings) as progress:
        result = import_files(folder, files, allow_older=allow_older, progress=progress)
    _show(result, form, settings)
    return 0


def _show(result: Exchanged, form: str, settings: Settings) -> None:
    """Print what came of an update or import, and warn where what is there now is old all the same."""
    from gate.cli.db_output import exchanged_text, is_healthy, status_document  # noqa: PLC0415  # see above

    now = datetime.now(UTC)
    if form == "json":
        click.echo(status_document(result.status, now, changed=result.changed))
    else:
        click.echo(terminal_lines(exchanged_text(result, settings.language, now)))
    if not is_healthy(result.status, now, DEFAULT_MAX_AGE_DAYS):
        from gate.text import render  # noqa: PLC0415  # see above

        age = result.status.age_days(now)
        about: dict[str, str | int] = {"days": "–" if age is None else age, "limit": DEFAULT_MAX_AGE_DAYS}
        say(render("malware.db-still-old", settings.language, about))
