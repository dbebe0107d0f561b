"""``gate report``: show a release folder once more, or write the plan of how the contract will be kept."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gate.cli.language import Text
from gate.cli.options import DEFAULT_POLICY, format_option
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.paths import printable

if TYPE_CHECKING:
    from datetime import datetime

    from gate.text import Language

FORMS = ("html", "markdown", "pdf")
_PATH = click.Path(path_type=Path)


def build(text: Text) -> click.Command:
    """Return the command."""
    params: list[click.Parameter] = [
        click.Argument(["folder"], type=_PATH, required=False, metavar="[FOLDER]"),
        click.Option(["--plan"], is_flag=True, help=text("option.plan")),
        click.Option(["-c", "--config"], type=_PATH, metavar="FILE", help=text("option.config")),
        format_option(text, FORMS),
        click.Option(["-o", "--output"], type=_PATH, metavar="FILE", help=text("option.output")),
    ]
    return GateCommand("report", text=text, params=params, callback=_report)


@click.pass_context
def _report(
    ctx: click.Context, /, folder: Path | None, plan: bool, config: Path | None, form: str, output: Path | None
) -> int:
    from gate.cli.output import write_answer  # noqa: PLC0415  # loaded only when the command runs
    from gate.clock import clock_from  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    if plan == (folder is not None) or (config is not None and not plan):
        raise UsageError("cli.report-what")
    if folder is not None and output is not None and _lies_in(output, folder):
        raise UsageError("cli.report-in-release", path=printable(str(output)))
    if form == "pdf" and output is None and sys.stdout.isatty():
        raise UsageError("cli.pdf-terminal")
    created = clock_from(os.environ)()
    data = _plan(config, form, settings.language, created) if folder is None else (
        _release(folder, form, settings.language, created)
    )  # fmt: skip
    write_answer(data, output)
    return 0


def _lies_in(file: Path, folder: Path) -> bool:
    """Say whether a file would be written into a release, which is none any more then."""
    try:
        return file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False  # whoever opens them says what is wrong


def _plan(config: Path | None, form: str, language: Language, created: datetime) -> bytes:
    from gate.policy import load_policy  # noqa: PLC0415  # as above
    from gate.reports.papers.plan import compose_plan  # noqa: PLC0415  # as above
    from gate.reports.papers.rendered import render_paper  # noqa: PLC0415  # as above

    path = config or (DEFAULT_POLICY if DEFAULT_POLICY.exists() else None)
    paper = compose_plan(load_policy(path), language, created=created)
    return render_paper(paper, form, created=created, environment=os.environ)


def _release(folder: Path, form: str, language: Language, created: datetime) -> bytes:
    from gate.record.identity import gate_identity  # noqa: PLC0415  # as above
    from gate.rendering import read_release  # noqa: PLC0415  # as above
    from gate.reports.markdown import render_markdown  # noqa: PLC0415  # as above
    from gate.reports.papers.rendered import render_paper  # noqa: PLC0415  # as above
    from gate.reports.papers.report import compose_report  # noqa: PLC0415  # as above
    from gate.reports.view import Issue, build_view  # noqa: PLC0415  # as above

    release = read_release(folder)
    issue = Issue(created, gate_identity(), release.number, rendering="differs" if release.differs else "same")
    view = build_view(release.examination, release.judgement, release.policy, issue, release.promised)
    if form == "markdown":
        return render_markdown(view, language=language).encode()
    return render_paper(compose_report(view, language), form, created=created, environment=os.environ)
