"""The inside of the confined process that checks sigstore bundles, with sigstore-python.

What the library leaves to its callers is done here: the identity is compared exactly or by prefix and never without
its issuer, every timestamp in a bundle has to be a good one, the payload has to be the very bytes of the file, and
each of the many kinds of exceptions becomes an outcome.
"""

from __future__ import annotations

import base64
import encodings.utf_16_be
import hashlib
import os
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.hazmat.backends.openssl import backend
from sigstore._internal.timestamp import TimestampSource  # the library shows its times by this type alone
from sigstore._internal.trust import KeyringPurpose
from sigstore.errors import CertValidationError, VerificationError
from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot.v1 import TrustedRoot as TrustedRootMessage

from gate.keyless.identities import Accepted, fits, runs_for
from gate.keyless.outcomes import ORDER
from gate.keyless.subject import identity_of, issuer_of, repository_of
from gate.strict_json import parse_strictly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cryptography.x509 import Certificate
    from sigstore._internal.timestamp import TimestampVerificationResult

    from gate.keyless.outcomes import Outcome

_CODEC = encodings.utf_16_be
"""Canonical JSON (RFC 8785) sorts by it; Python imports it at first use, which a confined process cannot do."""
_BACKEND = backend
"""As above, for signatures."""
_BUFFER = 1 << 20
_PIECE = 4 << 20
"""Bytes of a statement in one answer, which is smaller than the largest message of a worker."""
_PROOF = 1 << 18
"""Bytes of a bundle beside its payload: certificate, log entry and timestamps are some kilobytes each."""
_STATEMENT = "application/vnd.in-toto+json"
"""The type of a DSSE payload that is an in-toto statement (in-toto Attestation Framework, envelope layer)."""
_MEANINGS: tuple[tuple[str, Outcome], ...] = (
    ("not enough sources of verified time", "no-time"),
    ("too many signed timestamp", "timestamp"),
    ("duplicate timestamp", "timestamp"),
    ("no Timestamp Authorities", "timestamp"),
    ("Integrated time only supported", "timestamp"),
    ("Invalid Timestamp Response", "timestamp"),
    ("failed to verify SCT", "certificate-log"),
    ("Key usage", "certificate"),
    ("Extended usage", "certificate"),
    ("invalid signing cert", "certificate"),
    ("invalid log entry", "log"),
    ("DSSE: invalid signature", "bad"),
    ("Signature is invalid", "bad"),
    ("Bundle message digest mismatch", "differs"),
    ("cannot perform DSSE verification", "other-kind"),
    ("Missing bundle message signature", "other-kind"),
    ("log entry", "log-entry"),
    ("expected SHA256 payload hash", "log-entry"),
    ("transparency log entry is inconsistent", "log-entry"),
    ("Unsupported DSSE log entry", "log-entry"),
    ("Expected entry type", "log-entry"),
    ("Unsupported hashedrekord", "log-entry"),
)
"""What the library's messages begin with, and what each means; one that is not here is "malformed"."""


class _Refused(VerificationError):
    """A check failed with an outcome of our own."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class _Policy:
    """The library's verification policy: one of the accepted signers, by one name, one issuer and its repository."""

    def __init__(self, accepted: Sequence[Accepted]) -> None:
        self._accepted = accepted
        self.identity = ""
        self.issuer = ""

    def verify(self, cert: Certificate) -> None:
        self.identity, self.issuer = identity_of(cert) or _refuse("identity"), issuer_of(cert) or _refuse("issuer")
        named = [each for each in self._accepted if fits(each.identity, self.identity)]
        if not named:
            _refuse("identity")
        issued = [each for each in named if each.issuer == self.issuer]
        if not issued:
            _refuse("issuer")
        repository = repository_of(cert)
        if not any(runs_for(each, self.identity, repository) for each in issued):
            _refuse("repository")


def _refuse(outcome: Outcome) -> NoReturn:
    raise _Refused(outcome)


class _Verifier(Verifier):
    """The library's verifier, which remembers the times that it proved and passes over no bad timestamp."""

    times: Sequence[TimestampVerificationResult] = ()

    def _establish_time(self, bundle: Bundle) -> list[TimestampVerificationResult]:
        times = super()._establish_time(bundle)
        data = bundle.verification_material.timestamp_verification_data
        stamped = sum(each.source is TimestampSource.TIMESTAMP_AUTHORITY for each in times)
        if data is not None and stamped != len(data.rfc3161_timestamps):
            _refuse("timestamp")
        self.times = times
        return times

    def when(self) -> tuple[int, str]:
        """Return when the bundle was signed at the latest, in seconds since 1970, and who says so.

        A time-stamping authority's word goes before the log's.
        """
        stamped = [each.time for each in self.times if each.source is TimestampSource.TIMESTAMP_AUTHORITY]
        times = stamped or [each.time for each in self.times]
        return int(min(times).timestamp()), "timestamp" if stamped else "log"


