"""Check detached CMS signatures by pinned roots, in a confined process: the side of whoever asks.

No parser of certificates is imported here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, cast, get_args

from gate.errors import WorkerDied
from gate.parsing import Backend, Confined, Unconfined
from gate.parsing import confinable as _confinable
from gate.x509.outcomes import EntryFault, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence


Profile: TypeAlias = Literal["plain", "gpki-official", "shogyo-toki"]
Revocation: TypeAlias = Literal["crl", "ocsp", "either"]
MaterialKind: TypeAlias = Literal["cer", "crl", "ocsp"]

MAX_SIGNATURE = 1 << 18
"""Largest signature file in bytes, with chain and timestamp in it."""
MAX_MATERIAL = 12 << 20
"""Bytes that certificates, lists and answers kept with a release may have together."""
_INSIDE = "gate.x509.inside:serve"
_SECONDS = 60.0
_BYTES_PER_SECOND = 5_000_000
"""Hashing makes some 500 MB a second; a machine a hundred times slower is not waited for."""


class TrustEntryError(Exception):
    """Something of an entry of trust cannot be read; ``number`` is its place, from 0."""

    def __init__(self, number: int, fault: EntryFault) -> None:
        super().__init__(number, fault)
        self.number = number
        self.fault = fault


@dataclass(frozen=True, slots=True)
class TrustedSigner:
    """Whose signatures are accepted: below which roots, by which name or key, and known by what not to be revoked.

    Certificates and lists are PEM or DER.  ``subject`` is a full RFC 4514 name, ``spki_sha256`` the digest of a public
    key; at least one is given.  Where ``crls`` are given, they stand in the place of what came with the release;
    ``most_days`` is how old a list or answer may have been when the signature was made.
    """

    roots: tuple[bytes, ...]
    tsa_roots: tuple[bytes, ...]
    subject: str | None = None
    spki_sha256: str | None = None
    profile: Profile = "plain"
    revocation: Revocation = "either"
    crls: tuple[bytes, ...] = ()
    most_days: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check said.

    Only where it is valid: ``signer`` (subject and digest of the key), ``time`` (of the timestamp), ``known`` (the
    latest time that revocation information at hand speaks of), both in seconds since 1970, and ``token``, the
    timestamp in DER.  ``sha256`` and ``size`` are of the bytes read: only a caller that compares them knows what was
    signed.
    """

    outcome: Outcome
    signer: str
    time: int
    known: int
    token: bytes
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class StampAnswer:
    """What a time-stamping authority's answer is: where good, the token, its time and the authority's chain (DER)."""

    outcome: Outcome
    token: bytes = b""
    time: int = 0
    chain: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimedSigner:
    """Whose certificate a signature names as its signer's, by the certificate's own words: nothing of it is proved.

    ``sha256`` is of the certificate, ``spki_sha256`` of its key; ``same_subject`` says whether the subject is the name
    that was asked for, ``profile`` which one the certificate looks made for.
    """

    subject: str
    sha256: str
    spki_sha256: str
    same_subject: bool
    profile: Profile = "plain"


