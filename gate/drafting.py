"""A look at artifacts before there is a policy: what a person would have to declare and justify."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import GateError
from gate.examine.registry import build_drafting_examiners
from gate.operations import artifacts_of, engine_settings, local_date
from gate.pipeline import examine
from gate.policy import SigningState, judge, load_policy
from gate.policy.model import Deliverable
from gate.policy.starting import guessed, starting_point
from gate.source.repository import Repository

if TYPE_CHECKING:
    from gate.operations import CheckRequest
    from gate.pipeline import Clock, Progress
    from gate.policy.starting import Found


def look_for_drafts(request: CheckRequest, *, clock: Clock, progress: Progress | None = None) -> tuple[Found, int]:
    """Examine the paths for executables, contacts and components under the built-in policy, and draft entries.

    Returns also how much could not be examined, and may need further ones.
    Nothing is looked for that a person need not declare: malware above all.  Raises ``UsageError`` as ``check``.
    """
    artifacts = artifacts_of(request.paths)
    loaded = load_policy(None)
    examination = examine(
        artifacts,
        build_drafting_examiners(engine_settings(request, loaded)),
        loaded.policy.limits.as_limits(),
        clock=clock,
        jobs=request.jobs,
        progress=progress,
    )
    # What is content under the clause, and with it what has to be justified, depends on the kind of the deliverable.
    about = {"name": "unnamed", "version": "0", **guessed(examination)}
    policy = loaded.policy.model_copy(update={"deliverable": Deliverable.model_validate(about)})
    judgement = judge(
        examination,
        policy,
        policy_sha256=loaded.sha256,
        today=local_date(datetime.now(UTC), policy.gate.timezone),
        signing=SigningState(intended=False, ready=()),
    )
    return starting_point(examination, judgement, policy, _remote()), len(examination.gaps) + len(examination.problems)


def _remote() -> str:
    """Return the address of the repository that the current folder is, or nothing where it is none."""
    with suppress(GateError), Repository(Path()) as repository:
        return repository.revision().remote
    return ""
