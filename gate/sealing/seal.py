"""Sign an unsigned release: check that it is what was examined, have every promised signature made, put them in place.

The steps are ordered so that no secret is read for a folder that is not what it was, and nothing enters a public log
before all signatures that can be undone are made.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gate.archiving import Archive
from gate.errors import UsageError
from gate.paths import printable
from gate.record import layout
from gate.sealing.held import HeldSignatures
from gate.sealing.judged import require_own_policy
from gate.sealing.unsigned import UnsignedRelease
from gate.signatures import make_signatures, require_signers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from gate.archiving import ArchiveForm, Written
    from gate.models import ServiceFact
    from gate.policy import LoadedPolicy
    from gate.record.statement import PromisedSignature, RecordDeliverable, Statement
    from gate.signing.interface import Signer


@dataclass(frozen=True, slots=True)
class Sealed:
    """A release that is signed now, with the archive beside it, if one was to be made, and the services used for that.

    ``created`` is when the record was written (RFC 3339, UTC).
    """

    folder: Path
    deliverable: RecordDeliverable | None
    record_sha256: str
    created: str
    signatures: tuple[PromisedSignature, ...]
    archive: Written | None
    services: tuple[ServiceFact, ...]


def seal(
    folder: Path,
    record_sha256: str,
    signers: Sequence[Signer],
    *,
    policy: LoadedPolicy,
    step: Callable[[str], None],
    form: ArchiveForm | None = None,
) -> Sealed:
    """Sign the unsigned release in ``folder`` whose record has this SHA-256, by just the signers that it promises.

    ``policy`` is that of this job; ``step`` is told the stages of the work; where ``form`` is given, an archive of the
    release lies beside it then.  Raises ``UsageError`` where the folder cannot be signed, was judged by another policy,
    or other signers are loaded than promised, ``ArtifactChanged`` where something is not as it was examined,
    ``SigningFailure`` or ``KeyProblem`` where signing failed.  Then the folder is as it was.
    """
    require_signers(signers)
    with UnsignedRelease(folder, record_sha256) as release, contextlib.ExitStack() as closing:
        place = release.folder.path
        archive = closing.enter_context(Archive(place, form)) if form else None
        statement = release.statement
        for signer in signers:
            closing.callback(signer.close)
            signer.ready()
        _require_promised(statement, signers, begun=False)
        _require_recorded_services(statement, signers)
        step("confirm")
        release.confirm()
        require_own_policy(release, policy)
        if archive:
            archive.require_fit(place)
        step("sign")
        for signer in signers:
            signer.begin()
        _require_promised(statement, signers, begun=True)
        promised = _in_order(statement.predicate.promised_signatures, signers)
        with HeldSignatures(release.folder) as held:
            for path, data in make_signatures(promised, signers, release.copied):
                held.hold(path, data)
            step("confirm")
            release.confirm()
            held.put_in_place(partial(_look, release, archive))
        written = archive.keep() if archive else None
        services = tuple(service for signer in signers for service in signer.services)
        about = statement.predicate
        return Sealed(place, about.deliverable, record_sha256, about.created, promised, written, services)


def _look(release: UnsignedRelease, archive: Archive | None, signatures: Iterable[str]) -> None:
    """See that the folder is whole with the signatures in it, and unchanged while the archive of it is written."""
    release.require_whole(signatures)
    if archive:
        archive.write(release.folder.path, created=release.created)
    release.require_unchanged()
    if archive:
        archive.publish()


def _require_promised(statement: Statement, signers: Sequence[Signer], *, begun: bool) -> None:
    """Raise where other signers are loaded than the record promises; some know who they are only once begun."""
    promised = {(each.backend, each.signer) for each in statement.predicate.promised_signatures}
    loaded = {(signer.backend, signer.signer) for signer in signers}
    late = set() if begun else {backend for backend, signer in loaded if not signer}
    backends = {backend for backend, _ in promised} == {backend for backend, _ in loaded}
    if not backends or any(backend not in late for backend, _ in promised ^ loaded):
        raise UsageError("sealing.other-signers", promised=_shown(promised), loaded=_shown(loaded))


def _shown(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(printable(f"{backend} {signer}".strip()) for backend, signer in sorted(pairs))


def _require_recorded_services(statement: Statement, signers: Sequence[Signer]) -> None:
    """Raise where signing would use a service that the record, which is written already, does not name."""
    recorded = {(each.name, each.operator, each.sent) for each in statement.predicate.external_services}
    for signer in signers:
        for service in signer.services:
            if (service.name, service.operator, service.sent) not in recorded:
                raise UsageError("sealing.other-service", service=service.name)


def _in_order(promised: Iterable[PromisedSignature], signers: Sequence[Signer]) -> tuple[PromisedSignature, ...]:
    """Return the promised signatures so that those that can be undone come first, the record's last by each signer."""
    lasting = {signer.backend for signer in signers if signer.irrevocable}
    return tuple(
        sorted(promised, key=lambda each: (each.backend in lasting, each.backend, each.signs == layout.RECORD))
    )
