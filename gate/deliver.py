"""Turn an approved staging folder into a release: documents, then the record, then signatures, then the name.

Order is what makes it safe to be killed at any moment: the payload is hashed again before anything is signed,
signatures are the last files, and the folder gets its name in one step after all of it is on the disk.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gate.errors import ArtifactChanged, SigningFailure, UsageError
from gate.filelist import render_list
from gate.paths import artifact_names, printable
from gate.record import layout
from gate.record.documents import facts_document, gate_identity, policy_reference, result_document
from gate.record.identity import record_number
from gate.record.provenance import build_provenance
from gate.record.sbom import sbom_document
from gate.record.statement import build_record, rfc3339
from gate.record.summary import build_summary
from gate.record.sums import render_sums
from gate.signatures import (
    MOST_STATEMENT_BYTES,
    make_signatures,
    promises_of,
    require_no_document,
    require_signers,
)
from gate.staging import Staging, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from gate.archiving import Archive
    from gate.models import Examination, Judgement
    from gate.policy.load import LoadedPolicy
    from gate.record.identity import GateIdentity
    from gate.record.statement import PromisedSignature
    from gate.signing.interface import PromisedSigner, Signatory, Signer
    from gate.staging import StagedArtifact

__all__ = ["Delivered", "Staging", "deliver", "deliver_unsigned"]


class Reports(Protocol):
    """Makes the reports that people read of a release."""

    def __call__(self, number: str, created: datetime, promised: Sequence[PromisedSignature], /) -> Mapping[str, bytes]:
        """Return each report by its path in the release folder; they bear the record number and the time."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A release that now exists: its folder, the digest of its record, and the signatures in it."""

    folder: Path
    record_sha256: str
    signatures: tuple[PromisedSignature, ...]


def deliver(
    staging: Staging,
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    signers: Sequence[Signer],
    *,
    clock: Callable[[], datetime],
    reports: Reports,
    archive: Archive | None = None,
) -> Delivered:
    """Write, sign and publish the release of what was examined in ``staging``; ``reports`` makes those for people.

    With an ``archive`` of it there are both, or neither.  Raises ``SigningFailure`` where the verdict is not "approved"
    or a signature does not come about, ``KeyProblem`` where a key cannot be used, ``ArtifactChanged`` where the staged
    copies are not what was examined or a paper is not what the policy was loaded with, ``UsageError`` where there is
    nobody to sign, nothing can be written, or an artifact could pass for a document of a release.  Then no signature is
    left.
    """
    documents = _Documents(staging, examination, judgement, loaded, signers)
    documents.write(clock)
    for signer in signers:
        signer.begin()
    record_sha256, promised = documents.write_record(reports)
    for path, data in make_signatures(promised, signers, partial(_opened, staging.folder)):
        documents.writer.write(path, data)
    with archive or contextlib.nullcontext():
        if archive:
            archive.write(staging.folder, created=documents.created)
        staging.confirm()  # what changed under the signature is not delivered
        if archive:
            archive.publish()  # a file is more easily taken back than a folder
        folder = staging.publish()
        if archive:
            archive.keep()
    return Delivered(folder, record_sha256, promised)


def deliver_unsigned(
    staging: Staging,
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    signers: Sequence[PromisedSigner],
    *,
    clock: Callable[[], datetime],
    reports: Reports,
) -> Delivered:
    """Write and publish a release as :func:`deliver` does, but its signatures, which ``signers`` have still to make.

    It proves nothing until they are there.  Raises as :func:`deliver`.
    """
    documents = _Documents(staging, examination, judgement, loaded, signers)
    documents.write(clock)
    record_sha256, promised = documents.write_record(reports)
    staging.confirm()
    return Delivered(staging.publish(), record_sha256, promised)


class _Documents:
    """The documents of one release, written in two steps: who signs may be known only between them.

    Raises as :func:`deliver`.
    """

    def __init__(
        self,
        staging: Staging,
        examination: Examination,
        judgement: Judgement,
        loaded: LoadedPolicy,
        signers: Sequence[Signatory],
    ) -> None:
        if judgement.verdict != "approved":
            raise SigningFailure("deliver.not-approved", verdict=judgement.verdict)
        require_signers(signers)
        _require_examined(staging, examination)
        _require_no_document(staging)
        self.writer = _Writer(staging.folder)
        self._staging = staging
        self._examination = examination
        self._judgement = judgement
        self._loaded = loaded
        self._signers = signers
        self._gate = gate_identity()

    def write(self, clock: Callable[[], datetime]) -> None:
        """Write all that does not name the signers, and hash the artifacts once more."""
        writer, examination, loaded, gate = self.writer, self._examination, self._loaded, self._gate
        for artifact in self._staging.staged:
            if artifact.kind == "folder":
                writer.write(layout.list_path(artifact.name), render_list(artifact.entries))
        writer.write(layout.FACTS, facts_document(examination, gate))
        writer.write(layout.RESULT, result_document(examination, self._judgement, loaded, gate))
        writer.write(layout.POLICY, loaded.raw)
        self._papers = _write_papers(writer, loaded)
        self.created = clock()
        writer.write(layout.SBOM, sbom_document(examination, loaded.policy, gate, created=self.created))
        _write_attestations(writer, examination, self._judgement, loaded, gate, self.created)
        self._staging.confirm()

    def write_record(self, reports: Reports) -> tuple[str, tuple[PromisedSignature, ...]]:
        """Write reports, sums and record; return the record's SHA-256 and the signatures that it promises."""
        writer, examination, loaded = self.writer, self._examination, self._loaded
        promised = promises_of([*map(_signed_alone, self._staging.staged)], self._signers)
        timezone = loaded.policy.gate.timezone
        number = record_number(writer.digests[layout.RESULT], examination.finished, timezone)
        for path, report in reports(number, self.created, promised).items():
            writer.write(path, report)
        files = dict(writer.digests)
        sums = writer.write(layout.SUMS, render_sums({**_payload_digests(self._staging), **_on_disk(files)}))
        record = build_record(
            examination,
            self._judgement,
            loaded,
            self._gate,
            created=self.created,
            files=files,
            sums_sha256=sums,
            papers=self._papers,
            promised=promised,
        )
        return writer.write(layout.RECORD, record), promised


