"""Options that several commands share, and what they amount to."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from gate.cli.language import Text
from gate.errors import UsageError
from gate.paths import printable

if TYPE_CHECKING:
    from gate.operations import CheckRequest
    from gate.policy import LoadedPolicy

FORMATS = ("text", "json", "sarif", "junit", "markdown", "html")
"""As in ``gate.reports.formats``, which loads more than ``--help`` has time for."""
DEFAULT_POLICY = Path("gate.toml")
_PATH = click.Path(path_type=Path)


def archive_option(text: Text) -> click.Option:
    """Return the option of every command that signs for an archive beside the release folder."""
    return click.Option(["--archive"], type=click.Choice(("zip", "tar")), help=text("option.archive"))


def signing_config_option(text: Text) -> click.Option:
    """Return the option of every command that signs for a file with ``[signing]``."""
    return click.Option(["--signing-config"], type=_PATH, metavar="FILE", help=text("option.signing-config"))


def format_option(text: Text, forms: Sequence[str] = ("text", "json")) -> click.Option:
    """Return the option for the form of what a command answers; the first form is the default."""
    choice = click.Choice(forms)
    return click.Option(
        ["--format", "form"], type=choice, default=forms[0], show_default=True, help=text("option.format")
    )


def signed_answer_options(text: Text) -> list[click.Parameter]:
    """Return the options of every command that signs what is there already, for what it answers."""
    return [
        format_option(text),
        click.Option(["-o", "--output"], type=_PATH, metavar="FILE", help=text("option.output")),
    ]


def policy_to_sign_by(values: dict[str, Any]) -> LoadedPolicy:
    """Return the policy of whoever signs the release ``folder``, with what ``--signing-config`` says.

    Nothing of it may lie in that release: ``PolicyError`` where it does, or it cannot be used.  Raises ``UsageError``
    where the answer could not be written, or would lie where it has no business.
    """
    from gate.policy import load_policy, refuse_inside, with_signing_config  # noqa: PLC0415  # for these commands alone

    folder, trust = values["folder"], values.get("trust")
    read = [folder] if trust is None else [folder, trust]
    beside = {"out": _real(folder)} if values.get("archive") else {}
    refuse_colliding_reports({**values, "paths": read, **beside})
    loaded = load_policy(values["config"] or (DEFAULT_POLICY if DEFAULT_POLICY.exists() else None))
    if values["signing_config"] is not None:
        loaded = with_signing_config(loaded, values["signing_config"])
    refuse_inside(loaded, [folder])
    return loaded


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

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Offer the formats; what follows them is for the person to name."""
        del ctx, param
        return [CompletionItem(f"{form}=") for form in FORMATS if form.startswith(incomplete)]


def examination_options(text: Text) -> list[click.Parameter]:
    """Return the options of every command that examines artifacts."""
    return [
        click.Argument(["paths"], nargs=-1, required=True, type=_PATH, metavar="PATH..."),
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.config")),
        format_option(text, FORMATS),
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
    """Raise ``UsageError`` where two reports go to one file, one onto what is read or delivered, or nowhere.

    So nobody waits for a run, or finds a release delivered, whose report cannot be written.
    """
    reports = [file for _, file in values.get("reports", ())]
    files = [file for file in (values["output"], *reports) if file is not None]
    real = [_real(file) for file in files]
    examined = list(_examined(values))
    for index, file in enumerate(real):
        shown = printable(str(files[index]))
        if file in real[:index]:
            raise UsageError("cli.report-twice", path=shown)
        if any(file.is_relative_to(path) for path in examined):
            raise UsageError("cli.report-inside", path=shown)
        if trouble := writing_trouble(file):
            raise UsageError("cli.cannot-write", path=shown, error=os.strerror(trouble))


def writing_trouble(file: Path) -> int:
    """Return the number of the error that writing a file would meet, 0 where none is in sight."""
    try:
        if file.is_dir():
            return errno.EISDIR
        if file.exists() and not file.is_file():
            return 0  # a pipe or device, which is written to as it is
        if not file.parent.is_dir():
            return errno.ENOENT
    except OSError as error:  # a name that the system cannot even look up
        return error.errno or errno.EIO
    return 0 if os.access(file.parent, os.W_OK | os.X_OK) else errno.EACCES


def _real(path: Path) -> Path:
    try:
        real = path.resolve()
        real.exists()  # raises for names that the system cannot even look up
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError("cli.cannot-write", path=printable(str(path)), error=printable(reason)) from error
    return real


def _examined(values: dict[str, Any]) -> Iterator[Path]:
    """Yield what the run will read, and the archive that it writes; whoever opens them refuses what cannot be found."""
    archive = [Path(f"{values['out']}.{values['archive']}")] if values.get("archive") else []
    signing = [values["signing_config"]] if values.get("signing_config") else []
    for path in (*values["paths"], values["config"] or DEFAULT_POLICY, *signing, *archive):
        with contextlib.suppress(OSError, RuntimeError):
            yield path.resolve()


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
        signing_config=values.get("signing_config"),
        builder=builder_from(os.environ),
    )
