"""Countersigners that only write down what they were asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import BinaryIO

from gate.models import ServiceFact


@dataclass
class Fake:
    """A signer that notes what it was asked for."""

    signer: str
    backend: str = "keyless"
    suffix: str = ".sigstore.json"
    irrevocable: bool = True
    fault: BaseException | None = None
    signs_artifacts: bool = False
    services: tuple[ServiceFact, ...] = ()
    asked: list[str] = field(default_factory=list)

    def ready(self) -> None:
        self.asked.append("ready")

    def begin(self) -> None:
        self.asked.append("begin")

    def sign(self, file: BinaryIO, *, statement: bool = False) -> bytes:
        self.asked.append(f"sign {statement}")
        if self.fault is not None:
            raise self.fault
        file.seek(0)
        return hashlib.sha256(file.read()).digest()

    def close(self) -> None:
        self.asked.append("close")


@dataclass
class Keeping(Fake):
    """One that keeps material and stamps as well, the same for everybody."""

    def beside(self, signature: bytes) -> dict[str, bytes]:
        return {".tsr": signature}

    def material(self) -> dict[str, bytes]:
        return {f"{hashlib.sha256(b'root').hexdigest()}.cer": b"root"}


def certified(name: str) -> Keeping:
    return Keeping(name, "x509", ".p7s", irrevocable=False)
