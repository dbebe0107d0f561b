"""The record of a release: an in-toto Statement v1 whose subjects are the artifacts.

Pure: facts, judgement, policy, digests and the clock come in as arguments; same arguments, same bytes.  The record
binds every file of the release folder by digest, and signatures by name, back end and signer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from gate.models import (  # pydantic reads the annotations of documents when the module is loaded
    Clause,
    Coverage,
    EngineInfo,
    EvidenceFact,
    ExternalService,
    Finding,
    Verdict,
)
from gate.record import layout
from gate.record.canonical import canonical
from gate.record.components import RecordComponent, record_components  # as above
from gate.record.contacts import RecordDestination, RecordHost, record_destinations, record_hosts  # as above
from gate.record.detections import RecordDetection, record_detections  # as above
from gate.record.executables import (  # as above
    RecordContent,
    RecordExecutable,
    record_content,
    record_executables,
)
from gate.record.identity import DOCUMENT, GateIdentity
from gate.record.justifications import RecordJustification, record_justifications  # as above
from gate.record.parsing import parse_document
from gate.record.policy_part import RecordPolicy, record_policy  # as above
from gate.record.subjects import Sha256, Subject, subjects_of  # as above
from gate.record.surroundings import (  # as above
    RecordBuilder,
    RecordPrevious,
    RecordSource,
    record_builder,
    record_previous,
    record_source,
)
from gate.record.types import RECORD, STATEMENT, RecordType, StatementType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.models import Examination, Judgement
    from gate.policy.load import LoadedPolicy
    from gate.policy.model import Evidence, Policy


@dataclass(frozen=True, slots=True)
class RecordArtifact:
    """What a subject is; for a folder ``file_list`` is the list that its digest is over."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    kind: Literal["file", "folder"]
    size: int
    items: int
    file_list: str | None


@dataclass(frozen=True, slots=True)
class RecordDeliverable:
    """``[deliverable]`` of the policy; days are ISO 8601."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    version: str
    kind: str
    title: str | None = None
    supplier: str | None = None
    responsible: str | None = None
    inspector: str | None = None
    checker: str | None = None
    recipient: str | None = None
    contract: str | None = None
    contracted_on: str | None = None
    delivered_on: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class RecordSpecification:
    """What "contrary to the specification" was held against; ``file`` where it lies in the release folder."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    title: str
    version: str
    agreed_on: str | None
    file: str | None
    sha256: Sha256 | None


@dataclass(frozen=True, slots=True)
class RecordReading:
    """What a file of evidence says of itself, as it was read: see ``EvidenceFact``; results are counted."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    problem: str
    tools: tuple[str, ...]
    ran: str
    unresolved: int
    accepted: int
    resolved: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """A paper attached for a clause, or a result of a tool; ``reading`` is None where it was bound and not read.

    ``reject_at`` and ``max_age_days`` are what it was held against.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    clause: str
    kind: str
    file: str
    sha256: Sha256 | None
    tool: str | None
    date: str
    by: str
    reject_at: str | None = None
    max_age_days: int | None = None
    reading: RecordReading | None = None


@dataclass(frozen=True, slots=True)
class PromisedSignature:
    """A signature that must be in the folder: where, by which back end and signer, and over which file."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    backend: str
    signer: str
    signs: str


@dataclass(frozen=True, slots=True)
class Sums:
    """The file of all digests for stock tools, with its own digest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class RecordOmitted:
    """How many detections and hosts the record leaves out of its lists; ``result.json`` has them all."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    detections: int
    hosts: int


@dataclass(frozen=True, slots=True)
class RecordPredicate:
    """The predicate ``urn:x-release-gate:record:v1``.

    ``created`` is when it was written, ``started`` and ``finished`` when the artifacts were examined (RFC 3339, UTC).
    ``executables`` are all that need a justification, ``content`` counts those that are content of such a deliverable.
    ``detections`` and ``hosts`` are bounded: ``omitted`` counts what is left out.
    ``files`` are all files of the release folder beside the artifacts, the record itself, the sums and signatures.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    gate: GateIdentity
    created: str
    started: str
    finished: str
    verdict: Verdict
    sample: bool
    builder: RecordBuilder | None
    source: RecordSource | None
    previous: RecordPrevious | None
    deliverable: RecordDeliverable | None
    specification: RecordSpecification | None
    policy: RecordPolicy
    artifacts: tuple[RecordArtifact, ...]
    engines: tuple[EngineInfo, ...]
    coverage: tuple[Coverage, ...]
    clauses: tuple[Clause, ...]
    suppressed: tuple[Finding, ...]
    justifications: tuple[RecordJustification, ...]
    detections: tuple[RecordDetection, ...]
    executables: tuple[RecordExecutable, ...]
    content: tuple[RecordContent, ...]
    hosts: tuple[RecordHost, ...]
    destinations: tuple[RecordDestination, ...]
    omitted: RecordOmitted
    components: tuple[RecordComponent, ...]
    evidence: tuple[RecordEvidence, ...]
    external_services: tuple[ExternalService, ...]
    promised_signatures: tuple[PromisedSignature, ...]
    files: dict[str, Sha256]
    sums: Sums


