"""Who a certificate of sigstore's authority is for, and who found that out."""

from __future__ import annotations

from cryptography.hazmat import asn1
from cryptography.x509 import (
    Certificate,
    ExtensionNotFound,
    GeneralName,
    ObjectIdentifier,
    OtherName,
    RFC822Name,
    SubjectAlternativeName,
    UniformResourceIdentifier,
    UnrecognizedExtension,
)

from gate.keyless.identities import is_uri

# fulcio/docs/oid-info.md: the issuer as bare text, and as a UTF8String; a user name.
_ISSUER_OLD = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_ISSUER = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
# The repository for which a build ran: of GitHub as bare "owner/name", and of any system as the UTF8String of a URL.
_REPOSITORY_OLD = ObjectIdentifier("1.3.6.1.4.1.57264.1.5")
_REPOSITORY = ObjectIdentifier("1.3.6.1.4.1.57264.1.12")
_GITHUB = "https://github.com/"
_USER_NAME = ObjectIdentifier("1.3.6.1.4.1.57264.1.7")


def identity_of(certificate: Certificate) -> str | None:
    """Return the one name that a certificate is for, None where there is not exactly one that can be shown.

    Rule: fulcio/docs/certificate-specification.md.  Raises ``ValueError`` where it cannot be read.
    """
    try:
        names = list(certificate.extensions.get_extension_for_class(SubjectAlternativeName).value)
    except ExtensionNotFound:
        return None
    text = _text(names[0]) if len(names) == 1 else None
    if not text or not text.isprintable():
        return None
    # A mail address that reads like a URI, or the reverse, is nobody's.
    return text if is_uri(text) is isinstance(names[0], UniformResourceIdentifier) else None


def _text(name: GeneralName) -> str | None:
    if isinstance(name, OtherName) and name.type_id == _USER_NAME:
        return asn1.decode_der(str, name.value)
    return name.value if isinstance(name, RFC822Name | UniformResourceIdentifier) else None


def issuer_of(certificate: Certificate) -> str | None:
    """Return the issuer of the identity; None where none is named, or two forms of it say different things.

    Raises ``ValueError`` where it cannot be read.
    """
    found = set()
    for identifier in (_ISSUER_OLD, _ISSUER):
        try:
            value = certificate.extensions.get_extension_for_oid(identifier).value
        except ExtensionNotFound:
            continue
        raw = value.value if isinstance(value, UnrecognizedExtension) else b""
        found.add(raw.decode() if identifier == _ISSUER_OLD else asn1.decode_der(str, raw))
    return found.pop() if len(found) == 1 else None


def repository_of(certificate: Certificate) -> str | None:
    """Return the URL of the repository that a certificate says a build ran for; None where it names none.

    Raises ``ValueError`` where it cannot be read.
    """
    for identifier in (_REPOSITORY, _REPOSITORY_OLD):
        try:
            value = certificate.extensions.get_extension_for_oid(identifier).value
        except ExtensionNotFound:
            continue
        raw = value.value if isinstance(value, UnrecognizedExtension) else b""
        return asn1.decode_der(str, raw) if identifier == _REPOSITORY else _GITHUB + raw.decode()
    return None
