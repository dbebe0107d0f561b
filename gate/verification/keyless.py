"""Sigstore signatures of a release: what a check under trusted roots means for the recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.keyless.checker import BundleError, Checker, RootError
from gate.paths import printable
from gate.record.statement import rfc3339
from gate.verification.claims import require_past
from gate.verification.result import VerifiedSignature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gate.keyless.outcomes import Outcome
    from gate.verification.claims import Claim
    from gate.verification.signers import TrustedSigners

BACKEND: Final = "keyless"
REFUSALS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "malformed": "bundle-malformed",
        "other-kind": "bundle-other-kind",
        "no-time": "bundle-undated",
        "timestamp": "bundle-timestamp",
        "certificate": "bundle-certificate",
        "certificate-log": "bundle-certificate-log",
        "identity": "signer-identity",
        "issuer": "signer-issuer",
        "repository": "signer-repository",
        "log": "bundle-log",
        "bad": "bundle-bad",
        "log-entry": "bundle-log-entry",
        "differs": "bundle-differs",
    }
)
"""The refusal for each outcome of a check that is neither "valid" nor "failed"."""


class Keyless:
    """Checks bundles under the trusted roots of a trust file, at ``now``.

    Raises ``EngineFailure`` where the library is not installed, ``TrustError`` where a root cannot be used.
    """

    def __init__(self, trust: TrustedSigners, *, now: datetime) -> None:
        try:
            self._checker = Checker(trust.keyless)
        except RootError as error:
            raise TrustError("trust.bad-root", number=error.number + 1) from error
        self._now = now

    def check(self, signature: int, signed: int, claim: Claim) -> VerifiedSignature:
        """See :class:`gate.verification.backends.BackEnd`."""
        checked = self._checker.check(signature, signed, "statement" if claim.statement else "file")
        if checked.outcome == "failed":
            raise EngineFailure("verify.bundle-failed", path=printable(claim.name))
        if checked.outcome != "valid":
            raise VerificationError(REFUSALS[checked.outcome], claim.name)
        if checked.sha256 != claim.sha256:
            raise VerificationError("changed-while-read", claim.signs)
        moment = datetime.fromtimestamp(checked.time, UTC)
        require_past(moment, claim, now=self._now)
        return VerifiedSignature(
            BACKEND,
            printable(checked.identity),
            rfc3339(moment),
            checked.time_source,
            claim.name,
            claim.signs,
            "valid",
            printable(checked.issuer),
        )

    def statement_in(self, bundle: int, name: str) -> bytes | None:
        """Return the statement that a bundle claims to sign, None where it signs a file; nothing of it is proved yet.

        Raises ``VerificationError`` where the file called ``name`` is no bundle.
        """
        try:
            return self._checker.statement_in(bundle)
        except BundleError as error:
            raise VerificationError("bundle-malformed", name) from error

    def close(self) -> None:
        """See :class:`gate.verification.backends.BackEnd`."""
        self._checker.close()
