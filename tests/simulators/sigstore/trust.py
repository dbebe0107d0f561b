"""The files by which clients know an instance: trusted root and client trust configuration (protobuf-specs)."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.simulators.sigstore.certificates import SigningKey, moment, public_der
from tests.simulators.sigstore.fulcio import Fulcio
from tests.simulators.sigstore.merkle import Log
from tests.simulators.sigstore.rekor import Rekor
from tests.simulators.sigstore.tsa import TimeStampAuthority

_MEDIA = "application/vnd.dev.sigstore"
_ECDSA, _ED25519 = "PKIX_ECDSA_P256_SHA_256", "PKIX_ED25519"


def _since() -> dict[str, str]:
    return {"start": (moment() - timedelta(minutes=1)).isoformat().replace("+00:00", "Z")}


def _log(url: str, key: SigningKey, kind: str, identifier: bytes) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": base64.b64encode(public_der(key)).decode(),
            "keyDetails": kind,
            "validFor": _since(),
        },
        "logId": {"keyId": base64.b64encode(identifier).decode()},
    }


def _authority(url: str, *chain: x509.Certificate) -> dict[str, Any]:
    listed = [{"rawBytes": base64.b64encode(each.public_bytes(serialization.Encoding.DER)).decode()} for each in chain]
    subject = {"organization": "local.test", "commonName": "simulated"}
    return {"subject": subject, "uri": url, "certChain": {"certificates": listed}, "validFor": _since()}


def trusted_root(url: str, fulcio: Fulcio, rekor: Rekor, tsa: TimeStampAuthority) -> dict[str, Any]:
    """Return what a verifier has to trust: authorities and logs with their keys."""
    first, second = rekor.first, rekor.second
    return {
        "mediaType": f"{_MEDIA}.trustedroot+json;version=0.1",
        "tlogs": [_transparency(url, first, _ECDSA), _transparency(url, second, _ED25519)],
        "certificateAuthorities": [_authority(url, fulcio.authority.certificate)],
        "ctlogs": [_log(url, fulcio.log_key, _ECDSA, hashlib.sha256(public_der(fulcio.log_key)).digest())],
        "timestampAuthorities": [_authority(url, tsa.stamping.certificate, tsa.root.certificate)],
    }


def _transparency(url: str, log: Log, kind: str) -> dict[str, Any]:
    return _log(url, log.key, kind, log.identifier)


def trust_config(url: str, issuer: str, root: dict[str, Any], *, rekor: int, timestamps: bool = True) -> dict[str, Any]:
    """Return what a signer has to know: the trusted root, and where the services are; ``rekor`` is a major version."""

    def service(where: str, version: int) -> list[dict[str, Any]]:
        return [{"url": where, "majorApiVersion": version, "validFor": _since(), "operator": "local.test"}]

    signing = {
        "mediaType": f"{_MEDIA}.signingconfig.v0.2+json",
        "caUrls": service(url, 1),
        "oidcUrls": service(issuer, 1),
        "rekorTlogUrls": service(url, rekor),
        "tsaUrls": service(f"{url}/api/v1/timestamp", 1) if timestamps else [],
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaConfig": {"selector": "ANY"},
    }
    return {
        "mediaType": f"{_MEDIA}.clienttrustconfig.v0.1+json",
        "trustedRoot": root,
        "signingConfig": signing,
    }
