"""The record of a release as a recipient reads it: first its form, then that it does not contradict itself.

It is read only after its signature has been found good; even so nothing in it is taken for a path before its form has
been looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gate.errors import VerificationError
from gate.paths import printable
from gate.record import layout
from gate.record.canonical import DocumentError, parse_strictly
from gate.record.statement import Statement, parse_record
from gate.record.types import RECORD, STATEMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.record.statement import PromisedSignature, RecordArtifact

MOST_BYTES = 64 << 20
"""A record beyond this is refused; 100,000 artifacts make about 30 MiB."""


def read_statement(raw: bytes) -> Statement:
    """Return the statement in the bytes of a record.

    Raises ``VerificationError``: ``record-type`` where it is a statement of another kind, ``record-malformed`` where it
    is not one at all, ``signature-unsupported`` where it promises a signature that this version cannot check,
    ``record-inconsistent`` where its parts do not fit together.
    """
    try:
        value = parse_strictly(raw)
        kinds = (value.get("_type"), value.get("predicateType")) if isinstance(value, dict) else (STATEMENT, RECORD)
        if kinds != (STATEMENT, RECORD):
            raise VerificationError("record-type", layout.RECORD)
        statement = parse_record(raw)
    except DocumentError as error:
        raise VerificationError("record-malformed", layout.RECORD, detail=printable(str(error))) from error
    for promise in statement.predicate.promised_signatures:
        if promise.backend not in layout.SUFFIXES:
            raise VerificationError(
                "signature-unsupported", printable(promise.name), backend=printable(promise.backend)
            )
    for problem in (_artifact_problem, _file_problem, _promise_problem):
        detail = problem(statement)
        if detail:
            raise VerificationError("record-inconsistent", layout.RECORD, detail=detail)
    return statement


def signed_alone(artifact: RecordArtifact) -> str:
    """Return the file whose signature proves one artifact alone: the artifact, or the list of its files."""
    return artifact.file_list or layout.payload_path(artifact.name)


def _artifact_problem(statement: Statement) -> str:
    subjects = [subject.name for subject in statement.subject]
    artifacts = statement.predicate.artifacts
    if not subjects or subjects != [artifact.name for artifact in artifacts] or len(set(subjects)) != len(subjects):
        return "subjects and artifacts differ"
    if any("/" in name or not _is_path(name) for name in subjects):
        return "the name of an artifact"
    for subject, artifact in zip(statement.subject, artifacts, strict=True):
        expected = layout.list_path(artifact.name) if artifact.kind == "folder" else None
        if artifact.file_list != expected:
            return "the file list of an artifact"
        if expected and statement.predicate.files.get(expected) != subject.digest.sha256:
            return "the digest of a file list"
    return ""


def _file_problem(statement: Statement) -> str:
    predicate = statement.predicate
    if predicate.sums.path != layout.SUMS:
        return "the place of the sums"
    if not {layout.PROVENANCE, layout.SUMMARY} <= predicate.files.keys():
        return "provenance or verification summary is not bound"
    own = {layout.SUMS, layout.RECORD}
    guides = set(layout.GUIDES.values())
    for path in predicate.files:
        in_place = path in guides or path.startswith(f"{layout.GATE}/")
        if not in_place or not _is_path(path) or path in own:
            return f"the bound file {printable(path)}"
    return ""


def _promise_problem(statement: Statement) -> str:
    predicate = statement.predicate
    signable = {*layout.SIGNED, *map(signed_alone, predicate.artifacts)}
    promised = predicate.promised_signatures
    names = [promise.name for promise in promised]
    if len(set(names)) != len(names) or set(names) & predicate.files.keys():
        return "a signature promised twice"
    if layout.RECORD not in {promise.signs for promise in promised}:
        return "no signature of the record is promised"
    if len({_signers_of(path, promised) for path in layout.SIGNED}) > 1:
        return "not all documents are signed by the signers of the record"
    for promise in promised:
        if not _is_in_place(promise) or promise.signs not in signable:
            return f"the promised signature {printable(promise.name)}"
    return ""


def _signers_of(path: str, promised: Iterable[PromisedSignature]) -> frozenset[tuple[str, str]]:
    return frozenset((promise.backend, promise.signer) for promise in promised if promise.signs == path)


def _is_in_place(promise: PromisedSignature) -> bool:
    return promise.name == layout.signature_path(promise.signs, layout.SUFFIXES[promise.backend])


def _is_path(path: str) -> bool:
    """Say whether an escaped relative path names exactly one place below the release folder."""
    try:
        parts = layout.on_disk(path).split(b"/")
    except ValueError:
        return False
    return len(parts) == path.count("/") + 1 and not any(part in {b"", b".", b".."} or b"\0" in part for part in parts)
