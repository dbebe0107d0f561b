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
