"""What a verification says: the value, and the document ``release-gate/verification/v1`` for both outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter

from gate.errors import VerificationError
from gate.models import Clause  # pydantic reads the annotations of documents when the module is loaded
from gate.record.canonical import canonical
from gate.record.identity import DOCUMENT, GateIdentity, gate_identity
from gate.record.statement import RecordDeliverable  # as above
from gate.record.types import VERIFICATION, VerificationSchema


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """One good signature.

    ``time`` is RFC 3339 in UTC; ``time_source`` says whose word it is: ``signer`` for the signer's own clock,
    ``timestamp`` for a time-stamping authority (RFC 3161), ``log`` for a transparency log.  ``file`` is the signature's
    file, ``signs`` what it is over, ``issuer`` who found out who the signer is (empty where the key itself is known).
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    backend: str
    signer: str
    time: str
    time_source: Literal["signer", "timestamp", "log"]
    file: str
    signs: str
    status: Literal["valid"]
    issuer: str = ""
    revocation_known: str = ""
    """For certificates: until when it is known whether they were revoked (RFC 3339).  Before ``time`` it was not known
    when the signature was made."""


@dataclass(frozen=True, slots=True)
class UncheckedSignature:
    """A signature that the record promises and the trust file says nothing about: only that the file is there."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    backend: str
    file: str


@dataclass(frozen=True, slots=True)
class VerifiedArtifact:
    """An artifact whose bytes are those examined; ``sha256`` of a folder is that of its file list."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    kind: Literal["file", "folder"]
    sha256: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a release is not verified: a ``verify/…`` id, the file concerned, and the English text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    id: str
    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """A release that was proved: by whom it was signed, and what its record says of it.

    ``exceptions`` counts what persons set aside or justified; ``sample`` marks a release that is not for submission.
    """

    signatures: tuple[VerifiedSignature, ...]
    unchecked: tuple[UncheckedSignature, ...]
    clauses: tuple[Clause, ...]
    deliverable: RecordDeliverable | None
    artifacts: tuple[VerifiedArtifact, ...]
    record_sha256: str
    policy_sha256: str
    exceptions: int
    sample: bool
    created: str
    verified: Literal[True] = True
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class VerificationDocument:
    """``release-gate/verification/v1``; ``rejudged`` is null: this version judges no record again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: VerificationSchema
    gate: GateIdentity
    verified: bool
    reasons: tuple[Reason, ...]
    signatures: tuple[VerifiedSignature, ...]
    unchecked: tuple[UncheckedSignature, ...]
    clauses: tuple[Clause, ...]
    deliverable: RecordDeliverable | None
    artifacts: tuple[VerifiedArtifact, ...]
    record_sha256: str | None
    policy_sha256: str | None
    exceptions: int | None
    sample: bool | None
    created: str | None
    rejudged: None


_DOCUMENT = TypeAdapter(VerificationDocument)


def verification_document(outcome: Verification | VerificationError) -> bytes:
    """Return the document for what :func:`gate.verification.verify_release` returned or raised."""
    document = _refused(outcome) if isinstance(outcome, VerificationError) else _proved(outcome)
    return canonical(_DOCUMENT.dump_python(document, mode="json", by_alias=True))


def _proved(verification: Verification) -> VerificationDocument:
    return VerificationDocument(
        schema_=VERIFICATION,
        gate=gate_identity(),
        verified=True,
        reasons=(),
        signatures=verification.signatures,
        unchecked=verification.unchecked,
        clauses=verification.clauses,
        deliverable=verification.deliverable,
        artifacts=verification.artifacts,
        record_sha256=verification.record_sha256,
        policy_sha256=verification.policy_sha256,
        exceptions=verification.exceptions,
        sample=verification.sample,
        created=verification.created,
        rejudged=None,
    )


def _refused(error: VerificationError) -> VerificationDocument:
    return VerificationDocument(
        schema_=VERIFICATION,
        gate=gate_identity(),
        verified=False,
        reasons=(Reason(f"verify/{error.reason.removeprefix('verify/')}", error.path, error.message("en")),),
        signatures=(),
        unchecked=(),
        clauses=(),
        deliverable=None,
        artifacts=(),
        record_sha256=None,
        policy_sha256=None,
        exceptions=None,
        sample=None,
        created=None,
        rejudged=None,
    )
