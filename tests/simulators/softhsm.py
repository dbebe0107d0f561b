"""A PKCS#11 token by SoftHSM, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pkcs11
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

if TYPE_CHECKING:
    from tests.simulators.pki import Holder

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


def module() -> Path:
    return next(Path(each) for each in MODULES if Path(each).exists())


@dataclass
class SoftToken:
    """A token with a PIN; ``hold`` puts keys and certificates on it."""

    folder: Path
    pin: str = "1234"
    label: str = "gate"

    def prepare(self) -> None:
        """Make the token.  SoftHSM reads its configuration when it is loaded, so that a process has one folder."""
        (self.folder / "tokens").mkdir(parents=True)
        configuration = self.folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.folder}/tokens\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self.run(
            "softhsm2-util", "--init-token", "--free", "--label", self.label, "--so-pin", "5678", "--pin", self.pin
        )

    def run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)

    def hold(self, holder: Holder, label: str, *, certificate: bool = True) -> None:
        """Put a key on the token, and its certificate where asked for."""
        raw = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path = self.folder / f"{uuid.uuid4()}.pem"
        path.write_bytes(raw)
        number = uuid.uuid4().hex[:8]
        self.run("softhsm2-util", "--import", str(path), "--token", self.label, "--label", label, "--id", number,
                 "--pin", self.pin)  # fmt: skip
        path.unlink()
        if not certificate:
            return
        token = pkcs11.lib(str(module())).get_token(token_label=self.label)
        with token.open(user_pin=self.pin, rw=True) as session:
            session.create_object({
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.PRIVATE: False,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.ID: bytes.fromhex(number),
                pkcs11.Attribute.SUBJECT: holder.certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: holder.der,
            })  # fmt: skip
