"""Contacts by host, as a person looks at them, and drafts of ``[[outbound.destination]]`` for those undeclared.

A draft says what was seen and leaves out what only a person can say; the policy refuses it until a person does.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from gate.models import Reach
from gate.policy.contacts import OWN
from gate.policy.content import holder_of
from gate.policy.findings import UNDISCLOSED
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Finding, JudgedOutbound, Judgement, Severity
    from gate.policy.model import Policy

Standing: TypeAlias = Literal["undeclared", "doubtful", "declared", "reviewed", "own", "noted"]
"""``undeclared`` stands against the clause as a reject, ``doubtful`` as a warning, and ``reviewed`` no more because a
person has set it aside; ``noted`` are links and texts."""

_DRAFTED: Final[tuple[Reach, ...]] = ("automatic", "conditional", "code", "tracker", "interaction", "local")
"""What a destination can be declared for; strings and opaque contacts are for ``[[outbound.reviewed]]``."""
_OF_DESTINATIONS: Final = (UNDISCLOSED, "outbound/unchecked", "outbound/shared-host", "outbound/tag-list")
_SPECIAL: Final = re.compile(r"[*?\[\]]")
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")
_ID_LENGTH: Final = 40
_ORDER: Final[tuple[Standing, ...]] = get_args(Standing)
_BY_SEVERITY: Final[dict[Severity, Standing]] = {
    "reject": "undeclared", "gap": "undeclared", "warn": "doubtful", "note": "noted"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HostView:
    """One host (empty: contacts whose host reading cannot tell) with all contacts of one standing.

    ``reaches`` counts the contacts by how they come about, the gravest first; ``declared_by`` are ids of destinations,
    ``lacking`` the findings that stand against those.
    """

    host: str
    standing: Standing
    reaches: tuple[tuple[Reach, int], ...]
    contacts: tuple[JudgedOutbound, ...]
    declared_by: tuple[str, ...] = ()
    lacking: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DestinationDraft:
    """An entry to be filled in: the host, how it is reached, and the globs of the places from which."""

    id: str
    host: str
    reach: tuple[Reach, ...]
    where: tuple[str, ...]
    contacts: tuple[JudgedOutbound, ...]


def hosts_of(judgement: Judgement) -> tuple[HostView, ...]:
    """Return the hosts of a judgement: what stands against the clause first, then by name."""
    undeclared = _standings(judgement.findings)
    groups: dict[tuple[Standing, str], list[JudgedOutbound]] = {}
    for judged in judgement.outbound:
        groups.setdefault((_standing(judged, undeclared), judged.fact.host), []).append(judged)
    ordered = sorted(groups.items(), key=lambda each: (_ORDER.index(each[0][0]), each[0][1]))
    against = [
        finding for finding in judgement.findings if finding.id in _OF_DESTINATIONS and not finding.suppressed_by
    ]
    return tuple(_view(host, standing, contacts, against) for (standing, host), contacts in ordered)


def _view(host: str, standing: Standing, contacts: Sequence[JudgedOutbound], against: Iterable[Finding]) -> HostView:
    counts = Counter(judged.fact.reach for judged in contacts)
    reaches = tuple((reach, counts[reach]) for reach in get_args(Reach) if counts[reach])
    ids = {judged.declared_by for judged in contacts if judged.declared_by and judged.declared_by != OWN}
    lacking = tuple(
        each for each in against if each.args["id"] in ids or (each.args["id"], each.args["host"]) == (OWN, host)
    )
    return HostView(host, standing, reaches, tuple(contacts), tuple(sorted(ids)), lacking)


_Place: TypeAlias = tuple[str, str, str, int, str]


def _standings(findings: Iterable[Finding]) -> dict[_Place, Standing]:
    """Return how contacts stand that nobody declared."""
    found: dict[_Place, Standing] = {}
    for finding in findings:
        if finding.id.startswith("outbound/") and "via" in finding.args:
            args = finding.args
            place = (finding.path, str(args["host"]), str(args["via"]), int(args["line"]), str(args["reach"]))
            found[place] = "reviewed" if finding.suppressed_by else _BY_SEVERITY[finding.severity]
    return found


def _standing(judged: JudgedOutbound, undeclared: dict[_Place, Standing]) -> Standing:
    fact = judged.fact
    if judged.declared_by is not None:
        return "own" if judged.declared_by == OWN else "declared"
    usual = _BY_SEVERITY[FINDINGS[OUTBOUND_FINDINGS[fact.reach]].severity]
    return undeclared.get((fact.path, fact.host or "–", fact.via, fact.line, fact.reach), usual)


def draft_destinations(judgement: Judgement, policy: Policy) -> tuple[DestinationDraft, ...]:
    """Return a draft for each host that stands against the clause and that a destination could declare."""
    taken = {
        *(entry.id for entry in policy.executable),
        *(entry.id for entry in policy.outbound.destination),
        *(entry.id for entry in policy.outbound.reviewed),
        *(entry.id for entry in policy.suppress),
    }
    by_host: dict[str, list[JudgedOutbound]] = {}
    for view in hosts_of(judgement):
        if view.host and view.standing in {"undeclared", "doubtful"}:
            fitting = [judged for judged in view.contacts if judged.fact.reach in _DRAFTED]
            by_host.setdefault(view.host, []).extend(fitting)
    drafts = []
    for host, contacts in sorted(by_host.items()):
        if contacts:
            reached = {judged.fact.reach for judged in contacts}
            reach = tuple(each for each in get_args(Reach) if each in reached)
            where = tuple(sorted({_place(judged.fact.path) for judged in contacts}))
            drafts.append(DestinationDraft(_new_id(host, taken), host, reach, where, tuple(contacts)))
    return tuple(drafts)


def _place(path: str) -> str:
    """Return the glob of the folder in which an item lies, or of an artifact that is no folder."""
    holder = holder_of(path)
    if holder == path:
        return _SPECIAL.sub("?", path)
    folders = path[len(holder) :].split("/")[:-1]
    return _SPECIAL.sub("?", holder + "".join(f"{folder}/" for folder in folders)) + "*"


def _new_id(host: str, taken: set[str]) -> str:
    name = _NOT_IN_IDS.sub("-", host).strip("-")[:_ID_LENGTH].rstrip("-") or "host"
    chosen, number = name, 1
    while chosen in taken:
        number += 1
        chosen = f"{name}-{number}"
    taken.add(chosen)
    return chosen
