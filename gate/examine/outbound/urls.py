"""From a URL as it is written in an item to the host that a browser would contact.

URLs are read as the WHATWG URL Standard says, so that backslashes, missing slashes, tabs, integer addresses and user
information lead where a browser goes and not where they seem to.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

from ada_url import join_url

from gate.examine.outbound.deceptive import deceptive
from gate.paths import printable

SHOWN_LENGTH = 300
"""Longest URL, in characters, that a fact carries; the host stands apart and is never cut."""
QUERY_KEYS_SHOWN = 10

_PLACE = "gate-item.invalid"
_BASE = f"https://{_PLACE}/a/b/c"
_PLACE_PREFIX = f"https://{_PLACE}/"
_OTHER_BASE = f"http://{_PLACE}/a/b/c"
"""Where an item is served from is not known.  A URL leads away if it leaves this place, under either scheme."""

_OUTWARD = re.compile(r"[\x00-\x20]*+(?:[/\\][\t\n\r]*+[/\\]|[A-Za-z][A-Za-z0-9+.\-\t\n\r]*+:)")
_SERIALIZED = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.\-]*+:)//(?:[^/?#]*@)?(?P<host>\[[^\]]*+\]|[^:/?#]*+)(?P<port>(?::[0-9]++)?)"
    r"(?P<path>[^?#]*+)\??(?P<query>[^#]*+)"
)
"""The parts of a URL as the parser writes it (WHATWG URL, "URL serializing"); one without ``//`` has no host."""
_REMOTE_LOOKING = re.compile(r"[\x00-\x20]*+(?:(?:https?|wss?|ftp):)?[/\\]{2,}+[^/\\\s]", re.IGNORECASE)
_CONSTANT_HOST = re.compile(r"[a-z0-9_.\-]+|\[[0-9a-f:.]+\]")
_ADDRESS = re.compile(r"(?:[0-9]++\.){3}[0-9]++|\[.*\]")
_WRAPPING = re.compile(
    r"[\x00-\x20]*+(?:ms-[a-z\-]{1,30}|view-source|feed|onenote):[^\s]{0,200}?(?P<url>(?:https?|ftp)://\S*+)",
    re.IGNORECASE,
)
"""Schemes that hand a URL within them on to a program (Office URI schemes, and those of browsers)."""
_PLAIN = re.compile(
    r"(?P<url>https?://(?P<host>(?>(?:[a-z0-9\-]{1,63}+\.)+)[a-z]{2,63}+)(?>(?:/(?![^\s]*/\.)[A-Za-z0-9/_\-+,=@~]"
    r"[A-Za-z0-9/_\-+,=@~.]*+)?)/?+)\Z"
)
"""URLs that are their own serialization: most are, and need not go through the parser."""
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa")
"""RFC 6761, RFC 6762, the ICANN reservation of ``internal``, RFC 8375."""
_LOCAL_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::/127",
        "fc00::/7",
        "fe80::/10",
    )
]
"""This host, private use, shared address space, loopback, link-local, unique local (IANA special-purpose registries).

Documentation networks are not among them: nothing keeps such an address from being routed.
"""


class Target(NamedTuple):
    """Where a URL leads.

    ``url`` has no user information, no fragment, and only the names of query parameters; ``host`` is the lower-case
    A-label, or empty where it is not constant; ``local`` says that it is this machine or a private network; ``note``
    says what about the URL may deceive a reader, or is empty.
    """

    url: str
    host: str
    local: bool = False
    note: str = ""


def base_for(href: str, base: str | None) -> str | None:
    """Return the base URL that a ``<base href>`` sets in a document whose own base is ``base``.

    None stands for the unknown place that the item is served from.
    """
    try:
        url = join_url(base or _BASE, href)
    except ValueError:
        return base
    return base if url.startswith(("data:", "javascript:", _PLACE_PREFIX)) else url


has_user_information = re.compile(r"[^/\\?#]*+[/\\]*+[^/\\?#@]*+@").match
"""Says whether something stands before the host of a URL with one: most browsers load no parts of pages from such."""

may_lead_away = _OUTWARD.match
"""Says, at little cost, whether a URL as written can name a host without the help of a base URL."""


def resolve(raw: str, base: str | None = None) -> Target | None:
    """Return where ``raw`` leads in a document with ``base``, or None where no server would be contacted."""
    if base is None and not may_lead_away(raw):
        return None
    plain = _PLAIN.match(raw) if len(raw) <= SHOWN_LENGTH else None
    if plain and "xn--" not in raw:
        host = plain["host"]
        return Target(raw if plain["url"].count("/") > 2 else f"{raw}/", host, host.endswith(_LOCAL_SUFFIXES))  # noqa: PLR2004
    try:
        href = join_url(base or _BASE, raw)
        if base is None and href.startswith(_PLACE_PREFIX):
            href = join_url(_OTHER_BASE, raw)  # `https:host` is a path for a page under https, a host under http
    except ValueError:
        return Target(shown_text(raw), "") if _REMOTE_LOOKING.match(raw) else None
    parts = _SERIALIZED.match(href)
    host = parts["host"].lower().removesuffix(".") if parts else ""
    if parts is None and (wrapped := _WRAPPING.match(raw)):
        return resolve(wrapped["url"], base)
    if parts is None or not host or host == _PLACE:
        return None
    if not _CONSTANT_HOST.fullmatch(host):
        return Target(shown_text(raw), "")
    shown = f"{parts['scheme']}//{host}{parts['port']}{parts['path']}"
    return Target(_clipped(shown + _redacted_query(parts["query"])), host, _is_local(host), deceptive(host, href))


def _redacted_query(query: str) -> str:
    """Return a query with its values left out; a parameter without a name could be a value itself."""
    if not query:
        return ""
    parameters = query[: 1 << 12].split("&")
    names = [f"{name}=…" if separator else "…" for name, separator, _ in (each.partition("=") for each in parameters)]
    more = ["…"] if len(names) > QUERY_KEYS_SHOWN else []
    return "?" + "&".join(names[:QUERY_KEYS_SHOWN] + more)


def shown_text(raw: str) -> str:
    """Return a URL that cannot be parsed, in a form that is safe to show and holds no query and no user information."""
    text = re.split(r"[?#]", raw[: 2 * SHOWN_LENGTH].strip(), maxsplit=1)[0]
    head, separator, authority = text.partition("//")
    return _clipped(printable(head + separator + authority.rpartition("@")[2]))


def _clipped(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(_LOCAL_SUFFIXES):
        return True
    if not _ADDRESS.fullmatch(host):
        return False
    address = ipaddress.ip_address(host.strip("[]"))
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in _LOCAL_NETWORKS if network.version == address.version)
