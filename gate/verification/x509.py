"""CMS signatures of a release: what a check under pinned roots means for the recipient."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.errors import EngineFailure, TrustError, VerificationError
from gate.paths import printable
from gate.record import layout
from gate.record.statement import rfc3339
from gate.verification.claims import require_past
from gate.verification.folder import read_bounded
from gate.verification.result import VerifiedSignature
from gate.x509.checker import MAX_SIGNATURE, Checker, TrustEntryError
from gate.x509.response import wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gate.verification.claims import Claim, Surroundings
    from gate.verification.signers import TrustedSigners
    from gate.verification.validation import KeptFile
    from gate.x509.outcomes import Outcome

BACKEND: Final = "x509"
REFUSALS: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        "malformed": "cms-malformed",
        "attributes": "cms-attributes",
        "weak": "signature-weak",
        "bad": "signature-bad",
        "unknown-signer": "signer-unknown",
        "certificate-usage": "certificate-usage",
        "certificate-profile": "certificate-profile",
        "certificate-weak": "certificate-weak",
        "certificate-expired": "certificate-expired",
        "certificate-untrusted": "certificate-untrusted",
        "certificate-chain": "certificate-chain",
        "certificate-revoked": "certificate-revoked",
        "revocation-unknown": "revocation-unknown",
        "revocation-stale": "revocation-stale",
        "timestamp-missing": "timestamp-missing",
        "timestamp-malformed": "timestamp-malformed",
        "timestamp-bad": "timestamp-bad",
        "timestamp-usage": "timestamp-usage",
        "timestamp-weak": "timestamp-weak",
        "timestamp-untrusted": "timestamp-untrusted",
        "timestamp-expired": "timestamp-expired",
        "timestamp-revoked": "timestamp-revoked",
    }
)
"""The refusal for each outcome of a check that is neither "valid" nor "failed"."""


class X509:
    """Checks CMS signatures under the roots of a trust file, at ``now``, with what was kept with the release.

    Raises ``TrustError`` where a root, list or name cannot be used, ``VerificationError`` where what was kept is not
    what its name says, and ``EngineFailure`` where the libraries are not installed.
    """

    def __init__(
        self, trust: TrustedSigners, release: Surroundings, kept: Sequence[KeptFile], *, now: datetime
    ) -> None:
        try:
            self._checker = Checker(trust.x509, now=int(now.timestamp()))
        except TrustEntryError as error:
            raise TrustError(f"trust.x509-{error.fault}", number=trust.x509_numbers[error.number]) from error
        self._release = release
        self._now = now
        try:
            self._keep(kept)
        except BaseException:
            self._checker.close()
            raise

    def _keep(self, kept: Sequence[KeptFile]) -> None:
        for number in self._checker.keep([(each.kind, each.raw) for each in kept]):
            raise VerificationError("validation-malformed", kept[number].path)

    def check(self, signature: int, signed: int, claim: Claim) -> VerifiedSignature:
        """See :class:`gate.verification.backends.BackEnd`."""
        raw = read_bounded(signature, claim.name.encode(), MAX_SIGNATURE)
        checked = self._checker.check(signed, raw)
        if checked.outcome == "failed":
            raise EngineFailure("verify.cms-failed", path=printable(claim.name))
        if checked.outcome != "valid":
            raise VerificationError(REFUSALS[checked.outcome], claim.name)
        if checked.sha256 != claim.sha256:
            raise VerificationError("changed-while-read", claim.signs)
        moment = datetime.fromtimestamp(checked.time, UTC)
        require_past(moment, claim, now=self._now)
        self._require_response(claim.name, checked.token)
        return VerifiedSignature(
            BACKEND,
            checked.signer,
            rfc3339(moment),
            "timestamp",
            claim.name,
            claim.signs,
            "valid",
            revocation_known=rfc3339(datetime.fromtimestamp(checked.known, UTC)) if checked.known else "",
        )

    def _require_response(self, name: str, token: bytes) -> None:
        """Raise where the answer beside a signature, for stock tools, is not the timestamp in it."""
        path = f"{name}{layout.STAMP_SUFFIX}"
        try:
            beside = self._release.read(layout.on_disk(path), MAX_SIGNATURE)
        except VerificationError as error:
            if error.reason == "missing" and not self._release.complete:
                return
            raise
        if beside != wrapped(token):
            raise VerificationError("timestamp-differs", path)

    def close(self) -> None:
        """See :class:`gate.verification.backends.BackEnd`."""
        self._checker.close()
