"""Puts what a program names of the same host together, so that a few lines tell what thousands of texts hold."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.urls import resolve
from gate.models import Gap, Reach

URLS_OF_A_HOST = 5
"""How many URLs of one host are shown; of the others there is their number, as they lead to the same place."""
HOSTS = 2000
"""How many hosts one item may name; beyond that there is a gap ``too-many``."""
_REMEMBERED = 50_000


class Groups:
    """References by host, reach and condition."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Reach, str], dict[str, tuple[str, str]]] = {}
        self._more: dict[tuple[str, Reach, str], int] = {}
        self._seen: set[tuple[str, Reach, str]] = set()
        self._too_many = False

    def add(self, url: str, reach: Reach, via: str, condition: str = "") -> None:
        """Take in a URL, if it leads to a host at all."""
        if (url, reach, condition) in self._seen:
            return
        if len(self._seen) < _REMEMBERED:
            self._seen.add((url, reach, condition))
        target = resolve(url)
        if target is None:
            return
        key = (target.host, reach, condition)
        if key not in self._kept:
            if len(self._kept) >= HOSTS:
                self._too_many = True
                return
            self._kept[key] = {}
        urls = self._kept[key]
        if target.url in urls:
            return
        if len(urls) < URLS_OF_A_HOST:
            urls[target.url] = (url, via)
        else:
            self._more[key] = self._more.get(key, 0) + 1

    def found(self, condition: str = "") -> Iterator[Found]:
        """Yield what was taken in; ``condition`` holds for all of it."""
        for key, urls in self._kept.items():
            _, reach, own = key
            more = f"at least {self._more[key]} more URLs of this host" if key in self._more else ""
            parts = [part for part in (own, condition if reach != "identifier" else "", more) if part]
            for url, via in urls.values():
                yield Reference(url, reach, via, 0, "; ".join(parts))
        if self._too_many:
            yield Gap("too-many", f"more than {HOSTS} hosts are named")
