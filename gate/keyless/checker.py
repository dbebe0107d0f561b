"""Check sigstore bundles under trusted roots, in a confined process: the side of whoever asks.

Both sides use it: the supplier to prove what was just signed, the recipient to prove what arrived.  It uses no network
and no cache: what is trusted is handed over as bytes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Self, cast, get_args

from gate.errors import WorkerDied
from gate.keyless.outcomes import Form, Outcome, TimeSource
from gate.parsing import Backend, Confined, Unconfined
from gate.parsing import confinable as _confinable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.keyless.identities import Accepted

MOST_BUNDLE: Final = 96 << 20
"""Bytes of a bundle: a record of the greatest size allowed, in base64, with what proves it."""
_INSIDE = "gate.keyless.inside:serve"
_SECONDS = 60.0
_BYTES_PER_SECOND = 5_000_000
"""Hashing makes some 500 MB a second; a machine a hundred times slower is not waited for."""
_PUBLIC = ("https%3A%2F%2Ftuf-repo-cdn.sigstore.dev", "trusted_root.json")
"""Where the root of the public instance lies inside the installed package ``sigstore``."""


class RootError(Exception):
    """A trusted root cannot be used; ``number`` is its place, from 0."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class BundleError(Exception):
    """A file is no sigstore bundle."""


@dataclass(frozen=True, slots=True)
class TrustedInstance:
    """A sigstore instance by its trusted root (JSON of protobuf-specs), and whom it may vouch for."""

    root: bytes
    accepted: tuple[Accepted, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check said.

    Only where it is valid: ``identity`` and ``issuer`` of the signer, ``time`` in seconds since 1970 and whose word
    that is.  ``sha256`` and ``size`` are of the signed bytes as they were read: only a caller that compares them knows
    what was signed.
    """

    outcome: Outcome
    identity: str = ""
    issuer: str = ""
    time: int = 0
    time_source: TimeSource = "log"
    sha256: str = ""
    size: int = 0


def public_root() -> bytes:
    """Return the trusted root of the public instance as the installed package holds it, never one from a cache."""
    return resources.files("sigstore._store").joinpath(*_PUBLIC).read_bytes()


class Checker:
    """Checks bundles under trusted roots.

    Close it, or use it as a context manager.  Raises :class:`RootError` where a root cannot be read, and
    ``IsolationError`` where the confined process cannot be had.
    """

    def __init__(self, instances: Sequence[TrustedInstance]) -> None:
        roots = [
            [instance.root, [[each.identity, each.issuer, each.repository] for each in instance.accepted]]
            for instance in instances
        ]
        where = Confined if _confinable() else Unconfined
        self._backend: Backend = where(_INSIDE, {"roots": roots})
        try:
            self._require_roots()
        except BaseException:
            self.close()
            raise

    def _require_roots(self) -> None:
        for number in self._ask({}).get("faults", [0]):
            raise RootError(int(number))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, bundle: int, signed: int, form: Form) -> Checked:
        """Check the bundle in one open file over all bytes of another; the positions of both are moved."""
        seconds = _SECONDS + os.fstat(signed).st_size / _BYTES_PER_SECOND
        answer = self._ask({"form": form, "most": MOST_BUNDLE}, [bundle, signed], seconds=seconds)
        outcome, source = answer.get("outcome"), answer.get("time_source", "log")
        if outcome not in get_args(Outcome) or source not in get_args(TimeSource):
            return Checked("failed")
        try:
            return Checked(
                cast("Outcome", outcome),
                str(answer.get("identity", "")),
                str(answer.get("issuer", "")),
                int(answer.get("time", 0)),
                cast("TimeSource", source),
                str(answer["sha256"]),
                int(answer["size"]),
            )
        except (KeyError, TypeError, ValueError):
            return Checked("failed")

    def statement_in(self, bundle: int) -> bytes | None:
        """Return the statement that the bundle in an open file holds, None where it signs a file.

        Nothing about it is proved: that is for :meth:`check`.  Raises :class:`BundleError` where it is no bundle.
        """
        answers = iter(self._backend.ask({"most": MOST_BUNDLE}, [bundle], seconds=_SECONDS))
        form = _field(next(answers, None), "form")
        pieces = [_field(answer, "piece") for answer in answers]
        if form == "file":
            return None
        if form != "statement" or not all(isinstance(piece, bytes) for piece in pieces):
            raise BundleError
        return b"".join(pieces)

    def _ask(
        self, request: dict[str, Any], descriptors: Sequence[int] = (), *, seconds: float = _SECONDS
    ) -> dict[str, Any]:
        answers = list(self._backend.ask(request, descriptors, seconds=seconds))
        if len(answers) != 1 or not isinstance(answers[0], dict):
            raise WorkerDied("isolation.worker-died", target="keyless", how="answer")
        return answers[0]

    def close(self) -> None:
        """End the confined process; may be called more than once."""
        self._backend.close()


def _field(answer: object, name: str) -> Any:  # noqa: ANN401  # whatever the confined process says
    return answer.get(name) if isinstance(answer, dict) else None
