"""What ``gate db`` shows: the state of a database as text or JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from gate.paths import printable
from gate.record.database import DatabaseDocument, DatabaseFileEntry, DatabaseReason, database_json
from gate.record.types import DATABASE
from gate.text import Language, render

if TYPE_CHECKING:
    from gate.examine.antivirus.database import DatabaseStatus
    from gate.examine.antivirus.files import DatabaseFile
    from gate.examine.antivirus.update import Exchanged

_TIME = "%Y-%m-%dT%H:%M:%SZ"


def is_healthy(status: DatabaseStatus, now: datetime, max_age_days: int) -> bool:
    """Say whether a database is official, dated, and not older than so many days (a day of clocks that differ)."""
    age = status.age_days(now)
    return status.kind == "official" and age is not None and -1 <= age <= max_age_days


def status_text(status: DatabaseStatus, language: Language, now: datetime) -> str:
    """Return the state of a database for a person: the summary, each file, and why it is not official."""
    age = status.age_days(now)
    about: dict[str, str | int] = {
        "folder": printable(str(status.folder)),
        "kind": status.kind,
        "version": status.version or "–",
        "date": status.date or "–",
        "age": "–" if age is None else age,
        "signatures": status.signatures,
        "sha256": status.sha256,
    }
    lines = [render("malware.status", language, about)]
    lines += [_file_text(file, language) for file in status.files]
    lines += [
        f"  {render('malware.status.reason', language, {'reason': each.text(language)})}" for each in status.reasons
    ]
    return "\n".join(lines)


def _file_text(file: DatabaseFile, language: Language) -> str:
    header = file.header
    about: dict[str, str | int] = {
        "name": printable(file.name),
        "version": header.version if header else "–",
        "date": header.built.strftime(_TIME) if header else "–",
        "signatures": "–" if file.signatures is None else file.signatures,
        "size": file.size,
        "sha256": file.sha256,
    }
    return f"  {render('malware.status.file', language, about)}"


def exchanged_text(result: Exchanged, language: Language, now: datetime) -> str:
    """Return what an update or import came to, for a person."""
    code = "malware.db-changed-to" if result.changed else "malware.db-unchanged"
    before = ", ".join(
        f"{printable(file.name)} {file.header.version}" for file in result.before if file.header is not None
    )
    first = render(code, language, {"before": before or "–", "after": result.status.version})
    return f"{first}\n{status_text(result.status, language, now)}"


def status_document(status: DatabaseStatus, now: datetime, *, changed: bool | None = None) -> str:
    """Return the state of a database as one JSON document; ``changed`` says what came of an update or import."""
    document = DatabaseDocument(
        schema_=DATABASE,
        folder=printable(str(status.folder)),
        kind=status.kind,
        version=status.version,
        date=status.date,
        age_days=status.age_days(now),
        signatures=status.signatures,
        sha256=status.sha256,
        reasons=tuple(DatabaseReason(reason.code, reason.text("en")) for reason in status.reasons),
        files=tuple(_file_entry(file) for file in status.files),
        changed=changed,
    )
    return database_json(document)


def _file_entry(file: DatabaseFile) -> DatabaseFileEntry:
    header = file.header
    return DatabaseFileEntry(
        printable(file.name),
        file.size,
        file.sha256,
        file.signatures,
        header.version if header else None,
        header.built.strftime(_TIME) if header else None,
    )
