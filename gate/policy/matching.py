"""Whether an entry of the policy speaks of a fact, and how narrowly: hosts, URL patterns, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from gate.paths import glob_matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.models import OutboundFact
    from gate.policy.model import Destination, Reviewed


Specificity: TypeAlias = tuple[int, ...]


def glob_specificity(glob: str) -> Specificity:
    """Return how narrow a glob is, greater is narrower.

    A path without wildcards is the narrowest; else fewer ``**`` count first, then more letters, then fewer ``*`` and
    ``?``.
    """
    parts = [part for level in glob.split("!/") for part in level.split("/")]
    spans = parts.count("**")
    wildcards = sum(part.count("*") + part.count("?") for part in parts if part != "**")
    letters = len(glob) - 2 * spans - wildcards
    return int(not spans and not wildcards), -spans, letters, -wildcards


def destination_specificity(destination: Destination, path: str) -> Specificity:
    """Return how narrow a destination is at a path: exact host, then longer URL pattern, then narrower place."""
    places = [glob_specificity(glob) for glob in destination.where or () if glob_matches(glob, path)]
    narrowest = (1, *max(places)) if places else (0,)
    return int(not destination.host.startswith("*.")), len(destination.url or ""), *narrowest


def host_matches(pattern: str, host: str) -> bool:
    """Say whether a host is the one named, or for ``*.example.org`` any below it (not ``example.org`` itself)."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern


def url_matches(pattern: str, url: str) -> bool:
    """Say whether a URL fits a pattern: scheme and port alike, and the rest by ``*`` (any characters, also none).

    Hosts are compared elsewhere, by the fact's own; case counts after the scheme.
    """
    scheme, port, rest = _parts(pattern)
    url_scheme, url_port, url_rest = _parts(url)
    return scheme == url_scheme and port == url_port and _stars_match(rest, url_rest)


def _parts(url: str) -> tuple[str, str, str]:
    """Return scheme, port and what follows the authority, which has a ``/`` where there is nothing else."""
    scheme, separator, after = url.partition("://")
    if not separator:
        return "", "", url
    ends = [place for mark in "/?#" if (place := after.find(mark)) >= 0]
    end = min(ends, default=len(after))
    _, _, port = after[:end].rpartition("@")[2].rpartition("]")[2].partition(":")
    rest = after[end:]
    return scheme.lower(), port, rest if rest.startswith("/") else f"/{rest}"


def _stars_match(pattern: str, text: str) -> bool:
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    *middle, last = others
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return text.endswith(last)


def destination_matches(destination: Destination, fact: OutboundFact) -> bool:
    """Say whether a destination declares a contact: host, way of contact, URL and place all fit.

    Declared code is declared under conditions as well.
    """
    return (
        (fact.reach in destination.reach or (fact.by_code and "code" in destination.reach))
        and host_matches(destination.host, fact.host)
        and (destination.url is None or url_matches(destination.url, fact.url))
        and (destination.where is None or any_glob_matches(destination.where, fact.path))
    )


def reviewed_matches(reviewed: Reviewed, fact: OutboundFact) -> bool:
    """Say whether a disposition speaks of a contact: host and place, as far as it names them, fit."""
    return (reviewed.host is None or host_matches(reviewed.host, fact.host)) and (
        reviewed.where is None or any_glob_matches(reviewed.where, fact.path)
    )


def reviewed_specificity(reviewed: Reviewed, path: str) -> Specificity:
    """Return how narrow a disposition is at a path: exact host, then any host, then the narrower place."""
    places = [glob_specificity(glob) for glob in reviewed.where or () if glob_matches(glob, path)]
    host = 0 if reviewed.host is None else 1 if reviewed.host.startswith("*.") else 2
    return host, *((1, *max(places)) if places else (0,))


def any_glob_matches(globs: Sequence[str], path: str) -> bool:
    """Say whether an item path matches any of the globs."""
    return any(glob_matches(glob, path) for glob in globs)
