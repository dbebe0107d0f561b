"""What provenance and verification summary say by themselves, where a recipient has no record.

What they cannot say is not assumed: a demand of the trust file that nothing here answers is a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from gate.errors import VerificationError
from gate.models import Clause
from gate.record import layout
from gate.record.statement import RecordDeliverable
from gate.record.summary import resource_uri
from gate.verification.expectations import (
    BY_THE_SIGNATURE,
    require_clauses,
    require_date,
    require_deliverable,
    require_policy,
    require_repository,
)

if TYPE_CHECKING:
    from datetime import datetime

    from gate.record.provenance import ProvenanceStatement
    from gate.record.summary import SummaryStatement
    from gate.verification.trust import RecordExpectations

_ANSWERED_BY: Final = {
    "deliverable": "name",
    "version": "version",
    "minimum_version": "version",
    "clauses": "clauses",
    "policy_sha256": "policy_sha256",
    "repository": "repository",
}
"""Which part of what is said answers a demand; no statement but the record answers any other."""


@dataclass(frozen=True, slots=True)
class Said:
    """What statements of one artifact say; None where they say nothing of it."""

    name: str | None = None
    version: str | None = None
    kind: str | None = None
    policy_sha256: str | None = None
    clauses: tuple[Clause, ...] | None = None
    repository: str | None = None

    def joined(self, other: Said) -> Said:
        """Return what both say together.  Raises ``VerificationError`` where they contradict each other."""
        values = {}
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if mine is not None and theirs is not None and mine != theirs:
                raise VerificationError("statements-differ", layout.PROVENANCE, what=field.name)
            values[field.name] = theirs if mine is None else mine
        return Said(**values)

    @property
    def deliverable(self) -> RecordDeliverable | None:
        """The deliverable, as far as it is known."""
        if self.name is None:
            return None
        return RecordDeliverable(name=self.name, version=self.version or "", kind=self.kind or "")


def said_by_provenance(statement: ProvenanceStatement) -> Said:
    """Return what provenance says: what was delivered, by which policy, from which repository."""
    parameters = statement.predicate.build_definition.external_parameters
    deliverable, workflow = parameters.deliverable, parameters.workflow
    return Said(
        name=deliverable.name if deliverable else None,
        version=deliverable.version if deliverable else None,
        kind=deliverable.kind if deliverable else None,
        policy_sha256=parameters.policy.sha256,
        repository=workflow.repository if workflow else None,
    )


def said_by_summary(statement: SummaryStatement) -> Said:
    """Return what a verification summary says: what was judged, by which policy, and the clauses.

    Raises ``VerificationError`` where it did not pass.
    """
    said = statement.predicate
    if (said.verification_result, said.verified_levels) != ("PASSED", ("SLSA_BUILD_LEVEL_UNEVALUATED",)):
        raise VerificationError("not-approved", layout.SUMMARY, verdict=said.verification_result)
    name, version = _named_in(said.resource_uri)
    clauses = tuple(Clause(clause.id, clause.status, "", "") for clause in said.clauses)
    return Said(name=name, version=version, policy_sha256=said.policy.digest.sha256, clauses=clauses)


def _named_in(uri: str) -> tuple[str | None, str | None]:
    """Return name and version in the package URL of a deliverable; None where it is not one of the gate's."""
    name, _, version = uri.removeprefix("pkg:generic/").partition("@")
    deliverable = RecordDeliverable(name=unquote(name), version=unquote(version), kind="")
    if uri != resource_uri(deliverable, ()):
        return None, None
    return deliverable.name, deliverable.version


def require_said(
    said: Said, expected: RecordExpectations, *, signed: datetime | None, now: datetime, version: str | None
) -> None:
    """Raise ``VerificationError`` where statements do not say, or cannot say, what the recipient expects.

    ``signed`` and ``version`` as in :func:`gate.verification.expectations.require_expected`.
    """
    for key in demanded(expected):
        if key not in BY_THE_SIGNATURE and getattr(said, _ANSWERED_BY.get(key, ""), None) is None:
            raise VerificationError("not-in-statement", layout.RECORD, key=f"[record] {key}")
    if version is not None and said.version is None:
        raise VerificationError("not-in-statement", layout.RECORD, key="--expect-version")
    require_deliverable(said.deliverable, expected, version)
    require_date(expected, signed=signed, now=now)
    require_clauses(((clause.id, clause.status) for clause in said.clauses or ()), expected)
    require_policy(said.policy_sha256 or "", expected)
    require_repository(said.repository or "", expected)


def demanded(expected: RecordExpectations) -> list[str]:
    """Return the keys of ``[record]`` that demand something."""
    model = type(expected).model_fields
    return [key for key, field in model.items() if getattr(expected, key) != field.default]


def beyond_the_signature(expected: RecordExpectations) -> list[str]:
    """Return the keys of ``[record]`` that a signature alone says nothing of."""
    return [key for key in demanded(expected) if key not in BY_THE_SIGNATURE]
