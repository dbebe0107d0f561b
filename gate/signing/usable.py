"""Whether a certificate may sign at all, looked at before anything is examined: so that nobody waits for a refusal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gate.errors import KeyProblem
from gate.paths import printable
from gate.x509.names import write_name
from gate.x509.profiles import fits_profile, has_signing_usage, is_sound_key, is_sound_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.x509.checker import Profile

_DAY: Final = "%Y-%m-%d"


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Return a certificate as the other library has it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def require_usable(certificate: x509.Certificate, profile: Profile) -> None:
    """Raise ``KeyProblem`` where a certificate has ended or not begun, is weak, or not for signing under a profile."""
    now, own = datetime.now(UTC), asn1(certificate)
    subject = printable(write_name(own.subject))
    if now > certificate.not_valid_after_utc:
        raise KeyProblem("x509.ended", subject=subject, day=f"{certificate.not_valid_after_utc:{_DAY}}")
    if now < certificate.not_valid_before_utc:
        raise KeyProblem("x509.not-begun", subject=subject, day=f"{certificate.not_valid_before_utc:{_DAY}}")
    if not is_sound_key(own.public_key) or not is_sound_signature(own["signature_algorithm"]):
        raise KeyProblem("x509.weak", subject=subject)
    if not has_signing_usage(own, profile) or not fits_profile(own, profile):
        raise KeyProblem("x509.usage", subject=subject, profile=profile)


def require_fit(certificate: x509.Certificate, pool: Sequence[x509.Certificate], profile: Profile) -> None:
    """Raise ``KeyProblem`` as :func:`require_usable`, and where nothing in ``pool`` has issued the certificate."""
    require_usable(certificate, profile)
    if not path_upwards(certificate, pool):
        raise KeyProblem("x509.no-chain", subject=printable(certificate.subject.rfc4514_string()))


def require_fresh(listed: x509.CertificateRevocationList, shown: str) -> None:
    """Raise ``KeyProblem`` where a revocation list has ended: then it says nothing of a signature made now."""
    until = listed.next_update_utc
    if until is None or until < datetime.now(UTC):
        raise KeyProblem("x509.list-ended", path=shown, day=f"{until:{_DAY}}" if until else "-")


def path_upwards(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates above one, as far as ``pool`` has them: by name and signature, at most once each."""
    found: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        above = next((each for each in pool if each not in found and _issued(each, below)), None)
        if above is None:
            break
        found.append(above)
        below = above
    return found


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001  # whatever keys and algorithms of strangers make the library say
        return False
    return True
