"""What a verification says: the value, and the document ``release-gate/verification/v1`` for both outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import TypeAdapter

from gate.errors import NotTold, VerificationError
from gate.models import Clause, MessageArgs  # pydantic reads the annotations of documents when the module is loaded
from gate.record import layout
from gate.record.canonical import canonical
from gate.record.identity import DOCUMENT, GateIdentity, gate_identity
from gate.record.statement import RecordDeliverable  # as above
from gate.record.types import VERIFICATION, VerificationSchema
from gate.verification.rejudge import Rejudged  # as above
from gate.verification.times import Examined, TimeSource  # as above
from gate.verification.today import Today  # as above

if TYPE_CHECKING:
    from collections.abc import Iterable


_STAMPED: Final = "x509"
"""The back end whose signatures are dated by a timestamp that is beside them."""


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
    time_source: TimeSource
    file: str
    signs: str
    status: Literal["valid"]
    issuer: str = ""
    revocation_known: str = ""
    """For certificates: until when it is known whether they were revoked (RFC 3339).  Before ``time`` it was not known
    when the signature was made."""


def when_signed(signatures: Iterable[VerifiedSignature], made: datetime | None = None) -> datetime | None:
    """Return since when something with several good signatures has been signed, None where nothing says so.

    A time that somebody else vouches for goes before a signer's own, and then the earliest.  A CMS signature does not
    bind its timestamp: anybody may have an old one stamped anew, which says by when it was signed, not since when.
    There ``made`` counts where it is earlier: when what is signed was made, as it says itself.
    """
    times = []
    for signature in signatures:
        time = datetime.fromisoformat(signature.time)
        if signature.backend != _STAMPED:
            times.append((signature.time_source == "signer", time))
        elif made is not None:
            times.append((False, min(time, made)))
    return min(times)[1] if times else None


@dataclass(frozen=True, slots=True)
class UncheckedSignature:
    """A signature that the record promises and the trust file says nothing about: only that the file is there."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    backend: str
    file: str


@dataclass(frozen=True, slots=True)
class Countersignature:
    """A signature of the record by somebody else than the supplier, which proves nothing of the release.

    ``valid``: by somebody whom the trust file names for that; ``unchecked``: by nobody whom it names, so that nothing
    is known but that the file is there (texts empty, no ``time_source``).  Fields as in :class:`VerifiedSignature`.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    backend: str
    file: str
    status: Literal["valid", "unchecked"]
    signer: str = ""
    time: str = ""
    time_source: TimeSource | None = None
    issuer: str = ""
    revocation_known: str = ""


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


Scope: TypeAlias = Literal["release", "artifact", "signature"]
"""What was verified: a whole release, one artifact by a signed statement, or the signature of one artifact alone."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was proved: by whom it was signed, and what its record says of it.

    ``exceptions`` counts what persons set aside or justified; ``sample`` marks a release that is not for submission.
    ``article_map`` is what the papers of the release call the clauses, by their ids.
    ``not_checked`` names what a smaller ``scope`` leaves open: ``record``, ``policy`` …  What the record alone can say
    is None where there was none.
    """

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
    examined: Examined | None = None
    article_map: dict[str, str] = field(default_factory=dict)
    countersignatures: tuple[Countersignature, ...] = ()
    today: Today | None = None
    rejudged: Rejudged | None = None
    scope: Scope = "release"
    not_checked: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the answer is yes: everything was proved, and the recipient's own policy is met, if there is one."""
        return self.unmet is None

    @property
    def unmet(self) -> VerificationError | None:
        """Why the recipient's own policy is not met, None where it is or there is none."""
        if self.rejudged is None or self.rejudged.verdict == "approved":
            return None
        counts = self.rejudged.open
        about: MessageArgs = {"policy": self.rejudged.policy.path or "-", "reject": counts.reject, "gap": counts.gap}
        if self.rejudged.verdict == "rejected":
            return VerificationError("policy-rejected", layout.FACTS, **about)
        return NotTold("policy-incomplete", layout.FACTS, **about)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What stands against using what was verified."""
        return (reason_of(self.unmet),) if self.unmet else ()

    @property
    def exit_code(self) -> int:
        """0 where nothing is left open, 1 where the answer is no, 3 where the recipient's policy leaves it open."""
        return 0 if self.unmet is None else self.unmet.exit_code


@dataclass(frozen=True, slots=True)
class VerificationDocument:
    """``release-gate/verification/v1``; ``rejudged`` is null where no policy of the recipient's was given.

    ``clauses`` have the gate's own ids; ``article_map`` says how the papers of the release print them.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: VerificationSchema
    gate: GateIdentity
    verified: bool
    scope: Scope | None
    not_checked: tuple[str, ...]
    reasons: tuple[Reason, ...]
    signatures: tuple[VerifiedSignature, ...]
    unchecked: tuple[UncheckedSignature, ...]
    countersignatures: tuple[Countersignature, ...]
    clauses: tuple[Clause, ...]
    article_map: dict[str, str]
    deliverable: RecordDeliverable | None
    artifacts: tuple[VerifiedArtifact, ...]
    record_sha256: str | None
    policy_sha256: str | None
    exceptions: int | None
    sample: bool | None
    created: str | None
    examined: Examined | None
    today: Today | None
    rejudged: Rejudged | None


_DOCUMENT = TypeAdapter(VerificationDocument)


def verification_document(outcome: Verification | VerificationError) -> bytes:
    """Return the document for what a verification returned or raised."""
    document = _refused(outcome) if isinstance(outcome, VerificationError) else _proved(outcome)
    return canonical(_DOCUMENT.dump_python(document, mode="json", by_alias=True))


def reason_of(error: VerificationError) -> Reason:
    """Return a refusal as documents give it."""
    return Reason(f"verify/{error.reason.removeprefix('verify/')}", error.path, error.message("en"))


def _proved(verification: Verification) -> VerificationDocument:
    return VerificationDocument(
        schema_=VERIFICATION,
        gate=gate_identity(),
        verified=verification.verified,
        scope=verification.scope,
        not_checked=verification.not_checked,
        reasons=verification.reasons,
        signatures=verification.signatures,
        unchecked=verification.unchecked,
        countersignatures=verification.countersignatures,
        clauses=verification.clauses,
        article_map=verification.article_map,
        deliverable=verification.deliverable,
        artifacts=verification.artifacts,
        record_sha256=verification.record_sha256,
        policy_sha256=verification.policy_sha256,
        exceptions=verification.exceptions,
        sample=verification.sample,
        created=verification.created,
        examined=verification.examined,
        today=verification.today,
        rejudged=verification.rejudged,
    )


def _refused(error: VerificationError) -> VerificationDocument:
    return VerificationDocument(
        schema_=VERIFICATION,
        gate=gate_identity(),
        verified=False,
        scope=None,
        not_checked=(),
        reasons=(reason_of(error),),
        signatures=(),
        unchecked=(),
        countersignatures=(),
        clauses=(),
        article_map={},
        deliverable=None,
        artifacts=(),
        record_sha256=None,
        policy_sha256=None,
        exceptions=None,
        sample=None,
        created=None,
        examined=None,
        today=None,
        rejudged=None,
    )
