"""The files of an artifact where they lie: hashed, and noticed when they change."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

from gate.errors import ArtifactChanged
from gate.intake.blobs import Blob, BlobStore

_READ = 1 << 20


class FileBlob(Blob):
    """The bytes of an artifact's own file, which is read where it lies and noticed when it changes."""

    def __init__(self, path: Path, sha256: str, before: os.stat_result, store: BlobStore | None = None) -> None:
        self._path = path
        self._data = None
        self._copies = store
        self._before = before
        self.sha256 = sha256
        self.size = before.st_size
        self.mode = before.st_mode & 0o7777

    @contextlib.contextmanager
    def descriptor(self) -> Iterator[int]:
        """Give a descriptor of the file; raises ``ArtifactChanged`` where it is no longer the file that was hashed."""
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            self._compare(os.fstat(descriptor))
            yield descriptor
            self._compare(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _compare(self, now: os.stat_result) -> None:
        if _identity(now) != _identity(self._before):
            raise ArtifactChanged("intake.changed", path=self._path.name)

    def for_others(self) -> Blob:
        """Return a copy where the file is not for everybody to read and the gate is root, whose workers are nobody."""
        if os.geteuid() != 0 or self._before.st_mode & stat.S_IROTH or self._copies is None:
            return self
        writer = self._copies.writer()
        try:
            with self.descriptor() as descriptor:
                while chunk := os.read(descriptor, _READ):
                    writer.write(chunk)
        except BaseException:
            writer.discard()
            raise
        return writer.finish()

    def check_unchanged(self) -> None:
        """Raise ``ArtifactChanged`` where the file is no longer the one that was hashed."""
        with self.descriptor():
            pass

    def hold(self) -> Blob:
        """Return the blob: its bytes are not the store's to count."""
        return self

    def release(self) -> None:
        """Do nothing: the file is not the store's."""


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def hash_file(path: Path, store: BlobStore | None = None) -> FileBlob:
    """Hash a regular file without following a link at its end and return it as a blob.

    ``store`` takes the copies that it makes of itself for others.
    Raises ``OSError`` where it cannot be opened or is not a regular file, ``ArtifactChanged`` where it changes while
    it is read.
    """
    with _opened(path) as stream:
        before = os.fstat(stream.fileno())
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if _identity(os.fstat(stream.fileno())) != _identity(before):
            raise ArtifactChanged("intake.changed", path=path.name)
    return FileBlob(path, digest, before, store)


def _opened(path: Path) -> io.FileIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb", buffering=0)


class Hashing:
    """A regular file that a thread hashes while other things are done with it.

    :attr:`blob` can be read at once, and has no digest until :meth:`end` has returned.  Close it in any case.
    Raises ``OSError`` as :func:`hash_file`.
    """

    def __init__(self, path: Path, store: BlobStore | None = None) -> None:
        self._name = path.name
        self._stream = _opened(path)
        self._before = os.fstat(self._stream.fileno())
        self.blob = FileBlob(path, "", self._before, store)
        self._stop = threading.Event()
        self._digest = ""
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._hash, name="hash")
        self._thread.start()

    def _hash(self) -> None:
        digest, buffer = hashlib.sha256(), memoryview(bytearray(_READ))
        try:
            while (count := self._stream.readinto(buffer)) and not self._stop.is_set():
                digest.update(buffer[:count])
        except OSError as error:
            self._error = error
        self._digest = digest.hexdigest()

    @property
    def done(self) -> bool:
        """Whether :meth:`end` need not wait."""
        return not self._thread.is_alive()

    def end(self) -> None:
        """Wait for the digest and give it to the blob.

        Raises ``OSError`` where the file could not be read, ``ArtifactChanged`` where it changed meanwhile.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        if _identity(os.fstat(self._stream.fileno())) != _identity(self._before):
            raise ArtifactChanged("intake.changed", path=self._name)
        self.blob.sha256 = self._digest

    def close(self) -> None:
        """Stop hashing and close the file."""
        self._stop.set()
        self._thread.join()
        self._stream.close()
