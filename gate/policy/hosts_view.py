"""Contacts by host, as a person looks at them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from gate.models import Reach
from gate.policy.contacts import OWN
from gate.policy.findings import UNDISCLOSED
from gate.policy.registry import FINDINGS, OUTBOUND_FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Finding, JudgedOutbound, Judgement, Severity

Standing: TypeAlias = Literal["undeclared", "doubtful", "declared", "reviewed", "own", "noted"]
"""``undeclared`` stands against the clause as a reject, ``doubtful`` as a warning, and ``reviewed`` no more because a
person has set it aside; ``noted`` are links and texts."""

_OF_DESTINATIONS: Final = (UNDISCLOSED, "outbound/unchecked", "outbound/shared-host", "outbound/tag-list")
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
