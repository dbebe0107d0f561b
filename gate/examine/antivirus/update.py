"""Bringing the official database up to date: over the network, or from files carried to a closed one.

Both do the same at the end: what came is verified as a whole set, held against what is there, and exchanged for it in
one step.  Whatever goes wrong before that leaves the old databases as they were.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, IsolationError, UsageError
from gate.examine.antivirus import freshclam
from gate.examine.antivirus.candidate import Candidate, ImportNotOfficial, UpdateNotOfficial
from gate.examine.antivirus.database import DatabaseStatus, own_database_folder
from gate.examine.antivirus.files import DatabaseFile, copy_file
from gate.examine.antivirus.official import OFFICIAL, OfficialDatabase
from gate.examine.antivirus.place import DatabasePlace
from gate.isolation import PrivateFolder, temporary_base
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gate.examine.antivirus.freshclam import Progress, Source


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What an update or import came to: the state now, the databases before, and whether anything changed."""

    status: DatabaseStatus
    before: tuple[DatabaseFile, ...]
    changed: bool


class Quiet:
    """Progress that nobody looks at."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def transferred(self, done: int, total: int) -> None:
        """Say nothing."""


def update(
    folder: Path | None,
    source: Source,
    *,
    progress: Progress | None = None,
    table: Mapping[str, OfficialDatabase] = OFFICIAL,
    scratch: Path | None = None,
    seconds: float = freshclam.UPDATE_SECONDS,
) -> Exchanged:
    """Bring the databases in ``folder`` (None: the user's own) up to date from the network.

    freshclam works on a copy below ``scratch``, so that it can fetch differences only.  Raises ``UsageError`` for a
    folder that is not for this, ``EngineFailure`` where the update fails, what came is not official or is older than
    what is there, another update is under way, or there is no space.
    """
    place = DatabasePlace(folder or own_database_folder(), table)
    place.require_own()
    shown = progress or Quiet()
    with place.locked(), _private_folder("update", scratch) as private:
        shown.stage("download")
        present = Candidate(private, "present", place.databases(), table)
        sound = present.sound()
        working = _lent(private, present, [file.name for file in sound], place.companions())
        _fetch(working, private, list(table), source, shown, seconds)
        shown.stage("verify")
        # What a program left that had a network: links in it could lead anywhere.
        came = DatabasePlace(working, table, follow=False)
        fetched = Candidate(private, "fetched", came.databases(), table)
        fetched.require_official(UpdateNotOfficial)
        if older := fetched.older_than(sound):
            raise EngineFailure("malware.db-update-older", **older)
        shown.stage("exchange")
        return _exchange(place, fetched, present, came.companions())


def import_files(
    folder: Path | None,
    files: Sequence[Path],
    *,
    allow_older: bool = False,
    progress: Progress | None = None,
    table: Mapping[str, OfficialDatabase] = OFFICIAL,
    scratch: Path | None = None,
) -> Exchanged:
    """Put database files into ``folder`` (None: the user's own), with those that are there and are not replaced.

    Raises ``UsageError`` for files that are not official databases, do not make a whole set, or are older than what
    is there (unless ``allow_older``), and ``EngineFailure`` where they could not be verified or written.
    """
    place = DatabasePlace(folder or own_database_folder(), table)
    place.require_own()
    named = _by_name(files, table)
    shown = progress or Quiet()
    with place.locked(), _private_folder("import", scratch) as private:
        shown.stage("verify")
        present = Candidate(private, "present", place.databases(), table)
        kept = [path for path in place.databases() if path.stem not in named]
        given = Candidate(private, "given", [*named.values(), *kept], table)
        given.require_official(ImportNotOfficial)
        older = None if allow_older else given.older_than(present.sound())
        if older:
            raise UsageError("malware.db-import-older", **older)
        shown.stage("exchange")
        return _exchange(place, given, present, place.companions())


@contextlib.contextmanager
def _private_folder(purpose: str, scratch: Path | None) -> Iterator[PrivateFolder]:
    """Give a private folder below ``scratch``; what cannot be written there is an ``EngineFailure``."""
    try:
        with PrivateFolder(purpose, base=scratch) as private:
            yield private
    except IsolationError as error:
        raise EngineFailure("malware.db-temporary", folder=_shown(scratch), error=printable(str(error))) from error
    except OSError as error:
        text = error.strerror or str(error)
        raise EngineFailure("malware.db-temporary", folder=_shown(scratch), error=text) from error


def _shown(scratch: Path | None) -> str:
    return printable(str(scratch or temporary_base()))


def _fetch(
    working: Path, private: PrivateFolder, names: Sequence[str], source: Source, progress: Progress, seconds: float
) -> None:
    """Let freshclam bring ``working`` up to date, with whole databases where differences cannot be had."""
    said = freshclam.run(working, private, names, source, progress, seconds=seconds)
    if said is not None:
        said = freshclam.run(working, private, names, source, progress, whole=True, seconds=seconds)
    if said is not None:
        raise EngineFailure("malware.db-update-failed", how="status 0", line=said)


def _exchange(place: DatabasePlace, fresh: Candidate, present: Candidate, companions: Iterable[Path]) -> Exchanged:
    """Exchange a set that was found good for what is there, unless it is the same."""
    changed = not fresh.same_as(present)
    if changed:
        described = [(fresh.folder / file.name, file) for file in fresh.files]
        place.exchange([*described, *((path, None) for path in companions)])
    return Exchanged(DatabaseStatus(place.folder, fresh.info, fresh.files, ()), present.files, changed)


def _lent(private: PrivateFolder, present: Candidate, names: Iterable[str], companions: Iterable[Path]) -> Path:
    """Return a folder with copies of what is there and sound, for freshclam to work on as its own."""
    working = private.path / "database"
    working.mkdir(mode=0o755)
    for path in [*(present.folder / name for name in names), *companions]:
        copy_file(path, working / path.name)
    if os.geteuid() == 0:
        for path in (working, *working.iterdir()):
            os.chown(path, private.user, private.user)
    return working


def _by_name(files: Sequence[Path], table: Mapping[str, OfficialDatabase]) -> dict[str, Path]:
    """Return files by the database that they are; raises ``UsageError`` for other names and for one given twice."""
    named: dict[str, Path] = {}
    for file in files:
        if file.name not in {f"{name}{suffix}" for name in table for suffix in (".cvd", ".cld")}:
            names = ", ".join(f"{name}.cvd" for name in table)
            raise UsageError("malware.db-import-name", file=printable(file.name), names=names)
        if file.stem in named:
            raise UsageError("malware.db-import-twice", name=printable(file.stem))
        named[file.stem] = file
    return named
