"""A certificate's chain to pinned roots at one moment, and what is known of its revocation then.

pyHanko's validator does the work, offline.  Its trap: only a policy that requires revocation information for every
certificate refuses a revoked signer whose certificate names no list; and a revocation at the very moment, or one whose
invalidity date lies before it, passes.  Both are looked at here (``_struck``).
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)

from gate.x509.form import Refusal
from gate.x509.profiles import SoundAlgorithms, SoundSignatures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyhanko_certvalidator.path import ValidationPath

    from gate.x509.outcomes import Outcome

Revocation: TypeAlias = Literal["crl", "ocsp", "either"]
_T = TypeVar("_T")

TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of signer, authority and time-stamping authority may be apart."""
_RULES: Final = {
    "crl": RevocationCheckingRule.CRL_REQUIRED,
    "ocsp": RevocationCheckingRule.OCSP_REQUIRED,
    "either": RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
}
_HARMLESS: Final = frozenset({"unspecified", "affiliation_changed", "superseded", "cessation_of_operation"})
"""Reasons for which a time-stamping authority's older timestamps stay good (RFC 3161, 4, item 2)."""


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates, revocation lists and OCSP answers at hand; whether any of them is authentic is yet to be seen."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = field(default=())


def prove_chain(
    certificate: x509.Certificate,
    roots: Sequence[x509.Certificate],
    material: Material,
    *,
    moment: datetime,
    revocation: Revocation | None,
) -> ValidationPath:
    """Return the chain of a certificate that held at ``moment``.

    ``revocation`` says by what each certificate must be known not to have been revoked then; None asks for nothing.
    Raises :class:`Refusal` with an outcome of ``certificate-…`` or ``revocation-unknown``.
    """
    rules = NO_REVOCATION
    if revocation is not None:
        # An authority is asked for its own certificates by list or answer, whichever it has.
        above = "crl" if revocation == "crl" else "either"
        rules = RevocationCheckingPolicy(_RULES[revocation], _RULES[above])
    context = ValidationContext(
        trust_roots=list(roots),
        other_certs=list(material.certificates),
        crls=list(material.crls),
        ocsps=list(material.ocsps) if revocation != "crl" else [],
        allow_fetching=False,
        moment=moment,
        time_tolerance=TOLERANCE,
        # What an authority says later of an earlier time is the better evidence.
        revinfo_policy=CertRevTrustPolicy(rules, retroactive_revinfo=True),
        algorithm_usage_policy=SoundAlgorithms(),
        signature_validator=SoundSignatures(),
    )
    try:
        path = run(CertificateValidator(certificate, validation_context=context).async_validate_path())
    except (PathError, ValidationError) as error:
        raise Refusal(_outcome(error)) from error
    if path.pkix_len == 0:
        raise Refusal("certificate-untrusted")  # a root that signs deliveries itself cannot be revoked by anyone
    if revocation is not None:
        for below, above_it in _pairs(path):
            if any(_struck(below, above_it, each, moment) for each in context.crls):
                raise Refusal("certificate-revoked")
    return path


_OUTCOMES: Final[tuple[tuple[type[Exception], Outcome], ...]] = (
    (RevokedError, "certificate-revoked"),
    (ExpiredError, "certificate-expired"),
    (NotYetValidError, "certificate-expired"),
    (DisallowedAlgorithmError, "certificate-weak"),
    (InsufficientRevinfoError, "revocation-unknown"),
    (PathBuildingError, "certificate-untrusted"),
)


def _outcome(error: Exception) -> Outcome:
    return next((outcome for kind, outcome in _OUTCOMES if isinstance(error, kind)), "certificate-chain")


