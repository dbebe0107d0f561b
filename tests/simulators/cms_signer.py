"""CMS signatures and timestamps made without the gate, each fault one argument.

``sign`` makes what any CAdES signer makes; ``Stamper`` is a time-stamping authority in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import algos, cms, core, keys, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign import signers
from pyhanko.sign.general import as_signing_certificate, as_signing_certificate_v2
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gate.x509.form import with_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.simulators.pki import Holder


def asn1(holder: Holder) -> x509.Certificate:
    return x509.Certificate.load(holder.der)


def simple_signer(holder: Holder, chain: Sequence[Holder] = ()) -> signers.SimpleSigner:
    """Return pyHanko's signer for a certificate with its key in memory."""
    raw = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's lacks an annotation
    store.register_multiple([asn1(each) for each in chain])
    return signers.SimpleSigner(
        signing_cert=asn1(holder), signing_key=keys.PrivateKeyInfo.load(raw), cert_registry=store
    )


@dataclass
class Faults:
    """What is wrong with a signature or token; by default nothing."""

    digest: str = "sha256"
    ess: Holder | None = None
    """The certificate that the signed attributes name; by default the signer's."""
    without: frozenset[str] = frozenset()
    """Names of signed attributes that are left out."""
    content_type: str = ""
    """The content type that the signed attributes name; by default the right one."""
    message: bytes | None = None
    """What is signed in the place of the content."""
    repeated: str = ""
    """A signed attribute that stands there twice."""
    old_ess: bool = False
    """The signing-certificate attribute of the first version, which holds a SHA-1 digest."""


def attribute(kind: str, value: Any) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def signed_data(
    holder: Holder,
    content_type: str,
    content: bytes,
    chain: Sequence[Holder],
    faults: Faults,
    *,
    detached: bool,
) -> cms.ContentInfo:
    """Return a CMS SignedData over ``content``."""
    subject = faults.ess or holder
    algorithm = algos.DigestAlgorithm({"algorithm": faults.digest})
    message = faults.message if faults.message is not None else hashlib.new(faults.digest, content).digest()
    ess: Any = (
        attribute("signing_certificate", as_signing_certificate(asn1(subject)))
        if faults.old_ess
        else attribute("signing_certificate_v2", as_signing_certificate_v2(asn1(subject)))
    )
    attributes = [
        attribute("content_type", faults.content_type or content_type),
        attribute("message_digest", message),
        ess,
    ]
    kept = [each for each in attributes if each["type"].native not in faults.without]
    kept += [each for each in kept if each["type"].native == faults.repeated]
    signer = simple_signer(holder)
    signed = cms.CMSAttributes(kept).dump()
    raw = asyncio.run(signer.async_sign_raw(signed, faults.digest))
    certificate = asn1(holder)
    info: dict[str, Any] = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": algorithm,
        "signature_algorithm": signer.get_signature_mechanism_for_digest(faults.digest),
        "signed_attrs": cms.CMSAttributes.load(signed),
        "signature": raw,
    }
    inner = {"content_type": content_type} | ({} if detached else {"content": core.ParsableOctetString(content)})
    data = {
        "version": "v1" if content_type == "data" else "v3",
        "digest_algorithms": [algorithm],
        "encap_content_info": inner,
        "certificates": [asn1(each) for each in (holder, *chain)],
        "signer_infos": [info],
    }
    # Encoded once and read again: what is built is encoded anew at every look, each level twice.
    return cms.ContentInfo.load(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())


@dataclass
class Stamper:
    """A time-stamping authority in memory: it stamps whatever it is given, at any time."""

    holder: Holder
    chain: tuple[Holder, ...] = ()
    at: datetime | None = None
    imprint: bytes | None = None
    """The bytes that it claims to have stamped, in the place of those it was given."""
    faults: Faults | None = None
    says: Mapping[str, Any] = field(default_factory=dict)
    """More fields of what it says, or others."""

    def __call__(self, stamped: bytes) -> cms.ContentInfo:
        faults = self.faults or Faults()
        said = tsp.TSTInfo({
            "version": "v1",
            "policy": "0.2.440.200000.1.1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": faults.digest},
                "hashed_message": hashlib.new(faults.digest, self.imprint or stamped).digest(),
            },
            "serial_number": secrets.randbits(60),
            "gen_time": (self.at or datetime.now(UTC)).replace(microsecond=0),
            **self.says,
        })  # fmt: skip
        return signed_data(self.holder, "tst_info", said.dump(), self.chain, faults, detached=False)


def sign(
    content: bytes,
    holder: Holder,
    stamper: Callable[[bytes], cms.ContentInfo] | None,
    *,
    chain: Sequence[Holder] = (),
    faults: Faults | None = None,
) -> bytes:
    """Return a detached CAdES signature in DER, with the timestamp of ``stamper`` where there is one."""
    made = signed_data(holder, "data", content, chain, faults or Faults(), detached=True)
    if stamper is None:
        return bytes(made.dump())
    token = stamper(made["content"]["signer_infos"][0]["signature"].native)
    return with_timestamp(made.dump(), token.dump())


def sign_with_pyhanko(content: bytes, holder: Holder, chain: Sequence[Holder] = ()) -> bytes:
    """Return a signature of pyHanko's own making, without timestamp: what is checked against ours."""
    signer = simple_signer(holder, chain)
    made = asyncio.run(signer.async_sign_general_data(io.BytesIO(content), "sha256", detached=True, use_cades=True))
    return bytes(made.dump())
