"""Hosts from which anybody can serve anything, and those whose answer is a list of further hosts.

Facts of the services' own documentation; a name that begins with ``*.`` stands for all hosts below it.
"""

from __future__ import annotations

from typing import Final

from gate.policy.matching import host_matches

SHARED: Final = (
    # Content delivery networks that serve every package of a public registry or repository.
    "cdn.jsdelivr.net",
    "fastly.jsdelivr.net",
    "unpkg.com",
    "esm.sh",
    "esm.run",
    "cdn.skypack.dev",
    "ga.jspm.io",
    "cdnjs.cloudflare.com",
    "cdn.statically.io",
    "rawcdn.githack.com",
    "raw.githack.com",
    "cdn.rawgit.com",
    "ajax.googleapis.com",
    "ajax.aspnetcdn.com",
    # Files, pages and functions of any customer.
    "raw.githubusercontent.com",
    "gist.githubusercontent.com",
    "objects.githubusercontent.com",
    "media.githubusercontent.com",
    "*.github.io",
    "*.gitlab.io",
    "storage.googleapis.com",
    "firebasestorage.googleapis.com",
    "*.web.app",
    "*.firebaseapp.com",
    "*.appspot.com",
    "*.run.app",
    "*.cloudfunctions.net",
    "*.amazonaws.com",
    "*.cloudfront.net",
    "*.azureedge.net",
    "*.azurefd.net",
    "*.azurewebsites.net",
    "*.blob.core.windows.net",
    "*.web.core.windows.net",
    "*.pages.dev",
    "*.workers.dev",
    "*.r2.dev",
    "*.netlify.app",
    "*.vercel.app",
    "*.herokuapp.com",
    "*.onrender.com",
    "*.fly.dev",
    "*.deno.dev",
    "*.surge.sh",
    "*.glitch.me",
    "*.repl.co",
    "*.ngrok.io",
    "*.ngrok-free.app",
    "*.trycloudflare.com",
    "pastebin.com",
    "drive.google.com",
    "docs.google.com",
    "dl.dropboxusercontent.com",
    "*.sharepoint.com",
)
"""A digest, or a path that belongs to one publisher, says whose bytes are fetched from there; the host does not."""

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


def is_shared(host: str) -> bool:
    """Say whether anybody can serve something from a host."""
    return any(host_matches(pattern, host) for pattern in SHARED)


def is_tag_manager(host: str) -> bool:
    """Say whether a host serves what somebody configures elsewhere."""
    return any(host_matches(pattern, host) for pattern in TAG_MANAGERS)
