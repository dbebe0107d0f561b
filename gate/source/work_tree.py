"""Whether the checked-out files are those of the commit.  Files are hashed, never parsed; no link is followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.errors import UsageError
from gate.paths import escape_name, printable
from gate.source.blob_ids import blob_id, blob_ids
from gate.source.objects import ObjectFormat, TreeEntry

MOST_ENTRIES: Final = 2_000_000
"""Most entries of a work tree that are looked at, left-out folders not counted."""
MOST_SHOWN: Final = 100
"""Differences that are kept by name; all are counted."""
_LINK, _SUBMODULE, _PROGRAM = "120000", "160000", "100755"
_READ: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW

Ignored = Callable[[Sequence[bytes]], set[bytes]]
"""Which of some paths the commit's rules leave out; folders end in ``/``."""
IsLargeFile = Callable[[str, Path], bool]
"""Whether a blob is a Git LFS pointer to the content of a file."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The first differences in words, and how many there are."""

    shown: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A work tree held against the entries of a commit, by path."""

    folder: Path
    entries: Mapping[bytes, TreeEntry]
    object_format: ObjectFormat
    ignored: Ignored
    is_large_file: IsLargeFile
    own: Path | None = None
    """A folder that this run made and works in, which is no difference where the commit has nothing in it."""

    def differences(self) -> Differences:
        """Return how the two differ.  Raises ``UsageError`` where the work tree cannot be read or is too large."""
        found = sorted([*self._tracked(), *self._untracked()])
        words = [f"{what} {escape_name(path)}" for path, what in found]
        return Differences(tuple(words[:MOST_SHOWN]), len(words))

    def _tracked(self) -> Iterator[tuple[bytes, str]]:
        for path, entry in self.entries.items():
            what = self._difference(self.folder / os.fsdecode(path), entry)
            if what:
                yield path, what

    def _difference(self, file: Path, entry: TreeEntry) -> str:
        """Return in one word how a file is not the entry of the commit; empty where it is."""
        try:
            status = file.lstat()
            if entry.mode == _SUBMODULE:
                return "" if stat.S_ISDIR(status.st_mode) else "modified"
            if entry.mode == _LINK:
                same = stat.S_ISLNK(status.st_mode) and self._is_link(file, entry)
                return "" if same else "modified"
            if not stat.S_ISREG(status.st_mode):
                return "modified"
            if not self._is_content(file, status.st_size, entry):
                return "modified"
        except FileNotFoundError:
            return "missing"
        except OSError as error:
            raise UsageError("source.unreadable", path=printable(str(file)), error=str(error.strerror)) from error
        is_program = bool(status.st_mode & stat.S_IXUSR)
        return "" if is_program == (entry.mode == _PROGRAM) else "mode"

    def _is_link(self, file: Path, entry: TreeEntry) -> bool:
        return blob_id(os.readlink(os.fsencode(file)), self.object_format) == entry.id  # noqa: PTH115  # a Path would lose a "./"

    def _is_content(self, file: Path, size: int, entry: TreeEntry) -> bool:
        descriptor = os.open(file, _READ)
        try:
            ids = blob_ids(descriptor, size, self.object_format)
        finally:
            os.close(descriptor)
        return entry.id in {ids.exact, *ids.other_line_ends} or self.is_large_file(entry.id, file)

    # --- files that the commit does not have ------------------------------------------------------------------------

    def _untracked(self) -> Iterator[tuple[bytes, str]]:
        """Go down level by level, so that the rules are asked once for each level and left-out folders not entered."""
        tracked_folders = {
            path[:place] for path in self.entries for place in range(len(path)) if path[place : place + 1] == b"/"
        }
        submodules = {path for path, entry in self.entries.items() if entry.mode == _SUBMODULE}
        own = self._own()
        level, count = [b""], 0
        while level:
            files: list[bytes] = []
            folders: list[bytes] = []
            for above in level:
                for path, is_folder in self._listed(above):
                    count += 1
                    if is_folder and path == own and path not in tracked_folders:
                        continue
                    if is_folder and path not in submodules:
                        folders.append(path)
                    elif not is_folder and path not in self.entries:
                        files.append(path)
            if count > MOST_ENTRIES:
                raise UsageError("source.too-large", path=printable(str(self.folder)))
            unknown = [path for path in folders if path not in tracked_folders]
            out = self.ignored([*files, *(path + b"/" for path in unknown)])
            yield from ((path, "untracked") for path in files if path not in out)
            level = [path for path in folders if path in tracked_folders or path + b"/" not in out]

    def _own(self) -> bytes | None:
        """Return the path of the run's own folder in the work tree, None where it does not lie there."""
        if self.own is None:
            return None
        with suppress(ValueError, OSError):
            return os.fsencode(self.own.resolve(strict=True).relative_to(self.folder.resolve(strict=True)))
        return None

    def _listed(self, above: bytes) -> Iterator[tuple[bytes, bool]]:
        """Yield the entries of a folder; ``.git``, which git never tracks, and what has gone meanwhile are left out."""
        place = os.path.join(os.fsencode(self.folder), above)  # noqa: PTH118  # raw names
        with suppress(FileNotFoundError), os.scandir(place) as listing:
            for entry in listing:
                if entry.name != b".git":
                    path = above + b"/" + entry.name if above else entry.name
                    yield path, entry.is_dir(follow_symlinks=False)
