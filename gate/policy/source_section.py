"""``[source]``: the repository that a delivery is made from, and what is held against it."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, StringConstraints

from gate.policy.section import Section
from gate.policy.values import Fingerprint, Globs, Text, names_something, problem

COMMIT_PATTERN: Final = "^(?:[0-9a-f]{40}|[0-9a-f]{64})$"
CommitId: TypeAlias = Annotated[str, StringConstraints(pattern=COMMIT_PATTERN)]


def _name_something(globs: Globs) -> Globs:
    """Refuse globs of wildcards alone: they would declare whatever there is to be generated."""
    if not all(map(names_something, globs)):
        raise problem("policy.glob-everything")
    return globs


class SourceSigner(Section):
    """A person whose signature on the commit or a tag of it counts: an OpenPGP key by fingerprint, and its file."""

    fingerprint: Fingerprint
    key: Text


class Source(Section):
    """``[source]``: where ``--source`` has to come from.

    ``repository`` is the address that its ``origin`` must have, ``commit`` the id that it must be at, ``generated`` are
    the item paths that a build makes, ``signer`` the persons one of whom must have signed the commit or its tag.
    """

    repository: Text | None = None
    commit: CommitId | None = None
    generated: Annotated[Globs, AfterValidator(_name_something)] | None = None
    signer: tuple[SourceSigner, ...] = ()
