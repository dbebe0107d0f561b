"""OpenPGP signatures of a release: what a check by pinned keys means for the recipient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.openpgp import Checker, KeyFileError, find_gpg
from gate.paths import printable
from gate.record.statement import rfc3339
from gate.verification.result import VerifiedSignature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.openpgp import Outcome
    from gate.verification.trust import Trust

BACKEND: Final = "openpgp"
SUFFIX: Final = ".asc"
CLOCK_SKEW = timedelta(minutes=5)
"""How far the signer's clock may be ahead of the recipient's."""

REFUSALS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "bad": "signature-bad",
        "unknown-key": "signer-unknown",
        "key-expired": "key-expired",
        "key-revoked": "key-revoked",
        "signature-expired": "signature-expired",
        "malformed": "signature-malformed",
        "weak": "signature-weak",
        "unusable": "signature-unusable",
    }
)
"""The refusal for each outcome of a check that is neither "valid" nor "failed"."""


def open_checker(trust: Trust, *, now: datetime) -> Checker:
    """Return a checker for the keys that the recipient trusts, which judges their expiry at ``now``.

    Raises ``EngineFailure`` where GnuPG is not installed: then nothing can be told.  Raises ``TrustError`` where a key
    file does not hold exactly the public key that it is named for.
    """
    gpg = find_gpg()
    if gpg is None:
        raise EngineFailure("verify.no-gpg")
    try:
        return Checker(trust.openpgp, gpg=gpg, now=int(now.timestamp()))
    except KeyFileError as error:
        raise TrustError(f"trust.{error.fault}", fingerprint=error.fingerprint) from error


def check_signature(
    checker: Checker, descriptor: int, signature: bytes, *, name: str, signs: str, sha256: str, now: datetime
) -> VerifiedSignature:
    """Return the signature ``name`` over the open file ``signs``, whose bytes must have the digest ``sha256``.

    Raises ``VerificationError`` where it is not a good one by a trusted key, and ``EngineFailure`` where GnuPG fails.
    """
    checked = checker.check(descriptor, signature)
    if checked.outcome == "failed":
        raise EngineFailure("verify.gpg-failed", path=printable(name))
    if checked.outcome != "valid":
        raise VerificationError(REFUSALS[checked.outcome], name)
    if checked.sha256 != sha256:
        raise VerificationError("changed-while-read", signs)
    created = datetime.fromtimestamp(checked.created, UTC)
    if created > now + CLOCK_SKEW:
        raise VerificationError("signature-in-future", name, time=rfc3339(created))
    return VerifiedSignature(BACKEND, checked.signer, rfc3339(created), "signer", name, signs, "valid")
