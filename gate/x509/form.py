"""The one form in which the gate takes a CMS signature: strict DER, detached, one signer, one timestamp.

What this module returns has a known shape; nothing in it is proved yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import (
    cms,
    core,
    tsp,
    x509,
)  # tsp: registers the attributes of timestamps, and has to come before any parsing

from gate.x509.profiles import SOUND_DIGESTS, is_sound_signature
from gate.x509.response import der

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.x509.outcomes import Outcome

_DEEPEST: Final = 40
_MOST_CERTIFICATES: Final = 16
_SIGNED_ATTRIBUTES: Final = ("content_type", "message_digest", "signing_certificate_v2")
_STAMP: Final = "signature_time_stamp_token"


class Refusal(Exception):  # it is an answer, not a mishap
    """Why a signature is not accepted; ``outcome`` is what the checker says."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome: Outcome = outcome


@dataclass(frozen=True, slots=True)
class Signed:
    """A CMS signature in the accepted form: its parts, and the certificate that it names as the signer's."""

    info: cms.SignerInfo
    signer: x509.Certificate
    certificates: tuple[x509.Certificate, ...]
    digest: str
    attributes: dict[str, Any]


def read_signature(raw: bytes) -> tuple[Signed, cms.ContentInfo]:
    """Return a detached signature and its timestamp token.

    Raises :class:`Refusal`: ``malformed``, ``weak``, ``attributes`` where a signed attribute that CAdES demands is
    missing or repeated, ``timestamp-missing``.  ``ValueError`` and the like mean ``malformed`` too.
    """
    data = _signed_data(raw)
    if data["encap_content_info"]["content_type"].native != "data" or _has(data["encap_content_info"], "content"):
        raise Refusal("malformed")
    signed = _one_signer(data)
    if any(name not in signed.attributes for name in _SIGNED_ATTRIBUTES):
        raise Refusal("attributes")
    identifier = signed.attributes["signing_certificate_v2"]["certs"][0]
    if identifier["hash_algorithm"]["algorithm"].native not in SOUND_DIGESTS:
        raise Refusal("weak")
    unsigned = _attributes(signed.info["unsigned_attrs"]) if _has(signed.info, "unsigned_attrs") else {}
    if _STAMP not in unsigned:
        raise Refusal("timestamp-missing")
    if len(unsigned) != 1:
        raise Refusal("malformed")
    return signed, unsigned[_STAMP]


def read_token(token: cms.ContentInfo) -> tuple[Signed, tsp.TSTInfo, bytes]:
    """Return a timestamp token's signature, what it says, and the bytes of that.

    What says more than is known here of how it is to be read is malformed (RFC 3161, 2.4.2).  Raises as
    :func:`read_signature`.
    """
    data = _signed_data(token.dump())
    content = data["encap_content_info"]
    if content["content_type"].native != "tst_info":
        raise Refusal("malformed")
    signed = _one_signer(data)
    named = {"signing_certificate", "signing_certificate_v2"} & signed.attributes.keys()
    if "content_type" not in signed.attributes or "message_digest" not in signed.attributes or not named:
        raise Refusal("attributes")
    raw = bytes(content["content"])
    said = tsp.TSTInfo.load(raw, strict=True)
    more = said["extensions"] if _has(said, "extensions") else ()
    if said["version"].native != "v1" or any(each["critical"].native for each in more):
        raise Refusal("malformed")
    return signed, said, raw


def _signed_data(raw: bytes) -> cms.SignedData:
    require_der(raw)
    info = cms.ContentInfo.load(raw, strict=True)
    if info["content_type"].native != "signed_data":
        raise Refusal("malformed")
    data = info["content"]
    if _has(data, "crls") or len(data["signer_infos"]) != 1:
        raise Refusal("malformed")
    return data


def _one_signer(data: cms.SignedData) -> Signed:
    info = data["signer_infos"][0]
    algorithms = [each["algorithm"].native for each in data["digest_algorithms"]]
    if algorithms != [info["digest_algorithm"]["algorithm"].native] or not _has(info, "signed_attrs"):
        raise Refusal("malformed")
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in SOUND_DIGESTS or not is_sound_signature(info["signature_algorithm"]):
        raise Refusal("weak")
    certificates = _certificates(data)
    return Signed(info, _named(info["sid"], certificates), certificates, digest, _attributes(info["signed_attrs"]))


