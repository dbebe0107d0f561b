"""URLs in programs and documents that are names and not places: namespaces, and addresses inside of certificates.

Each rule names itself in the condition of the fact.  A rule never speaks for a host that anyone could have: namespaces
count by their whole prefix, addresses in certificates only in the form and place that certificates have them.
"""

from __future__ import annotations

import re

_NAMESPACES = (
    "http://www.w3.org/",
    "https://www.w3.org/ns/",
    "http://schemas.microsoft.com/",
    "http://schemas.openxmlformats.org/",
    "http://schemas.xmlsoap.org/",
    "http://schemas.android.com/",
    "http://schemas.dmtf.org/",
    "http://purl.oclc.org/",
    "http://purl.org/",
    "http://ns.adobe.com/",
    "http://ns.useplus.org/",
    "http://iptc.org/std/",
    "http://cipa.jp/exif/",
    "http://xml.org/sax/",
    "http://xml.apache.org/",
    "http://apache.org/xml/",
    "http://xmlns.com/",
    "http://xmlns.jcp.org/",
    "http://java.sun.com/xml/",
    "http://javax.xml.XMLConstants/",
    "http://json-schema.org/",
    "https://json-schema.org/",
    "http://relaxng.org/ns/",
    "http://docbook.org/ns/",
    "http://exslt.org/",
    "http://icl.com/saxon/",
    "http://www.xfa.org/schema/",
    "http://docs.oasis-open.org/",
    "http://www.oasis-open.org/",
    "http://openoffice.org/",
    "http://www.topografix.com/GPX/",
    "http://www.opengis.net/",
    "http://www.iec.ch/",
    "http://www.color.org/",
    "http://www.aiim.org/pdfa/ns/",
    "http://www.npes.org/pdfx/ns/",
    "http://www.apple.com/DTDs/",
    "http://www.inkscape.org/namespaces/",
    "http://sodipodi.sourceforge.net/DTD/",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://www.freedesktop.org/standards/",
    "http://gcc.gnu.org/xml/",
)
"""Prefixes that specifications give to names."""
_AUTHORITIES = (
    "digicert.com verisign.com symcb.com symcd.com symantec.com thawte.com geotrust.com entrust.net globalsign.com "
    "globalsign.net sectigo.com comodoca.com usertrust.com trust-provider.com identrust.com lencr.org letsencrypt.org "
    "godaddy.com starfieldtech.com certum.pl startssl.com wosign.com quovadisglobal.com buypass.com secomtrust.net "
    "microsoft.com msocsp.com apple.com amazontrust.com pki.goog gsrsa4.pki.goog ssl.com cybertrust.ne.jp jprs.jp "
    "trustasia.com harica.gr swisssign.net telesec.de d-trust.net certsign.ro izenpe.com firmaprofesional.com"
)
"""Whoever runs a public certificate authority, by registered domain."""
_OF_CERTIFICATES = re.compile(
    r"http://(?P<host>[a-z0-9.\-]+)(?::80)?/?(?:\S*\.(?:crl|crt|cer|p7c|p7b|der)|(?:\S*/)?(?:cps|rpa|repository|legal|ocsp)\S*)?",
    re.IGNORECASE,
)
_DER_SHORT = 128


def identifier_rule(url: str, measured: int = 0) -> str:
    """Return the rule by which ``url`` is an identifier, or an empty text.

    ``measured`` is the length that a DER header before it gives, or 0 where none stands there.
    """
    if url.startswith(_NAMESPACES) or f"{url}/" in _NAMESPACES:
        return "namespace"
    in_certificate = 0 < measured < _DER_SHORT and measured <= len(url)
    found = _OF_CERTIFICATES.match(url) if in_certificate else None
    if found and _is_of_authority(found["host"].lower()):
        return "address in a certificate"
    return ""


def _is_of_authority(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _AUTHORITIES.split())
