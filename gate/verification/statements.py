"""Signed statements that stand for themselves, outside of a release folder: which they are, and what they prove.

They are read only after their signatures have been found good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.filelist import FileListError, parse_list
from gate.paths import printable
from gate.record import layout
from gate.record.canonical import DocumentError, parse_strictly
from gate.record.provenance import parse_provenance
from gate.record.summary import parse_summary
from gate.record.types import PROVENANCE, RECORD, STATEMENT, SUMMARY
from gate.verification.attestations import require_attested
from gate.verification.contents import MOST_LIST_BYTES
from gate.verification.folder import read_bounded
from gate.verification.said import Said, said_by_provenance, said_by_summary
from gate.verification.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gate.record.statement import Statement
    from gate.record.subjects import Subject
    from gate.verification.measured import Measured
    from gate.verification.result import VerifiedSignature

_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {RECORD: layout.RECORD, SUMMARY: layout.SUMMARY, PROVENANCE: layout.PROVENANCE}
)
"""Where each kind of statement lies in a release folder, by the type of its predicate; the one that says most first."""


@dataclass(slots=True)
class SignedStatement:
    """The bytes of a statement, the path by which messages know them, and all good signatures over just these bytes."""

    raw: bytes
    shown: str
    signatures: list[VerifiedSignature] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Told:
    """What signed statements say together.

    ``main`` is the one that says most: its signatures are counted and dated.  ``signed`` is where each statement lies
    in a release folder, with what was signed.  Without a ``record`` there is what the others ``said``.
    """

    main: SignedStatement
    signed: Mapping[str, SignedStatement]
    subjects: tuple[Subject, ...]
    record: Statement | None
    said: Said

    @property
    def most_bytes(self) -> int | None:
        """How many bytes no artifact has more of, all of a folder's files together; only a record says so."""
        if self.record is None:
            return None
        return max(each.size for each in self.record.predicate.artifacts)


def read_statements(signed: Iterable[SignedStatement]) -> Told:
    """Return what signed statements, at least one, say together.

    Raises ``VerificationError`` where one is none of the gate's, is not in its form, or two contradict each other.
    """
    by_place: dict[str, SignedStatement] = {}
    for each in signed:
        place = _place_of(each)
        if place in by_place:
            raise VerificationError("statements-differ", each.shown, what="predicateType")
        by_place[place] = each
    main = next(by_place[place] for place in _PLACES.values() if place in by_place)
    if layout.RECORD not in by_place:
        subjects, said = _without_record(by_place)
        return Told(main, by_place, subjects, None, said)
    record = read_statement(main.raw)
    for place in by_place.keys() - {layout.RECORD}:
        require_attested(place, by_place[place].raw, record)
    return Told(main, by_place, record.subject, record, Said())


def _place_of(signed: SignedStatement) -> str:
    try:
        value = parse_strictly(signed.raw)
    except DocumentError as error:
        raise VerificationError("statement-type", signed.shown) from error
    kind = value.get("predicateType") if isinstance(value, dict) and value.get("_type") == STATEMENT else None
    if not isinstance(kind, str) or kind not in _PLACES:
        raise VerificationError("statement-type", signed.shown)
    return _PLACES[kind]


def _without_record(by_place: Mapping[str, SignedStatement]) -> tuple[tuple[Subject, ...], Said]:
    subjects: list[tuple[Subject, ...]] = []
    said = Said()
    try:
        if layout.SUMMARY in by_place:
            summary = parse_summary(by_place[layout.SUMMARY].raw)
            subjects.append(summary.subject)
            said = said.joined(said_by_summary(summary))
    except DocumentError as error:
        raise VerificationError("vsa-malformed", layout.SUMMARY, detail=printable(str(error))) from error
    try:
        if layout.PROVENANCE in by_place:
            provenance = parse_provenance(by_place[layout.PROVENANCE].raw)
            subjects.append(provenance.subject)
            said = said.joined(said_by_provenance(provenance))
    except DocumentError as error:
        raise VerificationError("provenance-malformed", layout.PROVENANCE, detail=printable(str(error))) from error
    if any(each != subjects[0] for each in subjects):
        raise VerificationError("statements-differ", layout.PROVENANCE, what="subject")
    return subjects[0], said


# --- the artifact ---------------------------------------------------------------------------------------------------


def require_subject(told: Told, artifact: Measured) -> None:
    """Raise ``VerificationError`` where statements do not speak of this artifact: by its digest, its name and its kind.

    Only the record says whether a subject is a file or a folder.  Without it a folder, and a file that reads as the
    list of one, could each pass for the other.
    """
    names = _names_of(told.subjects, artifact.sha256)
    if artifact.name not in names:
        if names:
            raise VerificationError("name", artifact.name, signed=printable(names[0]))
        known = artifact.name in {subject.name for subject in told.subjects}
        raise VerificationError("changed" if known else "not-a-subject", artifact.name)
    if told.record is None:
        if artifact.kind == "folder" or _reads_as_list(artifact.descriptor):
            raise VerificationError("not-in-statement", artifact.name, key="file / folder")
        return
    kinds = {each.name: each.kind for each in told.record.predicate.artifacts}
    if kinds[artifact.name] != artifact.kind:
        raise VerificationError("kind-differs", artifact.name)


def _names_of(subjects: Sequence[Subject], sha256: str) -> list[str]:
    return [subject.name for subject in subjects if subject.digest.sha256 == sha256]


def _reads_as_list(descriptor: int) -> bool:
    """Say whether a file could be the file list of a folder, an empty one of an empty folder.

    A list beyond the limit is never read as one.
    """
    try:
        parse_list(read_bounded(descriptor, b"", MOST_LIST_BYTES))
    except (FileListError, VerificationError):
        return False
    return True