@contextlib.contextmanager
def _opened(folder: Path, path: str) -> Iterator[BinaryIO]:
    """Open a file of the release that is being made."""
    with (folder / os.fsdecode(layout.on_disk(path))).open("rb") as file:
        yield file


class _Writer:
    """Writes new files below the release folder and remembers their digests, in the order written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.digests: dict[str, str] = {}

    def write(self, path: str, data: bytes) -> str:
        """Write a file that does not exist yet and return its SHA-256."""
        if len(data) > layout.MOST_DOCUMENT_BYTES:
            raise UsageError("deliver.too-large", path=path, limit=layout.MOST_DOCUMENT_BYTES >> 30)
        with writing():
            target = self._folder / os.fsdecode(layout.on_disk(path))
            for folder in [*reversed(target.relative_to(self._folder).parents)][1:]:
                (self._folder / folder).mkdir(exist_ok=True)
                (self._folder / folder).chmod(0o755)
            with target.open("xb") as stream:
                os.fchmod(stream.fileno(), 0o644)  # whatever the umask is
                stream.write(data)
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return self.digests[path]


def _require_examined(staging: Staging, examination: Examination) -> None:
    """Raise where what was examined is not, name by name and digest by digest, what lies in the staging folder."""
    examined = {artifact.path: artifact.sha256 for artifact in examination.artifacts}
    staged = {artifact.name: artifact.sha256 for artifact in staging.staged}
    for name in sorted(examined.keys() | staged.keys()):
        if examined.get(name) != staged.get(name):
            raise ArtifactChanged("deliver.changed", path=name)
    if not staged or len(examination.artifacts) != len(staged):
        raise UsageError("deliver.nothing")


def _require_no_document(staging: Staging) -> None:
    """Raise where the signature of an artifact could make it pass for a document of a release."""
    for artifact in staging.staged:
        if artifact.kind == "file" and artifact.size <= MOST_STATEMENT_BYTES:
            require_no_document(artifact.path.read_bytes(), artifact.name)


def _write_papers(writer: _Writer, loaded: LoadedPolicy) -> dict[str, str]:
    """Copy the papers that the policy names and return where each lies in the release folder, by its name there."""
    policy = loaded.policy
    wanted = {entry.file: entry.sha256 for entry in policy.evidence}
    if policy.specification is not None and policy.specification.file is not None:
        wanted[policy.specification.file] = policy.specification.sha256
    base = loaded.source.parent if loaded.source else Path()
    names = artifact_names(os.fsencode(Path(file).name) for file in wanted)
    papers = {file: layout.evidence_path(name) for file, name in zip(wanted, names, strict=True)}
    for file, path in papers.items():
        shown = printable(file)
        try:
            data = (base / file).read_bytes()
        except OSError as error:
            raise UsageError("deliver.unreadable", path=shown, error=error.strerror or str(error)) from error
        if writer.write(path, data) != wanted[file]:
            raise ArtifactChanged("deliver.paper-changed", path=shown)
    return papers


def _write_attestations(
    writer: _Writer,
    examination: Examination,
    judgement: Judgement,
    loaded: LoadedPolicy,
    gate: GateIdentity,
    created: datetime,
) -> None:
    """Write what tools read that know nothing of the gate: provenance and verification summary."""
    policy, reference = loaded.policy, policy_reference(loaded)
    byproducts = {path: writer.digests[path] for path in (layout.FACTS, layout.RESULT)}
    writer.write(layout.PROVENANCE, build_provenance(examination, policy, reference, gate, byproducts=byproducts))
    summary = build_summary(examination, judgement, policy, reference, gate, created=rfc3339(created))
    writer.write(layout.SUMMARY, summary)


def _on_disk(files: dict[str, str]) -> dict[bytes, str]:
    return {layout.on_disk(path): digest for path, digest in files.items()}


def _payload_digests(staging: Staging) -> dict[bytes, str]:
    """Return the digest of every regular file of the payload, by its raw path in the release folder."""
    digests: dict[bytes, str] = {}
    for artifact in staging.staged:
        path = layout.payload_path(artifact.name)
        if artifact.kind == "file":
            digests[layout.on_disk(path)] = artifact.sha256
        for entry in artifact.entries:
            if entry.kind == "file":
                digests[layout.on_disk(f"{path}/{entry.path}")] = entry.sha256
    return digests


def _signed_alone(artifact: StagedArtifact) -> str:
    """Return the file whose signature proves one artifact alone: the artifact, or the list of its files."""
    return layout.list_path(artifact.name) if artifact.kind == "folder" else layout.payload_path(artifact.name)
