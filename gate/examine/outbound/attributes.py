"""Values of attributes that hold more than one URL, or a URL among other words."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CANDIDATE = re.compile(r"[\s,]*+([^\s]++)")
_DESCRIPTORS = re.compile(r"[^,(]*+(?>(?:\([^)]*+\)?[^,(]*+)*),?")
_REFRESH = re.compile(
    r"\s*+[0-9.]*+[\s;,]*+(?:url\s*+=\s*+)?(?:\"([^\"]*+)|'([^']*+)|(.*+))", re.IGNORECASE | re.DOTALL
)


def srcset_urls(value: str) -> Iterator[str]:
    """Yield the URLs of a ``srcset`` (HTML, "parse a srcset attribute")."""
    place = 0
    while candidate := _CANDIDATE.match(value, place):
        url = candidate[1].rstrip(",")
        if url:
            yield url
        place = candidate.end()
        if len(url) == len(candidate[1]):
            descriptors = _DESCRIPTORS.match(value, place)
            place = descriptors.end() if descriptors else len(value)


def refresh_url(value: str) -> str:
    """Return the URL of a ``<meta http-equiv=refresh>``, or an empty text.

    The rule is that of HTML, "shared declarative refresh steps".
    """
    found = _REFRESH.match(value)
    return next((group for group in found.groups() if group), "").strip() if found else ""


def words(value: str | None) -> list[str]:
    """Return the lower-case words of a list like ``rel``."""
    return (value or "").lower().split()
