"""What lies around a delivery, in its record: where the gate ran, the commit it is from, the release before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from gate.models import (  # pydantic reads the annotations of documents when the module is loaded
    BuilderFact,
    BuildSystem,
    RunnerKind,
    WorkTree,
)
from gate.policy.approvals import approvals_of
from gate.policy.previous import previous_of
from gate.policy.tracing import trace
from gate.record.identity import DOCUMENT
from gate.record.subjects import Sha256  # as above

if TYPE_CHECKING:
    from gate.models import Examination
    from gate.policy.model import Policy

MOST_PATHS: Final = 1000
"""Paths of generated files that a record names for each glob; all stand in ``facts.json``."""


@dataclass(frozen=True, slots=True)
class RecordBuilder:
    """Where the gate ran, in the words of the runner's environment; what that does not say is empty."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    claimed_by: Literal["runner"]
    system: BuildSystem
    id: str
    repository: str
    revision: str
    ref: str
    workflow: str
    workflow_ref: str
    workflow_revision: str
    job: str
    run: str
    run_url: str
    event: str
    actor: str
    runner: RunnerKind
    runner_name: str


@dataclass(frozen=True, slots=True)
class RecordGenerated:
    """A glob of ``[source] generated``, how many files it declares, and the first of their item paths."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    glob: str
    count: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordApproval:
    """The commit that last changed a justification, and its author; empty where no commit holds it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    section: str
    id: str
    commit: str
    author: str
    committed_at: str


@dataclass(frozen=True, slots=True)
class RecordSource:
    """The commit that the repository given with ``--source`` was at, as the gate read it.

    ``signed_by`` and ``tag_signed_by`` are fingerprints of keys of the policy that signatures were verified against,
    empty where none was.  ``repository`` is the address of ``origin``, which nobody proves, and so is ``author``.
    ``files`` counts delivered files by what they are in the commit, ``generated`` are those that the policy declares as
    made by the build.  ``exceptions`` tells which commit last changed each entry of the policy file.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    commit: str
    tree: str
    object_format: Literal["sha1", "sha256"]
    repository: str
    branch: str
    tags: tuple[str, ...]
    work_tree: WorkTree
    signed_by: str
    tag_signed_by: str
    author: str
    committed_at: str
    files: dict[str, int]
    generated: tuple[RecordGenerated, ...]
    exceptions: tuple[RecordApproval, ...]


@dataclass(frozen=True, slots=True)
class RecordPrevious:
    """The release that this one was compared with: the digest of its record, and what that says it is.

    The differences stand in ``facts.json`` (kind ``previous``), which the record binds.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    sha256: Sha256
    created: str
    name: str
    version: str
    policy_sha256: Sha256


def record_builder(examination: Examination) -> RecordBuilder | None:
    """Return where the gate ran; None where nobody asked the environment."""
    fact = next((fact for fact in examination.facts if isinstance(fact, BuilderFact)), None)
    if fact is None:
        return None
    return RecordBuilder(
        claimed_by=fact.claimed_by,
        system=fact.system,
        id=fact.builder,
        repository=fact.repository,
        revision=fact.revision,
        ref=fact.ref,
        workflow=fact.workflow,
        workflow_ref=fact.workflow_ref,
        workflow_revision=fact.workflow_revision,
        job=fact.job,
        run=fact.run,
        run_url=fact.run_url,
        event=fact.event,
        actor=fact.actor,
        runner=fact.runner,
        runner_name=fact.runner_name,
    )


def record_source(examination: Examination, policy: Policy, policy_sha256: str) -> RecordSource | None:
    """Return the commit of the delivery; None where no repository was read."""
    standing = trace(examination, policy)
    if standing is None:
        return None
    fact = standing.revision
    return RecordSource(
        commit=fact.commit,
        tree=fact.tree,
        object_format=fact.object_format,
        repository=fact.remote,
        branch=fact.branch,
        tags=fact.tags,
        work_tree=fact.work_tree,
        signed_by=fact.signed_by,
        tag_signed_by=fact.tag_signed_by,
        author=fact.author,
        committed_at=fact.committed_at,
        files=standing.counts,
        generated=tuple(
            RecordGenerated(each.glob, len(each.paths), each.paths[:MOST_PATHS]) for each in standing.generated
        ),
        exceptions=tuple(
            RecordApproval(each.section, each.entry, each.commit, each.author, each.committed_at)
            for each in approvals_of(examination, policy_sha256)
        ),
    )


def record_previous(examination: Examination) -> RecordPrevious | None:
    """Return the release before this one; None where there was none to compare with."""
    fact = previous_of(examination)
    if fact is None:
        return None
    return RecordPrevious(fact.record_sha256, fact.created, fact.name, fact.version, fact.policy_sha256)
