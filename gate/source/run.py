"""What a run with ``--source`` adds to it: facts of the commit, and a look at what each delivered file is in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.errors import UsageError
from gate.examine.interface import Together
from gate.models import RunFact
from gate.openpgp import KeyFileError, PublicKey
from gate.paths import printable
from gate.source.repository import Repository

_KEY_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceRun:
    """``facts`` of the whole run, and what looks at items (``together``); both are empty without ``--source``."""

    facts: tuple[RunFact, ...] = ()
    together: tuple[Together, ...] = ()


@contextlib.contextmanager
def source_run(folder: Path | None, signers: Sequence[tuple[str, Path]]) -> Iterator[SourceRun]:
    """Read the repository of ``folder`` for the time of a ``with``; ``signers`` are fingerprints and key files.

    Raises ``UsageError`` where the repository or a key file cannot be used, ``EngineFailure`` without git.
    """
    if folder is None:
        yield SourceRun()
        return
    keys = [PublicKey(fingerprint, _key(file)) for fingerprint, file in signers]
    with Repository(folder) as repository:
        try:
            revision = repository.revision(keys)
        except KeyFileError as error:
            raise UsageError("source.key-wrong", fingerprint=error.fingerprint) from error
        yield SourceRun((revision,))


def _key(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_KEY_BYTES)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError("source.key-unreadable", path=printable(str(file)), error=reason) from error
