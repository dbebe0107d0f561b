"""``gate report FOLDER``: a release folder judged again from its own facts and policy, to be shown once more.

Before anything is shown, every file that the record binds must be the one it binds.  Whose signatures the folder
carries is not asked, and the payload is not read: that is what ``gate verify`` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from gate.errors import VerificationError
from gate.filelist import hash_descriptor
from gate.policy import LoadedPolicy, SigningState, judge, parse_policy
from gate.record import layout
from gate.record.identity import record_number
from gate.verification.facts import MOST_FACTS_BYTES, bound_facts
from gate.verification.folder import ReleaseFolder, reading
from gate.verification.statement import MOST_BYTES, read_statement

if TYPE_CHECKING:
    from pathlib import Path

    from gate.models import Examination, Judgement
    from gate.policy import Policy
    from gate.record.statement import PromisedSignature, RecordPredicate, Statement

MOST_POLICY_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Rendered:
    """A release as it can be shown again.

    ``differs`` where today's judgement of the same facts has another verdict, or another status of a clause, than the
    record: this version of the gate judges otherwise than the one that made the release.
    """

    examination: Examination
    judgement: Judgement
    policy: LoadedPolicy
    promised: tuple[PromisedSignature, ...]
    number: str
    differs: bool


def read_release(folder: Path) -> Rendered:
    """Return a release whose parts hold together, judged at the day of its record.

    Raises ``VerificationError`` where they do not, ``UsageError`` where there is no folder or its policy cannot be used
    by this version, ``EngineFailure`` where something cannot be read.
    """
    with ReleaseFolder(folder) as release:
        statement = read_statement(release.read(layout.RECORD.encode(), MOST_BYTES))
        _require_bound(release, statement)
        examination = bound_facts(release.read(layout.FACTS.encode(), MOST_FACTS_BYTES), statement)
        loaded = _policy(release.read(layout.POLICY.encode(), MOST_POLICY_BYTES), statement.predicate)
    predicate = statement.predicate
    day, number = _day_and_number(predicate, examination, loaded.policy.gate.timezone)
    backends = tuple(dict.fromkeys(promise.backend for promise in predicate.promised_signatures))
    judgement = judge(
        examination,
        loaded.policy,
        policy_sha256=loaded.sha256,
        today=day,
        signing=SigningState(intended=True, ready=backends),
    )
    return Rendered(
        examination, judgement, loaded, predicate.promised_signatures, number, _differs(judgement, predicate)
    )


def _day_and_number(predicate: RecordPredicate, examination: Examination, timezone: str) -> tuple[date, str]:
    """Return the day of a record and its number.  Raises where the times that they rest on are none."""
    try:
        day = datetime.fromisoformat(predicate.created).astimezone(ZoneInfo(timezone)).date()
        return day, record_number(predicate.files[layout.RESULT], examination.finished, timezone)
    except (ValueError, OverflowError) as error:
        raise VerificationError("record-inconsistent", layout.RECORD, detail="its times") from error


def _require_bound(release: ReleaseFolder, statement: Statement) -> None:
    """Raise where a file that the record binds is missing or another; some have to be among them."""
    files = statement.predicate.files
    for needed in (layout.FACTS, layout.RESULT, layout.POLICY):
        if needed not in files:
            raise VerificationError("missing", needed)
    for path, sha256 in {**files, layout.SUMS: statement.predicate.sums.sha256}.items():
        raw = layout.on_disk(path)
        with release.opened(raw) as descriptor, reading(raw):
            found, _ = hash_descriptor(descriptor)
        if found != sha256:
            raise VerificationError("changed", path)


def _policy(raw: bytes, predicate: RecordPredicate) -> LoadedPolicy:
    """Return the policy of a release, with the digests of its papers as the record binds them."""
    parsed = parse_policy(raw, predicate.policy.path or layout.POLICY)
    policy = _with_digests(parsed.policy, predicate)
    sha256 = predicate.policy.sha256
    if predicate.files[layout.POLICY] != sha256:
        raise VerificationError("changed", layout.POLICY)
    return LoadedPolicy(policy, predicate.policy.path, sha256, raw, (), parsed.agreement_sha256)


def _with_digests(policy: Policy, predicate: RecordPredicate) -> Policy:
    digests = [entry.sha256 for entry in predicate.evidence]
    if len(digests) != len(policy.evidence):
        raise VerificationError("record-inconsistent", layout.RECORD, detail="evidence")
    evidence = tuple(
        paper.model_copy(update={"sha256": sha256}) for paper, sha256 in zip(policy.evidence, digests, strict=True)
    )
    specification = policy.specification
    if specification is not None and predicate.specification is not None:
        specification = specification.model_copy(update={"sha256": predicate.specification.sha256})
    return policy.model_copy(update={"evidence": evidence, "specification": specification})


def _differs(judgement: Judgement, predicate: RecordPredicate) -> bool:
    now = {clause.id: clause.status for clause in judgement.clauses}
    then = {clause.id: clause.status for clause in predicate.clauses}
    return judgement.verdict != predicate.verdict or now != then
