"""Timestamps (RFC 3161) and OCSP answers (RFC 6960) from the services that the policy names, over HTTP.

What they answer is not parsed here, where secrets are, but in a confined process.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from gate.errors import SigningFailure
from gate.models import ServiceFact
from gate.paths import printable
from gate.signing.deadlines import TooLateError, bound, within
from gate.signing.usable import path_upwards
from gate.x509.checker import Checker, StampAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS: Final = 30.0
"""How long a service may take to answer."""


def get_stamp(url: str, stamped: bytes, checker: Checker, pool: Sequence[bytes]) -> StampAnswer:
    """Return a timestamp over ``stamped``, looked at by ``checker``; ``pool`` may hold the authority's chain (DER).

    Raises ``SigningFailure`` where the authority cannot be reached, takes too long, or answers anything but a
    timestamp over just these bytes and with our nonce.
    """
    nonce = secrets.randbits(63)
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(stamped).digest()}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "nonce": nonce, "cert_req": True})
    answer = checker.read_response(_post(url, request.dump(), "application/timestamp-query"), stamped, nonce, pool)
    if answer.outcome != "valid":
        raise SigningFailure("x509.bad-answer", url=printable(url), detail=answer.outcome)
    return answer


def ocsp_url(certificate: x509.Certificate) -> str | None:
    """Return where a certificate says that its state is told, None where it does not say so."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return None
    places = [
        each.access_location.value
        for each in access
        if each.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    ]
    return next((place for place in places if place.startswith(("http://", "https://"))), None)


def services_of(
    tsa: str, certificate: x509.Certificate | None, pool: Sequence[x509.Certificate]
) -> tuple[ServiceFact, ...]:
    """Return the services that signing uses, in the words of the record.

    ``certificate`` is the signer's where its state and that of those above it in ``pool`` is asked for, else None.
    """
    authority = ServiceFact(
        f"RFC 3161 time-stamping authority {printable(tsa)}",
        printable(urlsplit(tsa).hostname or tsa),
        "the SHA-256 of each signature",
    )
    asked = [] if certificate is None else [certificate, *path_upwards(certificate, pool)]
    places = sorted({place for place in map(ocsp_url, asked) if place is not None})
    responders = (
        ServiceFact(
            f"OCSP responder {printable(place)}",
            printable(urlsplit(place).hostname or place),
            "the serial number of the signer's certificate",
        )
        for place in places
    )
    return (authority, *responders)


def get_state(url: str, certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return an OCSP answer about a certificate, whatever it says.  Raises ``SigningFailure`` as :func:`get_stamp`."""
    builder = ocsp.OCSPRequestBuilder()
    # The digest only finds the certificate; every responder knows SHA-1 (RFC 5019, 2.1.1).
    builder = builder.add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303  # as said
    return _post(url, builder.build().public_bytes(Encoding.DER), "application/ocsp-request")


def _post(url: str, body: bytes, kind: str) -> bytes:
    def ask() -> bytes:
        with bound(requests.Session()) as session:
            response = session.post(url, data=body, headers={"Content-Type": kind})
            response.raise_for_status()
            return response.content

    try:
        return within(SECONDS, ask)
    except TooLateError as error:
        raise SigningFailure("x509.too-late", url=printable(url), seconds=int(SECONDS)) from error
    except (requests.RequestException, ValueError) as error:  # ValueError: an answer that is no HTTP
        raise SigningFailure("x509.unreachable", url=printable(url), detail=type(error).__name__) from error
