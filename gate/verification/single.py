"""Verify one artifact by signatures that the recipient names: by its digest and name in a signed statement.

As for a whole release nothing is believed before it is proved: first whose signature it is, then what the statement
says, then that it speaks of this artifact.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gate.errors import NotTold, TrustError, VerificationError
from gate.paths import printable
from gate.policy.inside import Root
from gate.record import layout
from gate.verification.backends import opened_back_ends, require_enough
from gate.verification.claims import Claim
from gate.verification.clause_names import article_map_of
from gate.verification.expectations import exceptions_of, made_at, require_date, require_expected
from gate.verification.given import GivenFiles
from gate.verification.keyless import Keyless
from gate.verification.measured import found, in_a_file, measured
from gate.verification.result import (
    UncheckedSignature,
    Verification,
    VerifiedArtifact,
    VerifiedSignature,
    when_signed,
)
from gate.verification.said import beyond_the_signature, require_said
from gate.verification.statement import signed_alone
from gate.verification.statements import SignedStatement, Told, read_statements, require_subject
from gate.verification.times import examined
from gate.verification.today import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from gate.record.statement import Statement
    from gate.verification.backends import BackEnd
    from gate.verification.given import Given
    from gate.verification.measured import Measured
    from gate.verification.trust import Trust

_ONLY_SIGNED: Final = ("record", "examination", "policy")
"""What a signature over the artifact alone says nothing of."""


def verify_artifact(
    target: Path,
    signatures: Sequence[Path],
    trust: Trust,
    *,
    now: datetime,
    expect_version: str | None = None,
    signature_only: bool = False,
) -> Verification:
    """Prove that an artifact is the one, by digest and name, of which a trusted signer's statement speaks.

    ``signatures`` are bundles of sigstore with a statement in them, or OpenPGP and CMS signatures of a statement that
    lies beside them.  Where none of them is over a statement, ``signature_only`` lets the signature itself count.
    Raises ``VerificationError`` with the first reason why it is not proved (``NotTold`` where nothing was given that
    could), ``TrustError``, ``UsageError`` and ``EngineFailure`` as for a release.
    """
    place = found(target)
    for file in trust.files:
        if Root(place.path).holds(file):
            raise TrustError("trust.inside-release", path=printable(str(file)))
    with GivenFiles(signatures) as given:
        named = trust.only({each.back_end for each in given.files})
        kept = given.validation() if named.x509 else ()
        with opened_back_ends(named, given, kept, now=now) as back_ends:
            checked = _checked_statements(given.files, back_ends)
            told = read_statements(checked.statements.values()) if checked.statements else None
            # A file of holes may seem to have no end: how far it is read is said by somebody who is accepted.
            with measured(place, told.most_bytes if told else None) as artifact:
                if told is not None:
                    require_enough(trust, {each.backend: each for each in told.main.signatures})
                    require_subject(told, artifact)
                _check_alone(checked, artifact, back_ends)
                if told is None:
                    return _by_signature(artifact, checked, trust, now, expect_version, signature_only=signature_only)
                if told.record is not None:
                    return _by_record(artifact, checked, told, told.record, trust, now, expect_version)
                return _by_others(artifact, checked, told, trust, now, expect_version)


# --- signatures -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Checked:
    """Good signatures: of statements by the digest of each, and of the artifact itself; and those not looked at.

    ``alone`` are the files of those that are of the artifact itself.
    """

    statements: dict[str, SignedStatement] = field(default_factory=dict)
    alone: list[Given] = field(default_factory=list)
    bare: list[VerifiedSignature] = field(default_factory=list)
    unchecked: list[UncheckedSignature] = field(default_factory=list)

    @property
    def signatures(self) -> tuple[VerifiedSignature, ...]:
        """All that were checked, in the order of their files."""
        found = [*self.bare, *(each for signed in self.statements.values() for each in signed.signatures)]
        return tuple(sorted(found, key=lambda proved: proved.file))


def _checked_statements(files: Iterable[Given], back_ends: Mapping[str, BackEnd]) -> _Checked:
    """Check every signature file of a statement; any that is not a good signature is a refusal."""
    checked = _Checked()
    for given in files:
        if given.back_end not in back_ends:
            checked.unchecked.append(UncheckedSignature(given.back_end, given.shown))
            continue
        back_end = back_ends[given.back_end]
        with given.opened() as signature:
            raw = _statement_of(given, signature, back_end)
            if raw is None:
                checked.alone.append(given)
                continue
            sha256 = hashlib.sha256(raw).hexdigest()
            with in_a_file(raw) as signed:
                proved = back_end.check(signature, signed, Claim(given.shown, given.signs, sha256, statement=True))
        checked.statements.setdefault(sha256, SignedStatement(raw, given.signs)).signatures.append(proved)
    return checked


def _check_alone(checked: _Checked, artifact: Measured, back_ends: Mapping[str, BackEnd]) -> None:
    """Check every signature file of the artifact itself, as above; there has to be one, or one of a statement."""
    for given in checked.alone:
        claim = Claim(given.shown, artifact.name, artifact.sha256, statement=False)
        with given.opened() as signature:
            checked.bare.append(back_ends[given.back_end].check(signature, artifact.descriptor, claim))
    if not checked.signatures:
        raise VerificationError("signer-unknown", checked.unchecked[0].file)


def _statement_of(given: Given, signature: int, back_end: BackEnd) -> bytes | None:
    """Return the statement that a signature is said to be of, None where it is of the artifact itself."""
    if isinstance(back_end, Keyless):
        return back_end.statement_in(signature, given.shown)
    return given.read_statement() if given.statement else None


# --- what was proved ------------------------------------------------------------------------------------------------


def _by_record(
    artifact: Measured,
    checked: _Checked,
    told: Told,
    record: Statement,
    trust: Trust,
    now: datetime,
    expect_version: str | None,
) -> Verification:
    predicate = record.predicate
    _require_promised(artifact, checked, told, record)
    if predicate.verdict != "approved":
        raise VerificationError("not-approved", layout.RECORD, verdict=predicate.verdict)
    dated = examined(predicate, told.main.signatures)
    signed = when_signed(told.main.signatures, made_at(predicate))
    require_expected(predicate, trust.record, signed=signed, now=now, version=expect_version)
    if trust.record.countersigned:
        raise VerificationError("not-in-statement", artifact.name, key="[record] countersigned")
    return Verification(
        signatures=checked.signatures,
        unchecked=tuple(checked.unchecked),
        clauses=predicate.clauses,
        deliverable=predicate.deliverable,
        artifacts=(VerifiedArtifact(artifact.name, artifact.kind, artifact.sha256),),
        record_sha256=hashlib.sha256(told.main.raw).hexdigest(),
        policy_sha256=predicate.policy.sha256,
        exceptions=sum(1 for _ in exceptions_of(predicate)),
        sample=predicate.sample,
        created=predicate.created,
        examined=dated,
        article_map=article_map_of(predicate),
        today=state_of(predicate, now),
        scope="artifact",
    )


def _require_promised(artifact: Measured, checked: _Checked, told: Told, record: Statement) -> None:
    """Raise where a signature is by somebody else than the one by whom the record promises it."""
    promised = {(each.signs, each.backend): each.signer for each in record.predicate.promised_signatures}
    alone = next(signed_alone(each) for each in record.predicate.artifacts if each.name == artifact.name)
    found = [(alone, each) for each in checked.bare]
    found += [(place, each) for place, signed in told.signed.items() for each in signed.signatures]
    for place, proved in found:
        if promised.get((place, proved.backend)) != proved.signer:
            raise VerificationError("signer-differs", proved.file, signer=proved.signer)


def _by_others(
    artifact: Measured, checked: _Checked, told: Told, trust: Trust, now: datetime, expect_version: str | None
) -> Verification:
    """Return what provenance or verification summary prove, which is less than the record does."""
    said = told.said
    require_said(said, trust.record, signed=when_signed(told.main.signatures), now=now, version=expect_version)
    return Verification(
        signatures=checked.signatures,
        unchecked=tuple(checked.unchecked),
        clauses=said.clauses or (),
        deliverable=said.deliverable,
        artifacts=(VerifiedArtifact(artifact.name, artifact.kind, artifact.sha256),),
        record_sha256=None,
        policy_sha256=said.policy_sha256,
        exceptions=None,
        sample=None,
        created=None,
        scope="artifact",
        not_checked=("record",) if said.clauses is not None else ("record", "examination", "clauses"),
    )


def _by_signature(
    artifact: Measured,
    checked: _Checked,
    trust: Trust,
    now: datetime,
    expect_version: str | None,
    *,
    signature_only: bool,
) -> Verification:
    """Return what signatures over the artifact alone prove, where the recipient has asked for no more."""
    require_enough(trust, {each.backend: each for each in checked.bare})
    if not signature_only:
        raise NotTold("no-record", artifact.name)
    if expect_version is not None:
        raise VerificationError("not-in-statement", artifact.name, key="--expect-version")
    require_date(trust.record, signed=when_signed(checked.bare), now=now)
    return Verification(
        signatures=checked.signatures,
        unchecked=tuple(checked.unchecked),
        clauses=(),
        deliverable=None,
        artifacts=(VerifiedArtifact(artifact.name, artifact.kind, artifact.sha256),),
        record_sha256=None,
        policy_sha256=None,
        exceptions=None,
        sample=None,
        created=None,
        scope="signature",
        not_checked=(*_ONLY_SIGNED, *(f"[record] {key}" for key in beyond_the_signature(trust.record))),
    )
