"""What a run with ``--source`` adds to it: facts of the commit, and a look at what each delivered file is in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.errors import UsageError
from gate.examine.interface import Together
from gate.models import Examination, Fact, RunFact
from gate.openpgp import KeyFileError, PublicKey
from gate.paths import printable
from gate.source.approvals import PolicyFile, approvals
from gate.source.commit_files import CommitFiles
from gate.source.repository import Repository
from gate.source.tracer import SourceTracer, trace_links

_KEY_BYTES: Final = 1 << 20
_BUILD_BYTES: Final = 8 << 20
"""Most text of build files that is looked at."""
_BUILD_FILE: Final = re.compile(rb"pyproject\.toml|setup\.(?:cfg|py)|requirements[A-Za-z0-9_.-]*\.(?:txt|in)")


@dataclass(frozen=True, slots=True)
class SourceRun:
    """``facts`` of the whole run, and what looks at items (``together``); both are empty without ``--source``."""

    facts: tuple[RunFact, ...] = ()
    together: tuple[Together, ...] = ()
    files: CommitFiles | None = None

    def facts_beside(self, examination: Examination) -> tuple[Fact, ...]:
        """Return what is to be added to an examination: facts of the run, and those of links, which are no items."""
        links = trace_links(self.files, examination.facts) if self.files else ()
        return (*self.facts, *links)


@contextlib.contextmanager
def source_run(
    folder: Path | None,
    signers: Sequence[tuple[str, Path]],
    *,
    jobs: int,
    policy: PolicyFile | None,
    own: Path | None = None,
) -> Iterator[SourceRun]:
    """Read the repository of ``folder`` for the time of a ``with``; ``signers`` are fingerprints and key files.

    Where the ``policy`` file lies in the repository, its history says who wrote each of its entries.  ``own`` is a
    folder that this run made, perhaps in the work tree.
    Raises ``UsageError`` where the repository or a key file cannot be used, ``EngineFailure`` without git.
    """
    if folder is None:
        yield SourceRun()
        return
    keys = [PublicKey(fingerprint, _key(file)) for fingerprint, file in signers]
    with Repository(folder, own=own) as repository:
        try:
            revision = repository.revision(keys)
        except KeyFileError as error:
            raise UsageError("source.key-wrong", fingerprint=error.fingerprint) from error
        files = CommitFiles.of(repository.object_format, repository.entries.values(), repository.pointers)
        history = approvals(repository, policy) if policy else []
        yield SourceRun((revision, *history), (SourceTracer(files, _build_files(repository), jobs=jobs),), files)


def _build_files(repository: Repository) -> str:
    """Return the text of the commit's files that tell packers what to do."""
    texts, left = [], _BUILD_BYTES
    for path, entry in sorted(repository.entries.items()):
        if _BUILD_FILE.fullmatch(path.rpartition(b"/")[2]) and entry.mode.startswith("100") and left > 0:
            content = repository.blob(entry.id)
            texts.append(content[:left].decode("utf-8", "replace"))
            left -= len(content)
    return "\n".join(texts)


def _key(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(_KEY_BYTES)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError("source.key-unreadable", path=printable(str(file)), error=reason) from error
