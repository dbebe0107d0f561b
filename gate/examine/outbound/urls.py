"""From a URL as it is written in an item to the host that a browser would contact.

URLs are read as the WHATWG URL Standard says, so that backslashes, missing slashes, tabs, integer addresses and user
information lead where a browser goes and not where they seem to.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ada_url import URL

from gate.paths import printable

SHOWN_LENGTH = 300
"""Longest URL, in characters, that a fact carries; the host stands apart and is never cut."""
QUERY_KEYS_SHOWN = 10

_PLACE = "gate-item.invalid"
_BASE = f"https://{_PLACE}/a/b/c"
_OTHER_BASE = f"http://{_PLACE}/a/b/c"
"""Where an item is served from is not known.  A URL leads away if it leaves this place, under either scheme."""

_OUTWARD = re.compile(r"[\x00-\x20]*+(?:[/\\][\t\n\r]*+[/\\]|[A-Za-z][A-Za-z0-9+.\-\t\n\r]*+:)")
_HOSTLESS_SCHEMES = frozenset({"data:", "javascript:", "mailto:", "tel:", "about:", "blob:", "sms:", "cid:", "urn:"})
_REMOTE_LOOKING = re.compile(r"[\x00-\x20]*+(?:(?:https?|wss?|ftp):)?[/\\]{2,}+[^/\\\s]", re.IGNORECASE)
_CONSTANT_HOST = re.compile(r"[a-z0-9_.\-]+|\[[0-9a-f:.]+\]")
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa")
"""RFC 6761, RFC 6762, the ICANN reservation of ``internal``, RFC 8375."""
_LOCAL_NETWORKS = [
    ipaddress.ip_network(network)
    for network in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                    "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10")
]
"""This host, private use, shared address space, loopback, link-local, unique local (IANA special-purpose registries).

Documentation networks are not among them: nothing keeps such an address from being routed.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads.

    ``url`` has no user information, no fragment, and only the names of query parameters; ``host`` is the lower-case
    A-label, or empty where it is not constant; ``local`` says that it is this machine or a private network.
    """

    url: str
    host: str
    local: bool = False

    @property
    def constant(self) -> bool:
        """Whether the host can be told from the text alone."""
        return bool(self.host)


def base_for(href: str, base: str | None) -> str | None:
    """Return the base URL that a ``<base href>`` sets in a document whose own base is ``base``.

    None stands for the unknown place that the item is served from.
    """
    try:
        url = URL(href, base or _BASE)
    except ValueError:
        return base
    if url.protocol in ("data:", "javascript:") or url.hostname == _PLACE:
        return base
    return str(url.href)


def may_lead_away(raw: str) -> bool:
    """Say, at little cost, whether ``raw`` can name a host without the help of a base URL."""
    return _OUTWARD.match(raw) is not None


def resolve(raw: str, base: str | None = None) -> Target | None:
    """Return where ``raw`` leads in a document with ``base``, or None where no server would be contacted."""
    if base is None and not may_lead_away(raw):
        return None
    try:
        url = URL(raw, base or _BASE)
        if base is None and url.hostname == _PLACE:
            url = URL(raw, _OTHER_BASE)  # `https:host` is a path for a page under https, and a host under http
    except ValueError:
        return Target(_shown_text(raw), "") if _REMOTE_LOOKING.match(raw) else None
    host = str(url.hostname).lower().removesuffix(".")
    if not host or host == _PLACE or url.protocol in _HOSTLESS_SCHEMES:
        return None
    if not _CONSTANT_HOST.fullmatch(host):
        return Target(_shown_text(raw), "")
    return Target(_shown(url, host), host, _is_local(host))


def _shown(url: URL, host: str) -> str:
    port = f":{url.port}" if url.port else ""
    text = f"{url.protocol}//{host}{port}{url.pathname}"
    return _clipped(text + _redacted_query(url.search.removeprefix("?")))


def _redacted_query(query: str) -> str:
    """Return a query with its values left out; a parameter without a name could be a value itself."""
    if not query:
        return ""
    parameters = query[: 1 << 12].split("&")
    names = [f"{name}=…" if separator else "…" for name, separator, _ in (each.partition("=") for each in parameters)]
    more = ["…"] if len(names) > QUERY_KEYS_SHOWN else []
    return "?" + "&".join(names[:QUERY_KEYS_SHOWN] + more)


def _shown_text(raw: str) -> str:
    """Return a URL that cannot be parsed, in a form that is safe to show and holds no query and no user information."""
    text = re.split(r"[?#]", raw[: 2 * SHOWN_LENGTH].strip(), maxsplit=1)[0]
    head, separator, authority = text.partition("//")
    return _clipped(printable(head + separator + authority.rpartition("@")[2]))


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(_LOCAL_SUFFIXES):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _LOCAL_NETWORKS if network.version == address.version)
