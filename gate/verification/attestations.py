"""Provenance and verification summary of a release: they say of its artifacts what the signed record says.

Both are bound by the record and signed by themselves, as tools that know nothing of the record read them alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.paths import printable
from gate.record import layout
from gate.record.canonical import DocumentError
from gate.record.provenance import deliverable_of, parse_provenance, workflow_of
from gate.record.summary import parse_summary, resource_uri

if TYPE_CHECKING:
    from gate.record.statement import Statement

MOST_BYTES: Final = 64 << 20
"""A provenance or summary beyond this is refused; either names each artifact once, as the record does."""


def require_attested(path: str, raw: bytes, statement: Statement) -> None:
    """Raise ``VerificationError`` where the attestation at ``path`` does not fit the record."""
    (_require_provenance if path == layout.PROVENANCE else _require_summary)(raw, statement)


def _require_provenance(raw: bytes, statement: Statement) -> None:
    try:
        provenance = parse_provenance(raw)
    except DocumentError as error:
        raise VerificationError("provenance-malformed", layout.PROVENANCE, detail=printable(str(error))) from error
    said, record = provenance.predicate.build_definition.external_parameters, statement.predicate
    if provenance.subject != statement.subject:
        raise VerificationError("provenance-subjects", layout.PROVENANCE)
    if said.policy.sha256 != record.policy.sha256:
        raise VerificationError("provenance-policy", layout.PROVENANCE)
    if said.deliverable != (deliverable_of(record.deliverable) if record.deliverable else None):
        raise VerificationError("provenance-deliverable", layout.PROVENANCE)
    if said.workflow != (workflow_of(record.builder) if record.builder else None):
        raise VerificationError("provenance-workflow", layout.PROVENANCE)


def _require_summary(raw: bytes, statement: Statement) -> None:
    try:
        summary = parse_summary(raw)
    except DocumentError as error:
        raise VerificationError("vsa-malformed", layout.SUMMARY, detail=printable(str(error))) from error
    if summary.subject != statement.subject:
        raise VerificationError("vsa-subjects", layout.SUMMARY)
    said, record = summary.predicate, statement.predicate
    if said.policy.digest.sha256 != record.policy.sha256:
        raise VerificationError("vsa-policy", layout.SUMMARY)
    if said.resource_uri != resource_uri(record.deliverable, statement.subject):
        raise VerificationError("vsa-resource", layout.SUMMARY, uri=printable(said.resource_uri))
    passed = (said.verification_result, said.verified_levels) == ("PASSED", ("SLSA_BUILD_LEVEL_UNEVALUATED",))
    if passed != (record.verdict == "approved"):
        raise VerificationError("vsa-verdict", layout.SUMMARY, result=said.verification_result)
    clauses = [(clause.id, clause.status) for clause in record.clauses]
    if [(clause.id, clause.status) for clause in said.clauses] != clauses:
        raise VerificationError("vsa-clauses", layout.SUMMARY)
