"""``--previous FOLDER``: the release that went before, read as strictly as a recipient reads one, and compared.

Its record binds its facts by digest, and its digest enters the new record, so that records form a chain.  Whose
signatures it carries is not asked: whoever makes a release compares with what he has delivered himself, and a recipient
compares the digest in the new record with that of the record which he accepted.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, UsageError, VerificationError
from gate.models import PreviousFact
from gate.paths import printable
from gate.record import layout
from gate.record.comparison import compare_engines, compare_executables, compare_files, compare_hosts
from gate.verification.facts import MOST_FACTS_BYTES, bound_facts
from gate.verification.folder import ReleaseFolder
from gate.verification.statement import MOST_BYTES, read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.errors import Language
    from gate.models import Examination
    from gate.record.statement import Statement


class PreviousReleaseError(UsageError):
    """The folder given with ``--previous`` does not hold together; ``cause`` says why, as for a recipient."""

    def __init__(self, path: str, cause: VerificationError | EngineFailure) -> None:
        super().__init__("deliver.previous-unusable", path=path)
        self.cause = cause

    def message(self, language: Language) -> str:
        """Return which folder it is, and what is wrong with it."""
        return f"{super().message(language)} {self.cause.message(language)}"

    def __reduce__(self) -> tuple[object, ...]:
        return PreviousReleaseError, (str(self.arguments["path"]), self.cause)


@dataclass(frozen=True, slots=True)
class PreviousRelease:
    """A release that has been read: its record with the digest of its bytes, and its facts."""

    record_sha256: str
    statement: Statement
    examination: Examination


def read_previous(folder: Path, inputs: Sequence[Path]) -> PreviousRelease:
    """Read the record and the facts of a release folder.

    ``inputs`` are the paths that are examined: what lies inside of one configures nothing.  Raises ``UsageError`` where
    there is no folder or it lies in an input, ``PreviousReleaseError`` where it does not hold together.
    """
    shown = printable(os.fsencode(folder))
    try:
        with ReleaseFolder(folder) as release:
            for path in inputs:
                if release.path.is_relative_to(path.resolve()):
                    raise UsageError("deliver.previous-inside", path=shown, input=printable(os.fsencode(path)))
            raw = release.read(layout.RECORD.encode(), MOST_BYTES)
            statement = read_statement(raw)
            facts = release.read(layout.FACTS.encode(), MOST_FACTS_BYTES)
            return PreviousRelease(hashlib.sha256(raw).hexdigest(), statement, bound_facts(facts, statement))
    except (VerificationError, EngineFailure) as error:
        raise PreviousReleaseError(shown, error) from error


def previous_fact(previous: PreviousRelease, examination: Examination) -> PreviousFact:
    """Return what the previous release was, and how an examination differs from its facts."""
    predicate, before = previous.statement.predicate, previous.examination
    deliverable = predicate.deliverable
    return PreviousFact(
        record_sha256=previous.record_sha256,
        created=predicate.created,
        name=deliverable.name if deliverable else "",
        version=deliverable.version if deliverable else "",
        policy_sha256=predicate.policy.sha256,
        exceptions=tuple(entry.id for entry in predicate.justifications),
        files=compare_files(before, examination),
        executables=compare_executables(before, examination),
        hosts=compare_hosts(before, examination),
        engines=compare_engines(before, examination),
    )
