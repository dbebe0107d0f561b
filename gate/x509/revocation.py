"""What lists and answers at hand say of certificates, beyond what pyHanko looks at.

It passes a revocation at the very moment, and one whose invalidity date lies before it; it asks for no answers about a
certificate that names no responder, or where lists are demanded; and it takes what was said after a certificate's end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from asn1crypto import crl, ocsp, x509
from cryptography.exceptions import InvalidSignature

from gate.x509.profiles import SoundSignatures

if TYPE_CHECKING:
    from asn1crypto import core

Pairs: TypeAlias = Sequence[tuple[x509.Certificate, x509.Certificate]]
"""The certificates of a chain, each with the one that issued it, the last one's at the end."""
_HARMLESS: Final = frozenset({"unspecified", "affiliation_changed", "superseded", "cessation_of_operation"})
"""Reasons for which a time-stamping authority's older timestamps stay good (RFC 3161, 4, item 2)."""


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates, revocation lists and OCSP answers at hand; whether any of them is authentic is yet to be seen."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Revoked:
    """That a certificate was revoked: since when it is not to be believed, and why, empty where that is not said."""

    since: datetime
    reason: str


def is_revoked(pairs: Pairs, material: Material, moment: datetime) -> bool:
    """Say whether authentic lists or answers at hand revoke a certificate of a chain, or call it invalid, then."""
    return any(_is_struck(said, moment) for pair in pairs for said in _revocations(*pair, material))


def is_revoked_for_stamps(pairs: Pairs, material: Material, moment: datetime) -> bool:
    """Say whether lists or answers at hand take its timestamps of ``moment`` from an authority (RFC 3161, 4)."""
    return any(
        said.reason not in _HARMLESS or _is_struck(said, moment)
        for pair in pairs
        for said in _revocations(*pair, material)
    )


def _is_struck(said: _Revoked, moment: datetime) -> bool:
    return said.reason != "remove_from_crl" and said.since <= moment


def without_late(material: Material, pairs: Pairs) -> Material:
    """Return the material without what was said of a certificate of a chain after that had ended.

    Authorities take certificates that have ended off their lists (RFC 5280, 3.3), and answer for them or not: that
    none is called revoked then says nothing of the time before.
    """
    return Material(
        material.certificates,
        tuple(each for each in material.crls if not any(_is_late(each, below) for below, _ in pairs)),
        tuple(each for each in material.ocsps if not any(_answers_late(each, below) for below, _ in pairs)),
    )


def _is_late(listed: crl.CertificateList, certificate: x509.Certificate) -> bool:
    if listed.issuer != certificate.issuer:
        return False
    return bool(listed["tbs_cert_list"]["this_update"].native > certificate.not_valid_after)


def _answers_late(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    return any(single["this_update"].native > certificate.not_valid_after for single in _about(certificate, answer))


def known_until(pairs: Pairs, material: Material) -> datetime | None:
    """Return the latest time that authentic lists and answers of its own authority say of a chain's last certificate.

    Whoever hands over a release could add others, to make a doubt disappear.
    """
    certificate, issuer = pairs[-1]
    material = without_late(material, pairs)
    moments = [
        each["tbs_cert_list"]["this_update"].native
        for each in material.crls
        if each.issuer == issuer.subject and _is_signed_by(each, issuer)
    ]
    moments += [
        single["this_update"].native
        for answer in material.ocsps
        if _is_answer_of(answer, issuer)
        for single in _about(certificate, answer)
    ]
    return max(moments, default=None)


def singles(answer: ocsp.OCSPResponse) -> list[ocsp.SingleResponse]:
    """Return what an OCSP answer says of each certificate that it is about."""
    return list(answer.basic_ocsp_response["tbs_response_data"]["responses"])


def _about(certificate: x509.Certificate, answer: ocsp.OCSPResponse) -> list[ocsp.SingleResponse]:
    serial = certificate.serial_number
    return [single for single in singles(answer) if single["cert_id"]["serial_number"].native == serial]


def _revocations(certificate: x509.Certificate, issuer: x509.Certificate, material: Material) -> Iterator[_Revoked]:
    """Yield every revocation of a certificate in authentic lists and answers of its issuer."""
    for listed in material.crls:
        if listed.issuer == issuer.subject:
            entries = [
                each for each in _entries(listed) if each["user_certificate"].native == certificate.serial_number
            ]
            if entries and _is_signed_by(listed, issuer):
                yield from (_revoked(each["revocation_date"], each, each.crl_reason_value) for each in entries)
    for answer in material.ocsps:
        revoking = [each for each in _about(certificate, answer) if each["cert_status"].name == "revoked"]
        if revoking and _is_answer_of(answer, issuer):
            for single in revoking:
                status = single["cert_status"].chosen
                yield _revoked(status["revocation_time"], single, status["revocation_reason"])


def _entries(listed: crl.CertificateList) -> list[crl.RevokedCertificate]:
    return list(listed["tbs_cert_list"]["revoked_certificates"])


def _revoked(
    date: core.GeneralizedTime, entry: crl.RevokedCertificate | ocsp.SingleResponse, reason: crl.CRLReason | None
) -> _Revoked:
    invalid = entry.invalidity_date_value
    since = date.native if invalid is None else min(date.native, invalid.native)
    text = None if reason is None else reason.native
    return _Revoked(since, text or "")


def _is_answer_of(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Say whether an answer is by an authority, or by somebody whom it lets answer (RFC 6960, 4.2.2.2)."""
    basic = answer.basic_ocsp_response
    delegates = [
        each
        for each in basic["certs"]
        if each.extended_key_usage_value is not None
        and "ocsp_signing" in each.extended_key_usage_value.native
        and is_issued_by(each, issuer)
    ]
    return any(_is_good(basic, "tbs_response_data", "signature", by) for by in (issuer, *delegates))


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Say whether a certificate names an issuer and carries its signature."""
    if certificate.issuer != issuer.subject:
        return False
    return _is_good(certificate, "tbs_certificate", "signature_value", issuer)


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
