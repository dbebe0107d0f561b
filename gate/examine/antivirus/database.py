"""Where malware databases lie, and their state on disk: nothing is loaded and nothing is changed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gate.errors import EngineFailure, IsolationError
from gate.examine.antivirus.files import LOADED, DatabaseFile, copy_file, counted, database_names, describe, suffix_of
from gate.examine.antivirus.official import OFFICIAL, OfficialDatabase, Reason, classify
from gate.isolation import PrivateFolder
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.models import DatabaseInfo, DatabaseKind

SYSTEM_FOLDER = Path("/var/lib/clamav")
"""Where freshclam puts databases on Debian and most other systems."""


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """What lies in a database folder: the summary, each file, and why it is not official (empty where it is)."""

    folder: Path
    info: DatabaseInfo
    files: tuple[DatabaseFile, ...]
    reasons: tuple[Reason, ...]

    @property
    def kind(self) -> DatabaseKind:
        """``official``, ``custom`` or ``unverified``."""
        return self.info.kind

    @property
    def version(self) -> str:
        """The packed databases with their versions, as ``daily 27890, main 62``."""
        return self.info.version

    @property
    def date(self) -> str:
        """The newest build time, RFC 3339 in UTC, or empty."""
        return self.info.date

    def age_days(self, now: datetime) -> int | None:
        """Return the whole days since the build time, None where no file carries one; negative in the future."""
        return (now - datetime.fromisoformat(self.date)).days if self.date else None

    @property
    def signatures(self) -> int:
        """How many signatures the files hold, those that can be counted."""
        return self.info.signatures

    @property
    def sha256(self) -> str:
        """The digest of the list of files."""
        return self.info.sha256


def own_database_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the user's own database folder, whether or not it is there: where ``gate db update`` puts databases.

    It is ``$XDG_DATA_HOME/release-gate/database`` (XDG Base Directory Specification: a value that is not absolute
    counts as unset).  ``environment`` defaults to that of the process.
    """
    values = os.environ if environment is None else environment
    data = values.get("XDG_DATA_HOME", "")
    base = Path(data) if data.startswith("/") else Path(values.get("HOME") or "/nonexistent", ".local", "share")
    return base / "release-gate" / "database"


def default_database_folder(environment: Mapping[str, str] | None = None, system: Path = SYSTEM_FOLDER) -> Path:
    """Return the user's own database folder where it holds databases, else the system's."""
    own = own_database_folder(environment)
    return own if holds_databases(own) else system


def holds_databases(folder: Path) -> bool:
    """Say whether a folder holds any file that the engine would load."""
    try:
        return any(suffix_of(entry.name) in LOADED for entry in folder.iterdir())
    except OSError:
        return False


def status(
    folder: Path, *, table: Mapping[str, OfficialDatabase] = OFFICIAL, scratch: Path | None = None
) -> DatabaseStatus:
    """Return the state of the databases in ``folder``; signatures are verified on a private copy below ``scratch``.

    Raises ``EngineFailure`` where the folder or a file cannot be read, the folder holds no database, or no copy can
    be made.
    """
    names = database_names(folder)
    try:
        with PrivateFolder("database", base=scratch) as private:
            place = private.path / "database"
            place.mkdir(mode=0o755)
            files = tuple(copy_file(folder / name, place / name) for name in names)
            found = classify(place, private, files, table)
    except (IsolationError, OSError) as error:
        raise EngineFailure(
            "malware.scratch-unusable", folder=printable(str(scratch or "-")), error=printable(str(error))
        ) from error
    detail = "; ".join(reason.text() for reason in found.reasons)
    info = describe(files, found.kind, signatures=counted(files), detail=detail)
    return DatabaseStatus(folder, info, files, found.reasons)
