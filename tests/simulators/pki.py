"""Certificates, revocation lists and OCSP answers of a small world, made in code so that each fault is one argument.

Everything is made by ``cryptography``; the names are Japanese, as in the certificates that suppliers hold.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
DAY = timedelta(days=1)
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
POLICY = x509.ObjectIdentifier("0.2.440.200000.1.99")
NO_USAGE: frozenset[str] = frozenset()
SIGNS = frozenset({"digital_signature", "content_commitment"})
CERTIFIES = frozenset({"key_cert_sign", "crl_sign"})


def ec_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int = 2048) -> Key:
    return rsa.generate_private_key(65537, bits)


def name_of(common: str, organization: str = "株式会社サンプル", country: str = "JP") -> x509.Name:
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ])  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def subject(self) -> str:
        return self.certificate.subject.rfc4514_string()

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def key_pem(self, passphrase: str = "") -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, _encryption(passphrase))

    def pkcs12(self, passphrase: str, chain: Sequence[Holder] = (), *, old: bool = False) -> bytes:
        """Return a PKCS#12 file; ``old`` protects it by 3DES and SHA-1, as tools of ten years ago did."""
        protection: KeySerializationEncryption = _encryption(passphrase)
        if old:
            builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
            protection = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(
                hashes.SHA1()  # noqa: S303  # what such files hold
            ).build(passphrase.encode())  # fmt: skip
        others = [holder.certificate for holder in chain]
        return pkcs12.serialize_key_and_certificates("署名鍵".encode(), self.key, self.certificate, others, protection)


def _encryption(passphrase: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()


@dataclass(frozen=True)
class Wish:
    """What a certificate is to be; the defaults make a good certificate for signing."""

    usage: frozenset[str] | None = SIGNS
    """Names of key usages; None leaves the extension out."""
    extended: tuple[x509.ObjectIdentifier, ...] = ()
    extended_critical: bool = False
    authority: bool = False
    policies_critical: bool | None = None
    """None leaves certificate policies out."""
    directory_point: bool = False
    """A CRL distribution point that is a directory name and nothing else, as in certificates of the government."""
    crl_url: str = ""
    ocsp_url: str = ""
    starts: timedelta = -30 * DAY
    ends: timedelta = 365 * DAY
    sha1: bool = False
    extra: tuple[tuple[x509.ExtensionType, bool], ...] = field(default=())


class Authority(Holder):
    """A certification authority: it issues, revokes and answers."""

    @classmethod
    def root(
        cls, common: str = "見本ルート認証局", *, key: Key | None = None, ends: timedelta = 3650 * DAY
    ) -> Authority:
        """Make a self-signed authority."""
        key = key or ec_key()
        wish = Wish(usage=CERTIFIES, authority=True, starts=-3650 * DAY, ends=ends)
        return cls(_issue(name_of(common), key.public_key(), name_of(common), key, wish), key)

    def issue(self, subject: str | x509.Name, wish: Wish | None = None, *, key: Key | None = None) -> Holder:
        """Issue a certificate."""
        key = key or ec_key()
        name = name_of(subject) if isinstance(subject, str) else subject
        certificate = _issue(name, key.public_key(), self.certificate.subject, self.key, wish or Wish())
        return Holder(certificate, key)

    def authority(self, subject: str, wish: Wish | None = None, *, key: Key | None = None) -> Authority:
        """Issue a certificate to an authority below this one."""
        wish = wish or Wish(usage=CERTIFIES, authority=True, starts=-1000 * DAY, ends=3000 * DAY)
        holder = self.issue(subject, wish, key=key)
        return Authority(holder.certificate, holder.key)

    def crl(
        self,
        revoked: Mapping[Holder, timedelta] | None = None,
        *,
        issued: timedelta = -timedelta(hours=1),
        lasts: timedelta | None = 7 * DAY,
        reason: x509.ReasonFlags | None = None,
        invalid_since: timedelta | None = None,
        key: Key | None = None,
        extra: Sequence[x509.ExtensionType] = (),
    ) -> bytes:
        """Return a revocation list (DER); times are from now on, ``lasts`` from its issue on.

        ``extra`` are critical extensions, such as those of a list that is not about all certificates.
        """
        now = _now()
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now + issued).next_update(now + issued + (lasts or DAY))
        for holder, since in (revoked or {}).items():
            entry = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
            entry = entry.revocation_date(now + since)
            if reason is not None:
                entry = entry.add_extension(x509.CRLReason(reason), critical=False)
            if invalid_since is not None:
                entry = entry.add_extension(x509.InvalidityDate(now + invalid_since), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        for extension in extra:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def ocsp(
        self,
        holder: Holder,
        *,
        revoked: timedelta | None = None,
        issued: timedelta = -timedelta(minutes=1),
        lasts: timedelta = 7 * DAY,
        responder: Holder | None = None,
        unknown: bool = False,
    ) -> bytes:
        """Return an OCSP answer (DER) about a certificate, which the authority may say to be ``unknown``."""
        now, by = _now(), responder or self
        status = ocsp.OCSPCertStatus.GOOD if revoked is None else ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=holder.certificate,
            issuer=self.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.UNKNOWN if unknown else status,
            this_update=now + issued,
            next_update=now + issued + lasts,
            revocation_time=None if revoked is None else now + revoked,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate).certificates([by.certificate])
        return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _issue(subject: x509.Name, public: Any, issuer: x509.Name, key: Key, wish: Wish) -> x509.Certificate:
    now = _now()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + wish.starts).not_valid_after(now + wish.ends)
    for extension, critical in _extensions(wish, public, issuer, key):
        builder = builder.add_extension(extension, critical)
    made = builder.sign(key, hashes.SHA256())
    return _signed_with_sha1(made, key) if wish.sha1 else made


