"""Entries of the policy on shelves: those that can speak of a thing at all are found without asking each of them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

EntryT = TypeVar("EntryT")
KeyT = TypeVar("KeyT", bound="Hashable")


class Shelf(Generic[EntryT, KeyT]):
    """Entries by a key of the things that they speak of (a host, a class, an id).

    ``fits`` says whether an entry can speak of things with a key, and must be a function of these two alone.
    """

    def __init__(self, entries: Sequence[EntryT], fits: Callable[[EntryT, KeyT], bool]) -> None:
        self._entries = entries
        self._fits = fits
        self._found: dict[KeyT, tuple[EntryT, ...]] = {}

    def of(self, key: KeyT) -> tuple[EntryT, ...]:
        """Return the entries that can speak of things with this key, in the order of the policy."""
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(entry for entry in self._entries if self._fits(entry, key))
        return found


class Places(Generic[EntryT]):
    """Entries by the folder that their glob names before its first wildcard.

    ``glob_of`` returns the glob of an entry, None for one that speaks of no place (and is found at every place).
    A component without wildcards matches itself alone, in normal form C (``gate.paths.glob_matches``), whatever stands
    behind it; ``!/`` ends a component as ``/`` does.
    """

    def __init__(self, entries: Sequence[EntryT], glob_of: Callable[[EntryT], str | None]) -> None:
        self._below: dict[str, list[EntryT]] = {}
        for entry in entries:
            self._below.setdefault(_folder(glob_of(entry) or ""), []).append(entry)

    def of(self, path: str) -> list[EntryT]:
        """Return the entries that can speak of a place: all that do, and few others."""
        found = list(self._below.get("", ()))
        if self._below:
            end, normal = -1, unicodedata.normalize("NFC", path) + "/"
            while (end := normal.find("/", end + 1)) >= 0:
                found += self._below.get(normal[: end + 1], ())
        return found


def _folder(glob: str) -> str:
    """Return the components of a glob before the first that has a wildcard, each with a ``/`` after it."""
    folder = ""
    for component in unicodedata.normalize("NFC", glob).split("/"):
        if not component or "*" in component or "?" in component:
            break
        folder += f"{component}/"
    return folder
