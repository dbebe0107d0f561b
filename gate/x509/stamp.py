"""RFC 3161 timestamps: that a token is over just these bytes, and by an authority that the recipient trusts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import cms, x509
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from gate.x509.chain import pairs_of, prove_chain
from gate.x509.form import Refusal, Signed, read_token
from gate.x509.profiles import SOUND_DIGESTS, SoundSignatures, has_stamping_usage, is_sound_key
from gate.x509.revocation import Material, is_revoked_for_stamps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asn1crypto import tsp

    from gate.x509.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token that is by the key of its certificate, over what it should be: by when, and the certificates in it."""

    time: datetime
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    nonce: int | None


def read_stamp(token: cms.ContentInfo, stamped: bytes) -> Stamp:
    """Return what a token says of the bytes ``stamped``, whoever signed it.

    Raises :class:`Refusal` with ``timestamp-malformed``, ``-weak``, ``-bad`` where it is over other bytes or its
    signature is not good, and ``-usage`` where its certificate is not one for timestamps alone.
    """
    try:
        signed, said, raw = read_token(token)
    except Refusal as refusal:
        raise Refusal("timestamp-weak" if refusal.outcome == "weak" else "timestamp-malformed") from refusal
    imprint = said["message_imprint"]
    digest = imprint["hash_algorithm"]["algorithm"].native
    if digest not in SOUND_DIGESTS or not is_sound_key(signed.signer.public_key):
        raise Refusal("timestamp-weak")
    if hashlib.new(digest, stamped).digest() != imprint["hashed_message"].native or not is_good(
        signed, "tst_info", raw
    ):
        raise Refusal("timestamp-bad")
    if not has_stamping_usage(signed.signer):
        raise Refusal("timestamp-usage")
    return Stamp(_time(said), signed.signer, signed.certificates, said["nonce"].native)


def _time(said: tsp.TSTInfo) -> datetime:
    """Return the latest moment that a token may mean: its time and its accuracy (RFC 3161, 2.4.2)."""
    moment: datetime = said["gen_time"].native
    parts = said["accuracy"].native or {}
    seconds, millis, micros = (parts.get(unit) or 0 for unit in ("seconds", "millis", "micros"))
    return moment + timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def is_good(signed: Signed, content: str, raw: bytes | None = None, *, digest: bytes = b"") -> bool:
    """Say whether a signature is over content of this type and digest, by the key of the certificate it names."""
    actual = hashlib.new(signed.digest, raw).digest() if raw is not None else digest
    try:
        intact, good = validate_sig_integrity(signed.info, signed.signer, content, actual, SoundSignatures())
    except SignatureValidationError:
        return False
    return intact and good


_OUTCOMES: dict[Outcome, Outcome] = {
    "certificate-expired": "timestamp-expired",
    "certificate-weak": "timestamp-weak",
    "certificate-revoked": "timestamp-revoked",
}


def prove_stamp(stamp: Stamp, roots: Sequence[x509.Certificate], material: Material, *, now: datetime) -> None:
    """Prove that a timestamp is by an authority below ``roots``, whose chain holds at its time and still does now.

    A token says its own time: once its certificate has ended, whoever gets hold of the key can date it back.  Lists
    and answers at hand that revoke the authority count, as RFC 3161, 4 says; none is asked for.

    Raises :class:`Refusal`.
    """
    pool = Material((*material.certificates, *stamp.certificates))
    for moment in (stamp.time, now):
        try:
            path = prove_chain(stamp.signer, roots, pool, moment=moment, revocation=None)
        except Refusal as refusal:
            raise Refusal(_OUTCOMES.get(refusal.outcome, "timestamp-untrusted")) from refusal
    if is_revoked_for_stamps(pairs_of(path), material, stamp.time):
        raise Refusal("timestamp-revoked")