class _Root:
    """One trusted root with the signers that are accepted below it."""

    def __init__(self, raw: bytes, accepted: Sequence[Accepted]) -> None:
        root = TrustedRoot(TrustedRootMessage.from_json(raw))
        root.ct_keyring(KeyringPurpose.VERIFY)  # raises where there is no key
        root.rekor_keyring(KeyringPurpose.VERIFY)
        self._verifier = _Verifier(trusted_root=root)
        self._accepted = accepted

    def check(self, bundle: Bundle, form: str, signed: bytes, digest: bytes) -> dict[str, Any]:
        policy = _Policy(self._accepted)
        try:
            self._prove(bundle, policy, form, signed, digest)
        except Exception as error:  # noqa: BLE001  # the library raises whatever its parts do: each is a refusal
            return {"outcome": _outcome(error)}
        when, source = self._verifier.when()
        return {
            "outcome": "valid",
            "identity": policy.identity,
            "issuer": policy.issuer,
            "time": when,
            "time_source": source,
        }

    def _prove(self, bundle: Bundle, policy: _Policy, form: str, signed: bytes, digest: bytes) -> None:
        if form == "file":
            self._verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest), bundle, policy)
            return
        kind, payload = self._verifier.verify_dsse(bundle, policy)
        if kind != _STATEMENT or payload != signed:
            _refuse("differs")


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, _Refused):
        return error.outcome
    if isinstance(error, CertValidationError):
        return "certificate"
    text = str(error)
    return next((outcome for start, outcome in _MEANINGS if text.startswith(start)), "malformed")


def serve(options: Mapping[str, Any]) -> Callable[[Mapping[str, Any], Sequence[int]], Iterator[dict[str, Any]]]:
    """Return the handler of a checker; ``options``: ``roots``, each the JSON of a trusted root and whom it vouches for.

    A request without files is answered with the numbers of roots that cannot be used.  One with a bundle alone is
    answered with the statement in it, which nobody has proved yet, piece by piece.  One with two files, the bundle and
    what it signs, says ``form`` and ``most``, how many bytes a bundle and a statement may have.
    """
    roots: list[_Root] = []
    faults: list[int] = []
    for number, (raw, accepted) in enumerate(options["roots"]):
        try:
            roots.append(_Root(raw, [Accepted(*each) for each in accepted]))
        except Exception:  # noqa: BLE001  # whatever the library throws: that root is not one
            faults.append(number)

    def handle(request: Mapping[str, Any], descriptors: Sequence[int]) -> Iterator[dict[str, Any]]:
        if not descriptors:
            yield {"faults": faults}
        elif len(descriptors) == 1:
            yield from _statement(descriptors[0], request["most"])
        else:
            yield _check(roots, request, *descriptors)

    return handle


def _statement(bundle_file: int, most: int) -> Iterator[dict[str, Any]]:
    """Yield what a bundle is, then the payload of its envelope where that is a statement (DSSE 1.0, envelope)."""
    _, length, raw = _read(bundle_file, most)
    try:
        envelope = parse_strictly(raw if length == len(raw) else b"").get("dsseEnvelope")
        payload = base64.b64decode(envelope["payload"], validate=True) if envelope is not None else b""
    except (AttributeError, KeyError, TypeError, ValueError):
        yield {"form": "malformed"}
        return
    yield {"form": "file" if envelope is None else "statement"}
    for start in range(0, len(payload), _PIECE):
        yield {"piece": payload[start : start + _PIECE]}


def _check(roots: Sequence[_Root], request: Mapping[str, Any], bundle_file: int, signed_file: int) -> dict[str, Any]:
    form, most = request["form"], request["most"]
    digest, size, signed = _read(signed_file, most if form == "statement" else 0)
    read = {"sha256": digest.hex(), "size": size}
    payload = size * 4 // 3 + 4 if form == "statement" else 0
    _, length, raw = _read(bundle_file, min(most, payload + _PROOF))
    try:
        parse_strictly(raw)  # the library takes the last of repeated keys, other readers the first
        bundle = Bundle.from_json(raw) if length == len(raw) else None
    except Exception:  # noqa: BLE001  # bare exceptions of all parts of the library
        bundle = None
    if bundle is None or (form == "statement" and size != len(signed)):
        return {"outcome": "malformed", **read}
    answers = [root.check(bundle, form, signed, digest) for root in roots]
    best = max(answers, key=lambda answer: _reached(answer["outcome"]), default={"outcome": "failed"})
    return {**best, **read}


def _reached(outcome: Outcome) -> int:
    return len(ORDER) if outcome == "valid" else ORDER.index(outcome)


def _read(descriptor: int, most: int) -> tuple[bytes, int, bytes]:
    """Return digest and size of a whole open file, and its first ``most`` bytes."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    digest, size, kept = hashlib.sha256(), 0, bytearray()
    while chunk := os.read(descriptor, _BUFFER):
        digest.update(chunk)
        size += len(chunk)
        kept += chunk[: max(0, most - len(kept))]
    return digest.digest(), size, bytes(kept)
