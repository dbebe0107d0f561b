"""The asking side: a file of evidence is copied, checked against its digest, and read in a confined worker."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from gate.errors import ArtifactChanged, IsolationError, WorkerTimeout
from gate.isolation import Confinement, Worker
from gate.models import EvidenceFact, EvidenceForm
from gate.paths import printable

LARGEST_BYTES: Final = 64 << 20
"""Largest file that is read; in memory its values take many times as much."""
SECONDS: Final = 120.0
_TARGET: Final = "gate.examine.evidence.inside:serve"
_FACT: Final[TypeAdapter[EvidenceFact]] = TypeAdapter(EvidenceFact)
_MEMORY: Final = 3 << 30


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file to be read: where it lies, in which form, and the digest that the policy binds."""

    path: Path
    form: EvidenceForm
    sha256: str


def read_evidence(files: Sequence[EvidenceFile]) -> Iterator[EvidenceFact]:
    """Yield what each file says.

    Raises ``ArtifactChanged`` where a file is no longer the one that the policy was loaded with.  What a worker does
    not survive, or does not finish in time, is a fact: the file could not be read.
    """
    for file in dict.fromkeys(files):
        yield dataclasses.replace(_read(file), path="", sha256=file.sha256)


def _read(file: EvidenceFile) -> EvidenceFact:
    with _copied(file) as copy:
        if copy is None:
            return EvidenceFact(file.form, "unreadable", f"more than {LARGEST_BYTES} bytes")
        try:
            return _asked(file.form, copy)
        except WorkerTimeout:
            return EvidenceFact(file.form, "unreadable", f"not read within {SECONDS:.0f} seconds")
        except IsolationError as error:
            return EvidenceFact(file.form, "unreadable", printable(str(error))[:300])


def _asked(form: EvidenceForm, descriptor: int) -> EvidenceFact:
    worker = Worker(_TARGET, confinement=Confinement(memory_bytes=_MEMORY, file_bytes=0))
    try:
        (frame,) = worker.request({"form": form}, [descriptor], seconds=SECONDS)
        fact = _FACT.validate_python(frame)
    except (ValidationError, ValueError):
        return EvidenceFact(form, "unreadable", "malformed answer")
    finally:
        worker.kill()
    return fact if fact.form == form else EvidenceFact(form, "unreadable", "malformed answer")


@contextmanager
def _copied(file: EvidenceFile) -> Iterator[int | None]:
    """Give a descriptor of a copy that nobody can change any more, None where the file is too large."""
    descriptor = os.memfd_create("evidence", os.MFD_CLOEXEC)
    try:
        digest = hashlib.sha256()
        size = 0
        with _opened(file) as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
                if size <= LARGEST_BYTES:
                    os.write(descriptor, chunk)
        if digest.hexdigest() != file.sha256:
            raise ArtifactChanged("deliver.paper-changed", path=printable(str(file.path)))
        yield descriptor if size <= LARGEST_BYTES else None
    finally:
        os.close(descriptor)


@contextmanager
def _opened(file: EvidenceFile) -> Iterator[BinaryIO]:
    """Open a file that was there when the policy was loaded; a pipe in its place is not waited for."""
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise ArtifactChanged("deliver.paper-changed", path=printable(str(file.path))) from error
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ArtifactChanged("deliver.paper-changed", path=printable(str(file.path)))
        yield stream
