"""Check one detached OpenPGP signature by pinned keys, with GnuPG in a confined process.

Both sides use it: the supplier to prove what was just signed, the recipient to prove what arrived.  GnuPG runs in a
throw-away home that holds one pinned key and nothing else, without agent, network, options file or trust database.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeAlias, cast, get_args

from gate import _gnupg
from gate.errors import WorkerDied
from gate.parsing import confinable as _confinable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.isolation import PrivateFolder, Worker

Outcome: TypeAlias = Literal[
    "valid",
    "bad",
    "unknown-key",
    "key-expired",
    "key-revoked",
    "key-weak",
    "signature-expired",
    "malformed",
    "weak",
    "unusable",
    "failed",
]
"""``bad``: the bytes are not those signed; ``unusable``: GnuPG cannot use key or signature; ``failed``: GnuPG itself
failed, so that nothing can be said."""
KeyFault: TypeAlias = Literal["no-key", "other-key", "several-keys", "secret-key"]

MAX_SIGNATURE = 1 << 16
"""Largest signature file in bytes."""
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_SECONDS = 60.0
_BYTES_PER_SECOND = 5_000_000
"""GnuPG hashes some 500 MB a second; a machine a hundred times slower is not waited for."""


class KeyFileError(Exception):
    """A key file does not hold exactly the public key that it was given for."""

    def __init__(self, fingerprint: str, fault: KeyFault) -> None:
        super().__init__(fingerprint, fault)
        self.fingerprint = fingerprint
        self.fault = fault


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An OpenPGP key by its primary fingerprint (40 hex digits, upper case) with its exported bytes."""

    fingerprint: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check said.

    ``signer`` is the primary fingerprint of the key that signed and ``created`` the time that the signature claims
    (seconds since 1970), both only where it is valid.  ``sha256`` and ``size`` are of the bytes that GnuPG was fed:
    only a caller that compares them knows what was signed.
    """

    outcome: Outcome
    signer: str
    created: int
    sha256: str
    size: int


def normal_fingerprint(text: str) -> str:
    """Return a fingerprint as 40 upper-case hex digits; spaces between groups may stand.  Raises ``ValueError``."""
    fingerprint = text.replace(" ", "").upper()
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise ValueError(text)
    return fingerprint


def find_gpg() -> str | None:
    """Return the path of GnuPG, or None where it is not installed.

    Never one in the current folder, where a release may lie that brings its own: Windows would look there first.
    """
    if not _confinable():
        folders = (Path(folder) for folder in os.get_exec_path() if Path(folder).is_absolute())
        return next((found for folder in folders if (found := shutil.which(str(folder / "gpg")))), None)
    from gate.isolation import find_program  # noqa: PLC0415  # there on Linux alone

    return find_program("gpg")


class Checker:
    """Checks detached signatures by a set of pinned keys, judging their expiry at ``now``.

    ``now`` is in seconds since 1970, None for the system's clock; ``gpg`` is what :func:`find_gpg` returned.  Close
    it, or use it as a context manager.  Raises :class:`KeyFileError` where a key's bytes are not exactly that public
    key, and ``IsolationError`` where the confined process cannot be had.
    """

    def __init__(self, keys: Sequence[PublicKey], *, gpg: str, now: int | None) -> None:
        options = {"gpg": gpg, "keys": [[key.fingerprint, key.data] for key in keys], "now": now}
        self._backend: _Backend = _Confined(options) if _confinable() else _Unconfined(options)
        try:
            self._require_exact(keys)
        except BaseException:
            self.close()
            raise

    def _require_exact(self, keys: Sequence[PublicKey]) -> None:
        faults = self._backend.ask({}, [], seconds=_SECONDS).get("faults", [])
        if not isinstance(faults, list) or len(faults) != len(keys):
            raise WorkerDied("isolation.worker-died", target="gpg", how="answer")
        for key, fault in zip(keys, faults, strict=True):
            if fault:
                known = fault if fault in get_args(KeyFault) else "no-key"
                raise KeyFileError(key.fingerprint, cast("KeyFault", known))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, descriptor: int, signature: bytes) -> Checked:
        """Check ``signature`` over all bytes of an open regular file; its position is moved."""
        if len(signature) > MAX_SIGNATURE:
            return Checked("malformed", "", 0, "", 0)
        seconds = _SECONDS + os.fstat(descriptor).st_size / _BYTES_PER_SECOND
        answer = self._backend.ask({"signature": signature}, [descriptor], seconds=seconds)
        outcome, signer, created = answer.get("outcome"), answer.get("signer"), answer.get("created")
        sha256, size = answer.get("sha256"), answer.get("size")
        if outcome not in get_args(Outcome) or not isinstance(created, int) or not isinstance(size, int):
            return Checked("failed", "", 0, "", 0)
        return Checked(cast("Outcome", outcome), str(signer), created, str(sha256), size)

    def close(self) -> None:
        """End the confined process and remove its homes; may be called more than once."""
        self._backend.close()


class _Backend(Protocol):
    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> dict[str, Any]: ...

    def close(self) -> None: ...


class _Confined:
    """GnuPG behind a worker of ``gate.isolation``."""

    def __init__(self, options: dict[str, Any]) -> None:
        from gate.isolation import PrivateFolder, Worker  # noqa: PLC0415  # there on Linux alone

        self._folder: PrivateFolder = PrivateFolder("gpg")
        try:
            self._worker: Worker = Worker(
                "gate._gnupg:serve", {**options, "folder": str(self._folder.path)}, folder=self._folder
            )
        except BaseException:
            self._folder.remove()
            raise

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> dict[str, Any]:
        answers = list(self._worker.request(request, descriptors, seconds=seconds))
        return answers[0] if len(answers) == 1 and isinstance(answers[0], dict) else {}

    def close(self) -> None:
        self._worker.kill()
        self._folder.remove()


class _Unconfined:
    """GnuPG as a plain child process, where the system has no confinement (Windows, macOS)."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gate-gpg-", ignore_cleanup_errors=True)
        self._handle = _gnupg.serve({**options, "folder": self._folder.name})

    def ask(self, request: dict[str, Any], descriptors: Sequence[int], *, seconds: float) -> dict[str, Any]:
        del seconds  # nothing here can be stopped half-way
        return next(self._handle(request, descriptors))

    def close(self) -> None:
        self._folder.cleanup()