def _certificates(data: cms.SignedData) -> tuple[x509.Certificate, ...]:
    choices = list(data["certificates"]) if _has(data, "certificates") else []
    if not choices or len(choices) > _MOST_CERTIFICATES or any(each.name != "certificate" for each in choices):
        raise Refusal("malformed")
    # Some authorities put their certificate in twice.
    return tuple({each.chosen.dump(): each.chosen for each in choices}.values())


def _named(identifier: cms.SignerIdentifier, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the one certificate that a signature names as the signer's."""
    if identifier.name == "issuer_and_serial_number":
        issuer, serial = identifier.chosen["issuer"], identifier.chosen["serial_number"].native
        found = [each for each in certificates if each.serial_number == serial and each.issuer == issuer]
    else:
        found = [each for each in certificates if each.key_identifier == identifier.chosen.native]
    if len(found) != 1:
        raise Refusal("malformed")
    return found[0]


def _attributes(attributes: cms.CMSAttributes) -> dict[str, Any]:
    """Return the value of each attribute by its name; each may be there once, with one value."""
    values: dict[str, Any] = {}
    for attribute in attributes:
        name = attribute["type"].native
        if name in values or len(attribute["values"]) != 1:
            raise Refusal("malformed")
        values[name] = attribute["values"][0]
    return values


def _has(value: Any, field: str) -> bool:  # noqa: ANN401  # asn1crypto has no type information
    return not isinstance(value[field], core.Void)


def require_der(raw: bytes) -> None:
    """Raise :class:`Refusal` where ``raw`` is not one value with definite, shortest lengths (X.690, 10.1), or too deep.

    This is what keeps a second encoding of the same signature from being taken, and nesting from being a burden.
    """
    start, length, _ = _header(raw, 0)
    if start + length != len(raw):
        raise Refusal("malformed")
    ends, position = [len(raw)], 0
    while position < len(raw):
        while position == ends[-1]:
            ends.pop()
        start, length, constructed = _header(raw, position)
        if start + length > ends[-1] or len(ends) > _DEEPEST:
            raise Refusal("malformed")
        position = start if constructed else start + length
        if constructed and length:
            ends.append(start + length)


def _header(raw: bytes, position: int) -> tuple[int, int, bool]:
    """Return where the content of a value begins, its length, and whether it is made of values."""
    try:
        tag = raw[position]
        position += 1
        if tag & 0x1F == 0x1F:  # noqa: PLR2004  # X.690, 8.1.2.4: a high tag, which nothing in a signature has
            raise Refusal("malformed")
        first = raw[position]
        position += 1
        if first < 0x80:  # noqa: PLR2004  # X.690, 8.1.3.4: the short form
            return position, first, bool(tag & 0x20)
        size = first & 0x7F
        length = int.from_bytes(raw[position : position + size], "big")
        shortest = (length.bit_length() + 7) // 8
        if not 1 <= size <= 4 or size != shortest or length < 0x80:  # noqa: PLR2004  # as above; four bytes are 4 GiB
            raise Refusal("malformed")
    except IndexError as error:
        raise Refusal("malformed") from error
    return position + size, length, bool(tag & 0x20)


def with_timestamp(signature: bytes, token: bytes) -> bytes:
    """Return a signature without unsigned attributes with a timestamp token as its only one (RFC 3161, appendix A).

    The token is put in as it is, neither read nor encoded anew.
    """
    info = cms.ContentInfo.load(signature, strict=True)
    data = info["content"]
    signer = data["signer_infos"][0]
    attribute = der(0x30, cms.CMSAttributeType(_STAMP).dump() + der(0x31, token))
    fields = [data[name].dump() for name in ("version", "digest_algorithms", "encap_content_info", "certificates")]
    signers = der(0x31, der(0x30, signer.contents + der(0xA1, attribute)))
    return der(0x30, info["content_type"].dump() + der(0xA0, der(0x30, b"".join(fields) + signers)))
