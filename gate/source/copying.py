"""The copy of a repository that git is let near: its objects, and nothing that could configure or mislead.

Left behind are hooks, attributes, alternates, replacements, grafts, the index, commit graphs and modules.  The
configuration and references come along as plain data beside the copy.  Only regular files are taken, none through a
link in the repository.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gate.errors import UsageError
from gate.folders import cursor_in, walk
from gate.paths import printable
from gate.source.place import Place, small_file

_OBJECT: Final = re.compile(rb"[0-9a-f]{2}/(?:[0-9a-f]{38}|[0-9a-f]{62})|pack/pack-[0-9a-f]{40,64}\.(?:pack|idx)")
_REFERENCE: Final = re.compile(rb"(?:heads|tags)/[^\x00-\x20\x7f~^:?*\[\\]+")
"""Names of references (git-check-ref-format(1)), roughly: they are only ever data."""
_SEEN_BYTES: Final = 16 << 20
"""Most of a file that comes along as data."""
_CHUNK: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class CopyLimits:
    """Largest repository that is copied: bytes and files of its objects, and references that are files."""

    total_bytes: int = 16 << 30
    files: int = 2_000_000
    references: int = 200_000


def copy_repository(place: Place, into: Path, limits: CopyLimits) -> None:
    """Copy a repository below the folder ``into`` (see ``inside``).

    Raises ``UsageError`` where it keeps its objects elsewhere too, cannot be read, or is too large.
    """
    if (place.common / "objects" / "info" / "alternates").exists():
        raise UsageError("source.alternates", path=printable(str(place.common)))
    bare, seen = into / "copy.git", into / "seen"
    try:
        for folder in (bare / "objects" / "pack", bare / "refs", seen):
            folder.mkdir(parents=True)
        (bare / "HEAD").write_bytes(b"ref: refs/heads/none\n")
        _copy_seen(place, seen, limits)
        _copy_objects(place.common / "objects", bare / "objects", limits)
        _open_to_all(into)
    except OSError as error:
        path = printable(str(place.common))
        raise UsageError("source.unreadable", path=path, error=error.strerror or str(error)) from error


def _copy_seen(place: Place, seen: Path, limits: CopyLimits) -> None:
    (seen / "head").write_bytes(small_file(place.own / "HEAD"))
    for name, source in (("packed", "packed-refs"), ("shallow", "shallow"), ("config", "config")):
        file = place.common / source
        if file.is_file() and not file.is_symlink():
            if file.stat().st_size > _SEEN_BYTES:
                raise UsageError("source.too-large", path=printable(str(file)))
            (seen / name).write_bytes(file.read_bytes())
    references = place.common / "refs"
    if references.is_dir() and not references.is_symlink():
        (seen / "references").write_bytes(b"".join(_loose(references, limits.references)))


def _loose(references: Path, most: int) -> Iterator[bytes]:
    with cursor_in(references) as cursor:
        for number, visit in enumerate(walk(cursor)):
            if number >= most:
                raise UsageError("source.too-large", path=printable(str(references)))
            if visit.event == "file" and _REFERENCE.fullmatch(visit.path):
                with os.fdopen(cursor.open_file(visit.name), "rb") as stream:
                    yield stream.read(64).strip() + b" refs/" + visit.path + b"\n"


def _copy_objects(objects: Path, into: Path, limits: CopyLimits) -> None:
    total = files = 0
    with cursor_in(objects) as cursor:
        for visit in walk(cursor):
            if visit.event != "file" or not _OBJECT.fullmatch(visit.path):
                continue
            total, files = total + visit.status.st_size, files + 1
            if total > limits.total_bytes or files > limits.files:
                raise UsageError("source.too-large", path=printable(str(objects)))
            target = into / visit.path.decode("ascii")
            target.parent.mkdir(exist_ok=True)
            descriptor = cursor.open_file(visit.name)
            try:
                _copy_bytes(descriptor, target, visit.status.st_size)
            finally:
                os.close(descriptor)


def _copy_bytes(source: int, target: Path, size: int) -> None:
    """Copy at most ``size`` bytes, by the kernel."""
    with target.open("xb") as stream:
        while size and (copied := os.sendfile(stream.fileno(), source, None, min(size, _CHUNK))):
            size -= copied


def _open_to_all(folder: Path) -> None:
    """Let the confined user read what lies in a folder that only it can enter, and write in the repository itself."""
    user = folder.stat().st_uid
    for path in folder.rglob("*"):
        path.chmod(0o755 if stat.S_ISDIR(path.lstat().st_mode) else 0o644)
        if os.geteuid() == 0:
            os.chown(path, user, user)
