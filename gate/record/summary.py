"""``gate/vsa.intoto.json``: a SLSA verification summary v1, for policy engines that know nothing of the gate.  Pure.

It says that the artifacts were judged by a policy, by which, and whether they passed.  No SLSA level is evaluated, and
it says so with the value that SLSA 1.1 has for it.  The clauses stand in a field of the gate's own, named by a URI as
the specification asks of extensions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias
from urllib.parse import quote

from pydantic import Field, TypeAdapter

from gate.models import ClauseStatus  # pydantic reads annotations when the module is loaded
from gate.record.canonical import canonical
from gate.record.parsing import parse_document
from gate.record.provenance import SLSA
from gate.record.subjects import DigestSet, Subject, Subjects, subjects_of  # as above
from gate.record.types import (
    CLAUSES_FIELD,
    NAMESPACE,
    STATEMENT,
    SUMMARY,
    VERIFIER,
    StatementType,
    SummaryType,
    VerifierId,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.models import Examination, Judgement
    from gate.policy.model import Deliverable, Policy
    from gate.record.identity import GateIdentity
    from gate.record.result import PolicyReference
    from gate.record.statement import RecordDeliverable

VerificationResult: TypeAlias = Literal["PASSED", "FAILED"]
Level: TypeAlias = Literal["SLSA_BUILD_LEVEL_UNEVALUATED", "FAILED"]
_SLSA_VERSION: Final = "1.1"


@dataclass(frozen=True, slots=True)
class Verifier:
    """Who verified: the gate, and its version."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    id: VerifierId
    version: dict[str, str]


@dataclass(frozen=True, slots=True)
class SummaryPolicy:
    """The policy that judged: a URI of its name, and the digest of its bytes."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    uri: str
    digest: DigestSet


@dataclass(frozen=True, slots=True)
class SummaryClause:
    """A clause of the contract with its status."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    id: str
    status: ClauseStatus


@dataclass(frozen=True, slots=True)
class SummaryPredicate:
    """The predicate ``https://slsa.dev/verification_summary/v1``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    verifier: Verifier
    time_verified: str
    resource_uri: str
    policy: SummaryPolicy
    verification_result: VerificationResult
    verified_levels: tuple[Level, ...]
    slsa_version: Literal["1.1"]
    clauses: Annotated[tuple[SummaryClause, ...], Field(alias=CLAUSES_FIELD)]


@dataclass(frozen=True, slots=True)
class SummaryStatement:
    """An in-toto Statement v1 with a verification summary as its predicate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    type_: Annotated[StatementType, Field(alias="_type")]
    subject: Subjects
    predicate_type: SummaryType
    predicate: SummaryPredicate


_STATEMENT = TypeAdapter(SummaryStatement)


def build_summary(
    examination: Examination,
    judgement: Judgement,
    policy: Policy,
    reference: PolicyReference,
    gate: GateIdentity,
    *,
    created: str,
) -> bytes:
    """Return the bytes of ``gate/vsa.intoto.json``; ``created`` is RFC 3339 in UTC."""
    subjects = subjects_of(examination)
    passed = judgement.verdict == "approved"
    statement = SummaryStatement(
        type_=STATEMENT,
        subject=subjects,
        predicate_type=SUMMARY,
        predicate=SummaryPredicate(
            verifier=Verifier(VERIFIER, {"release-gate": gate.version}),
            time_verified=created,
            resource_uri=resource_uri(policy.deliverable, subjects),
            policy=SummaryPolicy(policy_uri(reference), DigestSet(reference.sha256)),
            verification_result="PASSED" if passed else "FAILED",
            verified_levels=("SLSA_BUILD_LEVEL_UNEVALUATED",) if passed else ("FAILED",),
            slsa_version=_SLSA_VERSION,
            clauses=tuple(SummaryClause(clause.id, clause.status) for clause in judgement.clauses),
        ),
    )
    return canonical(_STATEMENT.dump_python(statement, mode="json", by_alias=True))


def parse_summary(raw: bytes) -> SummaryStatement:
    """Return the statement in ``raw``.  Raises ``DocumentError`` where it is not a summary of the gate's form."""
    return parse_document(_STATEMENT, raw)


def resource_uri(deliverable: Deliverable | RecordDeliverable | None, subjects: Sequence[Subject]) -> str:
    """Return what consumers expect the release to be called: a package URL of the deliverable.

    Where the policy names none it is a URI of the subjects' names and digests.
    """
    if deliverable is not None:
        return f"pkg:generic/{quote(deliverable.name, safe='')}@{quote(deliverable.version, safe='')}"
    listed = canonical([[subject.name, subject.digest.sha256] for subject in subjects])
    return f"{NAMESPACE}:artifacts:sha256:{hashlib.sha256(listed).hexdigest()}"


def policy_uri(reference: PolicyReference) -> str:
    """Return a URI of the policy's name; its digest says which version it is."""
    return f"{NAMESPACE}:policy:{quote(reference.path, safe='') if reference.path else 'default'}"
