"""The engines of a run, what they covered, and all that was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from gate.models.facts import Fact
from gate.models.items import Artifact, Gap
from gate.models.vocabulary import DOCUMENT_CONFIG, DatabaseKind, MessageArgs


@dataclass(frozen=True, slots=True)
class DatabaseInfo:
    """The signature database or rule set of an engine; ``date`` is RFC 3339 or empty, ``sha256`` over its sources."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    kind: DatabaseKind
    version: str
    date: str
    signatures: int
    sha256: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """An engine as it ran: its version, its database, and whether it proved itself before and after."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    name: str
    version: str
    database: DatabaseInfo | None = None
    canary: Literal["passed", "failed"] = "failed"
    detail: str = ""
    external: str = ""
    """Address of an engine on another host; empty for local engines."""


@dataclass(frozen=True, slots=True)
class EngineProblem:
    """An engine that did not start, died, or missed its canary: message code, arguments and English text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    engine: str
    code: str
    args: MessageArgs
    message: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many items an examiner examined, how many it does not apply to, and how many it left a gap in."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    examiner: str
    examined: int
    not_applicable: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was seen in one run: what ``facts.json`` holds and what policy judges.

    ``started`` and ``finished`` are RFC 3339 in UTC.
    """

    artifacts: tuple[Artifact, ...]
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    engines: tuple[EngineInfo, ...]
    problems: tuple[EngineProblem, ...]
    coverage: tuple[Coverage, ...]
    started: str
    finished: str
