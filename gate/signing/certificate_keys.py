"""Keys with certificates: in PKCS#12 files, in PEM pairs, and on PKCS#11 tokens.

What can be seen of a key without its passphrase or PIN is looked at before anything is examined; the secret is asked
for after the verdict.  Trap of pyHanko 0.38: EC keys on tokens sign only by the raw mechanism.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pkcs11
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
    pkcs12,
)
from pkcs11 import Attribute, ObjectClass
from pkcs11 import exceptions as token_errors
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gate.errors import KeyProblem, SigningFailure
from gate.paths import printable
from gate.signing.certificate_files import read_certificates, read_file

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from pyhanko.sign.signers.pdf_cms import Signer as LibrarySigner


class CertificateKey(Protocol):
    """A signing key that a certificate belongs to."""

    @property
    def shown(self) -> str:
        """How messages name it."""

    def visible(self) -> x509.Certificate | None:
        """Return the certificate as far as it can be seen without a secret.  Raises ``KeyProblem``."""

    def open(self, chain: Sequence[x509.Certificate]) -> tuple[LibrarySigner, x509.Certificate, list[x509.Certificate]]:
        """Ask for the secret and return what signs, its certificate, and others that came with it.

        The signer puts ``chain`` into signatures.  Raises ``KeyProblem``, and ``SigningFailure`` for a token that
        fails.
        """

    def close(self) -> None:
        """End what was opened; may be called more than once."""


@dataclass
class Pkcs12Key:
    """A PKCS#12 file (``.p12``, ``.pfx``); ``certificate`` is a copy of its certificate that needs no passphrase."""

    path: Path
    secret: Callable[[], str]
    certificate: Path | None = None

    @property
    def shown(self) -> str:
        """See :class:`CertificateKey`."""
        return printable(str(self.path))

    def visible(self) -> x509.Certificate | None:
        """See :class:`CertificateKey`."""
        if not read_file(self.path).startswith(b"\x30"):
            raise KeyProblem("x509.not-a-key", key=self.shown)
        return read_certificates(self.certificate)[0] if self.certificate else None

    def open(self, chain: Sequence[x509.Certificate]) -> tuple[LibrarySigner, x509.Certificate, list[x509.Certificate]]:
        """See :class:`CertificateKey`."""
        raw, secret = read_file(self.path), self.secret()
        try:
            key, certificate, more = pkcs12.load_key_and_certificates(raw, secret.encode("utf-8"))
        except UnsupportedAlgorithm as error:
            raise KeyProblem("x509.not-a-key", key=self.shown) from error
        except ValueError as error:
            raise KeyProblem("x509.wrong-secret", key=self.shown) from error
        if key is None or certificate is None:
            raise KeyProblem("x509.not-a-key", key=self.shown)
        return _in_memory(key, certificate, [*more, *chain]), certificate, more

    def close(self) -> None:
        """Nothing is left open."""


