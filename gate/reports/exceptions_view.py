"""The decisions of persons that a judgement rests on: who, in which role, for which party, why, until when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gate.policy.clauses import EXECUTABLES, OUTBOUND
from gate.policy.contacts import OWN
from gate.policy.content import CONTENT
from gate.policy.findings import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from gate.models import ApprovalFact, Judgement
    from gate.policy import Policy
    from gate.policy.model import Approval

ExceptionSection: TypeAlias = Literal["executable", "outbound.destination", "outbound.reviewed", "suppress"]


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One decision that this judgement rests on.

    ``about`` is what it speaks of (a place, a host, a kind of finding), ``clauses`` those that it bears on, ``covers``
    how many facts or findings it covers.
    """

    id: str
    section: ExceptionSection
    about: str
    reason: str
    approved_by: str
    role: str
    party: Literal["乙", "甲"]
    approved_on: date
    expires: date
    reference: str | None
    covers: int
    clauses: tuple[str, ...]
    introduced: ApprovalFact | None = None
    """The commit that last changed it, where the policy lies in the repository of the delivery."""


def exceptions_of(
    judgement: Judgement, policy: Policy, approvals: Iterable[ApprovalFact] = ()
) -> tuple[ExceptionView, ...]:
    """Return the decisions that cover something, in the order of the policy; ``approvals`` are those of this policy."""
    covers, clauses = _covered(judgement)
    introduced = {(fact.section, fact.entry): fact for fact in approvals if fact.commit}
    return tuple(
        ExceptionView(
            id=entry_id,
            section=section,
            about=about,
            reason=reason,
            approved_by=entry.approved_by,
            role=entry.role,
            party=entry.party,
            approved_on=entry.approved_on,
            expires=entry.expires,
            reference=entry.reference,
            covers=covers[entry_id],
            clauses=tuple(sorted(clauses.get(entry_id, ()))),
            introduced=introduced.get((section, entry_id)),
        )
        for section, entry_id, about, reason, entry in _entries(policy)
        if covers[entry_id]
    )


def _covered(judgement: Judgement) -> tuple[Counter[str], dict[str, set[str]]]:
    """Return how much each decision covers, and the clauses that the findings it sets aside are held against."""
    covers: Counter[str] = Counter()
    clauses: dict[str, set[str]] = {}
    for finding in judgement.findings:
        if finding.suppressed_by is not None:
            covers[finding.suppressed_by] += 1
            named = {finding.clause or kind_of(finding.id).clause} - {""}
            clauses.setdefault(finding.suppressed_by, set()).update(named)
    for executable in judgement.executables:
        if executable.justified_by is not None and not executable.justified_by.startswith(CONTENT):
            covers[executable.justified_by] += 1
            clauses.setdefault(executable.justified_by, set()).add(EXECUTABLES)
    for contact in judgement.outbound:
        if contact.declared_by not in {None, OWN}:
            covers[str(contact.declared_by)] += 1
            clauses.setdefault(str(contact.declared_by), set()).add(OUTBOUND)
    return covers, clauses


def _entries(policy: Policy) -> Iterator[tuple[ExceptionSection, str, str, str, Approval]]:
    for executable in policy.executable:
        yield "executable", executable.id, executable.path, executable.reason, executable
    for destination in policy.outbound.destination:
        yield "outbound.destination", destination.id, destination.host, destination.purpose, destination
    for reviewed in policy.outbound.reviewed:
        about = reviewed.host or ", ".join(reviewed.where or ())
        yield "outbound.reviewed", reviewed.id, about, reviewed.disposition, reviewed
    for suppression in policy.suppress:
        about = f"{suppression.finding} {suppression.path or ''}".rstrip()
        yield "suppress", suppression.id, about, suppression.reason, suppression
