"""``gate check``: examine artifacts and judge them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gate.cli.language import Text
from gate.cli.options import examination_options, refuse_colliding_reports, request_of
from gate.cli.settings import GateCommand, Settings

if TYPE_CHECKING:
    from datetime import datetime

    from gate.operations import Checked
    from gate.reports.formats import Format

EXIT_CODES = {"approved": 0, "rejected": 1, "incomplete": 3}


def build(text: Text) -> click.Command:
    """Return the command."""
    return GateCommand("check", text=text, params=examination_options(text), callback=_check)


@click.pass_context
def _check(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    from gate.cli.progress import progress_for  # noqa: PLC0415  # engines are loaded only when the command runs
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.operations import check  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    refuse_colliding_reports(values)
    clock = clock_from(os.environ)
    with progress_for(settings) as progress:
        checked = check(request_of(values), clock=clock, progress=progress)
    write_reports(checked, values, settings, created=clock())
    return EXIT_CODES[checked.judgement.verdict]


def write_reports(checked: Checked, values: dict[str, Any], settings: Settings, *, created: datetime) -> None:
    """Write the answer in the chosen format and every further report."""
    from gate.cli.output import write_answer  # noqa: PLC0415  # as above

    for form, file in values["reports"]:
        write_answer(_rendered(checked, form, settings, file, created), file)
    file = values["output"]
    write_answer(_rendered(checked, values["form"], settings, file, created), file)


def _rendered(checked: Checked, form: Format, settings: Settings, file: Path | None, created: datetime) -> bytes:
    from gate.record.identity import gate_identity  # noqa: PLC0415  # as above
    from gate.reports.formats import Manner, render_report  # noqa: PLC0415  # as above
    from gate.reports.view import Issue  # noqa: PLC0415  # as above

    manner = Manner(
        settings.language,
        colour=settings.colour(sys.stdout) and file is None,
        verbose=settings.verbose > 0,
        log=file is None,
    )
    issue = Issue(created, gate_identity())
    return render_report(form, checked.examination, checked.judgement, checked.policy, issue, manner)
