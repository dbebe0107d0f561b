"""OpenPGP signatures of a release: what a check by pinned keys means for the recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.openpgp import MAX_SIGNATURE, Checker, KeyFileError, find_gpg
from gate.paths import printable
from gate.record.statement import rfc3339
from gate.verification.claims import require_past
from gate.verification.folder import read_bounded
from gate.verification.result import VerifiedSignature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.openpgp import Outcome
    from gate.verification.claims import Claim
    from gate.verification.signers import TrustedSigners

BACKEND: Final = "openpgp"
REFUSALS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "bad": "signature-bad",
        "unknown-key": "signer-unknown",
        "key-expired": "key-expired",
        "key-revoked": "key-revoked",
        "key-weak": "key-weak",
        "signature-expired": "signature-expired",
        "malformed": "signature-malformed",
        "weak": "signature-weak",
        "unusable": "signature-unusable",
    }
)
"""The refusal for each outcome of a check that is neither "valid" nor "failed"."""


def open_checker(trust: TrustedSigners, *, now: datetime) -> Checker:
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


class OpenPgp:
    """Checks OpenPGP signatures by the pinned keys of a trust file, at ``now``.  Raises as :func:`open_checker`."""

    def __init__(self, trust: TrustedSigners, *, now: datetime) -> None:
        self._checker = open_checker(trust, now=now)
        self._now = now

    def check(self, signature: int, signed: int, claim: Claim) -> VerifiedSignature:
        """See :class:`gate.verification.backends.BackEnd`."""
        raw = read_bounded(signature, claim.name.encode(), MAX_SIGNATURE)
        checked = self._checker.check(signed, raw)
        if checked.outcome == "failed":
            raise EngineFailure("verify.gpg-failed", path=printable(claim.name))
        if checked.outcome != "valid":
            raise VerificationError(REFUSALS[checked.outcome], claim.name)
        if checked.sha256 != claim.sha256:
            raise VerificationError("changed-while-read", claim.signs)
        created = datetime.fromtimestamp(checked.created, UTC)
        require_past(created, claim, now=self._now)
        return VerifiedSignature(BACKEND, checked.signer, rfc3339(created), "signer", claim.name, claim.signs, "valid")

    def close(self) -> None:
        """See :class:`gate.verification.backends.BackEnd`."""
        self._checker.close()
