"""One artifact that a recipient holds: a file or a folder, by the name and digest that statements know it by."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from gate.errors import EngineFailure, UsageError, VerificationError
from gate.filelist import FileEntry, entry_at, hash_descriptor, list_digest, render_list
from gate.folders import cursor_in, walk
from gate.paths import escape_component, escape_name, printable
from gate.verification.folder import is_release, reading, refuse_privileged
from gate.verification.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_READ: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
)


@dataclass(frozen=True, slots=True)
class Measured:
    """An artifact as it was read once.

    ``name`` is its item path, ``sha256`` that of the file or of the folder's file list, ``descriptor`` an open file
    with what that digest is over.
    """

    name: str
    kind: Literal["file", "folder"]
    sha256: str
    descriptor: int
    path: Path


@dataclass(frozen=True, slots=True)
class Found:
    """An artifact that was not read yet: its item path, where it really lies, and how the recipient named it."""

    name: str
    path: Path
    shown: str


def found(target: Path) -> Found:
    """Look an artifact up.  Raises ``UsageError`` where there is none, or a whole release in its place."""
    shown = printable(os.fsencode(target))
    try:
        place = target.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise UsageError("verify.no-target", path=shown) from error
    if not place.name:
        raise UsageError("verify.not-a-target", path=shown)
    if is_release(place):
        raise UsageError("verify.signature-of-release", path=shown)
    return Found(escape_component(os.fsencode(place.name)), place, shown)


@contextlib.contextmanager
def measured(artifact: Found, most: int | None) -> Iterator[Measured]:
    """Open and measure an artifact for the length of a ``with`` block.

    Of a file beyond ``most`` bytes no more is read than shows that it is another than one of so many, as
    :func:`gate.filelist.hash_descriptor` does.  At its end the artifact has to be what it was.  Raises ``UsageError``
    where it is neither file nor folder, ``VerificationError`` where a folder holds what no file list can describe, or
    where it changes meanwhile; ``EngineFailure`` where something cannot be read.
    """
    with (_folder if artifact.path.is_dir() else _file)(artifact, most) as read:
        yield read


@contextlib.contextmanager
def _file(artifact: Found, most: int | None) -> Iterator[Measured]:
    place = artifact.path
    raw, seen = os.fsencode(place.name), Seen()
    with reading(raw):
        descriptor = os.open(place, _READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError("verify.not-a-target", path=artifact.shown)
        seen.notice(raw, status)
        with reading(raw):
            refuse_privileged(descriptor, printable(raw))
            sha256, _ = hash_descriptor(descriptor, most)
        yield Measured(artifact.name, "file", sha256, descriptor, place)
    finally:
        os.close(descriptor)
    with reading(raw):
        seen.notice(raw, place.lstat())


@contextlib.contextmanager
def _folder(artifact: Found, most: int | None) -> Iterator[Measured]:
    place = artifact.path
    raw, seen = os.fsencode(place.name), Seen()
    entries: list[FileEntry] = []
    with reading(raw), cursor_in(place) as cursor:
        for visit in walk(cursor):
            if visit.event == "special":
                raise VerificationError("not-a-file", escape_name(visit.path))
            entry = entry_at(cursor, visit, most, look=partial(refuse_privileged, path=escape_name(visit.path)))
            if entry is not None:
                seen.notice(visit.path, visit.status)
                entries.append(entry)
    with in_a_file(render_list(entries)) as listing:
        yield Measured(artifact.name, "folder", list_digest(entries), listing, place)
    with reading(raw), cursor_in(place) as cursor:
        seen.require_same(cursor)


@contextlib.contextmanager
def in_a_file(data: bytes) -> Iterator[int]:
    """Yield the descriptor of a nameless file with these bytes, for who checks signatures over open files."""
    with contextlib.ExitStack() as closing:
        try:
            file = closing.enter_context(tempfile.TemporaryFile())
            file.write(data)
            file.flush()
        except OSError as error:
            raise EngineFailure("verify.no-room", error=error.strerror or str(error)) from error
        yield file.fileno()
