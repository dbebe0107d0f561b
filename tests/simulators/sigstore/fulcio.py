"""Fulcio, the certificate authority: a certificate of ten minutes for whoever an identity token names.

Extensions are those of fulcio/docs/oid-info.md; the certificate carries a signed certificate timestamp (RFC 6962, 3.2).
"""

from __future__ import annotations

import base64
import hashlib
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.simulators.sigstore.certificates import (
    Authority,
    certificate,
    key_usage,
    moment,
    new_key,
    public_der,
    root_authority,
    sign,
)
from tests.simulators.sigstore.faults import Fault
from tests.simulators.sigstore.issuer import Issuer

_FULCIO_ARC = "1.3.6.1.4.1.57264.1"
_SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_GITHUB = "https://github.com/"
_GITHUB_CLAIMS = (
    # claim, raw extension (the older form), DER extension, what stands before the claim's value
    ("event_name", 2, 20, ""),
    ("sha", 3, 13, ""),
    ("workflow", 4, None, ""),
    ("repository", 5, 12, _GITHUB),
    ("ref", 6, 14, ""),
    ("job_workflow_ref", None, 9, _GITHUB),
    ("runner_environment", None, 11, ""),
    ("repository_visibility", None, 22, ""),
)
VALID = timedelta(minutes=10)


@dataclass
class Fulcio:
    """The authority, and the key of its certificate transparency log."""

    issuer: Issuer
    authority: Authority = field(default_factory=lambda: root_authority("fulcio"))
    log_key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    _foreign: Authority = field(default_factory=lambda: root_authority("fulcio"))

    def certify(self, bearer: str, request: Mapping[str, Any], fault: Fault | None) -> dict[str, Any]:
        """Answer ``POST /api/v2/signingCert``.  Raises for a token that the issuer did not sign."""
        claims = self.issuer.read(bearer)
        signing_request = x509.load_pem_x509_csr(base64.b64decode(request["certificateSigningRequest"]))
        if not signing_request.is_signature_valid:
            message = "proof of possession"
            raise ValueError(message)
        key = signing_request.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            message = "kind of key"
            raise TypeError(message)
        if fault == "other-identity":
            claims = {"iss": claims["iss"], "sub": "somebody-else@example.test"}
        authority = self._foreign if fault == "foreign-ca" else self.authority
        leaf = self._with_sct(self._builder(key, claims, authority, fault), authority, fault)
        chain = [each.public_bytes(serialization.Encoding.PEM).decode() for each in (leaf, authority.certificate)]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}

    def _builder(
        self, key: ec.EllipticCurvePublicKey, claims: Mapping[str, Any], authority: Authority, fault: Fault | None
    ) -> x509.CertificateBuilder:
        start = moment() - (timedelta(days=2) if fault == "expired" else timedelta())
        builder = certificate(x509.Name([]), key, authority, start=start, end=start + VALID)
        builder = (
            builder.add_extension(key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_subject(claims)]), critical=True)
        )
        for number, value in _claims(claims):
            identifier = x509.ObjectIdentifier(f"{_FULCIO_ARC}.{number}")
            builder = builder.add_extension(x509.UnrecognizedExtension(identifier, value), critical=False)
        return builder

    def _with_sct(
        self, builder: x509.CertificateBuilder, authority: Authority, fault: Fault | None
    ) -> x509.Certificate:
        """Sign the certificate with its promise of being logged, which is over all else that it says."""
        if fault == "no-sct":
            return builder.sign(authority.key, hashes.SHA256())
        signed_part = builder.sign(authority.key, hashes.SHA256()).tbs_certificate_bytes
        milliseconds = int(time.time() * 1000)
        message = (
            struct.pack("!BBQH", 0, 0, milliseconds, 1)
            + hashlib.sha256(public_der(authority.key)).digest()
            + len(signed_part).to_bytes(3, "big")
            + signed_part
            + b"\0\0"
        )
        signature = sign(new_key() if fault == "foreign-sct" else self.log_key, message)
        timestamp = (
            b"\0"
            + hashlib.sha256(public_der(self.log_key)).digest()
            + struct.pack("!QHBBH", milliseconds, 0, 4, 3, len(signature))
            + signature
        )
        listed = struct.pack("!HH", len(timestamp) + 2, len(timestamp)) + timestamp
        extension = x509.UnrecognizedExtension(_SCT_LIST, core.OctetString(listed).dump())
        return builder.add_extension(extension, critical=False).sign(authority.key, hashes.SHA256())


def _subject(claims: Mapping[str, Any]) -> x509.GeneralName:
    """Return who the certificate is for: a workflow, a mail address, or the subject as a URI."""
    if "job_workflow_ref" in claims:
        return x509.UniformResourceIdentifier(f"{_GITHUB}{claims['job_workflow_ref']}")
    name = str(claims.get("email") or claims["sub"])
    return x509.RFC822Name(name) if "@" in name and "/" not in name else x509.UniformResourceIdentifier(name)


def _claims(claims: Mapping[str, Any]) -> list[tuple[int, bytes]]:
    """Return the extensions for the issuer and for what a GitHub token says of its workflow."""
    issuer = str(claims["iss"])
    found = [(1, issuer.encode()), (8, core.UTF8String(issuer).dump())]
    for claim, raw, der, prefix in _GITHUB_CLAIMS:
        if claim not in claims:
            continue
        if raw is not None:
            found.append((raw, str(claims[claim]).encode()))
        if der is not None:
            found.append((der, core.UTF8String(prefix + str(claims[claim])).dump()))
    return found
