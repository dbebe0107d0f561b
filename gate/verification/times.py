"""What a record says of times, held against when it was signed: nothing that is signed is newer than its signature.

The times of a record are its supplier's word alone.  A signature proves that they were not made up later than it; how
long before it something is said to have been, nothing proves, so that it is told.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from gate.errors import VerificationError
from gate.record import layout
from gate.record.identity import DOCUMENT
from gate.record.statement import rfc3339
from gate.verification.claims import CLOCK_SKEW
from gate.verification.trust import DAY_ZONE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gate.record.statement import RecordPredicate
    from gate.verification.result import VerifiedSignature

TimeSource: TypeAlias = Literal["signer", "timestamp", "log"]
"""Whose word a time is: the signer's own clock, a time-stamping authority (RFC 3161), a transparency log."""
_ANTIVIRUS: Final = "clamav"


@dataclass(frozen=True, slots=True)
class Examined:
    """When the examination ended, as the record says, and when the record was signed (both RFC 3339 in UTC).

    ``time_source`` says whose word ``signed`` is, ``days`` are the whole days between both.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    finished: str
    signed: str
    time_source: TimeSource
    days: int


def examined(predicate: RecordPredicate, signatures: Collection[VerifiedSignature]) -> Examined:
    """Return when was examined and signed, where the good signatures of a record, at least one, allow for it.

    A time that somebody else vouches for goes before a signer's own, and then the earliest.  Raises
    ``VerificationError`` where the record says that something in it is from after a signature of it, or where its own
    times are none or in no order.
    """
    started, finished, created = _times(predicate)
    if started > finished + CLOCK_SKEW or finished > created + CLOCK_SKEW:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times")
    # By whomever the time is: the one who signed cannot have seen what was not there yet.
    earliest = min(_time(each) for each in signatures)
    _require_before("examined-after-signing", finished, earliest)
    _require_before("recorded-after-signing", created, earliest)
    for text in database_dates(predicate):
        dated = moment_of(text)
        if dated is not None:
            _require_before("database-after-signing", dated, earliest)
    proved = min(signatures, key=lambda each: (each.time_source == "signer", _time(each)))
    days = max((_time(proved) - finished).days, 0)
    return Examined(rfc3339(finished), proved.time, proved.time_source, days)


def _times(predicate: RecordPredicate) -> tuple[datetime, datetime, datetime]:
    found = [moment_of(text) for text in (predicate.started, predicate.finished, predicate.created)]
    started, finished, created = found
    if started is None or finished is None or created is None:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times")
    return started, finished, created


def _require_before(reason: str, said: datetime, signed: datetime) -> None:
    if said > signed + CLOCK_SKEW:
        raise VerificationError(reason, layout.RECORD, said=in_japan(said), signed=in_japan(signed))


def _time(signature: VerifiedSignature) -> datetime:
    return datetime.fromisoformat(signature.time)


def database_dates(predicate: RecordPredicate) -> Iterator[str]:
    """Yield the date of each malware database of a record, as it stands there."""
    for engine in predicate.engines:
        if engine.name == _ANTIVIRUS and engine.database is not None:
            yield engine.database.date


def moment_of(text: str) -> datetime | None:
    """Return an RFC 3339 moment or day of the record, None where it is neither."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one beyond the calendar
        return None


def in_japan(moment: datetime) -> str:
    """Return a moment as messages show it."""
    with contextlib.suppress(OverflowError):  # at the ends of the calendar it stays in its own zone
        moment = moment.astimezone(DAY_ZONE)
    return moment.strftime("%Y-%m-%d %H:%M:%S%z")
