"""The recipient's own policy: the facts of a proved release judged once more, without a scan.

They are judged at the day of the record, as whoever delivers can only keep what holds then; what the same policy says
today stands beside it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from gate.errors import VerificationError
from gate.models import Clause, Finding, Verdict  # pydantic reads the annotations of documents when it is loaded
from gate.policy import SigningState, judge
from gate.record import layout
from gate.record.documents import policy_reference
from gate.record.identity import DOCUMENT
from gate.record.result import PolicyReference  # as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Examination, Judgement
    from gate.policy import LoadedPolicy

MOST_FINDINGS: Final = 1000
"""Open findings that an answer lists, the gravest first; all are counted."""


@dataclass(frozen=True, slots=True)
class OpenFindings:
    """How many findings of each severity nobody has set aside."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    reject: int
    gap: int
    warn: int
    note: int


@dataclass(frozen=True, slots=True)
class RejudgedToday:
    """What the same policy says at a later day; ``since`` are the open findings that it did not make before."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    day: str
    verdict: Verdict
    open: OpenFindings
    since: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A release under the recipient's policy, at the day of its record (``day``, in the policy's time zone).

    ``findings`` are open and more than a note, the gravest first, at most ``MOST_FINDINGS``.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    policy: PolicyReference
    day: str
    verdict: Verdict
    open: OpenFindings
    findings: tuple[Finding, ...]
    clauses: tuple[Clause, ...]
    today: RejudgedToday


def rejudge(
    examination: Examination, loaded: LoadedPolicy, *, created: str, now: datetime, signed_by: Sequence[str]
) -> Rejudged:
    """Return what a policy makes of the facts of a release.

    ``created`` is the time of its record (RFC 3339), ``signed_by`` the back ends whose signatures were verified.
    Raises ``VerificationError`` where the record's time, or one in the facts, is none.
    """
    then, today = _day(created, loaded), _day_of(now, loaded)
    before, after = (_judged(examination, loaded, day, signed_by) for day in (then, today))
    known = {_key(finding) for finding in before.findings if finding.suppressed_by is None}
    return Rejudged(
        policy_reference(loaded),
        then.isoformat(),
        before.verdict,
        _counted(before),
        _listed(_open(before)),
        before.clauses,
        RejudgedToday(
            today.isoformat(),
            after.verdict,
            _counted(after),
            _listed(finding for finding in _open(after) if _key(finding) not in known),
        ),
    )


def _day(created: str, loaded: LoadedPolicy) -> date:
    try:
        return _day_of(datetime.fromisoformat(created), loaded)
    except (ValueError, OverflowError) as error:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times") from error


def _day_of(moment: datetime, loaded: LoadedPolicy) -> date:
    return moment.astimezone(ZoneInfo(loaded.policy.gate.timezone)).date()


def _judged(examination: Examination, loaded: LoadedPolicy, day: date, signed_by: Sequence[str]) -> Judgement:
    signing = SigningState(intended=True, ready=tuple(signed_by))
    return judge(examination, loaded.policy, policy_sha256=loaded.sha256, today=day, signing=signing)


def _open(judgement: Judgement) -> list[Finding]:
    return [finding for finding in judgement.findings if finding.suppressed_by is None]


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.id, finding.path, finding.sha256, finding.message


def _counted(judgement: Judgement) -> OpenFindings:
    counts = Counter(finding.severity for finding in _open(judgement))
    return OpenFindings(counts["reject"], counts["gap"], counts["warn"], counts["note"])


def _listed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return what is more than a note; a judgement has its findings in order of their weight."""
    return tuple(finding for finding in findings if finding.severity != "note")[:MOST_FINDINGS]
