"""What a release folder was while it was looked at, so that at the end it can be asked whether it still is.

Names are proved before bytes, and files one after another: what was changed behind the check, by a copy that is still
being written as much as by an attacker, would else be told as verified.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.folders import FolderChangedError, kind_of, walk
from gate.paths import printable

if TYPE_CHECKING:
    from gate.folders import Cursor

_MODES_ARE_KEPT: Final = os.name == "posix"
"""Whether permission bits are the file's own; Windows makes some up from a name, which an open file does not have."""


class Seen:
    """The entries of a release folder by raw path, each with a mark that changes with what is there."""

    def __init__(self) -> None:
        self._marks: dict[bytes, int] = {}

    def notice(self, path: bytes, status: os.stat_result) -> None:
        """Remember an entry.  Raises ``VerificationError`` where it was seen before and is not the same any more."""
        mark = _mark(status)
        if self._marks.setdefault(path, mark) != mark:
            raise VerificationError("changed-while-read", printable(path))

    def require_same(self, root: Cursor) -> None:
        """Raise ``VerificationError`` where an entry below the release folder is another, new, or gone.

        Folders count by what is in them, and by themselves where there is nothing.
        """
        gone = set(self._marks)
        try:
            for visit in walk(root):
                if visit.event != "leave" and (visit.event != "enter" or visit.empty):
                    if visit.path not in gone:
                        raise VerificationError("changed-while-read", printable(visit.path))
                    self.notice(visit.path, visit.status)
                    gone.discard(visit.path)
        except (FileNotFoundError, FolderChangedError) as error:
            raise VerificationError("changed-while-read", printable(min(gone, default=b""))) from error
        if gone:
            raise VerificationError("changed-while-read", printable(min(gone)))


def _mark(status: os.stat_result) -> int:
    """Return a number for what an entry is: neither who reads it nor what a folder holds changes it."""
    if kind_of(status) == "folder":
        return 0
    mode = status.st_mode if _MODES_ARE_KEPT else stat.S_IFMT(status.st_mode)
    return hash((
        status.st_dev, status.st_ino, mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns,
    ))  # fmt: skip
