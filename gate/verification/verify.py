"""Verify a release folder: it raises the first reason why not, or returns what was proved.

The steps are ordered so that nothing is believed before it is proved: whose signature the record carries comes before
what the record says, and what the record says before what lies in the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import datetime
from typing import TYPE_CHECKING

from gate.errors import TrustError, VerificationError
from gate.filelist import FileListError, entry_at, folders_above, hash_descriptor, parse_list
from gate.folders import walk
from gate.paths import escape_name, printable
from gate.record import layout
from gate.record.sums import render_sums
from gate.verification.attestations import MOST_BYTES as MOST_ATTESTATION_BYTES
from gate.verification.attestations import require_attested
from gate.verification.backends import opened_back_ends, require_enough
from gate.verification.claims import Claim
from gate.verification.expectations import exceptions_of, require_expected
from gate.verification.folder import ReleaseFolder, read_bounded, reading, refuse_set_id
from gate.verification.result import UncheckedSignature, Verification, VerifiedArtifact, VerifiedSignature
from gate.verification.statement import MOST_BYTES, read_statement
from gate.verification.validation import read_validation
from gate.verification.x509 import BACKEND as STAMPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from gate.filelist import FileEntry
    from gate.record.statement import PromisedSignature, Statement
    from gate.verification.backends import BackEnd
    from gate.verification.trust import Trust
    from gate.verification.validation import KeptFile

MOST_LIST_BYTES = 256 << 20
"""A file list or file of sums beyond this is refused: about two million files."""
_MODES_ARE_KEPT = os.name == "posix"
"""Whether this system's files can say that their owner may run them; where not, that is not compared."""


def verify_release(target: Path, trust: Trust, *, now: datetime, expect_version: str | None = None) -> Verification:
    """Prove that a release folder is what a trusted signer approved, whole and unchanged.

    ``now`` is an aware moment: key expiry and ages are judged at it.  ``expect_version`` is one more demand on the
    deliverable's version.  Raises ``VerificationError`` with the first reason why it is not proved, ``TrustError``
    where keys cannot be used or lie inside the release, ``UsageError`` where there is no folder, and
    ``EngineFailure`` where a tool is missing or something cannot be read: then nothing was told.
    """
    # 1. The target is a finished release folder, and what it is judged by lies outside of it.
    with ReleaseFolder(target) as release:
        for file in trust.files:
            if release.holds(file):
                raise TrustError("trust.inside-release", path=printable(str(file)))
        kept = read_validation(release)
        with opened_back_ends(trust, release, kept, now=now) as back_ends:
            return _Proof(release, trust, back_ends, kept, now).of_release(expect_version)