def _pairs(path: ValidationPath) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Yield each certificate of a chain with the one that issued it."""
    certificates = list(path.iter_certs(include_root=True))
    yield from zip(certificates[1:], certificates[:-1], strict=True)


def known_until(path: ValidationPath, material: Material) -> datetime | None:
    """Return the latest time that authentic lists and answers of its own authority say of a chain's last certificate.

    Whoever hands over a release could add others, to make a doubt disappear.
    """
    *_, (certificate, issuer) = _pairs(path)
    moments = [
        each["tbs_cert_list"]["this_update"].native
        for each in material.crls
        if each.issuer == issuer.subject and _is_signed_by(each, issuer)
    ]
    for answer in material.ocsps:
        if _is_answer_of(answer, issuer):
            moments += [
                single["this_update"].native
                for single in singles(answer)
                if single["cert_id"]["serial_number"].native == certificate.serial_number
            ]
    return max(moments, default=None)


def singles(answer: ocsp.OCSPResponse) -> list[ocsp.SingleResponse]:
    """Return what an OCSP answer says of each certificate that it is about."""
    return list(answer.basic_ocsp_response["tbs_response_data"]["responses"])


def _is_answer_of(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Say whether an answer is by an authority, or by somebody whom it lets answer (RFC 6960, 4.2.2.2)."""
    basic = answer.basic_ocsp_response
    delegates = [
        each
        for each in basic["certs"]
        if each.extended_key_usage_value is not None
        and "ocsp_signing" in each.extended_key_usage_value.native
        and _is_issued_by(each, issuer)
    ]
    return any(_is_good(basic, "tbs_response_data", "signature", by) for by in (issuer, *delegates))


def upwards(certificate: x509.Certificate, pool: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Return the certificates above one, as far as ``pool`` has them: by name and signature, at most once each."""
    found: list[x509.Certificate] = []
    below = certificate
    while below.issuer != below.subject:
        above = next((each for each in pool if each not in found and _is_issued_by(below, each)), None)
        if above is None:
            break
        found.append(above)
        below = above
    return found


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    return _is_good(certificate, "tbs_certificate", "signature_value", issuer)


def _struck(
    certificate: x509.Certificate, issuer: x509.Certificate, listed: crl.CertificateList, moment: datetime
) -> bool:
    """Say whether a list of the issuer's own says that a certificate was revoked, or invalid, at ``moment``."""
    entry = _entry(certificate, issuer, listed)
    if entry is None or _reason(entry) == "remove_from_crl":
        return False
    dates = [entry["revocation_date"].native]
    if entry.invalidity_date_value is not None:
        dates.append(entry.invalidity_date_value.native)
    return bool(min(dates) <= moment)


def revoked_for_stamps(path: ValidationPath, lists: Sequence[crl.CertificateList], moment: datetime) -> bool:
    """Say whether lists at hand take its timestamps of ``moment`` from a time-stamping authority (RFC 3161, 4)."""
    for certificate, issuer in _pairs(path):
        for listed in lists:
            entry = _entry(certificate, issuer, listed)
            if entry is not None and (_reason(entry) not in _HARMLESS or _struck(certificate, issuer, listed, moment)):
                return True
    return False


def _entry(
    certificate: x509.Certificate, issuer: x509.Certificate, listed: crl.CertificateList
) -> crl.RevokedCertificate | None:
    """Return what an authentic list of ``issuer`` says of a certificate, None where it says nothing."""
    if listed.issuer != issuer.subject:
        return None
    for entry in listed["tbs_cert_list"]["revoked_certificates"]:
        if entry["user_certificate"].native == certificate.serial_number:
            return entry if _is_signed_by(listed, issuer) else None
    return None


def _is_signed_by(listed: crl.CertificateList, issuer: x509.Certificate) -> bool:
    return _is_good(listed, "tbs_cert_list", "signature", issuer)


def _is_good(
    signed: crl.CertificateList | x509.Certificate | ocsp.BasicOCSPResponse,
    body: str,
    value: str,
    issuer: x509.Certificate,
) -> bool:
    """Say whether what ``body`` names in a signed value carries a good signature of ``issuer``."""
    try:
        SoundSignatures().validate_signature(
            signed[value].native, signed[body].dump(), issuer.public_key, signed["signature_algorithm"]
        )
    except InvalidSignature:
        return False
    return True


def _reason(entry: crl.RevokedCertificate) -> str:
    value = entry.crl_reason_value
    return "" if value is None else str(value.native)


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine of pyHanko that waits for nothing, without an event loop.

    Raises ``RuntimeError`` where it does wait: then it would have used the network.
    """
    try:
        work.send(None)
    except StopIteration as stop:
        value: _T = stop.value
        return value
    work.close()
    raise RuntimeError("a check that waits")
