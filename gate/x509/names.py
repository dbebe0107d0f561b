"""Distinguished names: how they are written (RFC 4514) and compared (RFC 5280, 7.1), and how a signer is named."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

from asn1crypto import x509
from cryptography.x509 import Name, NameOID, ObjectIdentifier

from gate.paths import printable

_SHORT: Final = {
    "common_name": "CN",
    "country_name": "C",
    "locality_name": "L",
    "state_or_province_name": "ST",
    "street_address": "STREET",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "domain_component": "DC",
    "user_id": "UID",
}
"""Names of attribute types that RFC 4514 defines; others are written as object identifiers."""
_KNOWN: Final = {
    "CN": NameOID.COMMON_NAME,
    "C": NameOID.COUNTRY_NAME,
    "L": NameOID.LOCALITY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "STREET": NameOID.STREET_ADDRESS,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DC": NameOID.DOMAIN_COMPONENT,
    "UID": NameOID.USER_ID,
    "EMAILADDRESS": NameOID.EMAIL_ADDRESS,
    "E": NameOID.EMAIL_ADDRESS,
    "SERIALNUMBER": NameOID.SERIAL_NUMBER,
    "SN": NameOID.SURNAME,
    "GN": NameOID.GIVEN_NAME,
    "T": NameOID.TITLE,
    "TITLE": NameOID.TITLE,
    "DNQUALIFIER": NameOID.DN_QUALIFIER,
    "PSEUDONYM": NameOID.PSEUDONYM,
    "ORGANIZATIONIDENTIFIER": NameOID.ORGANIZATION_IDENTIFIER,
}
"""Names of attribute types that are understood, in any case (RFC 4512, 2.5): those of RFC 4514 and of other tools."""
_WRITTEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?==)")
_SPECIAL: Final = '"+,;<>\\'


def read_name(text: str) -> x509.Name:
    """Return the name in an RFC 4514 text.  Raises ``ValueError`` where it is none, or an empty one."""
    written: dict[str, ObjectIdentifier] = {
        name: _KNOWN[name.upper()] for name in _WRITTEN.findall(text) if name.upper() in _KNOWN
    }
    parsed = Name.from_rfc4514_string(text, written)
    if not parsed.rdns:
        raise ValueError("an empty name")
    return x509.Name.load(parsed.public_bytes())


def write_name(name: x509.Name) -> str:
    """Return a name as RFC 4514 text, the last relative name first."""
    return ",".join("+".join(map(_write_pair, rdn)) for rdn in reversed(list(name.chosen)))


def _write_pair(pair: x509.NameTypeAndValue) -> str:
    kind = _SHORT.get(pair["type"].native, pair["type"].dotted)
    text = "".join(f"\\{mark}" if mark in _SPECIAL else mark for mark in str(pair["value"].native))
    if text[:1] in {" ", "#"}:
        text = "\\" + text
    if text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1] + "\\ "
    return f"{kind}={text}"


def same_name(first: x509.Name, second: x509.Name) -> bool:
    """Compare as RFC 5280, 7.1: order matters; case, runs of spaces and string types do not (RFC 4518).

    Characters that nobody sees do, which RFC 4518, 2.2 passes over: an authority may take two such names for different
    ones, and a reader for the same.
    """
    return bool(first == second) and _unseen(first) == _unseen(second)


def _unseen(name: x509.Name) -> list[str]:
    """Return the control and format characters in a name: NUL, zero widths, changes of direction."""
    text = "".join(str(pair["value"].native) for rdn in name.chosen for pair in rdn)
    return [mark for mark in text if unicodedata.category(mark) in {"Cc", "Cf"}]


def spki_sha256(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate's SubjectPublicKeyInfo in hex digits."""
    return hashlib.sha256(certificate.public_key.dump()).hexdigest()


def signer_text(certificate: x509.Certificate) -> str:
    """Return how documents name the holder of a certificate: the subject and the digest of its key."""
    return f"{printable(write_name(certificate.subject))} (SPKI SHA-256 {spki_sha256(certificate)})"
