"""Who a release says has signed it: read before anybody is trusted, so that nothing of it is proved."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Self, TypeAlias

from gate.policy.clauses import CLAUSES, SATISFIED
from gate.record import layout
from gate.verification.countersignatures import read_countersignatures
from gate.verification.folder import ReleaseFolder
from gate.verification.statement import MOST_BYTES, read_statement
from gate.x509.checker import MAX_SIGNATURE, Checker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from gate.record.statement import RecordDeliverable, RecordPredicate
    from gate.x509.checker import ClaimedSigner

BACKEND_X509 = "x509"
Stated: TypeAlias = "str | date | tuple[str, ...]"
_DOTTED: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){0,9}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Promised:
    """Signers of the record by back end, and the deliverable, in the record's own words.

    ``repository`` is the URL of that for which the build system says to have run, empty where it names none.
    ``countersignatures`` are back ends and paths of what lies there.
    """

    signers: Mapping[str, str]
    deliverable: RecordDeliverable | None
    repository: str = ""
    countersignatures: tuple[tuple[str, str], ...] = ()
    stated: Mapping[str, Stated] = field(default_factory=dict)
    """What the record says of keys of ``[record]``, in forms that these can have."""


class Claims:
    """A release folder whose claims are read; use it as a context manager.

    Raises ``VerificationError`` where the folder or its record cannot be read as one, ``UsageError`` where there is
    none.
    """

    def __init__(self, folder: Path) -> None:
        self._closing = ExitStack()
        self.release = self._closing.enter_context(ReleaseFolder(folder))
        try:
            statement = read_statement(self.release.read(layout.RECORD.encode(), MOST_BYTES))
            added = read_countersignatures(self.release).signatures
        except BaseException:
            self._closing.close()
            raise
        promises = statement.predicate.promised_signatures
        found = {each.backend: each.signer for each in promises if each.signs == layout.RECORD}
        # In the order in which trust files and their references have them.
        signers = {name: found[name] for name in layout.SUFFIXES if name in found}
        builder = statement.predicate.builder
        self.promised = Promised(
            signers,
            statement.predicate.deliverable,
            builder.repository if builder else "",
            added,
            stated_by(statement.predicate),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def certificates(self, subjects: Sequence[str]) -> list[ClaimedSigner]:
        """Return the certificate that signed the record, once for each subject to compare with; none where none can.

        It is read in a confined process.
        """
        path = layout.signature_path(layout.RECORD, layout.SUFFIXES[BACKEND_X509])
        return self.certificates_in(path, subjects)

    def certificates_in(self, path: str, subjects: Sequence[str]) -> list[ClaimedSigner]:
        """Return the same of the CMS signature at a path of the release."""
        raw = self.release.read(path.encode(), MAX_SIGNATURE)
        with Checker([], now=0) as checker:
            claimed = [checker.claimed_signer(raw, subject) for subject in subjects]
        return [each for each in claimed if each is not None]


def stated_by(predicate: RecordPredicate) -> dict[str, Stated]:
    """Return what a record says of what ``[record]`` can demand, beside the deliverable's own words.

    What has no form that a trust file takes is left out.
    """
    deliverable, source = predicate.deliverable, predicate.source or predicate.builder
    satisfied = {clause.id for clause in predicate.clauses if clause.status in SATISFIED}
    found: dict[str, Stated | None] = {
        "minimum_version": _matching(_DOTTED, deliverable.version if deliverable else ""),
        "signed_after": _day(deliverable.contracted_on if deliverable else None),
        "clauses": tuple(clause for clause in CLAUSES if clause in satisfied),
        "policy_sha256": _matching(_SHA256, predicate.policy.sha256),
        "previous": predicate.previous.sha256 if predicate.previous else None,
        "repository": source.repository.strip() if source else None,
    }
    return {key: value for key, value in found.items() if value}


def _matching(form: re.Pattern[str], text: str) -> str | None:
    return text if form.fullmatch(text) else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
