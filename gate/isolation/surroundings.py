"""Where confined processes run: their users, environment and folders, and the programs that can be started."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Self

from gate import _confine
from gate._confine import Confinement
from gate.errors import IsolationError

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin"
"""Where external programs are looked for: fixed, so that no folder of the caller's can put one in front."""
_numbers = itertools.count()


def unprivileged_user() -> int:
    """Return an id for the next confined process, one that nobody's process has; only used where the gate runs as root.

    Others under that id could signal and trace it, and their processes would count for its limit.
    """
    ids, taken = _confine.UNPRIVILEGED_IDS, _users_of_processes()
    chosen = ids[0]
    for _ in ids:
        chosen = ids[(os.getpid() * 31 + next(_numbers)) % len(ids)]
        if chosen not in taken:
            break
    return chosen


def _users_of_processes() -> set[int]:
    """Return the ids under which processes run now, as far as this system tells (``/proc``) and it matters."""
    if os.geteuid() != 0:
        return set()
    users: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        # Not the owner of the folder: it is root's for a process that has changed its id.
        with contextlib.suppress(OSError):  # the process has ended meanwhile
            _, _, ids = status.read_bytes().partition(b"\nUid:")
            users.update(int(each) for each in ids.split(b"\n", 1)[0].split())
    return users


def specify(confinement: Confinement | None, user: int) -> Confinement:
    """Return the confinement of a process that this one starts, under the id ``user`` where this one is root."""
    return dataclasses.replace(confinement or Confinement(), user=user, parent=os.getpid())


def find_program(name: str) -> str | None:
    """Return the absolute path of an external program on the fixed search path, or None."""
    return shutil.which(name, path=SEARCH_PATH)


def environment(home: Path | None = None) -> dict[str, str]:
    """Return the environment of a confined process: nothing of ours but the search path and a neutral locale."""
    folder = str(home) if home else "/nonexistent"
    return {
        "PATH": SEARCH_PATH,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": str(home) if home else "/nonexistent",
        "TZ": "UTC",
    }


class PrivateFolder:
    """A folder that only one confined user (and root) can enter, removed with all it holds at the end.

    Use as a context manager or call :meth:`remove`.  Raises ``IsolationError`` where no temporary folder can be had
    that the unprivileged user can reach.
    """

    def __init__(self, purpose: str, *, user: int | None = None, base: Path | None = None) -> None:
        self.user = unprivileged_user() if user is None else user
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"gate-{purpose}-", dir=base or _reachable_base()))
            if os.geteuid() == 0:
                os.chown(self.path, self.user, self.user)
        except OSError as error:
            raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all it holds; not an error where it has gone."""
        shutil.rmtree(self.path, ignore_errors=True)


def temporary_base() -> Path:
    """Return the folder for temporary files: that of ``TMPDIR`` where it is set, and no other in its place.

    Python's own choice would pass over a folder that cannot be written to in silence; a person who names one means it.
    """
    named = os.environ.get("TMPDIR")
    return Path(named) if named else Path(tempfile.gettempdir()).resolve()


def _reachable_base() -> str:
    """Return the temporary folder; where none is named, a standard one that an unprivileged user can pass through."""
    chosen = temporary_base()
    if os.geteuid() != 0:
        return str(chosen)
    standard = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  # mkdtemp makes a private folder there
    for candidate in (chosen,) if os.environ.get("TMPDIR") else (chosen, *standard):
        parents = [candidate.absolute(), *candidate.absolute().parents]
        if all(parent.is_dir() and parent.stat().st_mode & stat.S_IXOTH for parent in parents):
            return str(candidate)
    raise IsolationError("isolation.no-folder", error="no temporary folder can be reached by an unprivileged user")
