"""Whose signatures are accepted: an identity as a certificate names it, by whom it was found out, and what fits it.

An identity is a mail address, a user name, or a URI (a workflow, a service account).  Only a URI may end in ``*``, for
any rest: of a workflow the tag, ``…/release.yml@refs/tags/*``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

WILDCARD: Final = "*"


class IdentityError(ValueError):
    """A text is no identity that could be accepted, or no issuer."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One signer: ``identity`` as it stands in certificates (it may end in ``*``), ``issuer`` the URL of its issuer.

    ``repository`` is the URL of the repository for which a workflow has to have run, ``*`` for any; None for the one
    that the identity lies in.
    """

    identity: str
    issuer: str
    repository: str | None = None


def check_identity(text: str) -> str:
    """Return an identity that may be accepted.

    Raises :class:`IdentityError` where ``*`` stands anywhere but at the end, in what is no URI, or where the text
    before it does not hold a whole host and something behind it: ``https://github.com*`` would be any host that begins
    so, ``https://github.com/*`` anybody there.
    """
    fixed = text.removesuffix(WILDCARD)
    if not fixed or WILDCARD in fixed or text.split() != [text] or not text.isprintable():
        raise IdentityError(text)
    if text != fixed and not _names_something(fixed):
        raise IdentityError(text)
    return text


def _names_something(prefix: str) -> bool:
    """Say whether the beginning of a URI names one host and a place there, up to a mark that ends a name."""
    try:
        parts = urlsplit(prefix)
        return bool(parts.scheme and parts.hostname and parts.path.strip("/")) and "/" in parts.path[1:]
    except ValueError:
        return False


def check_issuer(text: str) -> str:
    """Return an issuer's URL (OpenID Connect Core 1.0, 2: ``iss``).  Raises :class:`IdentityError`."""
    try:
        parts = urlsplit(text)
        if parts.scheme in {"https", "http"} and parts.hostname and WILDCARD not in text and text.split() == [text]:
            return text
    except ValueError as error:
        raise IdentityError(text) from error
    raise IdentityError(text)


def check_repository(text: str) -> str:
    """Return the URL of a repository.  Raises :class:`IdentityError`."""
    check_issuer(text)
    if text.endswith("/") or not urlsplit(text).path.strip("/"):
        raise IdentityError(text)
    return text


def runs_for(accepted: Accepted, identity: str, repository: str | None) -> bool:
    """Say whether a certificate, for ``identity``, was issued to a run for the accepted repository.

    A workflow that others may call has one identity, whoever calls it: the certificate names the caller apart
    (fulcio/docs/oid-info.md, Source Repository URI).  Of persons and service accounts none is named, None.
    """
    if accepted.repository is not None:
        return accepted.repository in {WILDCARD, repository}
    return repository is None or identity.startswith(f"{repository}/")


def is_uri(text: str) -> bool:
    """Say whether an identity is a URI rather than a mail address or a user name."""
    return "://" in text


def fits(accepted: str, identity: str) -> bool:
    """Say whether the identity in a certificate is the accepted one, or begins with it where that ends in ``*``."""
    prefix = accepted.removesuffix(WILDCARD)
    return identity == accepted if prefix == accepted else identity.startswith(prefix) and identity != prefix
