"""URLs of which a script computes a part that cannot be told by reading.

Such a part is written as :data:`UNKNOWN`.  What stands before it decides whether the host is known all the same.
"""

from __future__ import annotations

import re

from gate.examine.outbound.found import Reference
from gate.models import Reach

UNKNOWN = "\ue000"
"""Stands for text that is not constant: a character of private use, which no host name can hold."""
SHOWN = "*"
"""How such a part is shown."""

_SCHEME_UNKNOWN = re.compile(r"[\x00-\x20]*+\ue000++:?(?=//[^/\ue000])")
_AUTHORITY = re.compile(
    r"[\x00-\x20]*+(?:(?:https?|wss?|ftp):[/\\]*+|(?:[A-Za-z][A-Za-z0-9+.\-]*+:)?[/\\]{2,}+)", re.IGNORECASE
)
_BLANKS = "".join(map(chr, range(33)))
_STARTS = ("https:", "wss:", "ws:", "ftp:", "javascript:", "/", "\\")
_AUTHORITY_END = re.compile(r"[/\\?#]")
_UNKNOWN_PORT = re.compile(r":[0-9]*+\ue000[0-9\ue000]*+\Z")
_HOST_AND_MORE = re.compile(r"(?>(?:[A-Za-z0-9_\-]++\.)+)[A-Za-z]{2,}+\ue000\Z")
"""A whole host name, followed by what is most likely the path."""


def settled(raw: str) -> tuple[str, bool]:
    """Return a URL without unknown parts, and whether the host that it leads to is unknown.

    Parts that do not bear on the host are written as :data:`SHOWN`.  A URL that surely stays within the place of its
    document is not unknown, and leads nowhere else.
    """
    if UNKNOWN not in raw:
        return raw, False
    scheme = _SCHEME_UNKNOWN.match(raw)
    raw = raw[scheme.end() :] if scheme else raw
    if UNKNOWN not in raw:
        return raw, False
    before = raw[: raw.index(UNKNOWN)].lstrip(_BLANKS)
    authority = _AUTHORITY.match(raw)
    if authority is None:
        # Relative, unless only a slash or what a scheme begins with stands before the unknown part.
        return _shown(raw), any(start.startswith(before.lower()) for start in _STARTS)
    end = _AUTHORITY_END.search(raw, authority.end())
    place = end.start() if end else len(raw)
    host = raw[authority.end() : place]
    rest = _shown(raw[place:])
    host = host.rpartition("@")[2]
    host = _UNKNOWN_PORT.sub("", host)
    if _HOST_AND_MORE.fullmatch(host):
        host, rest = host[:-1], "/" + SHOWN + rest
    return _shown(raw[: authority.end()]) + _shown(host) + rest, UNKNOWN in host or not host


def reached_by_script(reference: Reference, reach: Reach) -> Reference:
    """Return a reference of a document that a script brings about, reached as ``reach`` at most."""
    raw, unknown = settled(reference.raw)
    if reference.reach not in ("automatic", "conditional"):
        return reference._replace(raw=raw)
    reach = "opaque" if unknown else "conditional" if reference.condition else reach
    return reference._replace(raw=raw, reach=reach, by_code=True)


def _shown(text: str) -> str:
    return text.replace(UNKNOWN, SHOWN)
