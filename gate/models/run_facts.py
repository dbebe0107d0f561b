"""Facts of the whole run: what lies around a delivery and is no item of it.  Their ``path`` and ``sha256`` are empty.

No examiner may report one: they come from the environment and from what the command line names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from gate.models.vocabulary import DOCUMENT_CONFIG  # pydantic reads annotations when the module is loaded

BuildSystem: TypeAlias = Literal["github-actions", "gitlab-ci", "jenkins", "local", "unclear"]
"""``local``: no build system says that it runs this; ``unclear``: more than one does, and none is believed."""

RunnerKind: TypeAlias = Literal["hosted", "self-hosted", ""]


@dataclass(frozen=True, slots=True)
class BuilderFact:
    """Where the gate ran, in the words of the build system's environment: every value is a claim of the runner.

    Values that the environment does not give, or not in their form, are empty.  ``builder`` is a URI of the runner
    (RFC 3986), ``workflow`` the path of the workflow or pipeline definition, ``workflow_ref`` and ``ref`` git refs,
    ``workflow_revision`` and ``revision`` commits, ``run`` the run's id with its attempt, ``runner`` whose machine it
    is, ``event`` what set the run off, ``repository`` a URL without user and password, ``actor`` who set it off.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    system: BuildSystem
    builder: str
    repository: str = ""
    revision: str = ""
    ref: str = ""
    workflow: str = ""
    workflow_ref: str = ""
    workflow_revision: str = ""
    job: str = ""
    run: str = ""
    run_url: str = ""
    event: str = ""
    actor: str = ""
    runner: RunnerKind = ""
    runner_name: str = ""
    claimed_by: Literal["runner"] = "runner"
    path: str = ""
    sha256: str = ""
    kind: Literal["builder"] = "builder"


@dataclass(frozen=True, slots=True)
class ServiceFact:
    """A service outside of this machine that signing uses: what it is and where, whose it is, and what it is sent.

    The texts are English.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    name: str
    operator: str
    sent: str
    path: str = ""
    sha256: str = ""
    kind: Literal["service"] = "service"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is there now and was not (``added``), the other way round, or there and another."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    how: Literal["added", "removed", "changed"]
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How things of one kind differ between two releases; counts are exact, ``differences`` the first of each sort."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    added: int
    removed: int
    changed: int
    same: int
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class PreviousFact:
    """The release that went before, by its record, and how its facts differ from those of this run.

    ``record_sha256`` is the digest of its record, ``created`` when that was written (RFC 3339, UTC), ``name`` and
    ``version`` of its deliverable (empty where it had none).  ``policy_sha256`` is the policy that judged it,
    ``exceptions`` are the ids of the justifications that it rested on: policy compares them with today's.
    Its digests held; whether its signatures do was not asked.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT_CONFIG
    record_sha256: str
    created: str
    name: str
    version: str
    policy_sha256: str
    exceptions: tuple[str, ...]
    files: Comparison
    executables: Comparison
    hosts: Comparison
    engines: Comparison
    path: str = ""
    sha256: str = ""
    kind: Literal["previous"] = "previous"