@dataclass(frozen=True, slots=True)
class Statement:
    """An in-toto Statement v1 with the record as its predicate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    type_: Annotated[StatementType, Field(alias="_type")]
    subject: tuple[Subject, ...]
    predicate_type: Annotated[RecordType, Field(alias="predicateType")]
    predicate: RecordPredicate


_STATEMENT = TypeAdapter(Statement)


def build_record(
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    gate: GateIdentity,
    *,
    created: datetime,
    files: Mapping[str, str],
    sums_sha256: str,
    papers: Mapping[str, str],
    promised: Sequence[PromisedSignature],
) -> bytes:
    """Return the bytes of ``gate/record.intoto.json``.

    ``files`` maps the path of each bound file in the release folder to its SHA-256, ``papers`` the name of each paper
    in the policy to its path in the release folder.
    """
    policy = loaded.policy
    detections, omitted_detections = record_detections(examination, judgement)
    hosts, omitted_hosts = record_hosts(judgement)
    read = [fact for fact in examination.facts if isinstance(fact, EvidenceFact)]
    statement = Statement(
        type_=STATEMENT,
        subject=subjects_of(examination),
        predicate_type=RECORD,
        predicate=RecordPredicate(
            gate=gate,
            created=rfc3339(created),
            started=examination.started,
            finished=examination.finished,
            verdict=judgement.verdict,
            sample=judgement.sample,
            builder=record_builder(examination),
            source=record_source(examination, policy, loaded.sha256),
            previous=record_previous(examination),
            deliverable=record_deliverable(policy),
            specification=_specification(policy, papers),
            policy=record_policy(loaded),
            artifacts=_artifacts(examination),
            engines=examination.engines,
            coverage=examination.coverage,
            clauses=judgement.clauses,
            suppressed=tuple(finding for finding in judgement.findings if finding.suppressed_by is not None),
            justifications=record_justifications(judgement, policy),
            detections=detections,
            executables=record_executables(judgement),
            content=record_content(judgement),
            hosts=hosts,
            destinations=record_destinations(judgement, policy),
            omitted=RecordOmitted(omitted_detections, omitted_hosts),
            components=record_components(examination),
            evidence=tuple(_evidence(entry, papers, read) for entry in policy.evidence),
            external_services=judgement.external_services,
            promised_signatures=tuple(promised),
            files=dict(files),
            sums=Sums(layout.SUMS, sums_sha256),
        ),
    )
    return canonical(_STATEMENT.dump_python(statement, mode="json", by_alias=True))


def parse_record(raw: bytes) -> Statement:
    """Return the statement in the bytes of a record.  Raises ``DocumentError`` where it is not one."""
    return parse_document(_STATEMENT, raw)


def rfc3339(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _artifacts(examination: Examination) -> tuple[RecordArtifact, ...]:
    return tuple(
        RecordArtifact(
            artifact.path,
            artifact.kind,
            artifact.size,
            artifact.items,
            layout.list_path(artifact.path) if artifact.kind == "folder" else None,
        )
        for artifact in examination.artifacts
    )


def record_deliverable(policy: Policy) -> RecordDeliverable | None:
    """Return what the record says of ``[deliverable]``."""
    given = policy.deliverable
    if given is None:
        return None
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in given}
    return RecordDeliverable(**values)


def _specification(policy: Policy, papers: Mapping[str, str]) -> RecordSpecification | None:
    given = policy.specification
    if given is None:
        return None
    return RecordSpecification(
        title=given.title,
        version=given.version,
        agreed_on=given.agreed_on.isoformat() if given.agreed_on else None,
        file=papers[given.file] if given.file else None,
        sha256=given.sha256,
    )


def _evidence(entry: Evidence, papers: Mapping[str, str], facts: Iterable[EvidenceFact]) -> RecordEvidence:
    read = next((_reading(fact) for fact in facts if (fact.form, fact.sha256) == (entry.kind, entry.sha256)), None)
    return RecordEvidence(
        entry.clause,
        entry.kind,
        papers[entry.file],
        entry.sha256,
        entry.tool,
        entry.date.isoformat(),
        entry.by,
        entry.reject_at if read else None,
        entry.max_age_days,
        read,
    )


def _reading(fact: EvidenceFact) -> RecordReading:
    return RecordReading(
        fact.problem,
        fact.tools,
        fact.ran,
        sum(each.count for each in fact.counts),
        len(fact.accepted),
        len(fact.resolved),
        len(fact.looked_at),
    )
