"""A release folder as a recipient reads it: names and bytes that nobody vouches for yet.

The folder is opened once, and each file in it once, without following links; what a name was said to be is compared
with what is behind the descriptor.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import TYPE_CHECKING, Self

from gate.errors import EngineFailure, UsageError, VerificationError
from gate.folders import FolderChangedError, kind_of, open_cursor, walk
from gate.paths import printable
from gate.policy.inside import Root
from gate.record import layout
from gate.verification.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gate.folders import Cursor

_BUFFER = 1 << 20
_READ_ATTRIBUTE = getattr(os, "getxattr", None)
"""Only Linux has file capabilities, and only there Python reads extended attributes."""
_NO_ATTRIBUTE = frozenset({errno.ENODATA, errno.EOPNOTSUPP, errno.ENOSYS}) if _READ_ATTRIBUTE else frozenset()


@contextlib.contextmanager
def reading(path: bytes) -> Iterator[None]:
    """Turn what the system says while ``path`` is read into a refusal, or into "could not tell".

    Raises ``VerificationError`` where it is not there or not what it must be, ``EngineFailure`` where it cannot be
    read.
    """
    shown = printable(path)
    try:
        yield
    except FileNotFoundError as error:
        raise VerificationError("missing", shown) from error
    except FolderChangedError as error:
        raise VerificationError("not-a-file", shown) from error
    except OSError as error:
        raise EngineFailure("verify.unreadable", path=shown, error=error.strerror or str(error)) from error


class ReleaseFolder:
    """The folder to verify; close it, or use it as a context manager.

    Raises ``UsageError`` where ``target`` is not a folder, and ``VerificationError`` where it has the name of a
    release that was never finished.
    """

    complete = True
    """Whatever belongs to a signature lies beside it (:class:`gate.verification.claims.Surroundings`)."""

    def __init__(self, target: Path) -> None:
        shown = printable(os.fsencode(target))
        try:
            self.path = target.resolve(strict=True)
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
            raise UsageError("verify.no-target", path=shown) from error
        if not self.path.is_dir():
            raise UsageError("verify.not-a-folder", path=shown)
        if layout.is_partial(self.path.name):
            raise VerificationError("unfinished", shown)
        with reading(b""):
            self._root: Cursor = open_cursor(self.path)
        self.seen = Seen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._root.close()

    def holds(self, path: Path) -> bool:
        """Say whether an absolute path is, or lies in, this folder."""
        return Root(self.path).holds(path)

    @contextlib.contextmanager
    def inside(self, folder: bytes) -> Iterator[Cursor]:
        """Stand in a folder of the release, given by its raw path, for the length of a ``with`` block."""
        entered = 0
        try:
            for name in folder.split(b"/") if folder else ():
                with reading(folder):
                    self._root.enter(name)
                entered += 1
            yield self._root
        finally:
            for _ in range(entered):
                with reading(folder):
                    self._root.leave()

    def has_folder(self, folder: bytes) -> bool:
        """Say whether the release has a folder with this raw path; what else is there under its name is none."""
        above, _, name = folder.rpartition(b"/")
        with self.inside(above) as cursor, reading(folder):
            return name in cursor.names() and kind_of(cursor.status(name)) == "folder"

    @contextlib.contextmanager
    def opened(self, path: bytes) -> Iterator[int]:
        """Open a regular file for the length of a ``with`` block; yields its descriptor."""
        folder, _, name = path.rpartition(b"/")
        with self.inside(folder) as cursor, reading(path):
            descriptor = cursor.open_file(name)
        try:
            with reading(path):
                refuse_privileged(descriptor, printable(path))
            self.seen.notice(path, os.fstat(descriptor))
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, path: bytes, limit: int) -> bytes:
        """Return the bytes of a file.  Raises ``VerificationError`` where there are more than ``limit``."""
        with self.opened(path) as descriptor:
            return read_bounded(descriptor, path, limit)

    def require_exactly(self, folder: bytes, files: Iterable[bytes], empty: Iterable[bytes] = ()) -> None:
        """Raise ``VerificationError`` where the tree below ``folder`` is not just these regular files.

        ``files`` are raw paths from the release folder on; ``empty`` are those of folders that need not hold any of
        them.  The first name too many ends the walk.
        """
        missing = set(files)
        folders = {parent for path in missing for parent in _parents(path)} | {*empty}
        with self.inside(folder) as cursor, reading(folder):
            for visit in walk(cursor):
                path = folder + b"/" + visit.path
                if path not in (folders if visit.event in {"enter", "leave"} else missing):
                    raise VerificationError("unexpected", printable(path))
                if visit.event in {"link", "special"}:
                    raise VerificationError("not-a-file", printable(path))
                if visit.event == "file" or (visit.event == "enter" and visit.empty):
                    self.seen.notice(path, visit.status)
                missing.discard(path)
        if missing:
            raise VerificationError("missing", printable(min(missing)))

    def require_unchanged(self) -> None:
        """Raise ``VerificationError`` where the folder is not any more what was looked at."""
        with self.inside(b"") as cursor, reading(b""):
            self.seen.require_same(cursor)

    def require_names(self, folder: bytes, names: Iterable[bytes]) -> None:
        """Raise ``VerificationError`` where ``folder`` does not hold just these names."""
        expected = set(names)
        with self.inside(folder) as cursor, reading(folder):
            found = set(cursor.names())
        for name in sorted(found - expected):
            raise VerificationError("unexpected", printable(folder + b"/" + name if folder else name))
        for name in sorted(expected - found):
            raise VerificationError("missing", printable(folder + b"/" + name if folder else name))


def is_release(folder: Path) -> bool:
    """Say whether a path is that of a folder with a record in it; where that cannot be looked up it is none."""
    try:
        return (folder / layout.RECORD).is_file()
    except OSError:  # no permission, or longer than any path can be
        return False


def refuse_privileged(descriptor: int, path: str) -> None:
    """Raise ``VerificationError`` where an open file has rights of its own for whoever runs it: none is delivered so.

    These are those of its owner or group (set-user-id, set-group-id), or on Linux file capabilities (capabilities(7)).
    """
    if os.fstat(descriptor).st_mode & (stat.S_ISUID | stat.S_ISGID):
        raise VerificationError("set-id", path)
    if _READ_ATTRIBUTE is None:
        return
    try:
        _READ_ATTRIBUTE(descriptor, "security.capability")
    except OSError as error:
        if error.errno not in _NO_ATTRIBUTE:
            raise
    else:
        raise VerificationError("capabilities", path)


def read_bounded(descriptor: int, path: bytes, limit: int) -> bytes:
    """Return all bytes of an open file.  Raises ``VerificationError`` where there are more than ``limit``."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    data = bytearray()
    with reading(path):
        while chunk := os.read(descriptor, _BUFFER):
            data += chunk
            if len(data) > limit:
                raise VerificationError("too-large", printable(path), limit=limit)
    return bytes(data)


def _parents(path: bytes) -> Iterator[bytes]:
    while b"/" in path:
        path = path.rpartition(b"/")[0]
        yield path
