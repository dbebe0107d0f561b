"""What of the inputs of a release could be seen: its source, and the lock files among its items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final

from gate.models import BaseImageFact, BuilderFact, ItemFact, RevisionFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.models import Examination

MOST_OF_A_ROLE: Final = 1000
"""How many lock files or base images are listed; where there are more, one entry counts the others."""
_BASE_IMAGE: Final = "base-image"
_LOCK: Final = "lock-file"
_LOCK_FILE = re.compile(
    r"(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock"  # JavaScript
    r"|poetry\.lock|Pipfile\.lock|pdm\.lock|uv\.lock|pylock(?:\.[^./]+)?\.toml"  # Python (PEP 751)
    r"|Cargo\.lock|go\.sum|Gemfile\.lock|composer\.lock|mix\.lock|pubspec\.lock|flake\.lock|conan\.lock"
    r"|packages\.lock\.json|gradle\.lockfile|buildscript-gradle\.lockfile|Package\.resolved|Podfile\.lock)"
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """An in-toto ResourceDescriptor v1: what it is called, where it is from, its digests, and what is said of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}
    name: str | None = None
    uri: str | None = None
    digest: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)


def dependencies_of(examination: Examination) -> tuple[Dependency, ...]:
    """Return the inputs that were seen or claimed: source first, then base images and lock files by path."""
    return (*_sources(examination), *_base_images(examination), *_lock_files(examination))


def _sources(examination: Examination) -> Iterator[Dependency]:
    """Yield the commit that the repository is at, and the one that the runner names where that is another."""
    seen = {fact.commit: fact for fact in examination.facts if isinstance(fact, RevisionFact)}
    for commit, fact in seen.items():
        yield _source(fact.remote, "", commit, {"role": "source", "seenBy": "gate", "workTree": fact.work_tree})
    for claim in examination.facts:
        if isinstance(claim, BuilderFact) and claim.revision and claim.revision not in seen:
            about = {"role": "source", "claimedBy": claim.claimed_by}
            yield _source(claim.repository, claim.ref, claim.revision, about)


def _source(repository: str, ref: str, commit: str, about: dict[str, str]) -> Dependency:
    """Return a commit as a dependency; its URI is that of SPDX for git, as far as there is an address."""
    address = f"git+{repository}" + (f"@{ref}" if ref else "") if "://" in repository else None
    return Dependency("source", address, {"gitCommit": commit}, about)


def _base_images(examination: Examination) -> Iterator[Dependency]:
    """Yield the base images that container images among the items name, each once; ``namedBy`` is the first item."""
    named: dict[tuple[str, str], str] = {}
    for fact in examination.facts:
        if isinstance(fact, BaseImageFact):
            named.setdefault((fact.name, fact.digest), fact.path)
    found = [
        Dependency(
            name or "base image", None, {"sha256": digest} if digest else {}, {"role": _BASE_IMAGE, "namedBy": path}
        )
        for (name, digest), path in named.items()
    ]
    yield from _bounded(found, _BASE_IMAGE)


def _lock_files(examination: Examination) -> Iterator[Dependency]:
    """Yield the lock files among the items; they name what the build that is not seen may have used."""
    found = [
        Dependency(fact.path, None, {"sha256": fact.sha256}, {"role": _LOCK})
        for fact in examination.facts
        if isinstance(fact, ItemFact) and _LOCK_FILE.fullmatch(fact.path.rpartition("/")[2])
    ]
    yield from _bounded(found, _LOCK)


def _bounded(found: Sequence[Dependency], role: str) -> Iterator[Dependency]:
    """Yield the first dependencies of a role, and one entry that counts the others."""
    yield from found[:MOST_OF_A_ROLE]
    left_out = len(found) - MOST_OF_A_ROLE
    if left_out > 0:
        yield Dependency("not listed", None, {}, {"role": role, "count": str(left_out)})
