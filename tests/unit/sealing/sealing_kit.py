"""What tests of signing in another job share: unsigned releases by hand, and signers that only write down."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gate.deliver import deliver_unsigned
from gate.models import ExternalService, ServiceFact
from gate.policy import load_policy
from gate.sealing import Sealed, seal
from gate.signing.interface import PromisedSigner
from gate.staging import Staging
from tests.unit.release_kit import examination_of, inputs_in, judgement, policy_in, reports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gate.archiving import ArchiveForm
    from gate.signing.interface import Signer

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
KEY = "F" * 40
STAMPER = ServiceFact("TSA https://tsa.example", "tsa.example", "digests")
OPENPGP = PromisedSigner("openpgp", KEY, ".asc", signs_artifacts=True, irrevocable=False)
X509 = PromisedSigner("x509", "CN=納入 太郎", ".p7s", signs_artifacts=True, irrevocable=False, services=(STAMPER,))
KEYLESS = PromisedSigner("keyless", "https://ci.example/a", ".sigstore.json", signs_artifacts=False, irrevocable=True)


@dataclass
class Watched:
    """A signer that keeps the bytes that it is given; ``does`` runs at each signature, before they are read."""

    promise: PromisedSigner
    does: Callable[[int], object] = lambda _: None
    begins_as: str = ""
    """Who it turns out to be, where it is known only once begun."""
    log: list[str] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.backend, self.suffix = self.promise.backend, self.promise.suffix
        self.signer = "" if self.begins_as else self.promise.signer
        self.signs_artifacts, self.irrevocable = self.promise.signs_artifacts, self.promise.irrevocable
        self.services = self.promise.services
        self.statements: list[bool] = []

    def ready(self) -> None:
        self.log.append(f"{self.backend} ready")

    def begin(self) -> None:
        self.log.append(f"{self.backend} begin")
        self.signer = self.begins_as or self.signer

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        self.log.append(f"{self.backend} sign")
        self.does(len(self.signed) + 1)
        self.signed.append(os.pread(file.fileno(), 1 << 24, 0))
        self.statements.append(statement)
        return f"{self.backend} {len(self.signed)}\n".encode()

    def close(self) -> None:
        self.log.append(f"{self.backend} close")


class Keeping(Watched):
    """One that leaves timestamps beside its signatures, and material."""

    def beside(self, signature: bytes) -> Mapping[str, bytes]:
        return {".tsr": b"stamp of " + signature}

    def material(self) -> Mapping[str, bytes]:
        return {f"{'0' * 64}.cer": b"certificate"}


@dataclass
class Job:
    """An unsigned release, and the digest that the job which examined it handed over."""

    folder: Path
    sha256: str
    policy: Path | None = None
    """That of the job which signs."""

    def sign(self, *signers: Signer, form: ArchiveForm | None = None) -> Sealed:
        by = signers or [Watched(OPENPGP)]
        return seal(self.folder, self.sha256, by, policy=load_policy(self.policy), step=lambda _: None, form=form)


def make_unsigned(folder: Path, signers: Sequence[PromisedSigner] = (OPENPGP,), name: str = "out") -> Job:
    """Stage, "examine" and deliver two artifacts without signatures."""
    inputs = inputs_in(folder / "in") if not (folder / "in").exists() else [folder / "in/app.bin", folder / "in/site"]
    loaded = policy_in(folder)
    services = {service for signer in signers for service in signer.services}
    judged = judgement(external_services=tuple(ExternalService(s.name, s.operator, s.sent) for s in services))
    with Staging(folder / name, inputs) as staging:
        delivered = deliver_unsigned(
            staging, examination_of(staging), judged, loaded, signers, clock=lambda: WHEN, reports=reports
        )
    return Job(delivered.folder, delivered.record_sha256, loaded.source)


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return all that lies below a folder: by path its type and mode, and its bytes or where it points to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if stat.S_ISREG(status.st_mode):
            data = path.read_bytes()
        else:
            data = os.fsencode(path.readlink()) if path.is_symlink() else b""
        found[path.relative_to(folder).as_posix()] = (status.st_mode, data)
    return found
