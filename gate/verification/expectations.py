"""``[record]`` of ``trust.toml``: whether an authentic record is of the release that the recipient expects."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.paths import glob_matches, printable
from gate.policy.clauses import SATISFIED
from gate.record import layout
from gate.verification.claims import CLOCK_SKEW
from gate.verification.times import database_dates, in_japan, moment_of
from gate.verification.trust import DAY_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import ClauseStatus
    from gate.record.statement import RecordDeliverable, RecordPredicate
    from gate.verification.trust import RecordExpectations

_DOTTED = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,9}")
BY_THE_SIGNATURE: Final = ("signed_after", "max_age_days")
"""Demands that the time of the signature answers, whatever was signed."""
_EXCEPTION_IDS = {"executable": "executable/justified", "outbound.destination": "outbound/declared"}


def require_expected(
    predicate: RecordPredicate,
    expected: RecordExpectations,
    *,
    signed: datetime | None,
    now: datetime,
    version: str | None,
) -> None:
    """Raise ``VerificationError`` where the record does not say what the recipient expects.

    ``signed`` is the time that the record's signature claims, ``version`` one more demand on the deliverable's version.
    """
    require_deliverable(predicate.deliverable, expected, version)
    require_date(expected, signed=signed, now=now)
    require_clauses(((clause.id, clause.status) for clause in predicate.clauses), expected)
    require_policy(predicate.policy.sha256, expected)
    _require_previous(predicate, expected)
    # What the gate itself read of a commit goes before what the build system claims, which the provenance repeats.
    named = predicate.source or predicate.builder
    require_repository(named.repository if named else "", expected)
    _require_exceptions(predicate, expected)
    _require_database(predicate, expected)


def exceptions_of(predicate: RecordPredicate) -> Iterator[str]:
    """Yield the id of every exception in a record: findings set aside, executables justified, hosts declared."""
    for finding in predicate.suppressed:
        yield finding.id
    for justification in predicate.justifications:
        if justification.section in _EXCEPTION_IDS:
            yield _EXCEPTION_IDS[justification.section]


def require_deliverable(given: RecordDeliverable | None, expected: RecordExpectations, version: str | None) -> None:
    """Raise where this is not the deliverable, or not a version, that the recipient expects."""
    demands = (
        ("deliverable", expected.deliverable, given.name if given else None),
        ("version", expected.version, given.version if given else None),
        ("version", version, given.version if given else None),
        ("contract", expected.contract, given.contract if given else None),
        ("recipient", expected.recipient, given.recipient if given else None),
    )
    for reason, wanted, found in demands:
        if wanted is not None and wanted != found:
            raise VerificationError(reason, layout.RECORD, expected=wanted, found=printable(found or "-"))
    if expected.minimum_version is not None:
        found = given.version if given else "-"
        if not _is_at_least(found, expected.minimum_version):
            raise VerificationError(
                "version-too-low", layout.RECORD, expected=expected.minimum_version, found=printable(found)
            )


def _is_at_least(version: str, minimum: str) -> bool:
    """Compare dotted versions by their numbers; one that is no such version is below all others."""
    if not _DOTTED.fullmatch(version):
        return False
    numbers, wanted = ([int(part) for part in text.split(".")] for text in (version, minimum))
    length = max(len(numbers), len(wanted))
    return [*numbers, *[0] * (length - len(numbers))] >= [*wanted, *[0] * (length - len(wanted))]


def made_at(predicate: RecordPredicate) -> datetime | None:
    """Return when a record was made, as it says itself; None where it does not say so in a readable form."""
    return moment_of(predicate.created)


def require_date(expected: RecordExpectations, *, signed: datetime | None, now: datetime) -> None:
    """Raise where it was signed too early, or too long ago; where that is asked and nothing says when, for that."""
    if signed is None:
        for key in BY_THE_SIGNATURE:
            if getattr(expected, key) is not None:
                raise VerificationError("not-in-statement", layout.RECORD, key=f"[record] {key}")
        return
    after = expected.signed_after
    if after is not None:
        moment = after if isinstance(after, datetime) else datetime.combine(after, time(), DAY_ZONE)
        if signed < moment:
            raise VerificationError("signed-too-early", layout.RECORD, signed=in_japan(signed), after=in_japan(moment))
    if expected.max_age_days is not None and now - signed > timedelta(days=expected.max_age_days):
        raise VerificationError("too-old", layout.RECORD, signed=in_japan(signed), days=expected.max_age_days)


def require_clauses(told: Iterable[tuple[str, ClauseStatus]], expected: RecordExpectations) -> None:
    """Raise where a clause that the recipient demands is not satisfied."""
    statuses = dict(told)
    for wanted in expected.clauses:
        status = statuses.get(wanted)
        if status not in SATISFIED:
            raise VerificationError("clause", layout.RECORD, clause=printable(wanted), status=status or "-")


def require_policy(sha256: str, expected: RecordExpectations) -> None:
    """Raise where another policy judged than the one that the recipient expects."""
    if expected.policy_sha256 is not None and sha256 != expected.policy_sha256:
        raise VerificationError("policy", layout.RECORD, sha256=sha256)


def _require_previous(predicate: RecordPredicate, expected: RecordExpectations) -> None:
    """Raise where the record is not the next in the chain after the one that the recipient accepted last."""
    found = predicate.previous.sha256 if predicate.previous else "-"
    if expected.previous is not None and found != expected.previous:
        raise VerificationError("previous", layout.RECORD, expected=expected.previous, found=found)


def require_repository(found: str, expected: RecordExpectations) -> None:
    """Raise where the release is not made from the repository that the recipient expects, or does not say so."""
    if expected.repository is not None and found != expected.repository:
        raise VerificationError(
            "repository", layout.RECORD, expected=printable(expected.repository), found=printable(found or "-")
        )


def _require_exceptions(predicate: RecordPredicate, expected: RecordExpectations) -> None:
    if expected.allow_exceptions is None:
        return
    for exception in exceptions_of(predicate):
        if not any(glob_matches(glob, exception) for glob in expected.allow_exceptions):
            raise VerificationError("exception", layout.RECORD, finding=printable(exception))


def _require_database(predicate: RecordPredicate, expected: RecordExpectations) -> None:
    """Raise where the malware database was too old when it was used, or nobody can tell."""
    days = expected.max_database_age_days
    if days is None:
        return
    finished = moment_of(predicate.finished)
    for text in list(database_dates(predicate)) or [""]:
        dated = moment_of(text)
        if finished is None or dated is None:
            raise VerificationError("database-undated", layout.RECORD)
        if dated > finished + CLOCK_SKEW:
            raise VerificationError(
                "database-after-examination", layout.RECORD, dated=in_japan(dated), said=in_japan(finished)
            )
        if finished - dated > timedelta(days=days):
            raise VerificationError("database-age", layout.RECORD, dated=in_japan(dated), days=days)
