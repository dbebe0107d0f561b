"""Entries of the policy on shelves: those that can speak of a thing at all are found once for all things alike."""

from __future__ import annotations

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
