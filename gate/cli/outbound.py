"""``gate outbound``: the servers that a delivery would contact, for people; drafts of destinations; a header."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from gate.cli.approval import approval_options, take_answers
from gate.cli.language import Text
from gate.cli.options import examination_options, refuse_colliding_reports, request_of
from gate.cli.settings import GateCommand, Settings
from gate.errors import UsageError
from gate.text import render

if TYPE_CHECKING:
    from gate.models import OutboundFact
    from gate.operations import Checked, CheckRequest

_NOT_HERE = {"form", "reports", "database", "signatures", "rules", "source"}
"""Options of ``check`` for other answers, or for engines that do not run here."""


def build(text: Text) -> click.Command:
    """Return the command."""
    params = [each for each in examination_options(text) if each.name not in _NOT_HERE]
    params += [
        click.Option(["--write"], is_flag=True, help=text("option.write")),
        click.Option(["--csp"], is_flag=True, help=text("option.csp")),
        *approval_options(text),
    ]
    return GateCommand("outbound", text=text, params=params, callback=_outbound)


@click.pass_context
def _outbound(ctx: click.Context, /, **values: Any) -> int:  # noqa: ANN401  # click hands options over by name
    """Return 0 where nothing stands against the clauses, 1 where something does, 3 where reading cannot tell."""
    from gate.cli.output import say, write_answer  # noqa: PLC0415  # readers are loaded only when the command runs
    from gate.cli.progress import progress_for  # noqa: PLC0415  # as above
    from gate.clock import clock_from  # noqa: PLC0415  # as above
    from gate.operations import look_at_contacts  # noqa: PLC0415  # as above
    from gate.reports.wording import problem_advice, problem_text  # noqa: PLC0415  # as above

    settings = ctx.ensure_object(Settings)
    refuse_colliding_reports(values)
    if values["write"] and values["csp"]:
        raise UsageError("cli.outbound.one-answer")
    request = request_of({**dict.fromkeys(_NOT_HERE), **values})
    with progress_for(settings) as progress:
        checked = look_at_contacts(request, clock=clock_from(os.environ), progress=progress)
    write_answer(_answer(checked, request, values, settings).encode(), values["output"])
    for problem in checked.examination.problems:
        say(problem_text(problem, settings.language))
        say(problem_advice(problem, settings.language))
    unread = sum(row.gaps for row in checked.examination.coverage)
    if unread and not settings.quiet:
        say(render("cli.outbound.unread", settings.language, {"count": unread}))
    return _status(checked, unread=unread)


def _status(checked: Checked, *, unread: int) -> int:
    """Return the exit code; what a person has yet to look at is no yes, as little as what could not be read."""
    standing = {
        finding.severity
        for finding in checked.judgement.findings
        if finding.id.startswith("outbound/") and finding.suppressed_by is None
    }
    open_question = unread or checked.examination.problems or "warn" in standing
    return 1 if "reject" in standing else 3 if open_question else 0


def _answer(checked: Checked, request: CheckRequest, values: dict[str, Any], settings: Settings) -> str:
    from gate.operations import source_line  # noqa: PLC0415  # as above
    from gate.policy.contact_drafts import draft_contacts  # noqa: PLC0415  # as above
    from gate.policy.content_security import content_security_policy  # noqa: PLC0415  # as above
    from gate.reports.contact_drafts import render_contact_drafts  # noqa: PLC0415  # as above
    from gate.reports.outbound import render_hosts  # noqa: PLC0415  # as above

    policy = checked.policy.policy
    if values["csp"]:
        return f"Content-Security-Policy: {content_security_policy(checked.judgement, policy)}\n"
    if values["write"]:
        return render_contact_drafts(draft_contacts(checked.judgement, policy), settings.language, take_answers(values))

    def snippet(fact: OutboundFact) -> str:
        return source_line(request, fact.path, fact.line)

    return render_hosts(
        checked.examination,
        checked.judgement,
        snippet,
        language=settings.language,
        colour=settings.colour(sys.stdout) and values["output"] is None,
        verbose=settings.verbose > 0,
    )
