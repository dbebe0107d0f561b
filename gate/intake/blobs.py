"""Content-addressed blobs: the bytes of items, in memory while small, in a private folder when large.

The same content is stored once.  Nothing here knows a name from an archive: files are named by their digest.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from gate.errors import IsolationError
from gate.isolation import temporary_base

SMALL_BYTES = 1 << 20
"""Largest blob that is kept in memory."""
MEMORY_BYTES = 64 << 20
"""Most bytes of all blobs in memory together; beyond that small ones go to the folder too."""
_READ = 1 << 20
_SEALS = ("F_SEAL_SHRINK", "F_SEAL_GROW", "F_SEAL_WRITE", "F_SEAL_SEAL")


class Blob:
    """The bytes of one or more items.  ``release`` says that one holder is done with it."""

    def __init__(self, store: BlobStore, sha256: str, size: int, data: bytes | None) -> None:
        self._store = store
        self._data = data
        self._holders = 1
        self.sha256 = sha256
        self.size = size

    @contextlib.contextmanager
    def descriptor(self) -> Iterator[int]:
        """Give a descriptor of the bytes for the time of the ``with`` block: a regular file that is only read."""
        if self._data is not None:
            descriptor = _sealed(self._data)
        else:
            descriptor = os.open(self._store.file_of(self.sha256), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def ends(self, head: int, tail: int) -> tuple[bytes, bytes]:
        """Return the first ``head`` and the last ``tail`` bytes, or twice all of them where they are in memory."""
        if self._data is not None:
            return self._data, self._data
        with self.descriptor() as descriptor:
            return os.pread(descriptor, head, 0), os.pread(descriptor, tail, max(0, self.size - tail))

    def for_others(self) -> Blob:
        """Return this blob, held once more, or a copy, whose descriptor another user can open once more by itself.

        Programs open an archive by the name of their descriptor (``/dev/fd/3``), for which the system looks at the
        permissions of the file.
        """
        return self.hold()

    def hold(self) -> Blob:
        """Count one more holder and return the blob."""
        self._store.hold(self)
        return self

    def release(self) -> None:
        """Count one holder less; the bytes go with the last one."""
        self._store.release(self)


def _sealed(data: bytes) -> int:
    """Return a descriptor over ``data`` that nobody can write to, not even who it is handed to."""
    if not hasattr(os, "memfd_create"):
        descriptor, path = tempfile.mkstemp()
        Path(path).unlink()
        _write_all(descriptor, data)
        return descriptor
    descriptor = os.memfd_create("blob", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    _write_all(descriptor, data)
    seals = 0
    for name in _SEALS:
        seals |= getattr(fcntl, name)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class BlobWriter:
    """Takes the bytes of one blob as they flow, hashing them.

    End with :meth:`finish` or :meth:`discard`.
    """

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._hash = hashlib.sha256()
        self._chunks: list[bytes] = []
        self._descriptor: int | None = None
        self._spool = ""
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append bytes.  Raises ``IsolationError`` where the private folder takes no more."""
        self._hash.update(chunk)
        self.size += len(chunk)
        if self._descriptor is None:
            self._chunks.append(chunk)
            if self.size > SMALL_BYTES:
                self._spill()
            return
        self._append(chunk)

    def _spill(self) -> None:
        self._descriptor, self._spool = self._store.spool()
        chunks, self._chunks = self._chunks, []
        for chunk in chunks:
            self._append(chunk)

    def _append(self, chunk: bytes) -> None:
        if self._descriptor is None:
            raise ValueError("not spooling")
        try:
            _write_all(self._descriptor, chunk)
        except OSError as error:
            raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error

    def finish(self) -> Blob:
        """Return the blob of the bytes written; the one already stored where the same content is."""
        digest = self._hash.hexdigest()
        if self._descriptor is None and not self._store.has_memory_for(self.size):
            self._spill()
        if self._descriptor is None:
            return self._store.keep(digest, self.size, b"".join(self._chunks))
        os.fchmod(self._descriptor, 0o444)  # for programs under another user; the folder lets nobody look for it
        os.close(self._descriptor)
        self._descriptor = None
        return self._store.keep_file(digest, self.size, self._spool)

    def discard(self) -> None:
        """Forget the bytes written so far."""
        self._chunks = []
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            Path(self._spool).unlink(missing_ok=True)


class BlobStore:
    """All blobs of one run, in a private folder that is removed at the end.  Thread-safe."""

    def __init__(self, folder: Path | None = None) -> None:
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="gate-blobs-", dir=folder or temporary_base()))
        except OSError as error:
            raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error
        self._lock = threading.Lock()
        self._blobs: dict[str, Blob] = {}
        self._memory = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the folder and all blobs."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def writer(self) -> BlobWriter:
        """Return a writer for a new blob."""
        return BlobWriter(self)

    def of(self, data: bytes) -> Blob:
        """Return the blob of ``data``."""
        writer = self.writer()
        writer.write(data)
        return writer.finish()

    def file_of(self, sha256: str) -> Path:
        """Return where a large blob lies."""
        return self._folder / sha256

    def spool(self) -> tuple[int, str]:
        """Return a descriptor and the path of a new file in the private folder."""
        try:
            return tempfile.mkstemp(prefix="spool-", dir=self._folder)
        except OSError as error:
            raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error

    def has_memory_for(self, size: int) -> bool:
        """Say whether ``size`` more bytes may stay in memory."""
        return size <= SMALL_BYTES and self._memory + size <= MEMORY_BYTES

    def keep(self, sha256: str, size: int, data: bytes) -> Blob:
        """Store a small blob, or count one more holder of the one that is there."""
        with self._lock:
            known = self._known(sha256)
            if known is None:
                known = self._blobs[sha256] = Blob(self, sha256, size, data)
                self._memory += size
            return known

    def keep_file(self, sha256: str, size: int, spool: str) -> Blob:
        """Store a large blob from its spool file, or count one more holder of the one that is there."""
        with self._lock:
            known = self._known(sha256)
            if known is None:
                Path(spool).rename(self.file_of(sha256))
                known = self._blobs[sha256] = Blob(self, sha256, size, None)
            else:
                Path(spool).unlink()
            return known

    def _known(self, sha256: str) -> Blob | None:
        known = self._blobs.get(sha256)
        if known is not None:
            known._holders += 1  # noqa: SLF001  # the store keeps the count of its own blobs under its lock
        return known

    def hold(self, blob: Blob) -> None:
        """Count one more holder."""
        with self._lock:
            blob._holders += 1  # noqa: SLF001  # as above

    def release(self, blob: Blob) -> None:
        """Count one holder less and drop the bytes with the last one."""
        with self._lock:
            blob._holders -= 1  # noqa: SLF001  # as above
            if blob._holders or self._blobs.get(blob.sha256) is not blob:  # noqa: SLF001  # as above
                return
            del self._blobs[blob.sha256]
            if blob._data is None:  # noqa: SLF001  # as above
                self.file_of(blob.sha256).unlink(missing_ok=True)
            else:
                self._memory -= blob.size
