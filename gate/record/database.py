"""``release-gate/database/v1``: the state of a malware database on disk, as ``gate db … --format json`` prints it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import TypeAdapter

from gate.models import DatabaseKind
from gate.record.identity import DOCUMENT
from gate.record.types import DatabaseSchema


@dataclass(frozen=True, slots=True)
class DatabaseReason:
    """Why a database is not official: a stable code, and the English text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DatabaseFileEntry:
    """One file of a database: ``size`` in bytes, ``signatures`` None where its format cannot be counted.

    ``version`` and ``built`` (RFC 3339 in UTC) are those of a packed database's header, None for any other file.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    size: int
    sha256: str
    signatures: int | None
    version: int | None
    built: str | None


@dataclass(frozen=True, slots=True)
class DatabaseDocument:
    """What lies in a database folder, and what speaks against it (``reasons``; empty where it is official).

    ``date`` is the build time, RFC 3339 in UTC, empty where no file carries one; ``age_days`` counts whole days since
    then, negative where it lies in the future.  ``sha256`` is over the sorted lines ``sha256  name`` of all files.
    ``changed`` says whether an update or import exchanged anything, None where the state was only asked for.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: DatabaseSchema
    folder: str
    kind: DatabaseKind
    version: str
    date: str
    age_days: int | None
    signatures: int
    sha256: str
    reasons: tuple[DatabaseReason, ...]
    files: tuple[DatabaseFileEntry, ...]
    changed: bool | None = None


_DATABASE = TypeAdapter(DatabaseDocument)


def database_json(document: DatabaseDocument) -> str:
    """Return the document as one JSON text, indented for reading."""
    return json.dumps(_DATABASE.dump_python(document, mode="json", by_alias=True), ensure_ascii=False, indent=2)
