"""Nothing inside an artifact configures the gate: the policy and all that it names lie outside of what is examined."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.errors import PolicyError
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gate.policy.load import LoadedPolicy

_MOST_LINKS: Final = 40


def refuse_inside(loaded: LoadedPolicy, inputs: Sequence[Path]) -> None:
    """Raise ``PolicyError`` where the policy or what it names lies in one of ``inputs``, or an input in a folder of it.

    Every symbolic link on the way counts as well: a link inside an artifact that leads to the real policy outside lets
    the artifact choose its policy.  Folders are compared by identity, so that another spelling or mount point of an
    input is still that input.
    """
    roots = [Root(path) for path in inputs]
    named = [loaded.source] if loaded.source else []
    for path in (*named, *loaded.files, *loaded.folders):
        for place in way_of(path):
            for root in roots:
                if root.holds(place):
                    raise PolicyError("policy.inside", file=printable(str(path)), input=printable(str(root.path)))
    for folder in loaded.folders:
        holder = Root(folder)
        for root in roots:
            if holder.holds(root.resolved):
                raise PolicyError("policy.around", folder=printable(str(folder)), input=printable(str(root.path)))


class Root:
    """A file or folder, to be asked whether a place is it or lies in it, by whatever spelling or mount point."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.resolved = Path(os.path.realpath(path))
        self._identity = _identity(self.resolved)

    def holds(self, place: Path) -> bool:
        """Say whether an absolute path is this, or lies in it."""
        above = (place, *place.parents)
        return self.resolved in above or (
            self._identity is not None and any(_identity(each) == self._identity for each in above)
        )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of what stands at a path itself, or None where nothing does."""
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def way_of(path: Path) -> Iterator[Path]:
    """Yield each place that a path leads through: symbolic links where they stand, and at last the real place."""
    remaining = list(reversed((Path.cwd() / path).parts))
    place = Path(remaining.pop())
    links = 0
    while remaining:
        part = remaining.pop()
        place = place.parent if part == ".." else place / part
        if place.is_symlink() and links < _MOST_LINKS:
            links += 1
            yield place
            remaining += reversed(place.readlink().parts)
            place = place.parent
    yield place
