"""Keys and X.509 certificates of the simulated sigstore instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

SigningKey: TypeAlias = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

EARLIER = timedelta(minutes=5)
"""How long before now certificates of authorities begin to be valid."""
YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Authority:
    """A certificate with its private key; ``certificate`` is self-signed unless it was issued by another."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def moment() -> datetime:
    """Return now, to the second, as certificates hold it."""
    return datetime.now(UTC).replace(microsecond=0)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def sign(key: SigningKey, message: bytes) -> bytes:
    """Sign as sigstore's logs do: ECDSA over SHA-256 in DER, or Ed25519."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


def public_der(key: SigningKey) -> bytes:
    """Return the SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) in DER."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def named(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "local.test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def key_usage(*, authority: bool) -> x509.KeyUsage:
    """Return the uses of an authority's key (certificates, CRLs), or of one that signs."""
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def certificate(
    subject: x509.Name, public_key: PublicKey, issuer: Authority, *, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    """Return a certificate to be extended and then signed with the issuer's key."""
    issuing_key = issuer.key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing_key), critical=False)
    )


def root_authority(common_name: str) -> Authority:
    """Make a self-signed certificate of an authority."""
    key = new_key()
    start = moment() - EARLIER
    signed = (
        x509.CertificateBuilder()
        .subject_name(named(common_name))
        .issuer_name(named(common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + YEARS)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(key_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, signed)
