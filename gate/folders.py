"""Folders looked at through descriptors: no link is followed, and no depth is too deep.

A :class:`Cursor` stands in one folder of a tree and moves by one level at a time, so that a tree may be deeper than
the longest path or the number of open files that the system allows.  Moving up again is checked against the identity
of the folder that was left, so that a folder moved away meanwhile is noticed and never walked out of.

Where the system has no folder descriptors (Windows, where only ``verify`` runs) the cursor goes by paths: each file's
identity is compared before and after it is opened.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EntryKind: TypeAlias = Literal["file", "link", "folder", "special"]
_READ = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NOT_FOLLOWING = getattr(os, "O_NOFOLLOW", 0)
# A pipe or device that takes a file's place between the look and the opening must not make the gate wait for it.
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_ANOTHER_KIND = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO})
"""What the system says where a link, something that is no folder, or a socket is to be opened."""
_MARKS = tuple(mark for mark in (os.sep, os.altsep, ":" if os.name == "nt" else None) if mark)


class FolderChangedError(OSError):
    """An entry is not, or no longer, what it was when it was looked at."""


class Cursor(Protocol):
    """A place in a tree of folders; names are raw bytes of one component."""

    def names(self) -> list[bytes]:
        """Return the names in this folder in byte order."""

    def status(self, name: bytes) -> os.stat_result:
        """Return the status of an entry itself, not of what a link points to."""

    def open_file(self, name: bytes) -> int:
        """Return a descriptor of a regular file for reading; raises :class:`FolderChangedError` where it is none."""

    def link_target(self, name: bytes) -> bytes:
        """Return the target of a symbolic link as it is written."""

    def enter(self, name: bytes) -> None:
        """Go down into a folder, not through a link."""

    def leave(self) -> None:
        """Go up again; raises :class:`FolderChangedError` where the folder is not in its place any more."""

    def close(self) -> None:
        """Release what the cursor holds; may be called more than once."""


def open_cursor(folder: Path) -> Cursor:
    """Return a cursor in ``folder``, whose last component must not be a link.  Raises ``OSError`` where it cannot."""
    return DescriptorCursor(folder) if os.open in os.supports_dir_fd else PathCursor(folder)


@contextlib.contextmanager
def cursor_in(folder: Path) -> Iterator[Cursor]:
    """Open a cursor in ``folder`` for the length of a ``with`` block."""
    cursor = open_cursor(folder)
    try:
        yield cursor
    finally:
        cursor.close()


def kind_of(status: os.stat_result) -> EntryKind:
    """Return what an entry is; a Windows reparse point of any kind counts as a link."""
    reparse_tag: int = getattr(status, "st_reparse_tag", 0)
    if stat.S_ISLNK(status.st_mode) or reparse_tag:
        return "link"
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    return "file" if stat.S_ISREG(status.st_mode) else "special"


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


class DescriptorCursor:
    """A cursor that holds one folder descriptor, also used to write below it (``descriptor``)."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder, _READ | os.O_DIRECTORY | _NOT_FOLLOWING)
        self._above: list[tuple[int, int]] = []

    @property
    def descriptor(self) -> int:
        """The descriptor of the folder that the cursor stands in, for ``dir_fd`` arguments."""
        return self._descriptor

    def names(self) -> list[bytes]:
        """See :class:`Cursor`."""
        return sorted(os.fsencode(name) for name in os.listdir(self._descriptor))  # noqa: PTH208  # Path lists no descriptor

    def status(self, name: bytes) -> os.stat_result:
        """See :class:`Cursor`."""
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def open_file(self, name: bytes) -> int:
        """See :class:`Cursor`."""
        descriptor = self._open(name, _NOT_WAITING)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FolderChangedError("not a regular file")
        return descriptor

    def link_target(self, name: bytes) -> bytes:
        """See :class:`Cursor`."""
        return os.readlink(name, dir_fd=self._descriptor)

    def enter(self, name: bytes) -> None:
        """See :class:`Cursor`."""
        here = _identity(os.fstat(self._descriptor))
        self._move(name)
        self._above.append(here)

    def leave(self) -> None:
        """See :class:`Cursor`."""
        expected = self._above.pop()
        self._move(b"..")
        if _identity(os.fstat(self._descriptor)) != expected:
            raise FolderChangedError("the folder was moved")

    def _move(self, name: bytes) -> None:
        descriptor = self._open(name, os.O_DIRECTORY)
        os.close(self._descriptor)
        self._descriptor = descriptor

    def _open(self, name: bytes, flags: int) -> int:
        try:
            return os.open(name, _READ | _NOT_FOLLOWING | flags, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in _ANOTHER_KIND:
                raise FolderChangedError(error.errno, error.strerror) from error
            raise

    def close(self) -> None:
        """See :class:`Cursor`."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class PathCursor:
    """A cursor for systems without folder descriptors: it compares identities instead."""

    def __init__(self, folder: Path) -> None:
        self._folders = [_long_path(folder)]
        if kind_of(os.lstat(self._folders[0])) != "folder":
            raise NotADirectoryError(self._folders[0])

    def _path(self, name: bytes) -> str:
        text = os.fsdecode(name)
        # On Windows a name from elsewhere could hold what is a separator, drive or stream mark there.
        if any(mark in text for mark in _MARKS):
            raise FolderChangedError("not a name on this system")
        return os.path.join(self._folders[-1], text)  # noqa: PTH118  # Path would drop the long-path prefix's meaning

    def names(self) -> list[bytes]:
        """See :class:`Cursor`."""
        return sorted(os.fsencode(name) for name in os.listdir(self._folders[-1]))  # noqa: PTH208  # as in _path

    def status(self, name: bytes) -> os.stat_result:
        """See :class:`Cursor`."""
        return os.lstat(self._path(name))

    def open_file(self, name: bytes) -> int:
        """See :class:`Cursor`."""
        before = self.status(name)
        if kind_of(before) != "file":
            raise FolderChangedError("not a regular file")
        descriptor = os.open(self._path(name), _READ | _NOT_FOLLOWING | _NOT_WAITING)
        if _identity(os.fstat(descriptor)) != _identity(before):
            os.close(descriptor)
            raise FolderChangedError("another file took its place")
        return descriptor

    def link_target(self, name: bytes) -> bytes:
        """See :class:`Cursor`."""
        return os.fsencode(os.readlink(self._path(name)))  # noqa: PTH115  # as in _path

    def enter(self, name: bytes) -> None:
        """See :class:`Cursor`."""
        if kind_of(self.status(name)) != "folder":
            raise FolderChangedError("not a folder")
        self._folders.append(self._path(name))

    def leave(self) -> None:
        """See :class:`Cursor`."""
        self._folders.pop()

    def close(self) -> None:
        """See :class:`Cursor`."""


def _long_path(folder: Path) -> str:
    """Return the absolute path, on Windows in the form that has no limit of 260 characters."""
    path = str(folder.absolute())
    return path if os.name != "nt" or path.startswith("\\\\") else f"\\\\?\\{path}"


@dataclass(frozen=True, slots=True)
class Visit:
    """One step of a walk: an entry met, or a folder left.

    ``path`` is the raw path below the start of the walk.  At ``file``, ``link`` and ``special`` the cursor stands in
    the folder that holds the entry; at ``enter`` it stands in the folder entered (``empty`` says whether it holds
    nothing), at ``leave`` in the one above.
    """

    event: Literal["file", "link", "special", "enter", "leave"]
    name: bytes
    path: bytes
    status: os.stat_result
    empty: bool = False


def walk(cursor: Cursor) -> Iterator[Visit]:
    """Yield all entries below the cursor's folder, depth first and in byte order of names.

    No link is followed.  Raises ``OSError`` where an entry cannot be read or changes meanwhile.
    """
    pending: list[tuple[Iterator[bytes], Visit | None]] = [(iter(cursor.names()), None)]
    while pending:
        names, here = pending[-1]
        name = next(names, None)
        if name is None:
            pending.pop()
            if here is not None:
                cursor.leave()
                yield Visit("leave", here.name, here.path, here.status)
            continue
        path = here.path + b"/" + name if here else name
        status = cursor.status(name)
        kind = kind_of(status)
        if kind != "folder":
            yield Visit(kind, name, path, status)
            continue
        cursor.enter(name)
        inside = cursor.names()
        entered = Visit("enter", name, path, status, empty=not inside)
        pending.append((iter(inside), entered))
        yield entered


def remove_tree(folder: Path) -> None:
    """Remove a folder of our own with all it holds, however deep; what cannot be removed is left."""
    with contextlib.suppress(OSError):
        cursor = DescriptorCursor(folder)
        try:
            for visit in walk(cursor):
                if visit.event == "leave":
                    os.rmdir(visit.name, dir_fd=cursor.descriptor)
                elif visit.event != "enter":
                    os.unlink(visit.name, dir_fd=cursor.descriptor)
        finally:
            cursor.close()
        folder.rmdir()