def _signed_with_sha1(made: x509.Certificate, key: Key) -> x509.Certificate:
    """Sign a certificate again with SHA-1, which the builder does not do any more."""
    again = asn1_x509.Certificate.load(made.public_bytes(Encoding.DER))
    name = "sha1_rsa" if isinstance(key, rsa.RSAPrivateKey) else "sha1_ecdsa"
    again["tbs_certificate"]["signature"] = again["signature_algorithm"] = {"algorithm": name}
    body = again["tbs_certificate"].dump(force=True)
    sha1 = hashes.SHA1()  # noqa: S303  # what is shown to be weak
    if isinstance(key, rsa.RSAPrivateKey):
        again["signature_value"] = key.sign(body, padding.PKCS1v15(), sha1)
    else:
        again["signature_value"] = key.sign(body, ec.ECDSA(sha1))
    return x509.load_der_x509_certificate(again.dump(force=True))


_USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
           "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


def _extensions(wish: Wish, public: Any, issuer: x509.Name, key: Key) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=wish.authority, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    ]
    if wish.usage is not None:
        found.append((x509.KeyUsage(**{name: name in wish.usage for name in _USAGES}), True))
    if wish.extended:
        found.append((x509.ExtendedKeyUsage(wish.extended), wish.extended_critical))
    if wish.policies_critical is not None:
        found.append((x509.CertificatePolicies([x509.PolicyInformation(POLICY, None)]), wish.policies_critical))
    point: list[x509.GeneralName] = [x509.DirectoryName(issuer)] if wish.directory_point else []
    point += [x509.UniformResourceIdentifier(wish.crl_url)] if wish.crl_url else []
    if point:
        found.append((x509.CRLDistributionPoints([x509.DistributionPoint(point, None, None, None)]), False))
    if wish.ocsp_url:
        place = x509.UniformResourceIdentifier(wish.ocsp_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
        found.append((x509.AuthorityInformationAccess([access]), False))
    return [*found, *wish.extra]


class Country:
    """A root, an authority below it, a supplier with a certificate of that, and a time-stamping authority apart."""

    @cached_property
    def root(self) -> Authority:
        return Authority.root()

    @cached_property
    def issuing(self) -> Authority:
        return self.root.authority("見本認証局 第1")

    @cached_property
    def supplier(self) -> Holder:
        return self.issuing.issue("納入 太郎")

    @cached_property
    def tsa_root(self) -> Authority:
        return Authority.root("時刻認証ルート", ends=7300 * DAY)

    @cached_property
    def tsa(self) -> Holder:
        """Time-stamping authorities have certificates of some ten years."""
        return self.tsa_root.issue("時刻認証局 見本", tsa_wish())

    def crls(self, **options: Any) -> list[bytes]:
        """Return current lists of both authorities; ``options`` are of the list that the supplier may stand in."""
        return [self.root.crl(), self.issuing.crl(**options)]


def tsa_wish(**changes: Any) -> Wish:
    """Return the wish for a time-stamping authority's certificate (RFC 3161, 2.3)."""
    values: dict[str, Any] = {"usage": SIGNS, "extended": (TIME_STAMPING,), "extended_critical": True,
                              "ends": 3650 * DAY}  # fmt: skip
    return Wish(**{**values, **changes})
