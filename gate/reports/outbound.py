"""Contacts for people: the hosts of a delivery."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gate.policy.findings import finding_message
from gate.policy.hosts_view import HostView, hosts_of
from gate.reports.escaping import shortened, terminal
from gate.reports.printing import Placed, line, printed
from gate.reports.wording import bracketed, listed
from gate.text import Language, render

if TYPE_CHECKING:
    from gate.models import Examination, JudgedOutbound, Judgement, OutboundFact

_STYLE = {
    "undeclared": "bold red",
    "doubtful": "magenta",
    "declared": "green",
    "reviewed": "green",
    "own": "green",
    "noted": "dim",
}
_SHOWN = 3
_MOST = 500
Snippet = Callable[["OutboundFact"], str]
"""Returns the source text at a contact, shown safely; empty where it cannot be had."""


def render_hosts(
    examination: Examination,
    judgement: Judgement,
    snippet: Snippet,
    *,
    language: Language,
    colour: bool,
    verbose: bool,
    width: int | None = None,
) -> str:
    """Return the view of all hosts; links and texts are counted, and listed where ``verbose``."""
    views = hosts_of(judgement)
    parts: list[RenderableType] = []
    for view in views:
        if view.standing != "noted" or verbose:
            parts += _host(view, snippet, language, verbose=verbose)
    parts.append(Text(_summary(examination, judgement, language)))
    noted = [view for view in views if view.standing == "noted"]
    if noted and not verbose:
        counted = {"hosts": len(noted), "count": sum(len(view.contacts) for view in noted)}
        parts.append(Text(render("report.outbound.noted", language, counted), style="dim"))
    return printed(Group(*parts), colour=colour, width=width)


def _host(view: HostView, snippet: Snippet, language: Language, *, verbose: bool) -> Iterator[RenderableType]:
    host = terminal(shortened(view.host)) or render("report.outbound.unknown-host", language)
    head = Text(host, style=_STYLE[view.standing])
    declared = listed(view.declared_by, language)
    head.append(f"  {render(f'report.outbound.standing.{view.standing}', language)}", style="default")
    if declared:
        head.append(bracketed(terminal(declared), language))
    yield head
    reaches = (f"{render(f'report.outbound.reach.{reach}', language)} {count}" for reach, count in view.reaches)
    counted = listed(reaches, language)
    yield Padding(Text(counted, style="dim"), (0, 0, 0, 2))
    for finding in view.lacking:
        yield line(finding_message(finding, language), "magenta", indent=2)
    shown = view.contacts[: _MOST if verbose else _SHOWN]
    for judged in shown:
        yield from _contact(judged, snippet)
    if len(shown) < len(view.contacts):
        code = "output.more" if verbose else "report.outbound.more"
        more = render(code, language, {"count": len(view.contacts) - len(shown)})
        yield Padding(Text(more, style="dim"), (0, 0, 0, 4))


def _contact(judged: JudgedOutbound, snippet: Snippet) -> Iterator[RenderableType]:
    """Yield how and where, the place last and never broken, and below it what stands there."""
    fact = judged.fact
    condition = f"  [{terminal(shortened(fact.condition))}]" if fact.condition else ""
    head = Text(f"    {fact.reach}  {terminal(shortened(fact.via))}{condition}  ")
    yield Placed(head, fact.path, ending=f":{fact.line}" if fact.line else "")
    shown = snippet(fact) or fact.url
    if shown:
        yield line(shortened(shown), "dim", indent=6)


def _summary(examination: Examination, judgement: Judgement, language: Language) -> str:
    """Say what was found and what was not read; never that there is no contact."""
    rows = [row for row in examination.coverage if row.examiner == "outbound"]
    standing = [view.standing for view in hosts_of(judgement)]
    arguments = {
        "files": sum(row.examined for row in rows),
        "unread": sum(row.gaps for row in rows),
        "undeclared": standing.count("undeclared"),
        "opaque": sum(judged.fact.reach == "opaque" for judged in judgement.outbound),
    }
    return render("report.outbound.summary", language, arguments)
