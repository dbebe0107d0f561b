"""Where a repository keeps what: the folder of a work tree, and the folders of its ``.git``.

A ``.git`` that is a file leads elsewhere.  That is followed for a linked work tree alone (`git worktree`), and only
where the place that it leads to names this very work tree in return: so nothing inside a folder can pass another
repository off as its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.errors import UsageError
from gate.paths import printable

_MOST_BYTES: Final = 4096
_PREFIX: Final = b"gitdir: "


@dataclass(frozen=True, slots=True)
class Place:
    """``own`` holds HEAD, ``common`` objects, references and configuration; a bare repository has no work tree."""

    work_tree: Path | None
    own: Path
    common: Path


def find_repository(folder: Path) -> Place:
    """Return where the repository of ``folder`` lies; raises ``UsageError`` where it is none that can be read."""
    try:
        real = folder.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageError("source.not-a-repository", path=printable(str(folder))) from error
    inner = real / ".git"
    if inner.is_symlink():
        raise UsageError("source.leads-elsewhere", path=printable(str(folder)))
    if inner.is_file():
        return _linked(real, inner)
    if inner.is_dir():
        return Place(real, inner, inner)
    if all((real / name).exists() for name in ("HEAD", "objects", "refs")):
        return Place(None, real, real)
    raise UsageError("source.not-a-repository", path=printable(str(folder)))


def _linked(work_tree: Path, file: Path) -> Place:
    elsewhere = UsageError("source.leads-elsewhere", path=printable(str(work_tree)))
    text = small_file(file)
    if not text.startswith(_PREFIX):
        raise elsewhere
    own = work_tree / os.fsdecode(text.removeprefix(_PREFIX).rstrip(b"\n"))
    back = small_file(own / "gitdir").rstrip(b"\n")
    shared = small_file(own / "commondir").rstrip(b"\n")
    if not back or not shared or Path(os.fsdecode(back)).resolve() != file:
        raise elsewhere
    return Place(work_tree, own, own / os.fsdecode(shared))


def small_file(path: Path) -> bytes:
    """Return what a small regular file holds, empty where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError):
        return b""
    with os.fdopen(descriptor, "rb") as stream:
        try:
            return stream.read(_MOST_BYTES)
        except OSError:  # a folder
            return b""
