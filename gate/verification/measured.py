"""One artifact that a recipient holds: a file or a folder, by the name and digest that statements know it by."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from gate.errors import EngineFailure, UsageError, VerificationError
from gate.filelist import FileEntry, entry_at, hash_descriptor, list_digest, render_list
from gate.folders import cursor_in, walk
from gate.paths import escape_component, escape_name, printable
from gate.record import layout
from gate.verification.folder import reading, refuse_set_id

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


@contextlib.contextmanager
def measured(target: Path) -> Iterator[Measured]:
    """Open and measure an artifact for the length of a ``with`` block.

    Raises ``UsageError`` where there is none, or a whole release in its place; ``VerificationError`` where a folder
    holds what no file list can describe or changes meanwhile; ``EngineFailure`` where something cannot be read.
    """
    shown = printable(os.fsencode(target))
    try:
        place = target.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links, before Python 3.13
        raise UsageError("verify.no-target", path=shown) from error
    if not place.name:
        raise UsageError("verify.not-a-target", path=shown)
    name = escape_component(os.fsencode(place.name))
    if not place.is_dir():
        with _opened(place, shown) as descriptor:
            with reading(os.fsencode(place.name)):
                sha256, _ = hash_descriptor(descriptor)
            yield Measured(name, "file", sha256, descriptor, place)
        return
    if (place / layout.RECORD).is_file():
        raise UsageError("verify.signature-of-release", path=shown)
    entries = _entries(place)
    with in_a_file(render_list(entries)) as listing:
        yield Measured(name, "folder", list_digest(entries), listing, place)


@contextlib.contextmanager
def _opened(place: Path, shown: str) -> Iterator[int]:
    with reading(os.fsencode(place.name)):
        descriptor = os.open(place, _READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError("verify.not-a-target", path=shown)
        refuse_set_id(status, printable(os.fsencode(place.name)))
        yield descriptor
    finally:
        os.close(descriptor)


def _entries(place: Path) -> list[FileEntry]:
    entries: list[FileEntry] = []
    with reading(os.fsencode(place.name)), cursor_in(place) as cursor:
        for visit in walk(cursor):
            path = escape_name(visit.path)
            if visit.event == "special":
                raise VerificationError("not-a-file", path)
            if visit.event == "file":
                refuse_set_id(visit.status, path)
            entry = entry_at(cursor, visit)
            if entry is not None:
                entries.append(entry)
    return entries


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
