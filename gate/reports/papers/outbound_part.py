"""Contacts with servers outside: destinations with what users are told of them, and all hosts (26-3 3(1)③, 3(6))."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.policy.findings import finding_message
from gate.reports.papers.blocks import Block, Cell, Fields, Heading, Tone, Words
from gate.reports.papers.wording import Speaker, code, one, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.policy.hosts_view import HostView, Standing
    from gate.reports.view import DeclaredHost, ReportView

MOST_DESTINATIONS: Final = 20
"""Destinations shown one by one, those that lack something first."""
_TONES: Final[dict[Standing, Tone]] = {
    "undeclared": "bad",
    "doubtful": "doubt",
    "declared": "good",
    "reviewed": "good",
    "own": "plain",
    "noted": "quiet",
}


def outbound_part(view: ReportView, say: Speaker) -> Iterator[Block]:
    """Yield the declared destinations one by one, then every host that stands for more than a link or a text."""
    yield Heading(say("outbound.title"))
    yield say.prose("outbound.note")
    ranked = sorted(view.destinations, key=lambda declared: not declared.lacking)
    for declared in ranked[:MOST_DESTINATIONS]:
        yield Heading(say("outbound.destination", host=declared.destination.host), 3)
        yield Fields(tuple(_destination(declared, say)))
    if len(ranked) > MOST_DESTINATIONS:
        yield say.prose("outbound.more", "quiet", count=len(ranked) - MOST_DESTINATIONS)
    shown = tuple(host for host in view.hosts if host.standing != "noted")
    if shown:
        yield Heading(say("outbound.hosts"), 3)
        columns = (("host", 34), ("standing", 16), ("reach", 20), ("place", 30))
        yield say.table(columns, shown, lambda host: _host(host, say))
    else:
        yield say.prose("outbound.none")
    noted = [host for host in view.hosts if host.standing == "noted"]
    if noted:
        contacts = sum(len(host.contacts) for host in noted)
        yield say.prose("outbound.noted", "quiet", hosts=len(noted), count=contacts)


def _destination(declared: DeclaredHost, say: Speaker) -> Iterator[tuple[str, Cell]]:
    """Yield what clause 3(6) asks users to be told, where they are told it, and what is lacking."""
    entry = declared.destination
    reached = say("list-separator").join(say.label("report.outbound.reach", reach) for reach in entry.reach)
    contacts = sum(len(host.contacts) for host in declared.hosts)
    yield say("outbound.purpose"), one(entry.purpose)
    yield say("outbound.how"), (plain(reached), say.words("outbound.contacts", "quiet", count=contacts))
    yield say("outbound.operator"), one(entry.operator)
    yield say("outbound.sends"), one(entry.sends)
    yield say("outbound.disable"), say.given(entry.disable)
    yield say("outbound.page"), say.missing() if entry.privacy_page is None else (code(entry.privacy_page),)
    yield say("outbound.safety"), say.given(entry.safety_check)
    yield say("outbound.spec-ref"), one(entry.spec_ref)
    decided = say("outbound.decided", name=entry.approved_by, role=entry.role, party=say.party(entry.party),
                  expires=say.day(entry.expires)[0].text)  # fmt: skip
    yield say("outbound.person"), one(decided)
    if declared.lacking:
        yield say("outbound.lacking"), tuple(plain(finding_message(each, say.language), "bad")
                                             for each in declared.lacking)  # fmt: skip


def _host(host: HostView, say: Speaker) -> tuple[Cell, ...]:
    name = code(host.host) if host.host else say.words("outbound.unknown-host", "doubt")
    standing = Words(say.label("report.outbound.standing", host.standing), _TONES[host.standing])
    declared = (code(", ".join(host.declared_by), "quiet"),) if host.declared_by else ()
    reached = tuple(Words(f"{say.label('report.outbound.reach', reach)} {count}") for reach, count in host.reaches)
    places = list(
        dict.fromkeys(
            f"{judged.fact.path}:{judged.fact.line}" if judged.fact.line else judged.fact.path
            for judged in host.contacts
        )
    )
    return (name,), (standing, *declared), reached, say.places(places)
