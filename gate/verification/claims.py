"""What a signature file in a release claims to be, and what holds for the time of every kind of signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gate.errors import VerificationError
from gate.record.statement import rfc3339

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far the clock by which something was signed may be ahead of the recipient's."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature file ``name`` over the file ``signs``, whose bytes must have the digest ``sha256``.

    ``statement`` says that what is signed is an in-toto statement, which some formats hold in a form of its own.
    """

    name: str
    signs: str
    sha256: str
    statement: bool


class Surroundings(Protocol):
    """Where signatures were found, with what may lie beside them."""

    @property
    def complete(self) -> bool:
        """Whether everything has to be there that belongs to a signature: so in a release folder."""

    def read(self, path: bytes, limit: int) -> bytes:
        """Return the bytes of a file; raises ``VerificationError`` where it is missing, or longer than ``limit``."""


def require_past(moment: datetime, claim: Claim, *, now: datetime) -> None:
    """Raise ``VerificationError`` where something was signed after ``now``."""
    if moment > now + CLOCK_SKEW:
        raise VerificationError("signature-in-future", claim.name, time=rfc3339(moment))
