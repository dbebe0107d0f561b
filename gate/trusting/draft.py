"""What a person knows of a supplier, held against what a release says: entries for ``trust.toml``.

An entry is confirmed where the person has given what identifies the signer, learnt by another way than the release, and
the release names the same.  All others are marked ``unconfirmed``, which ``gate verify`` refuses.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from gate.errors import EngineFailure, TrustError, UsageError
from gate.keyless.identities import IdentityError, check_identity, check_issuer, fits
from gate.openpgp import Checker, KeyFileError, PublicKey, find_gpg, normal_fingerprint
from gate.paths import printable
from gate.policy.inside import way_of
from gate.verification.trust import MOST_BYTES
from gate.x509 import checker as x509

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.trusting.promised import Claims
    from gate.x509.checker import ClaimedSigner

Value: TypeAlias = str | tuple[str, ...]
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SCANNED: Final = "OPENPGP4FPR:"
_SPACED: Final = re.compile(r",[ \t]+(?=[A-Za-z0-9.-]+=)")
"""Spaces that many tools put between the parts of a name, and RFC 4514 does not."""
_FINGERPRINT: Final = re.compile(r"[0-9A-F]{40}")
_UNKNOWN_ISSUER: Final = "https://issuer.invalid/"
"""What stands where nobody has said who the issuer is: no such host can exist (RFC 6761, 6.4)."""
_UNKNOWN_IDENTITY: Final = "unknown"
_MOST_SUBJECT: Final = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """What a person has learnt by other ways than the release.

    ``fingerprints`` are of OpenPGP keys; ``certificates`` subjects (RFC 4514), or SHA-256 of a certificate or of its
    public key; ``identities`` with ``issuers`` are of sigstore.  The files lie outside of the release.
    """

    fingerprints: tuple[str, ...] = ()
    keys: tuple[Path, ...] = ()
    certificates: tuple[str, ...] = ()
    roots: tuple[Path, ...] = ()
    tsa_roots: tuple[Path, ...] = ()
    identities: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    trusted_root: Path | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A table of the trust file: its keys, and what is left to do before it counts (codes of ``trust.draft.…``).

    ``contradicted`` says that the release names somebody else than the person does.
    """

    section: str
    values: tuple[tuple[str, Value], ...]
    open: tuple[str, ...] = ()
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
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


def draft(claims: Claims, known: Known, folder: Path) -> list[Entry]:
    """Return an entry for each signer that the release names; ``folder`` is where the trust file will lie.

    Raises ``TrustError`` where a file that a person gave lies in the release or cannot be used, ``UsageError`` where
    what was typed is no fingerprint, identity or issuer, ``EngineFailure`` where a tool is missing.
    """
    place = _Place(folder, claims)
    makers = {"openpgp": _openpgp, "x509": _x509, "keyless": _keyless}
    return [makers[name](signer, known, place) for name, signer in claims.promised.signers.items()]


# --- OpenPGP --------------------------------------------------------------------------------------------------


def typed_fingerprint(text: str) -> str:
    """Return a fingerprint as it is compared: case and spaces make no difference, and it may be a scanned URI.

    Raises ``UsageError``.
    """
    try:
        return normal_fingerprint("".join(text.split()).upper().removeprefix(_SCANNED))
    except ValueError as error:
        raise UsageError("trust.draft-fingerprint", text=printable(text)) from error


def _openpgp(signer: str, known: Known, place: _Place) -> Entry:
    signer = signer if _FINGERPRINT.fullmatch(signer) else "0" * 40
    typed = [typed_fingerprint(text) for text in known.fingerprints]
    contradicted = bool(typed) and signer not in typed
    fingerprint = typed[0] if contradicted else signer
    key = _key_of(fingerprint, known.keys) if typed else None
    todo = [] if typed else ["fingerprint"]
    if contradicted:
        todo.append("contradicted")
    if key is None:
        todo.append("key")
    named = place.named(key) if key else "supplier.asc"
    for each in known.keys:
        place.named(each)
    return Entry("openpgp", (("fingerprint", fingerprint), ("key", named)), tuple(todo), contradicted)


def _key_of(fingerprint: str, files: Sequence[Path]) -> Path | None:
    """Return the file that holds exactly the public key with a fingerprint, None where none does.

    Raises ``TrustError`` where there is only one that never will: a file of several keys, or of a secret one.
    """
    gpg = find_gpg()
    if files and gpg is None:
        raise EngineFailure("verify.no-gpg")
    unusable: KeyFileError | None = None
    for file in files:
        try:
            with Checker([PublicKey(fingerprint, _bytes(file))], gpg=str(gpg), now=None):
                return file
        except KeyFileError as error:
            unusable = error if error.fault in {"secret-key", "several-keys"} else unusable
    if unusable is not None:
        raise TrustError(f"trust.{unusable.fault}", fingerprint=fingerprint) from unusable
    return None


def _bytes(file: Path) -> bytes:
    shown = printable(str(file))
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise TrustError("trust.unreadable", path=shown, error=getattr(error, "strerror", "") or "-") from error
    if len(raw) > MOST_BYTES:
        raise TrustError("trust.too-large", path=shown, limit=MOST_BYTES)
    return raw


