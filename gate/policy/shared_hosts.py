"""Hosts from which anybody can serve anything, and those whose answer is a list of further hosts.

Facts of the services' own documentation; a name that begins with ``*.`` stands for all hosts below it.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gate.policy.matching import host_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SHARED: Final[Mapping[str, int]] = MappingProxyType(
    {
        # Content delivery networks that serve every package of a public registry or repository.
        "cdn.jsdelivr.net": 2,
        "fastly.jsdelivr.net": 2,
        "unpkg.com": 1,
        "esm.sh": 2,
        "esm.run": 2,
        "cdn.skypack.dev": 2,
        "ga.jspm.io": 2,
        "cdnjs.cloudflare.com": 3,
        "cdn.statically.io": 2,
        "rawcdn.githack.com": 2,
        "raw.githack.com": 2,
        "cdn.rawgit.com": 2,
        "ajax.googleapis.com": 3,
        "ajax.aspnetcdn.com": 2,
        # Files, pages and functions of any customer.
        "raw.githubusercontent.com": 2,
        "gist.githubusercontent.com": 2,
        "objects.githubusercontent.com": 2,
        "media.githubusercontent.com": 2,
        "*.github.io": 2,
        "*.gitlab.io": 2,
        "storage.googleapis.com": 1,
        "firebasestorage.googleapis.com": 2,
        "*.web.app": 2,
        "*.firebaseapp.com": 2,
        "*.appspot.com": 2,
        "*.run.app": 2,
        "*.cloudfunctions.net": 2,
        "*.amazonaws.com": 2,
        "*.cloudfront.net": 2,
        "*.azureedge.net": 2,
        "*.azurefd.net": 2,
        "*.azurewebsites.net": 2,
        "*.blob.core.windows.net": 2,
        "*.web.core.windows.net": 2,
        "*.pages.dev": 2,
        "*.workers.dev": 2,
        "*.r2.dev": 2,
        "*.netlify.app": 2,
        "*.vercel.app": 2,
        "*.herokuapp.com": 2,
        "*.onrender.com": 2,
        "*.fly.dev": 2,
        "*.deno.dev": 2,
        "*.surge.sh": 2,
        "*.glitch.me": 2,
        "*.repl.co": 2,
        "*.ngrok.io": 2,
        "*.ngrok-free.app": 2,
        "*.trycloudflare.com": 2,
        "pastebin.com": 2,
        "drive.google.com": 2,
        "docs.google.com": 2,
        "dl.dropboxusercontent.com": 2,
        "*.sharepoint.com": 2,
    }
)
"""A digest, or a path that belongs to one publisher, says whose bytes are fetched from there; the host does not.

The number is how many steps of such a path name the publisher: ``npm/leaflet``, ``ajax/libs/leaflet``, a bucket.
"""
_OF_EVERYBODY: Final = {"combine"}
"""First steps of paths behind which the files of several publishers are named at once."""

TAG_MANAGERS: Final = (
    "www.googletagmanager.com",
    "googletagmanager.com",
    "tags.tiqcdn.com",
    "assets.adobedtm.com",
    "s.yjtag.jp",
    "s.yimg.jp",
    "cdn.segment.com",
    "tag.commander1.com",
    "cdn.tagcommander.com",
    "*.ensighten.com",
    "cdn.matomo.cloud",
    "t.contentsquare.net",
)
"""What these bring in is decided elsewhere, after the delivery: only the list of published tags says it."""


@lru_cache(maxsize=4096)
def is_shared(host: str) -> bool:
    """Say whether anybody can serve something from a host."""
    return any(host_matches(pattern, host) for pattern in SHARED)


def names_publisher(url: str) -> bool:
    """Say whether a URL pattern of a shared host says whose files on it are meant."""
    host, _, path = url.partition("://")[2].partition("/")
    path = path.partition("?")[0].partition("#")[0]
    steps = path.partition("*")[0].split("/")[:-1] if "*" in path else path.split("/")
    named = [step for step in steps if step]
    needed = max((number for pattern, number in SHARED.items() if host_matches(pattern, host)), default=0)
    return "*" not in host and len(named) >= needed and _OF_EVERYBODY.isdisjoint(named[:1])


def publisher_pattern(host: str, urls: Iterable[str]) -> str:
    """Return the URL pattern of the one publisher whose files on a shared host all these URLs are.

    Empty where the host is not shared, or the URLs do not lie with one publisher.
    """
    needed = max((number for pattern, number in SHARED.items() if host_matches(pattern, host)), default=0)
    begins = {"/".join(url.split("/")[: 3 + needed]) for url in urls}
    if not needed or len(begins) != 1:
        return ""
    pattern = f"{begins.pop()}/*"
    return pattern if pattern.startswith(f"https://{host}/") and names_publisher(pattern) else ""


def is_tag_manager(host: str) -> bool:
    """Say whether a host serves what somebody configures elsewhere."""
    return any(host_matches(pattern, host) for pattern in TAG_MANAGERS)
