"""What a person knows, and the entries of a trust file that are drafted of it, with the files that they name."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from gate.errors import EngineFailure, TrustError, UsageError
from gate.openpgp import Checker, KeyFileError, PublicKey, find_gpg
from gate.paths import printable
from gate.policy.inside import way_of
from gate.verification.trust import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.trusting.promised import Claims

Value: TypeAlias = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a person has learnt by other ways than the release.

    ``fingerprints`` are of OpenPGP keys; ``certificates`` subjects (RFC 4514), or SHA-256 of a certificate or of its
    public key; ``identities`` with ``issuers`` are of sigstore, ``repository`` is that for which a workflow has run.
    ``profile``, ``revocation`` and ``max_crl_age_days`` are how the certificate is judged.  ``countersigners`` are
    fingerprints, certificates or identities of who may countersign.  The files lie outside of the release.
    """

    fingerprints: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    certificates: tuple[str, ...] = ()
    roots: tuple[Path, ...] = ()
    tsa_roots: tuple[Path, ...] = ()
    identities: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    trusted_root: Path | None = None
    profile: str | None = None
    revocation: str | None = None
    max_crl_age_days: int | None = None
    repository: str | None = None
    countersigners: tuple[str, ...] = ()
    countersigner_roots: tuple[Path, ...] = ()
    countersigner_tsa_roots: tuple[Path, ...] = ()
    countersigner_issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A table of the trust file: its keys, and what is left to do before it counts (codes of ``trust.draft.…``).

    ``contradicted`` says that the release names somebody else than the person does.  A ``proposed`` one stands in
    comments: it is of the release alone, and nobody needs it; ``file`` is of what.
    """

    section: str
    values: tuple[tuple[str, Value], ...]
    open: tuple[str, ...] = ()
    contradicted: bool = False
    proposed: bool = False
    file: str = ""

    @property
    def role(self) -> Value:
        """Whose entry it is."""
        return dict(self.values).get("role", "supplier")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the trust file will lie, and the release that no file it names may lie in."""

    folder: Path
    claims: Claims

    def named(self, path: Path) -> str:
        """Return how the trust file names a file.  Raises ``TrustError`` where it lies in the release."""
        shown = printable(str(path))
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as error:
            raise TrustError("trust.unreadable", path=shown, error=getattr(error, "strerror", "") or "-") from error
        if any(self.claims.release.holds(place) for place in (*way_of(path), real)):
            raise TrustError("trust.inside-release", path=shown)
        try:
            name = Path(os.path.relpath(real, self.folder.resolve())).as_posix()
        except ValueError:  # on another drive of Windows
            name = real.as_posix()
        if not name.isprintable():
            raise UsageError("trust.draft-name", path=shown)
        return name


def key_of(fingerprint: str, files: Sequence[Path]) -> Path | None:
    """Return the file that holds exactly the public key with a fingerprint, None where none does.

    Raises ``TrustError`` where there is only one that never will: a file of several keys, or of a secret one.
    """
    gpg = find_gpg()
    if files and gpg is None:
        raise EngineFailure("verify.no-gpg")
    unusable: KeyFileError | None = None
    for file in files:
        try:
            with Checker([PublicKey(fingerprint, bytes_of(file))], gpg=str(gpg), now=None):
                return file
        except KeyFileError as error:
            unusable = error if error.fault in {"secret-key", "several-keys"} else unusable
    if unusable is not None:
        raise TrustError(f"trust.{unusable.fault}", fingerprint=fingerprint) from unusable
    return None


def bytes_of(file: Path) -> bytes:
    """Return the bytes of a key or certificate file.  Raises ``TrustError``."""
    shown = printable(str(file))
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise TrustError("trust.unreadable", path=shown, error=getattr(error, "strerror", "") or "-") from error
    if len(raw) > MOST_BYTES:
        raise TrustError("trust.too-large", path=shown, limit=MOST_BYTES)
    return raw
