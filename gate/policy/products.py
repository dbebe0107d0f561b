"""Names of products, so that what evidence calls a product can be compared with what a delivery holds.

Names are compared without regard to case and to which of ``-``, ``_`` and ``.`` stands between words (PyPA "Names and
normalization"); versions as they are.  A package URL stands for its own kind of package alone: ``ms`` of npm is not
``ms`` of PyPI.  A bare name, as some tools write it, may stand for any kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUNS: Final = re.compile(r"[-_.]+")
_SCHEME: Final = "pkg:"
_VENDORED: Final = frozenset({"deb", "rpm", "apk"})
"""Kinds whose name space is a vendor, which packages themselves do not name (package-url specification, types)."""


def spelling(name: str, version: str) -> str:
    """Return a name with its version in the one spelling."""
    return f"{_RUNS.sub('-', name).lower()}@{version}"


def names_of(product: str) -> frozenset[str]:
    """Return what a product that evidence names stands for: one kind of package, or a bare name."""
    if not product.startswith(_SCHEME):
        return frozenset({f":{_bare(product)}"})
    kind, name, version = _parts(product)
    names = {f"{kind}:{spelling(name, version)}"}
    if kind in _VENDORED:
        names.add(f"{kind}:{spelling(_last(name), version)}")
    return frozenset(names)


def calls_of(product: str) -> frozenset[str]:
    """Return all by which a thing may be called: as :func:`names_of`, and for a package URL its bare names as well."""
    if not product.startswith(_SCHEME):
        return names_of(product)
    _, name, version = _parts(product)
    return names_of(product) | {f":{spelling(name, version)}", f":{spelling(_last(name), version)}"}


def plain_name(product: str) -> str:
    """Return name and version of a product of any kind in the one spelling."""
    if not product.startswith(_SCHEME):
        return _bare(product)
    _, name, version = _parts(product)
    return spelling(_last(name), version)


def with_any_version(names: Iterable[str]) -> frozenset[str]:
    """Return names also in the form without a version, by which all versions are meant."""
    return frozenset(form for name in names for form in (name, f"{name.rpartition('@')[0]}@"))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What some products, as evidence names them, stand for, and all by which these may be called."""

    names: frozenset[str]
    calls: frozenset[str]

    @classmethod
    def of(cls, products: Iterable[str]) -> Self:
        """Return what products stand for together."""
        listed = list(products)
        return cls(_all(map(names_of, listed)), _all(map(calls_of, listed)))

    def shares(self, other: Meaning) -> bool:
        """Say whether both have a product in common; this one may leave the version out."""
        names, calls = with_any_version(other.names), with_any_version(other.calls)
        return not (self.names.isdisjoint(calls) and self.calls.isdisjoint(names))


def _all(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _parts(purl: str) -> tuple[str, str, str]:
    """Return kind, name with its name space, and version of a package URL in its one form."""
    kind, _, rest = purl.removeprefix(_SCHEME).partition("/")
    name, _, version = rest.partition("@")
    return kind, unquote(name), unquote(version)


def _bare(text: str) -> str:
    """Return a bare ``name@version`` in the one spelling; the mark of an npm scope parts nothing."""
    name, _, version = text.rpartition("@")
    return spelling(name, version) if name else spelling(text, "")


def _last(name: str) -> str:
    return name.rpartition("/")[2]
