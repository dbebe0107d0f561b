"""Options that several commands share, and what they amount to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.errors import UsageError
from gate.paths import printable

if TYPE_CHECKING:
    from gate.operations import CheckRequest

FORMATS = ("text", "json", "sarif", "junit", "markdown", "html")
"""As in ``gate.reports.formats``, which loads more than ``--help`` has time for."""
DEFAULT_POLICY = Path("gate.toml")
_PATH = click.Path(path_type=Path)


class ReportOption(click.ParamType[tuple[str, Path]]):
    """``FORMAT=FILE``: one more report beside the one on standard output."""

    name = "FORMAT=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:  # noqa: ANN401  # click's signature
        """Split and check one value."""
        if isinstance(value, tuple):
            return value
        form, separator, file = str(value).partition("=")
        if not separator or form not in FORMATS or not file:
            self.fail(f"{value!r}: FORMAT=FILE, FORMAT: {', '.join(FORMATS)}", param, ctx)
        return form, Path(file)


def examination_options(text: Text) -> list[click.Parameter]:
    """Return the options of every command that examines artifacts."""
    return [
        click.Argument(["paths"], nargs=-1, required=True, type=_PATH, metavar="PATH..."),
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.config")),
        click.Option(
            ["--format", "form"],
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            help=text("option.format"),
        ),
        click.Option(["-o", "--output"], type=_PATH, metavar="FILE", help=text("option.output")),
        click.Option(["--report", "reports"], type=ReportOption(), multiple=True, help=text("option.report")),
        click.Option(["--source"], type=_PATH, metavar="DIR", help=text("option.source")),
        click.Option(["--previous"], type=_PATH, metavar="FOLDER", help=text("option.previous")),
        click.Option(["--browser"], is_flag=True, help=text("option.browser")),
        click.Option(["-j", "--jobs"], type=click.IntRange(1, 64), default=None, metavar="N", help=text("option.jobs")),
        click.Option(["--database"], type=_PATH, metavar="DIR", help=text("option.database")),
        click.Option(["--signatures"], type=_PATH, metavar="DIR", help=text("option.signatures")),
        click.Option(["--yara-rules", "rules"], type=_PATH, metavar="DIR", help=text("option.yara-rules")),
    ]


def refuse_colliding_reports(values: dict[str, Any]) -> None:
    """Raise ``UsageError`` where two reports go to one file, or one into what is examined or onto the policy."""
    reports = [file for _, file in values.get("reports", ())]
    files = [file for file in (values["output"], *reports) if file is not None]
    real = [_real(file) for file in files]
    examined = [_real(path) for path in (*values["paths"], values["config"] or DEFAULT_POLICY)]
    for index, file in enumerate(real):
        shown = printable(str(files[index]))
        if file in real[:index]:
            raise UsageError("cli.report-twice", path=shown)
        if any(file.is_relative_to(path) for path in examined):
            raise UsageError("cli.report-inside", path=shown)


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:
        raise UsageError("cli.cannot-write", path=printable(str(path)), error=printable(str(error))) from error


def request_of(values: dict[str, Any]) -> CheckRequest:
    """Return the request for the values of :func:`examination_options`."""
    from gate.environment import builder_from  # noqa: PLC0415  # as below
    from gate.operations import CheckRequest  # noqa: PLC0415  # engines are loaded only when a command runs

    return CheckRequest(
        paths=tuple(values["paths"]),
        policy=values["config"],
        jobs=values["jobs"] or min(8, os.cpu_count() or 1),
        database=values["database"],
        signatures=values["signatures"],
        rules=values["rules"],
        browser=bool(values.get("browser")),
        source=values.get("source"),
        previous=values.get("previous"),
        builder=builder_from(os.environ),
    )
