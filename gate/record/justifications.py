"""The persons' decisions that a release rests on, in its record: who, for which party, why, and until when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from gate.policy.content import Basis  # pydantic reads the annotations of documents when the module is loaded
from gate.record.identity import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.models import Judgement
    from gate.policy.model import Destination, Executable, Policy, Reviewed, Suppression

JustificationSection: TypeAlias = Literal["executable", "outbound.destination", "outbound.reviewed", "suppress"]
"""The table of the policy in which a decision stands."""


@dataclass(frozen=True, slots=True)
class RecordJustification:
    """A person's decision that this release rests on: who, in which role, for which party, why, and until when.

    ``reason`` is the purpose where it declares an outbound destination, and the disposition where contacts were
    reviewed; ``basis``, ``spec_ref`` and ``alternatives`` are why a program is delivered at all.  ``covers`` counts
    what it covers.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    id: str
    section: JustificationSection
    reason: str
    approved_by: str
    role: str
    party: str
    approved_on: str
    expires: str
    reference: str | None
    covers: int
    basis: Basis | None
    spec_ref: str | None
    alternatives: tuple[str, ...]


def record_justifications(judgement: Judgement, policy: Policy) -> tuple[RecordJustification, ...]:
    """Return the justifications that this judgement rests on, in the order of the policy."""
    used = Counter(finding.suppressed_by for finding in judgement.findings)
    used.update(executable.justified_by for executable in judgement.executables)
    used.update(contact.declared_by for contact in judgement.outbound)
    return tuple(entry for entry in _entries(policy, used) if entry.covers)


def _entries(policy: Policy, used: Counter[str | None]) -> Iterator[RecordJustification]:
    for program in policy.executable:
        yield _entry("executable", program, program.reason, used, program)
    for destination in policy.outbound.destination:
        yield _entry("outbound.destination", destination, destination.purpose, used)
    for reviewed in policy.outbound.reviewed:
        yield _entry("outbound.reviewed", reviewed, reviewed.disposition, used)
    for suppression in policy.suppress:
        yield _entry("suppress", suppression, suppression.reason, used)


def _entry(
    section: JustificationSection,
    entry: Executable | Destination | Reviewed | Suppression,
    reason: str,
    used: Counter[str | None],
    program: Executable | None = None,
) -> RecordJustification:
    return RecordJustification(
        id=entry.id,
        section=section,
        reason=reason,
        approved_by=entry.approved_by,
        role=entry.role,
        party=entry.party,
        approved_on=entry.approved_on.isoformat(),
        expires=entry.expires.isoformat(),
        reference=entry.reference,
        covers=used[entry.id],
        basis=program.basis if program else None,
        spec_ref=program.spec_ref if program else None,
        alternatives=(program.alternatives or ()) if program else (),
    )
