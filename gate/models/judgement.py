"""What policy makes of an examination."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from gate.models.facts import ExecutableFact, OutboundFact
from gate.models.vocabulary import DOCUMENT_CONFIG, ClauseStatus, MessageArgs, Severity, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of the judgement.

    ``id`` is ``family/name``; ``args`` fill the catalogue's text for that id in either language; ``message`` is the
    English text, so that language never changes a digest; ``suppressed_by`` is the id of a justification.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    id: str
    severity: Severity
    clause: str
    message: str
    path: str = ""
    sha256: str = ""
    args: MessageArgs = field(default_factory=dict)
    suppressed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the contract with what this run can say of it; ``exceptions`` counts persons' dispositions."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    id: str
    status: ClauseStatus
    reason: str
    reason_code: str
    reason_args: MessageArgs = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    exceptions: int = 0


@dataclass(frozen=True, slots=True)
class JudgedExecutable:
    """An executable and the justification that covers it, if any."""

    fact: ExecutableFact
    justified_by: str | None


@dataclass(frozen=True, slots=True)
class JudgedOutbound:
    """An outbound contact and the declaration that covers it: a destination's id, ``own``, or None."""

    fact: OutboundFact
    declared_by: str | None


@dataclass(frozen=True, slots=True)
class ExternalService:
    """A service outside of this machine that the run used, its operator, and what was sent to it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    name: str
    operator: str
    sent: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one examination under one policy."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    clauses: tuple[Clause, ...]
    executables: tuple[JudgedExecutable, ...]
    outbound: tuple[JudgedOutbound, ...]
    external_services: tuple[ExternalService, ...] = ()
    sample: bool = False
    """True where the malware database is not official: 見本・提出不可 / sample, not for submission."""
