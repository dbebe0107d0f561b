"""Which published library an item is, or belongs to: by its digest, its banner, or the package that it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gate.models import LibraryFact
from gate.policy.content import holder_of
from gate.policy.matching import any_glob_matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import Fact

_INSTALLED: Final = "node_modules"


class Libraries:
    """The libraries of one examination; ``vendor`` are the globs of the places where the policy says that they lie."""

    def __init__(self, facts: Iterable[Fact], vendor: Sequence[str]) -> None:
        self._vendor = vendor
        self._items: dict[str, LibraryFact] = {}
        self._packages: dict[str, LibraryFact] = {}
        for fact in facts:
            if not isinstance(fact, LibraryFact):
                continue
            if fact.by != "package":
                self._items[fact.path] = fact
            elif self._is_package(fact):
                self._packages[_folder(fact.path)] = fact

    def of(self, path: str) -> LibraryFact | None:
        """Return what an item was recognised as, or else the innermost package that it lies in."""
        return self._items.get(path) or self._package_of(path)

    def is_vendored(self, path: str) -> bool:
        """Say whether the policy says that libraries lie at a path."""
        return any_glob_matches(self._vendor, path)

    def _is_package(self, fact: LibraryFact) -> bool:
        """Say whether a ``package.json`` lies where a package manager or the policy puts that of a library.

        Everywhere else it describes the delivery itself, whose author does not make a library of it by naming it.
        """
        folder = _folder(fact.path).removesuffix("/")
        installed = f"/{folder}".endswith(f"/{_INSTALLED}/{fact.name}")
        return installed or self.is_vendored(fact.path)

    def _package_of(self, path: str) -> LibraryFact | None:
        if not self._packages:
            return None
        holder, folder = holder_of(path), _folder(path)
        while len(folder) >= len(holder):
            if folder in self._packages:
                return self._packages[folder]
            folder = _folder(folder.removesuffix("/"))
        return None


def _folder(path: str) -> str:
    """Return the folder of an item with a ``/`` after it, or what holds the item."""
    return path[: path.rfind("/") + 1]
