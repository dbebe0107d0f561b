"""Who a release says has signed it: read before anybody is trusted, so that nothing of it is proved."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from gate.record import layout
from gate.verification.countersignatures import read_countersignatures
from gate.verification.folder import ReleaseFolder
from gate.verification.statement import MOST_BYTES, read_statement
from gate.x509.checker import MAX_SIGNATURE, Checker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from gate.record.statement import RecordDeliverable
    from gate.x509.checker import ClaimedSigner

BACKEND_X509 = "x509"


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
        self.promised = Promised(signers, statement.predicate.deliverable, builder.repository if builder else "", added)

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
