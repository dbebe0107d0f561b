"""A release folder without signatures, as the job that signs it reads it: only the digest of its record is known.

All that is in it is held against that record.  What is signed is read from a copy that has no name, so that whoever may
write to the folder cannot have something else signed while the signature is made.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Final, Self, cast

from gate.errors import ArtifactChanged, SigningFailure, UsageError, VerificationError
from gate.paths import printable
from gate.policy.load import MOST_BYTES as MOST_POLICY_BYTES
from gate.record import layout
from gate.signatures import MOST_STATEMENT_BYTES, require_no_document
from gate.verification.contents import Contents
from gate.verification.folder import ReleaseFolder, read_bounded, reading
from gate.verification.statement import MOST_BYTES, read_statement, signed_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gate.record.statement import Statement

_BUFFER: Final = 1 << 20
_OF_SIGNING: Final = (layout.SIGNATURES, layout.VALIDATION, layout.COUNTERSIGNATURES)
_WORDED: Final = {
    **{reason: reason for reason in ("changed", "missing", "unexpected", "not-a-file")},
    **dict.fromkeys(("changed-while-read", "mode-changed", "set-id"), "changed"),
}
"""Reasons of the recipient's side that have words of their own here, with the last part of the message's code."""


@contextlib.contextmanager
def adding() -> Iterator[None]:
    """Turn what the system says while signatures are written, or what they are made of, into a ``UsageError``."""
    try:
        yield
    except OSError as error:
        raise UsageError("sealing.cannot-write", error=error.strerror or str(error)) from error


def nameless_file() -> BinaryIO:
    """Return an open file that no name leads to, in the folder for temporary files: nothing of it is ever left."""
    # Python's own choice would pass over a folder named by TMPDIR that cannot be used; who names one means it.
    return cast("BinaryIO", tempfile.TemporaryFile(dir=os.environ.get("TMPDIR")))


@contextlib.contextmanager
def as_examined() -> Iterator[None]:
    """Turn what the recipient's side says of a folder into what it means here: it is not what was examined."""
    try:
        yield
    except VerificationError as error:
        if error.reason == "unfinished":
            raise UsageError("sealing.unfinished", folder=error.path) from error
        if error.reason in _WORDED:
            raise ArtifactChanged(f"sealing.{_WORDED[error.reason]}", path=error.path) from error
        raise ArtifactChanged("sealing.inconsistent", path=error.path, reason=f"verify/{error.reason}") from error


