"""The hosts that a delivery contacts, in its record: by host, with what declares or disposes of each contact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from gate.models import Reach  # pydantic reads the annotations of documents when the module is loaded
from gate.policy.hosts_view import Standing, hosts_of  # as above
from gate.record.identity import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Finding, Judgement
    from gate.policy.hosts_view import HostView
    from gate.policy.model import Policy

MOST_HOSTS: Final = 1000
"""How many hosts are listed, what stands against the clause first; ``result.json`` lists every contact."""
_PLACES: Final = 5
"""How many items are named in which a host is contacted."""
_NO_HOST: Final = "–"
"""What findings show where reading cannot tell the host."""


@dataclass(frozen=True, slots=True)
class RecordHost:
    """A host (empty: not known) with all contacts of one standing.

    ``reaches`` counts contacts by how they come about, ``places`` are the first items that hold one.  ``declared_by``
    are ids of destinations, ``reviewed_by`` those of the dispositions by which contacts were set aside.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    host: str
    standing: Standing
    contacts: int
    reaches: dict[Reach, int]
    places: tuple[str, ...]
    declared_by: tuple[str, ...]
    reviewed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordDestination:
    """A declared destination that covers a contact: what is sent to whom, what for, and how users can stop it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    id: str
    host: str
    url: str | None
    reach: tuple[Reach, ...]
    purpose: str
    operator: str
    sends: str
    disable: str | None
    privacy_page: str | None
    safety_check: str | None
    spec_ref: str


def record_hosts(judgement: Judgement) -> tuple[tuple[RecordHost, ...], int]:
    """Return the hosts of the record, and how many are left out of it."""
    views = hosts_of(judgement)
    reviewed = _reviewed(judgement.findings)
    listed = tuple(_host(view, reviewed.get(view.host, set())) for view in views[:MOST_HOSTS])
    return listed, len(views) - len(listed)


def _host(view: HostView, reviewed: Iterable[str]) -> RecordHost:
    places = sorted({judged.fact.path for judged in view.contacts})
    return RecordHost(
        host=view.host,
        standing=view.standing,
        contacts=len(view.contacts),
        reaches=dict(view.reaches),
        places=tuple(places[:_PLACES]),
        declared_by=view.declared_by,
        reviewed_by=tuple(sorted(reviewed)) if view.standing == "reviewed" else (),
    )


def _reviewed(findings: Iterable[Finding]) -> dict[str, set[str]]:
    """Return the ids of the dispositions by which contacts with a host were set aside, by host."""
    found: dict[str, set[str]] = {}
    for finding in findings:
        if finding.suppressed_by and "host" in finding.args and "via" in finding.args:
            host = str(finding.args["host"])
            found.setdefault("" if host == _NO_HOST else host, set()).add(finding.suppressed_by)
    return found


def record_destinations(judgement: Judgement, policy: Policy) -> tuple[RecordDestination, ...]:
    """Return the destinations that cover a contact, in the order of the policy."""
    used = {judged.declared_by for judged in judgement.outbound}
    return tuple(
        RecordDestination(
            id=entry.id,
            host=entry.host,
            url=entry.url,
            reach=entry.reach,
            purpose=entry.purpose,
            operator=entry.operator,
            sends=entry.sends,
            disable=entry.disable,
            privacy_page=entry.privacy_page,
            safety_check=entry.safety_check,
            spec_ref=entry.spec_ref,
        )
        for entry in policy.outbound.destination
        if entry.id in used
    )
