"""How files name what they speak of, in the forms in which a fact keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gate.examine.json_values import Malformed, Table, rows, sha256_of, shown, table, text
from gate.examine.purls import canonical_purl

MOST_PRODUCTS: Final = 1000
"""Most products, and most parts of one, that a result names."""


def product(name: str) -> str:
    """Return a package URL in its one form, anything else as it is, safe to show."""
    return (canonical_purl(name) if name.startswith("pkg:") else None) or shown(name)


def bounded_products(names: Iterable[str], place: str) -> tuple[str, ...]:
    """Return the names each once.

    Raises ``Malformed`` where there are more than a result can keep: one that is left out could be the one delivered.
    """
    distinct = tuple(dict.fromkeys(names))
    if len(distinct) > MOST_PRODUCTS:
        raise Malformed(f"{place}: more than {MOST_PRODUCTS} products")
    return distinct


def of_cyclonedx(component: Table, place: str) -> tuple[str, ...]:
    """Return all by which a CycloneDX component can be recognised; its bare name only where it has no package URL."""
    return tuple(dict.fromkeys(_of_cyclonedx(component, place)))


def _of_cyclonedx(component: Table, place: str) -> Iterator[str]:
    purl = text(component, "purl", place)
    if purl:
        yield product(purl)
    for each in rows(component, "hashes", place):
        digest = sha256_of(text(each, "alg", place), text(each, "content", place))
        if digest:
            yield digest
    name, version = text(component, "name", place), text(component, "version", place)
    group = text(component, "group", place)
    if name and version and not purl:
        yield shown(f"{group}/{name}@{version}" if group else f"{name}@{version}")


def of_openvex(holder: Table, place: str) -> tuple[str, ...]:
    """Return all by which a product or subcomponent of OpenVEX can be recognised (OpenVEX 0.2.0, "Product")."""
    found = []
    identifier = text(holder, "@id", place)
    purl = text(table(holder, "identifiers", place), "purl", place)
    found += [product(each) for each in (identifier, purl) if each]
    hashes = table(holder, "hashes", place)
    digests = [sha256_of(each, text(hashes, each, place)) for each in hashes]
    return tuple(dict.fromkeys([*found, *[each for each in digests if each]]))