def _moment(text: str) -> datetime:
    """Return a time of the record (RFC 3339).  Raises ``VerificationError`` where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times") from error
    if moment.tzinfo is None:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times")
    return moment


class UnsignedRelease:
    """The folder, opened once; close it, or use it as a context manager.

    Raises ``UsageError`` where there is no folder, or one of a release that was never finished or has signatures
    already; ``ArtifactChanged`` where its record has another digest than ``record_sha256`` or contradicts itself, and
    where the folder does not hold just the names that the record binds; ``SigningFailure`` where the record says
    anything but "approved".  ``created`` is when the record was written.
    """

    def __init__(self, folder: Path, record_sha256: str) -> None:
        self._record_sha256 = record_sha256
        with as_examined():
            self.folder = ReleaseFolder(folder)
        try:
            with as_examined():
                self.statement: Statement = read_statement(self._record())
                self.created = _moment(self.statement.predicate.created)
                self._require_names()
        except BaseException:
            self.close()
            raise
        if self.statement.predicate.verdict != "approved":
            self.close()
            raise SigningFailure("deliver.not-approved", verdict=self.statement.predicate.verdict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the folder; may be called more than once."""
        self.folder.__exit__()

    def confirm(self) -> None:
        """Hold all that is in the folder against the record, every byte of it.

        Raises ``ArtifactChanged`` with the first thing that is not as it was examined, ``UsageError`` where somebody
        has put signatures there meanwhile, or the signature of an artifact would make a document of a release of it.
        """
        with as_examined():
            self._record()
            self._require_names()
            Contents(self.folder, self.statement).prove(_require_no_document)

    def policy(self) -> bytes:
        """Return the policy that the record binds.  Raises ``ArtifactChanged`` where there is none, or another."""
        with as_examined():
            raw = self.folder.read(layout.POLICY.encode(), MOST_POLICY_BYTES)
        if hashlib.sha256(raw).hexdigest() != self.statement.predicate.files.get(layout.POLICY):
            raise ArtifactChanged("sealing.changed", path=layout.POLICY)
        return raw

    def require_whole(self, signatures: Iterable[str]) -> None:
        """Raise ``ArtifactChanged`` where the folder does not hold just what it did and these signatures."""
        with as_examined():
            Contents(self.folder, self.statement).require_names(signatures)

    def require_unchanged(self) -> None:
        """Raise ``ArtifactChanged`` where something in the folder is not any more what it was when it was looked at."""
        with as_examined():
            self.folder.require_unchanged()

    def _record(self) -> bytes:
        raw = self.folder.read(layout.RECORD.encode(), MOST_BYTES)
        found = hashlib.sha256(raw).hexdigest()
        if found != self._record_sha256:
            raise ArtifactChanged("sealing.other-record", expected=self._record_sha256, found=found)
        return raw

    def _require_names(self) -> None:
        try:
            Contents(self.folder, self.statement).require_names(())
        except VerificationError as error:
            if error.reason == "unexpected" and self._is_of_signing(error.path):
                raise self._signed_already(error.path) from error
            raise

    def _signed_already(self, path: str) -> UsageError:
        """Return what to say of a folder in which something of signing lies: all that the record promises, or part."""
        for promise in self.statement.predicate.promised_signatures:
            place = os.path.join(os.fsencode(self.folder.path), layout.on_disk(promise.name))  # noqa: PTH118  # raw bytes
            if not os.path.lexists(place):
                return UsageError("sealing.half-signed", path=path, missing=printable(promise.name))
        return UsageError("sealing.already-signed", path=path)

    def _is_of_signing(self, path: str) -> bool:
        names = {promise.name for promise in self.statement.predicate.promised_signatures}
        return path in _OF_SIGNING or path.removesuffix(layout.STAMP_SUFFIX) in names

    @contextlib.contextmanager
    def copied(self, path: str) -> Iterator[BinaryIO]:
        """Yield a private copy of a file that is to be signed, which has the digest that the record binds.

        Raises ``ArtifactChanged`` where the file has another one by now.
        """
        raw, digest = layout.on_disk(path), hashlib.sha256()
        with adding():
            copy = nameless_file()
        with copy:
            with as_examined(), self.folder.opened(raw) as descriptor:
                while True:
                    with reading(raw):
                        chunk = os.read(descriptor, _BUFFER)
                    if not chunk:
                        break
                    digest.update(chunk)
                    with adding():
                        copy.write(chunk)
            with adding():
                copy.flush()
            if digest.hexdigest() != self._signable[path]:
                raise ArtifactChanged("sealing.changed", path=printable(path))
            copy.seek(0)
            yield copy

    @functools.cached_property
    def _signable(self) -> dict[str, str]:
        """The SHA-256 that each file which may be signed must have."""
        predicate = self.statement.predicate
        subjects = zip(self.statement.subject, predicate.artifacts, strict=True)
        digests = {signed_alone(artifact): subject.digest.sha256 for subject, artifact in subjects}
        own = {layout.RECORD: self._record_sha256, layout.SUMS: predicate.sums.sha256}
        return {**digests, **predicate.files, **own}


def _require_no_document(descriptor: int, path: str, _sha256: str) -> None:
    """Look at an artifact as the examining job did: that it did so is only its word."""
    name = path.removeprefix(f"{layout.PAYLOAD}/")
    if name != path and os.fstat(descriptor).st_size <= MOST_STATEMENT_BYTES:
        require_no_document(read_bounded(descriptor, path.encode(), MOST_STATEMENT_BYTES), printable(name))
