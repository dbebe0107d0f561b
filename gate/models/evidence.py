"""What a result of another tool, or a statement about vulnerabilities, says of itself: a fact of the whole run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from gate.models.vocabulary import DOCUMENT_CONFIG  # pydantic reads annotations when the module is loaded

EvidenceForm: TypeAlias = Literal["sarif", "cyclonedx-vex", "openvex", "pip-audit"]
"""The forms that are read: SARIF 2.1.0, CycloneDX 1.4 to 1.7 with vulnerabilities, OpenVEX, pip-audit's own JSON."""

EvidenceLevel: TypeAlias = Literal["none", "low", "medium", "high", "critical", "unknown"]
"""One scale for all forms, in this order: what states no severity counts as the highest."""

EvidenceProblem: TypeAlias = Literal["", "unreadable", "failed", "not-run"]
"""Why a file shows nothing: not in its form, its tool says that it failed, or it holds no results at all."""


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many unresolved results of a level a file holds."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    level: EvidenceLevel
    count: int


@dataclass(frozen=True, slots=True)
class EvidenceResult:
    """One result of a file, in its words, shortened and safe to show.

    ``rule`` is the rule's or vulnerability's id, ``also`` its other names, ``place`` a location as ``uri:line``,
    ``state`` the word by which it counts as it does (``fail``, ``affected``, ``accepted`` …), ``reason`` the
    justification given.  ``products`` are what it speaks of, ``parts`` the parts of these that are meant: package URLs
    without qualifiers, ``name@version``, or ``sha256:<digest>``; empty where it names none.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    rule: str
    level: EvidenceLevel
    state: str
    message: str = ""
    place: str = ""
    reason: str = ""
    also: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceFact:
    """What the file of an ``[[evidence]]`` says; ``sha256`` is the file's, ``path`` is empty.

    ``tools`` are names with versions, ``ran`` is the oldest time (RFC 3339) at which a part of it was made, empty where
    it says none.  ``counts`` counts all unresolved results; ``unresolved``, ``accepted`` (set aside in the file by the
    tool's user, with a justification) and ``resolved`` (answered with a reason) hold so many of each, the gravest
    first; ``more`` counts the accepted ones, ``more_resolved`` the answered ones that are not held.  ``looked_at`` are
    what the file says it looked at, as the products of :class:`EvidenceResult`, ``skipped`` what it says it passed
    over; ``looked_at_cut`` where not all of them are held.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    form: EvidenceForm
    problem: EvidenceProblem = ""
    detail: str = ""
    tools: tuple[str, ...] = ()
    ran: str = ""
    counts: tuple[LevelCount, ...] = ()
    unresolved: tuple[EvidenceResult, ...] = ()
    accepted: tuple[EvidenceResult, ...] = ()
    resolved: tuple[EvidenceResult, ...] = ()
    more: int = 0
    more_resolved: int = 0
    looked_at: tuple[str, ...] = ()
    looked_at_cut: bool = False
    skipped: tuple[str, ...] = ()
    path: str = ""
    sha256: str = ""
    kind: Literal["evidence"] = "evidence"
