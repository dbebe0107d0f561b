"""The ways of signing that a recipient can check: one interface, opened for those that the trust file names."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

from gate.errors import VerificationError
from gate.record import layout
from gate.verification.keyless import Keyless
from gate.verification.openpgp import OpenPgp
from gate.verification.x509 import X509

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from gate.verification.claims import Claim, Surroundings
    from gate.verification.result import VerifiedSignature
    from gate.verification.signers import TrustedSigners
    from gate.verification.trust import Trust
    from gate.verification.validation import KeptFile


class BackEnd(Protocol):
    """Checks signatures of one kind under what the recipient trusts."""

    def check(self, signature: int, signed: int, claim: Claim) -> VerifiedSignature:
        """Return what the signature in one open file proves of another.

        Raises ``VerificationError`` where it is not a good one by a trusted signer over the bytes that ``claim`` names,
        and ``EngineFailure`` where nothing can be told.
        """

    def close(self) -> None:
        """End what was started; may be called more than once."""


@contextlib.contextmanager
def opened_back_ends(
    trust: TrustedSigners, release: Surroundings, kept: Sequence[KeptFile], *, now: datetime
) -> Iterator[Mapping[str, BackEnd]]:
    """Yield a back end by its name for each kind of signer that is trusted.

    ``kept`` is what lies in the release to verify certificates by.  Raises ``EngineFailure`` where a tool for one is
    missing, ``TrustError`` where a key or root cannot be used, ``VerificationError`` where something kept cannot.
    """
    with contextlib.ExitStack() as closing:
        makers: dict[str, Callable[[], BackEnd]] = {
            "openpgp": lambda: OpenPgp(trust, now=now),
            "x509": lambda: X509(trust, release, kept, now=now),
            "keyless": lambda: Keyless(trust, now=now),
        }
        opened: dict[str, BackEnd] = {}
        for name in trust.back_ends:
            back_end = makers[name]()
            closing.callback(back_end.close)
            opened[name] = back_end
        yield opened


def require_enough(trust: Trust, signed: Mapping[str, VerifiedSignature]) -> None:
    """Raise ``VerificationError`` where fewer kinds of signers have signed the record than the recipient demands."""
    wanted = {"any": 1, "all": len(trust.back_ends)}.get(str(trust.require)) or int(trust.require)
    if len(signed) < wanted:
        lacking = ", ".join(name for name in trust.back_ends if name not in signed)
        raise VerificationError("require", layout.RECORD, found=len(signed), wanted=wanted, lacking=lacking)