@dataclass
class PemKey:
    """A private key in a PEM or DER file beside the file of its certificate."""

    key: Path
    certificate: Path
    secret: Callable[[], str]

    @property
    def shown(self) -> str:
        """See :class:`CertificateKey`."""
        return printable(str(self.key))

    def visible(self) -> x509.Certificate | None:
        """See :class:`CertificateKey`."""
        read_file(self.key)
        return read_certificates(self.certificate)[0]

    def open(self, chain: Sequence[x509.Certificate]) -> tuple[LibrarySigner, x509.Certificate, list[x509.Certificate]]:
        """See :class:`CertificateKey`."""
        certificate, *more = read_certificates(self.certificate)
        key = self._load(read_file(self.key))
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
            raise KeyProblem("x509.other-key", key=self.shown)
        return _in_memory(key, certificate, [*more, *chain]), certificate, more

    def _load(self, raw: bytes) -> PrivateKeyTypes:
        load = load_pem_private_key if b"-----BEGIN" in raw else load_der_private_key
        try:
            return load(raw, None)
        except TypeError:  # it is encrypted
            pass
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyProblem("x509.not-a-key", key=self.shown) from error
        try:
            return load(raw, self.secret().encode("utf-8"))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyProblem("x509.wrong-secret", key=self.shown) from error

    def close(self) -> None:
        """Nothing is left open."""


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _in_memory(key: PrivateKeyTypes, certificate: x509.Certificate, chain: Sequence[x509.Certificate]) -> SimpleSigner:
    raw = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's lacks an annotation
    store.register_multiple([_asn1(each) for each in chain])
    return SimpleSigner(
        signing_cert=_asn1(certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(raw),
        cert_registry=store,
        embed_roots=False,
    )


@dataclass
class TokenKey:
    """A key on a PKCS#11 token (a card, an HSM): by module, label of the token, and label of key and certificate."""

    module: Path
    token: str
    label: str
    secret: Callable[[], str]
    certificate: Path | None = None

    def __post_init__(self) -> None:
        self._session: Any = None  # pkcs11.Session, which has no type information

    @property
    def shown(self) -> str:
        """See :class:`CertificateKey`."""
        return printable(f"{self.token}/{self.label}")

    def visible(self) -> x509.Certificate | None:
        """See :class:`CertificateKey`.  A token may hide certificates until its PIN was given: then it is None."""
        token = self._token()
        if self.certificate is not None:
            return read_certificates(self.certificate)[0]
        with self._failures(), token.open() as session:
            return self._certificate(session)

    def open(self, chain: Sequence[x509.Certificate]) -> tuple[LibrarySigner, x509.Certificate, list[x509.Certificate]]:
        """See :class:`CertificateKey`."""
        token, secret = self._token(), self.secret()
        with self._failures():
            self._session = token.open(user_pin=secret)
            copy = read_certificates(self.certificate)[0] if self.certificate else None
            certificate = copy or self._certificate(self._session)
            query = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: self.label, Attribute.SIGN: True}
            if certificate is None or len(list(self._session.get_objects(query))) != 1:
                raise KeyProblem("x509.not-on-token", key=self.shown)
        signer = PKCS11Signer(
            self._session,
            signing_cert=_asn1(certificate),
            key_label=self.label,
            ca_chain=[_asn1(each) for each in chain],
            embed_roots=False,
            use_raw_mechanism=isinstance(certificate.public_key(), ec.EllipticCurvePublicKey),
        )
        return signer, certificate, []

    def _token(self) -> Any:  # noqa: ANN401  # pkcs11.Token, which has no type information
        if not self.module.is_file():
            raise KeyProblem("x509.no-module", module=printable(str(self.module)))
        try:
            return pkcs11.lib(str(self.module)).get_token(token_label=self.token)
        except (token_errors.NoSuchToken, token_errors.MultipleTokensReturned, token_errors.TokenNotPresent) as error:
            raise KeyProblem("x509.no-token", token=printable(self.token)) from error
        except (token_errors.PKCS11Error, RuntimeError, OSError) as error:
            raise KeyProblem("x509.no-module", module=printable(str(self.module))) from error

    def _certificate(self, session: Any) -> x509.Certificate | None:  # noqa: ANN401  # as above
        query = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.LABEL: self.label}
        found = [bytes(each[Attribute.VALUE]) for each in session.get_objects(query)]
        if len(found) > 1:
            raise KeyProblem("x509.not-on-token", key=self.shown)
        try:
            return x509.load_der_x509_certificate(found[0]) if found else None
        except ValueError as error:
            raise KeyProblem("x509.not-on-token", key=self.shown) from error

    @contextlib.contextmanager
    def _failures(self) -> Any:  # noqa: ANN401  # a context manager
        """Turn what a token says into a wrong PIN, a key that is not there, or a token that fails."""
        try:
            yield
        except (token_errors.PinIncorrect, token_errors.PinInvalid, token_errors.PinLenRange) as error:
            raise KeyProblem("x509.wrong-secret", key=self.shown) from error
        except (token_errors.PinLocked, token_errors.PinExpired) as error:
            raise KeyProblem("x509.locked", key=self.shown) from error
        except token_errors.PKCS11Error as error:
            raise SigningFailure("x509.token-failed", key=self.shown, detail=type(error).__name__) from error

    def close(self) -> None:
        """See :class:`CertificateKey`."""
        if self._session is not None:
            with contextlib.suppress(token_errors.PKCS11Error):  # a token that was pulled out
                self._session.close()
            self._session = None