class _Proof:
    """One run of the steps, with what they have proved so far."""

    def __init__(
        self,
        release: ReleaseFolder,
        trust: Trust,
        back_ends: Mapping[str, BackEnd],
        kept: Sequence[KeptFile],
        now: datetime,
    ) -> None:
        self._release = release
        self._kept = kept
        self._trust = trust
        self._back_ends = back_ends
        self._now = now
        self._promised: dict[str, list[PromisedSignature]] = {}
        self._signers: dict[str, str] = {}
        self._signatures: list[VerifiedSignature] = []
        self._digests: dict[bytes, str] = {}
        self._lists: dict[str, dict[str, FileEntry]] = {}

    def of_release(self, expect_version: str | None) -> Verification:
        # 2. The record is signed by accepted signers, of as many kinds as the recipient demands.
        raw, signatures = self._signed_record()
        require_enough(self._trust, signatures)
        # 3. The record is of this kind, in strict form, and does not contradict itself.
        statement = read_statement(raw)
        predicate = statement.predicate
        for promise in predicate.promised_signatures:
            self._promised.setdefault(promise.signs, []).append(promise)
            self._signers[promise.name] = promise.signer
        for signature in signatures.values():
            self._keep(signature)
        # 4. Its verdict is "approved", and it is the release that the recipient expects.
        if predicate.verdict != "approved":
            raise VerificationError("not-approved", layout.RECORD, verdict=predicate.verdict)
        signed = datetime.fromisoformat(min(signatures.values(), key=_by_whose_word).time)
        require_expected(predicate, self._trust.record, signed=signed, now=self._now, version=expect_version)
        # 5. The folder holds every name that it must, promised signatures among them, and no other.
        self._require_names(statement)
        # 6. Every file that the record binds, and every artifact, has its digest and the signatures promised for it;
        #    provenance and verification summary say what the record says.
        lists = {artifact.file_list for artifact in predicate.artifacts}
        for path, sha256 in predicate.files.items():
            with self._proved(path, sha256) as descriptor:
                if path in lists:
                    self._lists[path] = _read_list(descriptor, path, sha256)
                if path in {layout.PROVENANCE, layout.SUMMARY}:
                    require_attested(path, _read_again(descriptor, path, sha256, MOST_ATTESTATION_BYTES), statement)
        for subject, artifact in zip(statement.subject, predicate.artifacts, strict=True):
            if artifact.file_list is None:
                with self._proved(layout.payload_path(artifact.name), subject.digest.sha256):
                    pass
            else:
                self._prove_folder(layout.payload_path(artifact.name), self._lists[artifact.file_list])
        # 7. The sums are what the record binds, and they name each of these files.
        self._prove_sums(predicate.sums.sha256)
        # 8. No promised signature was left unchecked but those of kinds that the recipient names nobody for.
        unchecked = tuple(
            UncheckedSignature(promise.backend, promise.name)
            for promise in predicate.promised_signatures
            if promise.backend not in self._back_ends
        )
        looked_at = {signature.file for signature in self._signatures} | {each.file for each in unchecked}
        for name in self._signers.keys() - looked_at:
            raise VerificationError("signature-unchecked", printable(name))
        return Verification(
            signatures=tuple(sorted(self._signatures, key=lambda proved: proved.file)),
            unchecked=unchecked,
            clauses=predicate.clauses,
            deliverable=predicate.deliverable,
            artifacts=tuple(
                VerifiedArtifact(subject.name, artifact.kind, subject.digest.sha256)
                for subject, artifact in zip(statement.subject, predicate.artifacts, strict=True)
            ),
            record_sha256=hashlib.sha256(raw).hexdigest(),
            policy_sha256=predicate.policy.sha256,
            exceptions=sum(1 for _ in exceptions_of(predicate)),
            sample=predicate.sample,
            created=predicate.created,
        )

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

    def _keep(self, proved: VerifiedSignature) -> None:
        if self._signers.get(proved.file) != proved.signer:
            raise VerificationError("signer-differs", proved.file, signer=proved.signer)
        self._signatures.append(proved)

    # --- the folder -------------------------------------------------------------------------------------------

    def _require_names(self, statement: Statement) -> None:
        files = {*statement.predicate.files, *self._signers, layout.SUMS, layout.RECORD}
        stamped = [each.name for each in statement.predicate.promised_signatures if each.backend == STAMPED]
        files |= {f"{name}{layout.STAMP_SUFFIX}" for name in stamped}
        if stamped:
            files |= {each.path for each in self._kept}
        at_top = files & set(layout.GUIDES.values())
        self._release.require_names(b"", [path.encode() for path in (layout.GATE, layout.PAYLOAD, *at_top)])
        self._release.require_names(
            layout.PAYLOAD.encode(), [layout.on_disk(artifact.name) for artifact in statement.predicate.artifacts]
        )
        try:
            self._release.require_exactly(layout.GATE.encode(), [layout.on_disk(path) for path in files - at_top])
        except VerificationError as error:
            if error.reason == "missing" and error.path in self._signers:
                raise VerificationError("signature-missing", error.path) from error
            raise

    @contextlib.contextmanager
    def _proved(self, path: str, sha256: str) -> Iterator[int]:
        """Open a file and prove its digest and the signatures promised for it, all from one descriptor."""
        raw = layout.on_disk(path)
        with self._release.opened(raw) as descriptor:
            with reading(raw):
                found, _ = hash_descriptor(descriptor)
            if found != sha256:
                raise VerificationError("changed", path)
            for promise in self._promised.get(path, ()):
                if promise.backend in self._back_ends:
                    claim = Claim(promise.name, path, sha256, statement=path in layout.STATEMENTS)
                    self._keep(self._check(promise.backend, descriptor, claim))
            self._digests[raw] = sha256
            yield descriptor

    def _prove_sums(self, sha256: str) -> None:
        expected = render_sums(self._digests)
        with self._proved(layout.SUMS, sha256):
            if hashlib.sha256(expected).hexdigest() != sha256:
                raise VerificationError("sums-incomplete", layout.SUMS)

    def _prove_folder(self, path: str, expected: dict[str, FileEntry]) -> None:
        """Compare a folder artifact with its list; the first entry too many ends the walk."""
        missing, holders = set(expected), folders_above(expected)
        with self._release.inside(layout.on_disk(path)) as cursor, reading(layout.on_disk(path)):
            for visit in walk(cursor):
                name = escape_name(visit.path)
                if visit.event == "leave" or (visit.event == "enter" and name in holders):
                    continue
                if name not in missing:
                    raise VerificationError("unexpected", f"{path}/{name}")
                if visit.event == "special":
                    raise VerificationError("not-a-file", f"{path}/{name}")
                missing.remove(name)
                found = entry_at(cursor, visit)
                if found is None or _compared(found) != _compared(expected[name]):
                    raise VerificationError("changed", f"{path}/{name}")
                if found.kind == "file":
                    refuse_set_id(visit.status, f"{path}/{name}")
                    self._digests[layout.on_disk(f"{path}/{name}")] = found.sha256
        if missing:
            raise VerificationError("missing", f"{path}/{min(missing)}")


def _read_again(descriptor: int, path: str, sha256: str, limit: int) -> bytes:
    """Return the bytes of an open file whose digest has been proved."""
    raw = read_bounded(descriptor, path.encode(), limit)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise VerificationError("changed-while-read", path)
    return raw


def _by_whose_word(signature: VerifiedSignature) -> tuple[bool, str]:
    """Order signatures so that a time which somebody else vouches for comes first, and then the earliest."""
    return signature.time_source == "signer", signature.time


def _read_list(descriptor: int, path: str, sha256: str) -> dict[str, FileEntry]:
    """Return the entries of the file list in an open file, by path."""
    raw = _read_again(descriptor, path, sha256, MOST_LIST_BYTES)
    try:
        return {entry.path: entry for entry in parse_list(raw)}
    except FileListError as error:
        raise VerificationError("list-malformed", path, detail=str(error)) from error


def _compared(entry: FileEntry) -> tuple[str, int, str]:
    return entry.mode if _MODES_ARE_KEPT else entry.kind, entry.size, entry.sha256
