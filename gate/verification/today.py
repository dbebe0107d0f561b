"""What has changed since a release was recorded, by the calendar alone."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from gate.paths import printable
from gate.record.identity import DOCUMENT
from gate.record.justifications import JustificationSection  # pydantic reads annotations when it is loaded
from gate.verification.trust import DAY_ZONE

if TYPE_CHECKING:
    from gate.record.statement import RecordPredicate


@dataclass(frozen=True, slots=True)
class Expired:
    """A person's decision that the release rests on and that does not hold any more; ``expires`` was its last day."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    section: JustificationSection
    id: str
    expires: str


@dataclass(frozen=True, slots=True)
class Today:
    """The day of the verification in Japan, and what has expired until then.  A release stays what it was."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    day: str
    expired: tuple[Expired, ...]


def state_of(predicate: RecordPredicate, now: datetime) -> Today:
    """Return what of a record does not hold any more at ``now``."""
    day = now.astimezone(DAY_ZONE).date()
    expired = tuple(
        Expired(entry.section, printable(entry.id), printable(entry.expires))
        for entry in predicate.justifications
        if not _holds(entry.expires, day)
    )
    return Today(day.isoformat(), expired)


def _holds(expires: str, day: date) -> bool:
    """Say whether a last day has not passed; one that cannot be read says nothing."""
    with contextlib.suppress(ValueError):
        return day <= date.fromisoformat(expires)
    return False