# --- certificates ---------------------------------------------------------------------------------------------


def _x509(signer: str, known: Known, place: _Place) -> Entry:
    del signer  # it says no more than the certificate
    digests = [text for each in known.certificates if (text := _digest(each))]
    subjects = [_SPACED.sub(",", each.strip()) for each in known.certificates if not _digest(each)]
    claimed = place.claims.certificates(subjects or [""])
    match = next((each for each in claimed if _is_known(each, digests, subjects)), None)
    named = _identified(match, claimed, digests, subjects)
    contradicted = bool(known.certificates) and match is None
    todo = [] if known.certificates else ["certificate"]
    if contradicted:
        todo.append("contradicted")
    roots, stamps = ([place.named(path) for path in paths] for paths in (known.roots, known.tsa_roots))
    todo += [name for name, given in (("roots", roots), ("tsa-roots", stamps)) if not given]
    if roots and stamps:
        _require_certificates(known)
    values: list[tuple[str, Value]] = [("roots", tuple(roots) or ("root.pem",)), *named]
    values.append(("tsa_roots", tuple(stamps) or ("tsa-root.pem",)))
    return Entry("x509", tuple(values), tuple(todo), contradicted)


def _digest(text: str) -> str:
    """Return a SHA-256 in hex digits, empty where the text is none; spaces, colons and case make no difference."""
    plain = "".join(text.split()).replace(":", "").lower()
    return plain if _DIGEST.fullmatch(plain) else ""


def _is_known(claimed: ClaimedSigner, digests: Sequence[str], subjects: Sequence[str]) -> bool:
    """Say whether a certificate is the one that was typed: by its name and by its key, where both were."""
    by_key = bool({claimed.sha256, claimed.spki_sha256} & {*digests})
    return bool(subjects or digests) and (not subjects or claimed.same_subject) and (not digests or by_key)


def _identified(
    match: ClaimedSigner | None, claimed: Sequence[ClaimedSigner], digests: Sequence[str], subjects: Sequence[str]
) -> list[tuple[str, Value]]:
    """Return by what the entry names the signer: what was typed, or for want of that what the release says."""
    if match is not None:
        by_name: list[tuple[str, Value]] = [("subject", each) for each in subjects[:1] if match.same_subject]
        by_key = {match.sha256, match.spki_sha256} & {*digests}
        return by_name + ([("spki_sha256", match.spki_sha256)] if by_key else [])
    if subjects:
        return [("subject", subjects[0])]
    if digests:
        return [("spki_sha256", digests[0])]
    values: list[tuple[str, Value]] = []
    for each in claimed[:1]:
        if each.subject.isprintable() and len(each.subject) <= _MOST_SUBJECT:
            values.append(("subject", each.subject))
        values.append(("spki_sha256", each.spki_sha256))
    return values


def _require_certificates(known: Known) -> None:
    """Raise where a root is no certificate: it is better said now than at the first verification."""
    roots, stamps = (tuple(map(_bytes, paths)) for paths in (known.roots, known.tsa_roots))
    entry = x509.TrustedSigner(roots=roots, tsa_roots=stamps, spki_sha256="0" * 64)
    try:
        x509.Checker([entry], now=0).close()
    except x509.TrustEntryError as error:
        raise TrustError(f"trust.x509-{error.fault}", number=1) from error


# --- sigstore -------------------------------------------------------------------------------------------------


def _keyless(signer: str, known: Known, place: _Place) -> Entry:
    typed = [typed_identity(text.strip()) for text in known.identities]
    issuers = [typed_issuer(text.strip()) for text in known.issuers]
    match = next((each for each in typed if fits(each, signer)), None)
    contradicted = bool(typed) and match is None
    todo = [] if typed else ["identity"]
    if contradicted:
        todo.append("contradicted")
    if not issuers:
        todo.append("issuer")
    identity = match or (typed[0] if typed else _drafted_identity(signer))
    values: list[tuple[str, Value]] = [("identity", identity), ("issuer", issuers[0] if issuers else _UNKNOWN_ISSUER)]
    if known.trusted_root is not None:
        values.append(("trusted_root", place.named(known.trusted_root)))
    return Entry("keyless", tuple(values), tuple(todo), contradicted)


def typed_identity(text: str) -> str:
    """Return an identity that may be accepted.  Raises ``UsageError``."""
    try:
        return check_identity(text)
    except IdentityError as error:
        raise UsageError("trust.draft-identity", text=printable(text)) from error


def typed_issuer(text: str) -> str:
    """Return an issuer's URL.  Raises ``UsageError``."""
    try:
        return check_issuer(text)
    except IdentityError as error:
        raise UsageError("trust.draft-issuer", text=printable(text)) from error


def _drafted_identity(signer: str) -> str:
    """Return an identity of the record's, which may be anything: a star in it would stand for others as well."""
    try:
        return check_identity(signer) if "*" not in signer else _UNKNOWN_IDENTITY
    except IdentityError:
        return _UNKNOWN_IDENTITY
