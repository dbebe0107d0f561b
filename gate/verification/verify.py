"""Verify a release folder: it raises the first reason why not, or returns what was proved.

The steps are ordered so that nothing is believed before it is proved: whose signature the record carries comes before
what the record says, and what the record says before what lies in the folder.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from gate.errors import TrustError, VerificationError
from gate.paths import printable
from gate.policy import refuse_inside
from gate.record import layout
from gate.verification.backends import opened_back_ends, require_enough
from gate.verification.claims import Claim
from gate.verification.clause_names import article_map_of
from gate.verification.contents import Contents, read_again
from gate.verification.countersignatures import check_countersignatures, read_countersignatures
from gate.verification.expectations import exceptions_of, made_at, require_expected
from gate.verification.facts import MOST_FACTS_BYTES, bound_facts
from gate.verification.folder import ReleaseFolder, read_bounded
from gate.verification.rejudge import rejudge
from gate.verification.result import (
    UncheckedSignature,
    Verification,
    VerifiedArtifact,
    VerifiedSignature,
    when_signed,
)
from gate.verification.statement import MOST_BYTES, read_statement
from gate.verification.times import examined
from gate.verification.today import state_of
from gate.verification.validation import read_validation
from gate.verification.x509 import BACKEND as STAMPED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from gate.policy import LoadedPolicy
    from gate.record.statement import PromisedSignature, Statement
    from gate.verification.backends import BackEnd
    from gate.verification.countersignatures import Found
    from gate.verification.rejudge import Rejudged
    from gate.verification.trust import Trust
    from gate.verification.validation import KeptFile


def verify_release(
    target: Path,
    trust: Trust,
    *,
    now: datetime,
    expect_version: str | None = None,
    policy: LoadedPolicy | None = None,
) -> Verification:
    """Prove that a release folder is what a trusted signer approved, whole and unchanged.

    ``now`` is an aware moment: key expiry and ages are judged at it.  ``expect_version`` is one more demand on the
    deliverable's version; by ``policy``, the recipient's own, the facts are judged once more.  Raises
    ``VerificationError`` with the first reason why it is not proved, ``TrustError`` where keys cannot be used or lie
    inside the release, ``UsageError`` where there is no folder or the policy lies in it, and ``EngineFailure`` where a
    tool is missing or something cannot be read: then nothing was told.
    """
    # 1. The target is a finished release folder, and what it is judged by lies outside of it.
    with ReleaseFolder(target) as release:
        for file in trust.files:
            if release.holds(file):
                raise TrustError("trust.inside-release", path=printable(str(file)))
        if policy is not None:
            refuse_inside(policy, [release.path])
        kept, added = read_validation(release), read_countersignatures(release)
        with opened_back_ends(trust, release, kept, now=now) as back_ends:
            proof = _Proof(release, trust, back_ends, kept, now, policy, added)
            proved = proof.of_release(expect_version)
        # 10. What others have signed of the record since then holds, where it is by somebody whom the recipient names.
        told = check_countersignatures(
            added, release, trust, record_sha256=proof.record_sha256, signers=proof.signers, now=now
        )
        # 11. It is still what was looked at.
        release.require_unchanged()
        return replace(proved, countersignatures=told)


class _Proof:
    """One run of the steps, with what they have proved so far."""

    def __init__(
        self,
        release: ReleaseFolder,
        trust: Trust,
        back_ends: Mapping[str, BackEnd],
        kept: Sequence[KeptFile],
        now: datetime,
        policy: LoadedPolicy | None,
        added: Found,
    ) -> None:
        self._release = release
        self._added = added
        self._kept = kept
        self._trust = trust
        self._back_ends = back_ends
        self._now = now
        self._policy = policy
        self._facts: bytes | None = None
        self._promised: dict[str, list[PromisedSignature]] = {}
        self._signers: dict[str, str] = {}
        self.signers: set[tuple[str, str]] = set()
        self.record_sha256 = ""
        self._signatures: list[VerifiedSignature] = []
        self._stamped: list[str] = []

    def of_release(self, expect_version: str | None) -> Verification:
        # 2. The record is signed by accepted signers, of as many kinds as the recipient demands.
        raw, signatures = self._signed_record()
        self.record_sha256 = hashlib.sha256(raw).hexdigest()
        require_enough(self._trust, signatures)
        # 3. The record is of this kind, in strict form, and does not contradict itself.
        statement = read_statement(raw)
        predicate = statement.predicate
        for promise in predicate.promised_signatures:
            self._promised.setdefault(promise.signs, []).append(promise)
            self._signers[promise.name] = promise.signer
            self.signers.add((promise.backend, promise.signer))
            if promise.backend == STAMPED:
                self._stamped.append(f"{promise.name}{layout.STAMP_SUFFIX}")
        for signature in signatures.values():
            self._keep(signature)
        # 4. Its verdict is "approved", its times fit its signatures, and it is the release that the recipient expects.
        if predicate.verdict != "approved":
            raise VerificationError("not-approved", layout.RECORD, verdict=predicate.verdict)
        dated = examined(predicate, signatures.values())
        signed = when_signed(signatures.values(), made_at(predicate))
        require_expected(predicate, self._trust.record, signed=signed, now=self._now, version=expect_version)
        # 5. The folder holds every name that it must, promised signatures among them, and no other.
        contents = Contents(self._release, statement)
        self._require_names(contents)
        # 6. Every file that the record binds, and every artifact, has its digest and the signatures promised for it;
        #    provenance and verification summary say what the record says.
        # 7. The sums are what the record binds, and they name each of these files.
        contents.prove(self._look)
        # 8. No promised signature was left unchecked but those of kinds that the recipient names nobody for.
        unchecked = self._unchecked(predicate.promised_signatures)
        # 9. Where the recipient has a policy of their own, the facts are judged by it, signed by whom was found here.
        rejudged = self._rejudged(statement, self._policy, tuple(signatures)) if self._policy else None
        return Verification(
            signatures=tuple(sorted(self._signatures, key=lambda proved: proved.file)),
            unchecked=unchecked,
            clauses=predicate.clauses,
            deliverable=predicate.deliverable,
            artifacts=tuple(
                VerifiedArtifact(subject.name, artifact.kind, subject.digest.sha256)
                for subject, artifact in zip(statement.subject, predicate.artifacts, strict=True)
            ),
            record_sha256=self.record_sha256,
            policy_sha256=predicate.policy.sha256,
            exceptions=sum(1 for _ in exceptions_of(predicate)),
            sample=predicate.sample,
            created=predicate.created,
            examined=dated,
            article_map=article_map_of(predicate),
            today=state_of(predicate, self._now),
            rejudged=rejudged,
        )

    def _unchecked(self, promised: Sequence[PromisedSignature]) -> tuple[UncheckedSignature, ...]:
        unchecked = tuple(
            UncheckedSignature(promise.backend, promise.name)
            for promise in promised
            if promise.backend not in self._back_ends
        )
        looked_at = {signature.file for signature in self._signatures} | {each.file for each in unchecked}
        for name in self._signers.keys() - looked_at:
            raise VerificationError("signature-unchecked", printable(name))
        return unchecked

    def _rejudged(self, statement: Statement, policy: LoadedPolicy, signed_by: Sequence[str]) -> Rejudged:
        if self._facts is None:
            raise VerificationError("missing", layout.FACTS)
        examination = bound_facts(self._facts, statement)
        return rejudge(examination, policy, created=statement.predicate.created, now=self._now, signed_by=signed_by)

    # --- signatures -------------------------------------------------------------------------------------------

    def _signed_record(self) -> tuple[bytes, dict[str, VerifiedSignature]]:
        """Return the record with its good signatures by back end; any that is there and not good is a refusal."""
        found: dict[str, VerifiedSignature] = {}
        names = {
            back_end: layout.signature_path(layout.RECORD, layout.SUFFIXES[back_end]) for back_end in self._back_ends
        }
        with self._release.opened(layout.RECORD.encode()) as descriptor:
            raw = read_bounded(descriptor, layout.RECORD.encode(), MOST_BYTES)
            digest = hashlib.sha256(raw).hexdigest()
            for back_end, name in names.items():
                try:
                    found[back_end] = self._check(
                        back_end, descriptor, Claim(name, layout.RECORD, digest, statement=True)
                    )
                except VerificationError as error:
                    if (error.reason, error.path) != ("missing", name):
                        raise
        if not found:
            raise VerificationError("record-unsigned", next(iter(names.values())))
        return raw, found

    def _check(self, back_end: str, descriptor: int, claim: Claim) -> VerifiedSignature:
        with self._release.opened(layout.on_disk(claim.name)) as signature:
            return self._back_ends[back_end].check(signature, descriptor, claim)

    def _look(self, descriptor: int, path: str, sha256: str) -> None:
        """Check the signatures promised for a file whose digest is proved, and keep the facts where they are wanted."""
        if path == layout.FACTS and self._policy is not None:
            self._facts = read_again(descriptor, path, sha256, MOST_FACTS_BYTES)
        for promise in self._promised.get(path, ()):
            if promise.backend in self._back_ends:
                claim = Claim(promise.name, path, sha256, statement=path in layout.STATEMENTS)
                self._keep(self._check(promise.backend, descriptor, claim))

    def _keep(self, proved: VerifiedSignature) -> None:
        if self._signers.get(proved.file) != proved.signer:
            raise VerificationError("signer-differs", proved.file, signer=proved.signer)
        self._signatures.append(proved)

    # --- the folder -------------------------------------------------------------------------------------------

    def _require_names(self, contents: Contents) -> None:
        """Raise where the folder lacks a name, promised signatures among them, or has one too many."""
        files = {
            *self._signers,
            *self._stamped,
            *self._added.names,
            *(each.path for each in self._kept if self._stamped),
        }
        try:
            contents.require_names(files, self._added.folders)
        except VerificationError as error:
            if error.reason == "missing" and error.path in self._signers:
                raise VerificationError("signature-missing", error.path) from error
            raise
