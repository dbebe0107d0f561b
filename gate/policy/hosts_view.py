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
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Finding, JudgedOutbound, Judgement, Severity
    from gate.policy.model import Policy

Standing: TypeAlias = Literal["undeclared", "doubtful", "declared", "own", "noted"]
"""``undeclared`` stands against the clause as a reject, ``doubtful`` as a warning; ``noted`` are links and texts."""

_DRAFTED: Final[tuple[Reach, ...]] = ("automatic", "conditional", "code", "tracker", "interaction", "local")
"""What a destination can be declared for; strings and opaque contacts are for ``[[outbound.reviewed]]``."""
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

    ``reaches`` counts the contacts by how they come about, the gravest first; ``declared_by`` are ids of destinations.
    """

    host: str
    standing: Standing
    reaches: tuple[tuple[Reach, int], ...]
    contacts: tuple[JudgedOutbound, ...]
    declared_by: tuple[str, ...] = ()


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
    milder = _severities(judgement.findings)
    groups: dict[tuple[Standing, str], list[JudgedOutbound]] = {}
    for judged in judgement.outbound:
        groups.setdefault((_standing(judged, milder), judged.fact.host), []).append(judged)
    ordered = sorted(groups.items(), key=lambda each: (_ORDER.index(each[0][0]), each[0][1]))
    return tuple(_view(host, standing, contacts) for (standing, host), contacts in ordered)


def _view(host: str, standing: Standing, contacts: Sequence[JudgedOutbound]) -> HostView:
    counts = Counter(judged.fact.reach for judged in contacts)
    reaches = tuple((reach, counts[reach]) for reach in get_args(Reach) if counts[reach])
    ids = {judged.declared_by for judged in contacts if judged.declared_by and judged.declared_by != OWN}
    return HostView(host, standing, reaches, tuple(contacts), tuple(sorted(ids)))


_Place: TypeAlias = tuple[str, str, str, int, str]


def _severities(findings: Iterable[Finding]) -> dict[_Place, Severity]:
    """Return what contacts amount to where that is not what their kind says, or where a person disposed of them."""
    found: dict[_Place, Severity] = {}
    for finding in findings:
        if finding.id.startswith("outbound/") and "via" in finding.args:
            args = finding.args
            place = (finding.path, str(args["host"]), str(args["via"]), int(args["line"]), str(args["reach"]))
            found[place] = "note" if finding.suppressed_by else finding.severity
    return found


def _standing(judged: JudgedOutbound, severities: dict[_Place, Severity]) -> Standing:
    fact = judged.fact
    if judged.declared_by is not None:
        return "own" if judged.declared_by == OWN else "declared"
    usual = FINDINGS[OUTBOUND_FINDINGS[fact.reach]].severity
    return _BY_SEVERITY[severities.get((fact.path, fact.host or "–", fact.via, fact.line, fact.reach), usual)]


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