class Checker:
    """Checks detached CMS signatures under entries of trust, judging at ``now`` (seconds since 1970).

    Close it, or use it as a context manager.  Raises :class:`TrustEntryError` where an entry cannot be read, and
    ``IsolationError`` where the confined process cannot be had.
    """

    def __init__(self, entries: Sequence[TrustedSigner], *, now: int) -> None:
        _require_room(entries)
        options = {"entries": [_plain(entry) for entry in entries], "now": now}
        where = Confined if _confinable() else Unconfined
        self._backend: Backend = where(_INSIDE, options)
        try:
            self._require_readable()
        except BaseException:
            self.close()
            raise

    def _require_readable(self) -> None:
        for number, fault in self._ask({"do": "faults"}).get("faults", [[0, "roots"]]):
            raise TrustEntryError(int(number), fault if fault in get_args(EntryFault) else "roots")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def keep(self, files: Sequence[tuple[MaterialKind, bytes]]) -> list[int]:
        """Hand over what was kept with a release; returns the numbers of files that are not what their kind says."""
        unread = self._ask({"do": "material", "files": [list(each) for each in files]}).get("unread", [0])
        return [int(number) for number in unread]

    def check(self, descriptor: int, signature: bytes) -> Checked:
        """Check ``signature`` over all bytes of an open regular file; its position is moved."""
        if len(signature) > MAX_SIGNATURE:
            return Checked("malformed", "", 0, 0, b"", "", 0)
        seconds = _SECONDS + os.fstat(descriptor).st_size / _BYTES_PER_SECOND
        answer = self._ask({"do": "check", "signature": signature}, [descriptor], seconds=seconds)
        try:
            return Checked(
                _outcome(answer),
                str(answer.get("signer", "")),
                int(answer.get("time", 0)),
                int(answer.get("known", 0)),
                bytes(answer.get("token", b"")),
                str(answer["sha256"]),
                int(answer["size"]),
            )
        except (KeyError, TypeError, ValueError):
            return Checked("failed", "", 0, 0, b"", "", 0)

    def claimed_signer(self, signature: bytes, subject: str) -> ClaimedSigner | None:
        """Return the certificate that a signature names, compared with an RFC 4514 name; None where there is none."""
        if len(signature) > MAX_SIGNATURE:
            return None
        answer = self._ask({"do": "signer", "signature": signature, "subject": subject})
        if _outcome(answer) != "valid":
            return None
        subject, sha256, spki_sha256 = (str(answer.get(name, "")) for name in ("subject", "sha256", "spki_sha256"))
        looks = answer.get("profile")
        profile = cast("Profile", looks) if looks in get_args(Profile) else "plain"
        same = answer.get("same_subject") is True
        return ClaimedSigner(subject, sha256, spki_sha256, same_subject=same, profile=profile)

    def read_response(self, response: bytes, stamped: bytes, nonce: int, pool: Sequence[bytes]) -> StampAnswer:
        """Look at a time-stamping authority's answer to a request for ``stamped`` with ``nonce``, whoever it is.

        The chain above its certificate is found among those in the answer and in ``pool`` (DER).
        """
        request = {"do": "stamp", "response": response, "stamped": stamped, "nonce": nonce, "pool": list(pool)}
        answer = self._ask(request)
        try:
            return StampAnswer(
                _outcome(answer),
                bytes(answer.get("token", b"")),
                int(answer.get("time", 0)),
                tuple(bytes(each) for each in answer.get("chain", ())),
            )
        except (TypeError, ValueError):
            return StampAnswer("failed")

    def _ask(
        self, request: dict[str, Any], descriptors: Sequence[int] = (), *, seconds: float = _SECONDS
    ) -> dict[str, Any]:
        answers = list(self._backend.ask(request, descriptors, seconds=seconds))
        if len(answers) != 1 or not isinstance(answers[0], dict):
            raise WorkerDied("isolation.worker-died", target="x509", how="answer")
        return answers[0]

    def close(self) -> None:
        """End the confined process; may be called more than once."""
        self._backend.close()


def _require_room(entries: Sequence[TrustedSigner]) -> None:
    """Raise :class:`TrustEntryError` where entries hold more than can be handed over."""
    room = MAX_MATERIAL
    for number, entry in enumerate(entries):
        room -= sum(map(len, (*entry.roots, *entry.tsa_roots, *entry.crls)))
        if room < 0:
            raise TrustEntryError(number, "crls")


def _outcome(answer: dict[str, Any]) -> Outcome:
    outcome = answer.get("outcome")
    return cast("Outcome", outcome) if outcome in get_args(Outcome) else "failed"


def _plain(entry: TrustedSigner) -> dict[str, Any]:
    return {
        "roots": list(entry.roots),
        "tsa_roots": list(entry.tsa_roots),
        "subject": entry.subject,
        "spki_sha256": entry.spki_sha256,
        "profile": entry.profile,
        "revocation": entry.revocation,
        "crls": list(entry.crls),
        "most_days": entry.most_days,
    }
