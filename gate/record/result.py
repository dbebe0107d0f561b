"""The types of the result document, in the shape that ``gate check --format json`` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from gate.models import (
    Certainty,
    Clause,
    Coverage,
    DetectionFact,
    EngineInfo,
    EngineProblem,
    Examination,
    ExecutableClass,
    ExternalService,
    Finding,
    Gap,
    JudgedExecutable,
    JudgedOutbound,
    Judgement,
    Reach,
    Verdict,
)
from gate.record.components import Component, result_components
from gate.record.identity import DOCUMENT, GateIdentity
from gate.record.types import RESULT, ResultSchema


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """The policy that judged: its file name (None: built in), its digest, and whether it is the agreed one."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str | None
    sha256: str
    agreed: bool


@dataclass(frozen=True, slots=True)
class ResultArtifact:
    """An artifact; ``sha256`` of a folder is that of its file list."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str
    kind: Literal["file", "folder"]
    sha256: str
    size: int
    items: int


@dataclass(frozen=True, slots=True)
class ResultExecutable:
    """An executable, and the justification that covers it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str
    sha256: str
    class_: ExecutableClass
    format: str
    architecture: str
    detail: str
    justified_by: str | None

    @classmethod
    def of(cls, judged: JudgedExecutable) -> ResultExecutable:
        """Return the entry for a judged executable."""
        fact = judged.fact
        return cls(
            fact.path, fact.sha256, fact.class_, fact.format, fact.architecture, fact.detail, judged.justified_by
        )


@dataclass(frozen=True, slots=True)
class ResultOutbound:
    """An outbound contact, and the declaration that covers it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    url: str
    host: str
    reach: Reach
    path: str
    sha256: str
    line: int
    via: str
    condition: str
    declared_by: str | None

    @classmethod
    def of(cls, judged: JudgedOutbound) -> ResultOutbound:
        """Return the entry for a judged contact."""
        fact = judged.fact
        return cls(
            fact.url,
            fact.host,
            fact.reach,
            fact.path,
            fact.sha256,
            fact.line,
            fact.via,
            fact.condition,
            judged.declared_by,
        )


@dataclass(frozen=True, slots=True)
class ResultDetection:
    """What an engine said of an item."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    engine: Literal["clamav", "yara", "heuristics"]
    name: str
    path: str
    sha256: str
    certainty: Certainty
    detail: str
    score: int

    @classmethod
    def of(cls, fact: DetectionFact) -> ResultDetection:
        """Return the entry for a detection."""
        return cls(fact.engine, fact.name, fact.path, fact.sha256, fact.certainty, fact.detail, fact.score)


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """``release-gate/result/v1``.

    ``sample`` marks a run whose malware database is not official.  ``vulnerabilities`` is empty:
    no examiner of this version looks for them; results of other tools are read as evidence.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: ResultSchema
    gate: GateIdentity
    verdict: Verdict
    sample: bool
    started: str
    finished: str
    policy: PolicyReference
    artifacts: tuple[ResultArtifact, ...]
    engines: tuple[EngineInfo, ...]
    problems: tuple[EngineProblem, ...]
    coverage: tuple[Coverage, ...]
    executables: tuple[ResultExecutable, ...]
    outbound: tuple[ResultOutbound, ...]
    detections: tuple[ResultDetection, ...]
    components: tuple[Component, ...]
    vulnerabilities: Annotated[tuple[str, ...], Field(max_length=0)]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    clauses: tuple[Clause, ...]
    external_services: tuple[ExternalService, ...]


def build_result(
    examination: Examination, judgement: Judgement, policy: PolicyReference, gate: GateIdentity
) -> ResultDocument:
    """Return the result document of one examination judged under one policy."""
    artifacts = [ResultArtifact(a.path, a.kind, a.sha256, a.size, a.items) for a in examination.artifacts]
    return ResultDocument(
        schema_=RESULT,
        gate=gate,
        verdict=judgement.verdict,
        sample=judgement.sample,
        started=examination.started,
        finished=examination.finished,
        policy=policy,
        artifacts=tuple(artifacts),
        engines=examination.engines,
        problems=examination.problems,
        coverage=examination.coverage,
        executables=tuple(map(ResultExecutable.of, judgement.executables)),
        outbound=tuple(map(ResultOutbound.of, judgement.outbound)),
        detections=tuple(ResultDetection.of(fact) for fact in examination.facts if isinstance(fact, DetectionFact)),
        components=result_components(examination),
        vulnerabilities=(),
        gaps=examination.gaps,
        findings=judgement.findings,
        clauses=judgement.clauses,
        external_services=judgement.external_services,
    )
