"""Countersign a release: whoever received it verifies it, and adds a signature over its record.

Nothing of the release is changed: the signatures lie in a folder of their own, which no record binds.  Each is over the
bytes of ``gate/record.intoto.json``, as ``gpg --verify``, ``openssl cms -verify`` and sigstore's clients check a file;
a bundle holds no statement, so that it can never be put in the place of the supplier's own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from gate.errors import UsageError, VerificationError
from gate.paths import printable
from gate.placing import WholeFile
from gate.record import layout
from gate.signing.interface import KeepsMaterial
from gate.staging import writing
from gate.verification.countersignatures import MOST, read_countersignatures, told_apart_by
from gate.verification.folder import ReleaseFolder
from gate.verification.statement import MOST_BYTES, read_statement
from gate.verification.verify import verify_release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from gate.models import ServiceFact
    from gate.signing.interface import Signer
    from gate.verification.result import Verification
    from gate.verification.trust import Trust

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Added:
    """A countersignature that now lies in the release: by which back end, by whom, and where."""

    backend: str
    signer: str
    path: str


@dataclass(frozen=True, slots=True)
class Countersigned:
    """A release as it was verified, its record, what was added to it, and what was sent to whom for that."""

    verification: Verification
    record_sha256: str
    added: tuple[Added, ...]
    services: tuple[ServiceFact, ...]


def countersign(
    folder: Path,
    trust: Trust,
    signers: Sequence[Signer],
    *,
    now: datetime,
    record_sha256: str | None = None,
    expect_version: str | None = None,
) -> Countersigned:
    """Verify a release folder and add a signature of its record by each signer: by all of them or by none.

    ``record_sha256`` is a digest of the record learnt by another way than the release, ``expect_version`` as for
    ``verify``.  Raises ``VerificationError`` where the release is not proved or its record another one, ``UsageError``
    where a signer has signed it already or nothing can be written, and as the signers.  Closes the signers.  Killed
    while it writes it leaves a release that verifies, with those signatures that are there whole.
    """
    with contextlib.ExitStack() as closing:
        for signer in signers:
            closing.callback(signer.close)
        release = closing.enter_context(ReleaseFolder(folder))
        for signer in signers:
            signer.ready()
        verification = verify_release(folder, trust, now=now, expect_version=expect_version)
        record = release.read(layout.RECORD.encode(), MOST_BYTES)
        found = hashlib.sha256(record).hexdigest()
        if found != verification.record_sha256:
            raise VerificationError("changed-while-read", layout.RECORD)
        if record_sha256 is not None and record_sha256.lower() != found:
            raise VerificationError("other-record", layout.RECORD, expected=printable(record_sha256), found=found)
        _require_room(release, signers)
        added, files = _signed(release, record, signers)
        _add(release, files)
        services = tuple(service for signer in signers for service in signer.services)
    return Countersigned(verification, found, added, services)


def _require_room(release: ReleaseFolder, signers: Sequence[Signer]) -> None:
    """Raise where signatures would be one too many, or could not be written: before any log has heard of them."""
    if len(read_countersignatures(release).signatures) + len(signers) > MOST:
        raise UsageError("countersign.too-many", limit=MOST)
    if not os.access(release.path / layout.GATE, os.W_OK | os.X_OK):
        raise UsageError("countersign.not-writable", path=printable(str(release.path)))
    with writing(), contextlib.ExitStack() as closing:
        gate = os.open(release.path / layout.GATE, _FOLDER)
        closing.callback(os.close, gate)
        closing.enter_context(WholeFile(b"", gate))  # one that never appears


def _signed(
    release: ReleaseFolder, record: bytes, signers: Sequence[Signer]
) -> tuple[tuple[Added, ...], dict[str, bytes]]:
    """Return who signed where, and all files to add by their paths; a log is written to last."""
    promised = read_statement(record).predicate.promised_signatures
    own = {told_apart_by(promise.backend, promise.signer) for promise in promised}
    there = read_countersignatures(release).names
    added = []
    for signer in signers:
        signer.begin()
        path = layout.countersignature_path(signer.signer, signer.suffix)
        if told_apart_by(signer.backend, signer.signer) in own:
            raise UsageError("countersign.own", signer=signer.signer)
        if path in there:
            raise UsageError("countersign.exists", path=path, signer=signer.signer)
        if path + layout.STAMP_SUFFIX in there:
            raise UsageError("countersign.stamp-alone", path=path + layout.STAMP_SUFFIX)
        added.append(Added(signer.backend, signer.signer, path))
    files: dict[str, bytes] = {}
    with tempfile.TemporaryFile() as copy:  # what is signed is what was verified, whatever the folder holds by now
        copy.write(record)
        copy.flush()
        for signer, each in sorted(zip(signers, added, strict=True), key=lambda pair: pair[0].irrevocable):
            signature = signer.sign(copy)
            if isinstance(signer, KeepsMaterial):
                place = layout.COUNTERSIGNERS_VALIDATION
                files |= {layout.validation_path(name, place): raw for name, raw in signer.material().items()}
                files |= {each.path + suffix: raw for suffix, raw in signer.beside(signature).items()}
            files[each.path] = signature
    return tuple(added), files


# --- writing --------------------------------------------------------------------------------------------------


def _add(release: ReleaseFolder, files: Mapping[str, bytes]) -> None:
    """Add new files to the release, each signature after what belongs to it; or none, where one cannot be added.

    All are written before the first of them appears, each whole, so that a release verifies as before wherever it ends:
    what was kept for a signature that is not there proves nothing, and is no obstacle.
    """
    with writing(), contextlib.ExitStack() as holding, contextlib.ExitStack() as undoing:
        gate = PurePosixPath(layout.GATE)
        opened = {gate: os.open(release.path / gate, _FOLDER)}
        holding.callback(os.close, opened[gate])
        written = {path: holding.enter_context(WholeFile(data, opened[gate])) for path, data in files.items()}
        for path, file in written.items():
            place = PurePosixPath(path)
            for folder in [*reversed(place.parents)][2:]:
                if folder not in opened:
                    opened[folder] = _folder(folder.name, opened[folder.parent], undoing.callback)
                    holding.callback(os.close, opened[folder])
            _appear(place, file, opened[place.parent], undoing.callback)
        for descriptor in opened.values():
            with contextlib.suppress(OSError):  # some file systems cannot flush a folder
                os.fsync(descriptor)
        read_countersignatures(release)  # within its limits, so that it will verify
        undoing.pop_all()


def _folder(name: str, above: int, undo: Callable[..., object]) -> int:
    """Open a folder, which is made where there is none."""
    made = False
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, dir_fd=above)
        undo(_quietly, os.rmdir, name, above)
        made = True
    descriptor = os.open(name, _FOLDER, dir_fd=above)
    if made:
        os.fchmod(descriptor, 0o755)  # whatever the umask is
    return descriptor


def _appear(path: PurePosixPath, file: WholeFile, folder: int, undo: Callable[..., object]) -> None:
    try:
        file.appear(folder, path.name.encode())
    except FileExistsError:
        if str(path.parent) == layout.COUNTERSIGNERS_VALIDATION:
            return  # its name is its digest: another countersigner has kept the same
        raise
    undo(_quietly, os.unlink, path.name, folder)


def _quietly(remove: Callable[..., None], name: str, folder: int) -> None:
    with contextlib.suppress(OSError):
        remove(name, dir_fd=folder)
