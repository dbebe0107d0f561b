"""The file list of a folder artifact, whose SHA-256 is the artifact's digest.

One line for each file, symbolic link and empty folder, sorted by the bytes of the escaped path::

    mode size sha256 escaped-path

``mode`` is reduced to what git keeps: ``100644``, ``100755`` (a file that its owner may run), ``120000`` (a link:
size and digest are those of its target's bytes) and ``040000`` (an empty folder: size 0, digest of nothing).  The
components of the path are escaped as in item paths (``gate.paths``), so that lines are text and one-to-one with names.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gate.errors import ArtifactChanged, UsageError
from gate.folders import Cursor, FolderChangedError, Visit, cursor_in, walk
from gate.paths import escape_name, printable, unescape_component

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FileMode: TypeAlias = Literal["100644", "100755", "120000", "040000"]
EMPTY_SHA256 = hashlib.sha256().hexdigest()
_LINE = re.compile(rb"(100644|100755|120000|040000) (0|[1-9][0-9]{0,18}) ([0-9a-f]{64}) ([^\n]+)\n")
_BUFFER = 1 << 20


class FileListError(ValueError):
    """Bytes are not a file list; the argument says what is wrong, for programs (the text is not shown as it is)."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One line of a file list; ``path`` is escaped and relative to the folder, ``size`` in bytes."""

    kind: Literal["file", "link", "folder"]
    mode: FileMode
    size: int
    sha256: str
    path: str

    @classmethod
    def of_file(cls, path: bytes, mode: int, size: int, sha256: str) -> FileEntry:
        """Return the entry of a regular file with raw ``path`` and permission bits ``mode``."""
        return cls("file", git_mode(mode), size, sha256, escape_name(path))

    @classmethod
    def of_link(cls, path: bytes, target: bytes) -> FileEntry:
        """Return the entry of a symbolic link."""
        return cls("link", "120000", len(target), hashlib.sha256(target).hexdigest(), escape_name(path))

    @classmethod
    def of_empty_folder(cls, path: bytes) -> FileEntry:
        """Return the entry of a folder that holds nothing."""
        return cls("folder", "040000", 0, EMPTY_SHA256, escape_name(path))


def git_mode(mode: int) -> Literal["100644", "100755"]:
    """Return the mode that git keeps of a regular file with permission bits ``mode``."""
    return "100755" if mode & stat.S_IXUSR else "100644"


def render_list(entries: Iterable[FileEntry]) -> bytes:
    """Return the bytes of a file list, in its one order."""
    ordered = sorted((entry.path.encode(), entry) for entry in entries)
    return b"".join(
        b"%s %d %s %s\n" % (entry.mode.encode(), entry.size, entry.sha256.encode(), path) for path, entry in ordered
    )


def list_digest(entries: Iterable[FileEntry]) -> str:
    """Return the SHA-256 of the file list: the digest of the folder as an artifact."""
    return hashlib.sha256(render_list(entries)).hexdigest()


def parse_list(raw: bytes) -> tuple[FileEntry, ...]:
    """Return the entries of a file list.

    Raises :class:`FileListError` for anything that :func:`render_list` would not have written: other modes, unsorted
    or repeated paths, names that are not in escaped form, a file that is also a folder.
    """
    entries: list[FileEntry] = []
    position, previous = 0, b""
    for match in _LINE.finditer(raw):
        if match.start() != position:
            raise FileListError("line")
        position = match.end()
        mode, size, sha256, path = match.groups()
        if path <= previous:
            raise FileListError("order")
        previous = path
        entries.append(_entry(mode.decode(), int(size), sha256.decode(), path))
    if position != len(raw):
        raise FileListError("line")
    if not folders_above(entry.path for entry in entries).isdisjoint(entry.path for entry in entries):
        raise FileListError("file and folder")
    return tuple(entries)


def _entry(mode: str, size: int, sha256: str, path: bytes) -> FileEntry:
    try:
        text = path.decode()
        names = [unescape_component(component) for component in text.split("/")]
    except ValueError as error:
        raise FileListError("path") from error
    if any(name in {b"", b".", b".."} or b"/" in name or b"\0" in name for name in names):
        raise FileListError("path")
    if mode == "120000":
        return FileEntry("link", "120000", size, sha256, text)
    if mode == "040000":
        if size or sha256 != EMPTY_SHA256:
            raise FileListError("folder")
        return FileEntry("folder", "040000", size, sha256, text)
    return FileEntry("file", "100755" if mode == "100755" else "100644", size, sha256, text)


def folders_above(paths: Iterable[str]) -> set[str]:
    """Return every folder, with ``/`` between its parts, that one of the paths lies in."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


def hash_descriptor(descriptor: int, most: int | None = None) -> tuple[str, int]:
    """Return SHA-256 and size of all bytes of an open file, from its start; its position ends up at the end.

    Of one that has more than ``most`` bytes only the beginning is read, and always more than so many: both answers are
    then of another file than one that has them.  A file with holes may seem to have more bytes than can ever be read.
    """
    digest, size = hashlib.sha256(), 0
    os.lseek(descriptor, 0, os.SEEK_SET)
    while (most is None or size <= most) and (chunk := os.read(descriptor, _BUFFER)):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def entries_below(cursor: Cursor) -> Iterator[FileEntry]:
    """Yield an entry for each file, link and empty folder below the cursor, hashing as it goes.

    Raises ``OSError`` where something cannot be read or changes meanwhile, and ``UsageError`` for devices, pipes and
    sockets, which no list can describe.
    """
    for visit in walk(cursor):
        entry = entry_at(cursor, visit)
        if entry is not None:
            yield entry


def entry_at(
    cursor: Cursor, visit: Visit, most: int | None = None, *, look: Callable[[int], None] | None = None
) -> FileEntry | None:
    """Return the entry for one step of a walk, or None for folders that hold something; errors as above.

    ``most`` is for :func:`hash_descriptor`.  ``look`` is given each file before it is read: its descriptor; may raise.
    """
    if visit.event == "file":
        descriptor = cursor.open_file(visit.name)
        try:
            if look:
                look(descriptor)
            sha256, size = hash_descriptor(descriptor, most)
        finally:
            os.close(descriptor)
        return FileEntry.of_file(visit.path, visit.status.st_mode, size, sha256)
    if visit.event == "link":
        return FileEntry.of_link(visit.path, cursor.link_target(visit.name))
    if visit.event == "special":
        raise UsageError("deliver.special-file", path=printable(visit.path))
    return FileEntry.of_empty_folder(visit.path) if visit.empty else None


def list_folder(folder: Path) -> tuple[FileEntry, ...]:
    """Return the entries of a folder on disk.

    Raises ``UsageError`` where it holds something unreadable, a device, pipe or socket, and ``ArtifactChanged`` where
    it changes while it is read.
    """
    shown = printable(os.fsencode(folder))
    try:
        with cursor_in(folder) as cursor:
            return tuple(entries_below(cursor))
    except (FolderChangedError, FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactChanged("deliver.changed-while-read", path=shown) from error
    except OSError as error:
        raise UsageError("deliver.unreadable", path=shown, error=error.strerror or str(error)) from error
