"""What a supplier tells of its own signing keys, from ``[signing]`` alone: no secret is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gate.errors import UsageError
from gate.reports.papers.notice import CertificateNotice, IdentityNotice, KeyNotice, RootNotice, SignerNotice
from gate.signing.certificate_files import read_certificates
from gate.signing.usable import asn1, path_upwards
from gate.x509.names import spki_sha256, write_name

if TYPE_CHECKING:
    from gate.policy import LoadedPolicy
    from gate.policy.keyless_section import Keyless
    from gate.policy.x509_section import X509


def notices_of(loaded: LoadedPolicy) -> list[SignerNotice]:
    """Return what identifies each signer that a policy signs with: those of ``use``, else those with a section.

    Raises ``UsageError`` where there is none, or a section does not say enough; ``KeyProblem`` where a certificate
    cannot be read.
    """
    signing = loaded.policy.signing
    base = loaded.source.parent if loaded.source else Path()
    sections = {"openpgp": signing.openpgp, "x509": signing.x509, "keyless": signing.keyless}
    names: tuple[str, ...] = signing.use or tuple(name for name, section in sections.items() if section is not None)
    if not names:
        raise UsageError("trust.sheet-nobody")
    found: list[SignerNotice] = []
    for name in dict.fromkeys(names):
        if name == "openpgp" and signing.openpgp is not None:
            found.append(KeyNotice(signing.openpgp.fingerprint))
        elif name == "x509" and signing.x509 is not None:
            found.append(_certificate(signing.x509, base))
        elif name == "keyless":
            found.append(_identity(signing.keyless))
        else:
            raise UsageError("cli.no-signing-section", backend=name)
    return found


def _certificate(section: X509, base: Path) -> CertificateNotice:
    if section.certificate is None:
        raise UsageError("trust.sheet-certificate")
    certificate, *more = read_certificates(base / section.certificate)
    pool = [*more, *(each for name in section.chain for each in read_certificates(base / name))]
    above = path_upwards(certificate, pool)
    root = above[-1] if above and above[-1].issuer == above[-1].subject else None
    others = [each for each in dict.fromkeys(pool) if each.issuer == each.subject and each != root]
    own = asn1(certificate)
    return CertificateNotice(
        subject=write_name(own.subject),
        issuer=write_name(own.issuer),
        serial=f"{certificate.serial_number:X}",
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        sha256=_sha256(certificate),
        spki_sha256=spki_sha256(own),
        root=_root(root) if root else None,
        tsa=section.tsa,
        stamp_roots=tuple(map(_root, others)),
        profile=section.profile,
    )


def _root(certificate: x509.Certificate) -> RootNotice:
    return RootNotice(write_name(asn1(certificate).subject), _sha256(certificate))


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _identity(section: Keyless | None) -> IdentityNotice:
    if section is None or section.identity is None or section.issuer is None:
        raise UsageError("trust.sheet-identity")
    return IdentityNotice(section.identity, section.issuer, private=section.trust_config is not None)
