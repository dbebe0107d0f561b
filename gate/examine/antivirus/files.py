"""Malware databases as files: which ones the engine would load, their digests, dates and numbers of signatures."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure
from gate.models import DatabaseInfo, DatabaseKind
from gate.paths import escape_component, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER_BYTES = 512
CONTAINERS: Final = frozenset({".cvd", ".cld", ".cud"})
"""Packed databases: signed (``.cvd``), signed and updated by differences (``.cld``), unsigned (``.cud``)."""
SUPPRESSING: Final = frozenset({".ign", ".ign2", ".fp", ".sfp", ".crb", ".wdb", ".cat"})
"""Files that take signatures out of use, or files out of consideration."""
LINE_FORMATS: Final = frozenset({".hdb", ".hsb", ".mdb", ".msb", ".ndb", ".ldb", ".imp", ".cdb"})
"""Formats of one signature a line; others (and ``.hdu`` and the like, which are not loaded) are not counted."""
LOADED: Final = (
    CONTAINERS
    | SUPPRESSING
    | LINE_FORMATS
    | {
        ".db",
        ".hdu",
        ".mdu",
        ".hsu",
        ".msu",
        ".ndu",
        ".ldu",
        ".sdb",
        ".zmd",
        ".rmd",
        ".pdb",
        ".gdb",
        ".cbc",
        ".ftm",
        ".cfg",
        ".idb",
        ".ioc",
        ".yar",
        ".yara",
        ".pwdb",
    }
)
"""All name endings, in lower case, that libclamav takes for a database (``CLI_DBEXT`` in its ``readdb.h``)."""

_CHUNK = 1 << 20
_TIME = re.compile(r"[0-9]{1,12}")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Header:
    """The first 512 bytes of a packed database; not covered by its signature, except through the inner ``.info``."""

    built_text: str
    version: int
    signatures: int
    level: int
    builder: str
    built: datetime


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """One file that the engine loads: its name, size in bytes, digest, and how many signatures it holds.

    ``signatures`` is None where the format cannot be counted, ``header`` where it is no packed database.
    """

    name: str
    size: int
    sha256: str
    signatures: int | None = None
    header: Header | None = None

    @property
    def suffix(self) -> str:
        """The ending of the name, in lower case."""
        return suffix_of(self.name)


def suffix_of(name: str) -> str:
    """Return the ending of a database file's name, in lower case, with its dot."""
    return os.path.splitext(f"x{name}")[1].lower()  # noqa: PTH122  # a name, not a path; `x` keeps a bare `.ndb`


def parse_header(raw: bytes) -> Header | None:
    """Return the header of a packed database, or None where ``raw`` does not begin with one.

    Nine fields, separated by colons: mark, build time, version, signatures, functionality level, MD5, digital
    signature, builder, build time in seconds (ClamAV, "CVD").
    """
    fields = raw[:HEADER_BYTES].decode("latin-1").rstrip(" \n\0").split(":")
    if len(raw) < HEADER_BYTES or len(fields) != 9 or fields[0] != "ClamAV-VDB":  # noqa: PLR2004  # see above
        return None
    if not all(_NUMBER.fullmatch(field) for field in fields[2:5]) or not _TIME.fullmatch(fields[8]):
        return None
    try:
        built = datetime.fromtimestamp(int(fields[8]), UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return Header(fields[1], int(fields[2]), int(fields[3]), int(fields[4]), fields[7], built)


# --- reading and copying ----------------------------------------------------------------------------------------


def database_names(folder: Path) -> list[str]:
    """Return the sorted names of the files in ``folder`` that the engine would load.

    Raises ``EngineFailure`` where the folder cannot be read or has none.
    """
    try:
        names = sorted(entry.name for entry in folder.iterdir() if suffix_of(entry.name) in LOADED)
    except OSError as error:
        raise EngineFailure(
            "malware.database-folder-unreadable", folder=printable(str(folder)), error=error.strerror or str(error)
        ) from error
    if not names:
        raise EngineFailure("malware.database-folder-empty", folder=printable(str(folder)))
    return names


def copy_file(source: Path, target: Path) -> DatabaseFile:
    """Copy one database file and return what was copied: digest and counts are of exactly the bytes written.

    Everyone may read the copy: who can reach it is decided by the folder that it lies in.
    Raises ``EngineFailure`` where the source cannot be read or is no regular file, and ``OSError`` where the target
    cannot be written.
    """
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(source, error.strerror or str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unreadable(source, "not a regular file")
    with open(descriptor, "rb") as stream:  # noqa: PTH123  # it was opened so that a fifo cannot block
        counter = _Counter(suffix_of(source.name))
        with target.open("xb") as out:
            while True:
                try:
                    chunk = stream.read(_CHUNK)
                except OSError as error:
                    raise _unreadable(source, error.strerror or str(error)) from error
                if not chunk:
                    break
                counter.add(chunk)
                out.write(chunk)
    target.chmod(0o644)
    return counter.file(source.name)


def _unreadable(source: Path, error: str) -> EngineFailure:
    return EngineFailure("malware.database-unreadable", file=printable(str(source)), error=error)


class _Counter:
    """Takes a database file in chunks: digest, header, lines that are signatures."""

    def __init__(self, suffix: str) -> None:
        self._digest = hashlib.sha256()
        self._size = 0
        self._head = b""
        self._rest = b""
        self._container = suffix in CONTAINERS
        self._signatures: int | None = 0 if suffix in LINE_FORMATS | SUPPRESSING | {".cfg"} else None
        self._counts = suffix in LINE_FORMATS

    def add(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self._size += len(chunk)
        if len(self._head) < HEADER_BYTES:
            self._head += chunk[: HEADER_BYTES - len(self._head)]
        if self._counts:
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            self._count(lines)

    def _count(self, lines: Iterable[bytes]) -> None:
        self._signatures = (self._signatures or 0) + sum(1 for line in lines if line.strip() and line[:1] != b"#")

    def file(self, name: str) -> DatabaseFile:
        if self._counts:
            self._count([self._rest])
        header = parse_header(self._head) if self._container else None
        signatures = header.signatures if header else self._signatures
        return DatabaseFile(name, self._size, self._digest.hexdigest(), signatures, header)


# --- the summary that goes into the record ---------------------------------------------------------------------


def list_digest(files: Iterable[DatabaseFile]) -> str:
    """Return the SHA-256 over the sorted lines ``sha256  name`` of all files, each ended by a line feed.

    Names are escaped as components of an item path, so that no two lists share a digest.
    """
    lines = sorted(f"{file.sha256}  {escape_component(os.fsencode(file.name))}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def counted(files: Iterable[DatabaseFile]) -> int:
    """Return how many signatures the files hold, those that can be counted."""
    return sum(file.signatures or 0 for file in files)


def describe(files: Sequence[DatabaseFile], kind: DatabaseKind, *, signatures: int, detail: str = "") -> DatabaseInfo:
    """Return the record of a database: version as ``daily 27890, main 62``, build time, digest of the list.

    The build time is that of ``daily``, which alone is made every day, or else the newest; empty where no file
    carries one.
    """
    packed = [(file, file.header) for file in files if file.header]
    version = ", ".join(f"{printable(Path(file.name).stem)} {header.version}" for file, header in packed)
    daily = [header.built for file, header in packed if Path(file.name).stem == "daily"]
    newest = max(daily or (header.built for _, header in packed), default=None)
    return DatabaseInfo(
        kind=kind,
        version=version,
        date=newest.strftime("%Y-%m-%dT%H:%M:%SZ") if newest else "",
        signatures=signatures,
        sha256=list_digest(files),
        detail=detail,
    )
