"""A time-stamping authority (RFC 3161): a signed statement that bytes with this digest existed at this time."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.simulators.sigstore.certificates import (
    EARLIER,
    YEARS,
    Authority,
    certificate,
    key_usage,
    moment,
    named,
    new_key,
    root_authority,
    sign,
)
from tests.simulators.sigstore.faults import Fault

_POLICY = "1.2.3.4.1"


def _stamping(root: Authority) -> Authority:
    key = new_key()
    start = moment() - EARLIER
    issued = (
        certificate(named("tsa"), key.public_key(), root, start=start, end=start + YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root.key, hashes.SHA256())
    )
    return Authority(key, issued)


@dataclass
class TimeStampAuthority:
    """An authority under a root of its own; ``now`` fixes its clock."""

    root: Authority = field(default_factory=lambda: root_authority("tsa-root"))
    now: datetime | None = None
    stamping: Authority = field(init=False)
    _foreign: Authority = field(init=False)

    def __post_init__(self) -> None:
        self.stamping = _stamping(self.root)
        self._foreign = _stamping(root_authority("tsa-root"))

    def stamp(self, request: bytes, fault: Fault | None = None) -> bytes:
        """Answer a request in DER with a response in DER."""
        asked = tsp.TimeStampReq.load(request)
        authority = self._foreign if fault == "foreign-tsa" else self.stamping
        signer = asn1_x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER))
        when = self.now or moment()
        statement = _statement(asked, when, fault)
        attributes = _attributes(statement, signer, when)
        signed = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(statement)},
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": cms.SignerIdentifier(
                        {"issuer_and_serial_number": {"issuer": signer.issuer, "serial_number": signer.serial_number}}
                    ),
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": sign(authority.key, attributes.untag().dump()),
                }
            ],
        }
        if asked["cert_req"].native:
            signed["certificates"] = [signer]
        token = {"content_type": "signed_data", "content": cms.SignedData(signed)}
        response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        answer: bytes = response.dump()
        return answer


def _statement(asked: tsp.TimeStampReq, when: datetime, fault: Fault | None) -> bytes:
    """Return the TSTInfo (RFC 3161, 2.4.2)."""
    imprint = asked["message_imprint"]
    if fault == "wrong-imprint":
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(b"other").digest()}
    values = {
        "version": "v1",
        "policy": asked["req_policy"].native or _POLICY,
        "message_imprint": imprint,
        "serial_number": secrets.randbits(63),
        "gen_time": when,
        "accuracy": {"seconds": 1},
    }
    if asked["nonce"].native is not None:
        values["nonce"] = asked["nonce"]
    statement: bytes = tsp.TSTInfo(values).dump()
    return statement


def _attributes(statement: bytes, signer: asn1_x509.Certificate, when: datetime) -> cms.CMSAttributes:
    """Return what is signed beside the statement's digest, the signer's certificate among it (RFC 5816)."""
    identifier = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(signer.dump()).digest()})
    values = (
        ("content_type", "tst_info"),
        ("signing_time", cms.Time({"utc_time": when})),
        ("message_digest", hashlib.sha256(statement).digest()),
        ("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [identifier]})),
    )
    return cms.CMSAttributes([cms.CMSAttribute({"type": name, "values": [value]}) for name, value in values])
