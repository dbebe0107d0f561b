"""``gate/provenance.intoto.json``: SLSA provenance v1 of the artifacts (slsa.dev/spec/v1.1/provenance).  Pure.

The build that it describes is one run of ``gate release``: which paths it was given under which policy, where it ran,
and what of the inputs of the artifacts could be seen.  How the given files themselves came about the gate has not seen
and does not say, and it claims no SLSA level.  What rests on the word of the runner is marked ``claimedBy: runner``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter
from pydantic.alias_generators import to_camel

from gate.environment import OWN_BUILDER
from gate.models import BuilderFact
from gate.record.canonical import canonical
from gate.record.dependencies import Dependency, dependencies_of  # pydantic reads annotations when it is loaded
from gate.record.parsing import parse_document
from gate.record.subjects import Sha256, Subjects, subjects_of  # as above
from gate.record.types import BUILD_TYPE, PROVENANCE, STATEMENT, BuildType, ProvenanceType, StatementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import Examination
    from gate.policy.model import Deliverable, Policy
    from gate.record.identity import GateIdentity
    from gate.record.result import PolicyReference
    from gate.record.statement import RecordDeliverable
    from gate.record.surroundings import RecordBuilder

SLSA: dict[str, Any] = {"alias_generator": to_camel, "extra": "forbid", "populate_by_name": True}
"""How the types of SLSA's predicates are read and written: names in lowerCamelCase, no other keys."""


@dataclass(frozen=True, slots=True)
class ProvenanceDeliverable:
    """Of which deliverable the artifacts are, as the policy says."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    name: str
    version: str
    kind: str


@dataclass(frozen=True, slots=True)
class ProvenancePolicy:
    """The policy that judged: the name of its file (absent: built in), and its digest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    sha256: Sha256
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ProvenanceWorkflow:
    """The workflow, pipeline or job that ran the gate, in the runner's words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    claimed_by: Literal["runner"]
    repository: str | None = None
    ref: str | None = None
    path: str | None = None
    job: str | None = None


@dataclass(frozen=True, slots=True)
class ExternalParameters:
    """What whoever ran the gate chose: the artifacts by their names, the policy, and the workflow around it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    paths: tuple[str, ...]
    policy: ProvenancePolicy
    deliverable: ProvenanceDeliverable | None = None
    workflow: ProvenanceWorkflow | None = None


@dataclass(frozen=True, slots=True)
class InternalParameters:
    """What the build system set by itself, in the runner's words."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    claimed_by: Literal["runner"]
    system: str
    event: str | None = None
    actor: str | None = None
    runner: str | None = None
    runner_name: str | None = None


@dataclass(frozen=True, slots=True)
class BuildDefinition:
    """What ran, and what of the inputs of the artifacts was seen or claimed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    build_type: BuildType
    external_parameters: ExternalParameters
    internal_parameters: InternalParameters | None = None
    resolved_dependencies: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True)
class Builder:
    """The machine that ran the gate (``id``, in its own words), and which gate it was (seen by the gate)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    id: str
    version: dict[str, str]
    builder_dependencies: tuple[Dependency, ...]


@dataclass(frozen=True, slots=True)
class BuildMetadata:
    """The run: its address or id in the build system, and when the gate examined (RFC 3339, UTC)."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    started_on: str
    finished_on: str
    invocation_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunDetails:
    """Who ran it and when, and what it left beside the artifacts."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    builder: Builder
    metadata: BuildMetadata
    byproducts: tuple[Dependency, ...] = ()


@dataclass(frozen=True, slots=True)
class ProvenancePredicate:
    """The predicate ``https://slsa.dev/provenance/v1``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    build_definition: BuildDefinition
    run_details: RunDetails


@dataclass(frozen=True, slots=True)
class ProvenanceStatement:
    """An in-toto Statement v1 with SLSA provenance as its predicate."""

    __pydantic_config__: ClassVar[dict[str, Any]] = SLSA
    type_: Annotated[StatementType, Field(alias="_type")]
    subject: Subjects
    predicate_type: ProvenanceType
    predicate: ProvenancePredicate


_STATEMENT = TypeAdapter(ProvenanceStatement)


def build_provenance(
    examination: Examination,
    policy: Policy,
    reference: PolicyReference,
    gate: GateIdentity,
    *,
    byproducts: Mapping[str, str],
) -> bytes:
    """Return the bytes of ``gate/provenance.intoto.json``.

    ``byproducts`` maps paths in the release folder of what the run wrote about the artifacts to their SHA-256.
    """
    builder = next((fact for fact in examination.facts if isinstance(fact, BuilderFact)), None)
    given = policy.deliverable
    statement = ProvenanceStatement(
        type_=STATEMENT,
        subject=subjects_of(examination),
        predicate_type=PROVENANCE,
        predicate=ProvenancePredicate(
            BuildDefinition(
                BUILD_TYPE,
                ExternalParameters(
                    paths=tuple(artifact.path for artifact in examination.artifacts),
                    policy=ProvenancePolicy(reference.sha256, reference.path),
                    deliverable=deliverable_of(given) if given else None,
                    workflow=workflow_of(builder) if builder else None,
                ),
                _internal(builder) if builder else None,
                dependencies_of(examination),
            ),
            RunDetails(
                Builder(
                    id=builder.builder if builder else f"{OWN_BUILDER}:local",
                    version={"release-gate": gate.version},
                    builder_dependencies=(Dependency(name="release-gate", digest={"sha256": gate.sha256}),),
                ),
                BuildMetadata(
                    started_on=examination.started,
                    finished_on=examination.finished,
                    invocation_id=(builder.run_url or builder.run or None) if builder else None,
                ),
                tuple(Dependency(name=path, digest={"sha256": sha256}) for path, sha256 in byproducts.items()),
            ),
        ),
    )
    return canonical(_STATEMENT.dump_python(statement, mode="json", by_alias=True, exclude_defaults=True))


def parse_provenance(raw: bytes) -> ProvenanceStatement:
    """Return the statement in ``raw``.  Raises ``DocumentError`` where it is not a provenance of the gate's form."""
    return parse_document(_STATEMENT, raw)


def deliverable_of(given: Deliverable | RecordDeliverable) -> ProvenanceDeliverable:
    """Return what a provenance says of a deliverable."""
    return ProvenanceDeliverable(given.name, given.version, given.kind)


def workflow_of(builder: BuilderFact | RecordBuilder) -> ProvenanceWorkflow | None:
    """Return what a provenance says of the workflow that ran the gate; None where the runner does not say."""
    said = (builder.repository, builder.workflow_ref or builder.ref, builder.workflow, builder.job)
    return ProvenanceWorkflow(builder.claimed_by, *(each or None for each in said)) if any(said) else None


def _internal(builder: BuilderFact) -> InternalParameters:
    said = (builder.event, builder.actor, builder.runner, builder.runner_name)
    return InternalParameters(builder.claimed_by, builder.system, *(each or None for each in said))
