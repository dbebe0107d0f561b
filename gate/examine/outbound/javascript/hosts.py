"""Whether a text is the name of a host or of a vocabulary, and what a URL template of a map stands for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList(accept_unknown=False)
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9\-]{1,62}\.?", re.IGNORECASE)
_RESERVED = (".example", ".test", ".invalid", ".localhost", ".local", ".internal", ".onion", ".home.arpa")
"""Names that no public suffix stands behind and that are host names all the same (RFC 2606, RFC 6761, RFC 7686)."""
_PLACEHOLDER = re.compile(r"\{(?:s|([a-z0-9])-([a-z0-9])|switch:([A-Za-z0-9,]{1,60}))\}")
_VOCABULARY = re.compile(
    r"http://www\.w3\.org/(?!\S*\.(?:png|jpe?g|gif|ico|js|css|html?|json)\Z)(?:[12][0-9]{3}|ns|XML|Graphics)/[\w./+\-]{1,80}#?[\w\-]{0,40}"
    r"|https?://json-schema\.org/(?:draft-0[0-9]|draft/[0-9\-]{1,12})/schema#?"
    r"|http://www\.opengis\.net/[\w./\-]{1,60}|http://www\.google\.com/kml/ext/[0-9.]{1,8}"
    r"|http://www\.topografix\.com/GPX/[0-9/]{1,8}"
    r"|http://schemas\.(?:openxmlformats\.org|microsoft\.com)/[\w./\-]{1,100}"
)
"""Names of XML namespaces and schemas: compared, never fetched, unless they reach a sink."""
_SUBDOMAINS = "abc"
_MOST = 8


def is_host_name(text: str) -> bool:
    """Say whether a text is a host name below a known public suffix, or an address.

    ``main.js`` and ``this.id`` are not, as ``js`` is no suffix; neither is a lone ``o.id``, whose first part is the
    only one: too many properties look like that.
    """
    if not _NAME.fullmatch(text):
        return _is_address(text)
    name = text.lower().rstrip(".")
    if name.endswith(_RESERVED):
        return True
    owner = _SUFFIXES.privatesuffix(name)
    return owner is not None and len(owner.partition(".")[0]) > 1


def _is_address(text: str) -> bool:
    if not text[:1].isdigit() and ":" not in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def expanded(template: str) -> Iterator[str]:
    """Yield the URLs that a map library makes of a template: ``{s}``, ``{a-c}`` and ``{switch:a,b}`` are subdomains."""
    found = _PLACEHOLDER.search(template)
    if found is None:
        yield template
        return
    if found[3]:
        names = found[3].split(",")
    elif found[1]:
        names = [chr(code) for code in range(ord(found[1]), ord(found[2]) + 1)]
    else:
        names = list(_SUBDOMAINS)
    for name in names[:_MOST]:
        yield template[: found.start()] + name + template[found.end() :]


def is_vocabulary(text: str) -> bool:
    """Say whether a text is the name of a vocabulary, as XML and JSON have them: a URL by its form alone."""
    return _VOCABULARY.fullmatch(text.strip()) is not None
