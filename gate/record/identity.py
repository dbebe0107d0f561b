"""Which gate this is: its version and one digest over all of its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from gate import __version__
from gate.filelist import FileEntry, hash_descriptor, list_digest
from gate.folders import cursor_in, walk
from gate.models import document_name

DOCUMENT: dict[str, Any] = {
    "alias_generator": document_name,
    "extra": "forbid",
    "json_schema_serialization_defaults_required": True,
}
"""How the types of documents are read and written: names without trailing underscore, no other keys."""
_DISTRIBUTION = "release-gate"
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class GateIdentity:
    """The gate's version, and the SHA-256 of its installed distribution's RECORD, which lists every file's digest."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    version: str
    sha256: str


@cache
def gate_identity() -> GateIdentity:
    """Return the identity of the running gate.

    Where the running package is not the installed distribution (a source tree), the digest is that of the package
    folder's file list, without what Python compiled.
    """
    return GateIdentity(__version__, _installed_digest() or _source_digest())


def _installed_digest() -> str | None:
    try:
        distribution = metadata.distribution(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return None
    record = distribution.read_text("RECORD")
    located = Path(str(distribution.locate_file("gate")))
    if record is None or not located.is_dir() or located.resolve() != _PACKAGE:
        return None
    return hashlib.sha256(record.encode()).hexdigest()


def _source_digest() -> str:
    entries = []
    with cursor_in(_PACKAGE) as cursor:
        for visit in walk(cursor):
            if visit.event != "file" or b"__pycache__" in visit.path.split(b"/"):
                continue
            with open(cursor.open_file(visit.name), "rb") as stream:  # noqa: PTH123  # a descriptor, not a path
                sha256, size = hash_descriptor(stream.fileno())
            entries.append(FileEntry.of_file(visit.path, visit.status.st_mode, size, sha256))
    return list_digest(entries)


def record_number(result_sha256: str, finished: str, timezone: str) -> str:
    """Return the number by which papers name the record of a run: the day of the examination and a digest.

    ``result_sha256`` is that of ``gate/result.json``, which anybody can compute again; ``finished`` is RFC 3339.
    """
    day = datetime.fromisoformat(finished).astimezone(ZoneInfo(timezone)).date()
    return f"RG-{day:%Y%m%d}-{result_sha256[:16]}"
