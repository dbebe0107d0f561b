"""What a person knows of a supplier, held against what a release says: entries for ``trust.toml``.

An entry is confirmed where the person has given what identifies the signer, learnt by another way than the release, and
the release names the same.  All others are marked ``unconfirmed``, which ``gate verify`` refuses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.errors import TrustError, UsageError
from gate.keyless.identities import (
    IdentityError,
    check_identity,
    check_issuer,
    check_repository,
    fits,
    is_uri,
)
from gate.openpgp import normal_fingerprint
from gate.paths import printable
from gate.trusting.entries import Entry, Known, Place, Value, bytes_of, key_of
from gate.x509 import checker as x509

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gate.trusting.promised import Claims
    from gate.x509.checker import ClaimedSigner

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_SCANNED: Final = "OPENPGP4FPR:"
_SPACED: Final = re.compile(r",[ \t]+(?=[A-Za-z0-9.-]+=)")
"""Spaces that many tools put between the parts of a name, and RFC 4514 does not."""
_FINGERPRINT: Final = re.compile(r"[0-9A-F]{40}")
UNKNOWN_ISSUER: Final = "https://issuer.invalid/"
"""What stands where nobody has said who the issuer is: no such host can exist (RFC 6761, 6.4)."""
UNKNOWN_IDENTITY: Final = "unknown"
MOST_SUBJECT: Final = 1000


def draft(claims: Claims, known: Known, folder: Path) -> list[Entry]:
    """Return an entry for each signer that the release names; ``folder`` is where the trust file will lie.

    Raises ``TrustError`` where a file that a person gave lies in the release or cannot be used, ``UsageError`` where
    what was typed is no fingerprint, identity or issuer, ``EngineFailure`` where a tool is missing.
    """
    place = Place(folder, claims)
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


def _openpgp(signer: str, known: Known, place: Place) -> Entry:
    signer = signer if _FINGERPRINT.fullmatch(signer) else "0" * 40
    typed = [typed_fingerprint(text) for text in known.fingerprints]
    contradicted = bool(typed) and signer not in typed
    fingerprint = typed[0] if contradicted else signer
    key = key_of(fingerprint, known.keys) if typed else None
    todo = [] if typed else ["fingerprint"]
    if contradicted:
        todo.append("contradicted")
    if key is None:
        todo.append("key")
    named = place.named(key) if key else "supplier.asc"
    for each in known.keys:
        place.named(each)
    return Entry("openpgp", (("fingerprint", fingerprint), ("key", named)), tuple(todo), contradicted)


# --- certificates ---------------------------------------------------------------------------------------------


def _x509(signer: str, known: Known, place: Place) -> Entry:
    del signer  # it says no more than the certificate
    digests = [text for each in known.certificates if (text := digest_in(each))]
    subjects = [subject_in(each) for each in known.certificates if not digest_in(each)]
    claimed = place.claims.certificates(subjects or [""])
    match = next((each for each in claimed if _is_known(each, digests, subjects)), None)
    named = _identified(match, claimed, digests, subjects)
    judged, unsaid = _judged_by(known, match or next(iter(claimed), None))
    contradicted = bool(known.certificates) and (match is None or "contradicted" in unsaid)
    todo = [] if known.certificates else ["certificate"]
    if contradicted:
        todo.append("contradicted")
    todo += [code for code in unsaid if code != "contradicted"]
    files, lacking = below_roots(known.roots, known.tsa_roots, place, subjects[0] if subjects else None)
    values = [files[0], *named, *judged[:1], files[1], *judged[1:]]
    return Entry("x509", tuple(values), (*todo, *lacking), contradicted)


def _judged_by(known: Known, claimed: ClaimedSigner | None) -> tuple[list[tuple[str, Value]], list[str]]:
    """Return by which profile and revocation a certificate is judged, and what of that speaks against confirming it.

    A profile that nobody named is the one that the certificate looks made for.  Raises ``UsageError`` where profile and
    revocation do not go together.
    """
    looks = claimed.profile if claimed else "plain"
    profile = known.profile or looks
    if profile == "gpki-official" and known.revocation not in {None, "crl"}:
        raise UsageError("trust.draft-gpki")
    values: list[tuple[str, Value]] = [("profile", profile)]
    values += [("revocation", known.revocation)] if known.revocation else []
    values += [("max_crl_age_days", known.max_crl_age_days)] if known.max_crl_age_days is not None else []
    if known.profile is None:
        return values, [] if looks == "plain" else ["profile"]
    return values, ["contradicted"] if profile == "gpki-official" != looks and claimed else []


def below_roots(
    roots: Sequence[Path], stamp_roots: Sequence[Path], place: Place, subject: str | None = None
) -> tuple[list[tuple[str, Value]], list[str]]:
    """Return roots and those of time-stamping authorities as an entry names them, and which of both are lacking.

    Raises ``TrustError`` where one is no certificate, or ``subject`` no name: it is better said now than at the first
    verification.
    """
    named, stamps = (tuple(map(place.named, paths)) for paths in (roots, stamp_roots))
    if named and stamps:
        _require_readable(roots, stamp_roots, subject)
    values: list[tuple[str, Value]] = [("roots", named or ("root.pem",)), ("tsa_roots", stamps or ("tsa-root.pem",))]
    return values, [name for name, given in (("roots", named), ("tsa-roots", stamps)) if not given]


def digest_in(text: str) -> str:
    """Return a SHA-256 in hex digits, empty where the text is none; spaces, colons and case make no difference."""
    plain = "".join(text.split()).replace(":", "").lower()
    return plain if _DIGEST.fullmatch(plain) else ""


def subject_in(text: str) -> str:
    """Return a name as RFC 4514 writes it, without the spaces that many tools put between its parts."""
    return _SPACED.sub(",", text.strip())


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
        if each.subject.isprintable() and len(each.subject) <= MOST_SUBJECT:
            values.append(("subject", each.subject))
        values.append(("spki_sha256", each.spki_sha256))
    return values


def _require_readable(roots: Sequence[Path], stamp_roots: Sequence[Path], subject: str | None) -> None:
    found, stamps = (tuple(map(bytes_of, paths)) for paths in (roots, stamp_roots))
    entry = x509.TrustedSigner(roots=found, tsa_roots=stamps, subject=subject, spki_sha256="0" * 64)
    try:
        x509.Checker([entry], now=0).close()
    except x509.TrustEntryError as error:
        raise TrustError(f"trust.x509-{error.fault}", number=1) from error


# --- sigstore -------------------------------------------------------------------------------------------------


def _keyless(signer: str, known: Known, place: Place) -> Entry:
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
    values: list[tuple[str, Value]] = [("identity", identity), ("issuer", issuers[0] if issuers else UNKNOWN_ISSUER)]
    ran_for = _repository(identity, known, place)
    if ran_for is not None:
        values.append(("repository", ran_for))
        if known.repository is None:
            todo.append("repository")
    if known.trusted_root is not None:
        values.append(("trusted_root", place.named(known.trusted_root)))
    return Entry("keyless", tuple(values), tuple(todo), contradicted)


def _repository(identity: str, known: Known, place: Place) -> str | None:
    """Return the repository for which a workflow has to have run: as typed, or as the record claims.

    None where the identity says it: the workflow lies in that repository, or it is a person.
    """
    if known.repository is not None:
        return typed_repository(known.repository)
    claimed = place.claims.promised.repository if is_uri(identity) else ""
    try:
        return check_repository(claimed) if not identity.startswith(f"{claimed}/") else None
    except IdentityError:
        return None  # it names none


def typed_repository(text: str) -> str:
    """Return the URL of a repository.  Raises ``UsageError``."""
    try:
        return check_repository(text.strip())
    except IdentityError as error:
        raise UsageError("trust.draft-repository", text=printable(text)) from error


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
        return check_identity(signer) if "*" not in signer else UNKNOWN_IDENTITY
    except IdentityError:
        return UNKNOWN_IDENTITY
