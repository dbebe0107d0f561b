"""Whether what is signed comes from a public repository: only then may a public log tell its name to the world.

What nothing says counts as private.  The facts are those of the build system: GitHub's description of the event, the
visibility that GitLab sets, and the claim in GitHub's identity token.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES: Final = 32 << 20
"""Bytes of a description of an event; GitHub's are below 25 MiB."""
PUBLIC: Final = "public"


def says_public(environment: Mapping[str, str]) -> bool:
    """Say whether the environment of this run says that its repository is public."""
    if environment.get("GITHUB_ACTIONS"):
        return _event_says_public(environment.get("GITHUB_EVENT_PATH", ""))
    return bool(environment.get("GITLAB_CI")) and environment.get("CI_PROJECT_VISIBILITY") == PUBLIC


def _event_says_public(path: str) -> bool:
    if not path:
        return False
    try:
        with Path(path).open("rb") as stream:
            event: Any = json.loads(stream.read(MOST_BYTES))
    except (OSError, ValueError, RecursionError):
        return False
    repository: Any = event.get("repository") if isinstance(event, dict) else None
    if not isinstance(repository, dict):
        return False
    visibility: object = repository.get("visibility", PUBLIC)
    return repository.get("private") is False and visibility == PUBLIC


def token_says_private(claims: Mapping[str, Any]) -> bool:
    """Say whether an identity token names a repository that is not public."""
    visibility: object = claims.get("repository_visibility", PUBLIC)
    return visibility != PUBLIC
