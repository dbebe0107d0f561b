"""Files of keys, certificates and revocation lists that a policy names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography import x509

from gate.errors import KeyProblem
from gate.paths import printable

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 16 << 20
"""A key, certificate or revocation list beyond this is refused."""


def read_file(path: Path) -> bytes:
    """Return the bytes of a file that the policy names.  Raises ``KeyProblem``."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise KeyProblem("x509.unreadable", path=printable(str(path)), error=error.strerror or str(error)) from error
    if len(raw) > MOST_BYTES:
        raise KeyProblem("x509.unreadable", path=printable(str(path)), error="too large")
    return raw


def read_certificates(path: Path) -> list[x509.Certificate]:
    """Return the certificates in a PEM file, or the one in a DER file.  Raises ``KeyProblem``."""
    raw = read_file(path)
    try:
        if b"-----BEGIN" in raw:
            return x509.load_pem_x509_certificates(raw)
        return [x509.load_der_x509_certificate(raw)]
    except ValueError as error:
        raise KeyProblem("x509.not-a-certificate", path=printable(str(path))) from error
