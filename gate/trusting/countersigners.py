"""Who may countersign: entries of those whom a person names, and proposals for those who have signed the record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gate.trusting.draft import (
    MOST_SUBJECT,
    UNKNOWN_IDENTITY,
    UNKNOWN_ISSUER,
    below_roots,
    digest_in,
    subject_in,
    typed_fingerprint,
    typed_identity,
    typed_issuer,
)
from gate.trusting.entries import Entry, Known, Place, Value, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gate.trusting.promised import Claims

_ROLE: Final[tuple[str, Value]] = ("role", "countersigner")
_FINGERPRINT: Final = re.compile(r"(?:OPENPGP4FPR:)?[0-9A-F]{40}")
_NAME: Final = re.compile(r"\s*[A-Za-z0-9.-]+\s*=")
"""How a name of RFC 4514 begins, and no mail address or URI does."""


def draft_countersigners(claims: Claims, known: Known, folder: Path) -> list[Entry]:
    """Return an entry for each countersigner whom a person names; where nobody is named, proposals from the release.

    A countersigner is confirmed by the person's word alone: the release need not hold a signature of theirs.  Proposals
    count for nothing, so that they need not be confirmed.  ``folder`` is where the trust file will lie.  Raises as
    :func:`gate.trusting.draft.draft`.
    """
    if not known.countersigners:
        return list(_proposed(claims))
    place = Place(folder, claims)
    return [_named(text, known, place) for text in known.countersigners]


def typed_countersigner(text: str) -> str:
    """Return for which back end a text names somebody.  Raises ``UsageError`` where it names nobody."""
    if _FINGERPRINT.fullmatch("".join(text.split()).upper()):
        return "openpgp"
    if digest_in(text) or _NAME.match(text):
        return "x509"
    typed_identity(text.strip())
    return "keyless"


def _named(text: str, known: Known, place: Place) -> Entry:
    section = typed_countersigner(text)
    if section == "openpgp":
        fingerprint = typed_fingerprint(text)
        key = key_of(fingerprint, known.keys)
        named = place.named(key) if key else "countersigner.asc"
        return Entry(section, (("fingerprint", fingerprint), ("key", named), _ROLE), () if key else ("key",))
    if section == "x509":
        subject = None if digest_in(text) else subject_in(text)
        values, lacking = below_roots(known.countersigner_roots, known.countersigner_tsa_roots, place, subject)
        # A release shows which certificate a digest is of; where it has none by it, the digest is taken for the key's.
        by_key = ("spki_sha256", _key_digest(digest_in(text), place.claims))
        values.append(("subject", subject) if subject else by_key)
        return Entry(section, (*values, _ROLE), tuple(lacking))
    issuers = [typed_issuer(each.strip()) for each in known.countersigner_issuers]
    issuer = issuers[0] if issuers else UNKNOWN_ISSUER
    more = [("trusted_root", place.named(known.trusted_root))] if known.trusted_root else []
    return Entry(
        section,
        (("identity", text.strip()), ("issuer", issuer), *more, _ROLE),
        () if issuers else ("issuer",),
    )


def _key_digest(digest: str, claims: Claims) -> str:
    """Return the digest of the key in the certificate that has a digest; the digest itself where none has."""
    for back_end, path in claims.promised.countersignatures:
        for each in claims.certificates_in(path, [""]) if back_end == "x509" and digest else ():
            if each.sha256 == digest:
                return each.spki_sha256
    return digest


def _proposed(claims: Claims) -> Iterator[Entry]:
    for back_end, path in claims.promised.countersignatures:
        yield Entry(back_end, (*_claimed(back_end, path, claims), _ROLE), _OPEN[back_end], proposed=True, file=path)


_OPEN: Final = {
    "openpgp": ("countersigner", "key"),
    "x509": ("countersigner", "roots", "tsa-roots"),
    "keyless": ("countersigner", "issuer"),
}
"""What is left to do for a proposal, by back end."""


def _claimed(back_end: str, path: str, claims: Claims) -> list[tuple[str, Value]]:
    """Return who a countersignature says that it is by, as far as that can be read without being believed."""
    if back_end == "openpgp":
        return [("fingerprint", "0" * 40), ("key", "countersigner.asc")]
    if back_end == "keyless":
        return [("identity", UNKNOWN_IDENTITY), ("issuer", UNKNOWN_ISSUER)]
    found: list[tuple[str, Value]] = [("roots", ("root.pem",)), ("tsa_roots", ("tsa-root.pem",))]
    for each in claims.certificates_in(path, [""]):
        if each.subject.isprintable() and len(each.subject) <= MOST_SUBJECT:
            found.append(("subject", each.subject))
        found.append(("spki_sha256", each.spki_sha256))
    return found
