"""Which item is the package whose metadata was found: the file that a component was delivered as, with its digest."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import ItemFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gate.models import ComponentFact, Fact

_OWN: Final = {
    "python-metadata": re.compile(r"(.+\.whl)!/[^/!]+\.dist-info/METADATA", re.IGNORECASE),
    "package.json": re.compile(r"(.+\.(?:tgz|tar\.gz))!/package/package\.json", re.IGNORECASE),
    "pom.properties": re.compile(r"(.+\.[jwe]ar)!/META-INF/maven/[^/!]+/[^/!]+/pom\.properties", re.IGNORECASE),
    "bundle-manifest": re.compile(r"(.+\.jar)!/META-INF/MANIFEST\.MF", re.IGNORECASE),
    "nuspec": re.compile(r"(.+\.nupkg)!/[^/!]+\.nuspec", re.IGNORECASE),
    "dpkg": re.compile(r"(.+\.deb)!/control\.tar[^/!]*!/(?:\./)?control", re.IGNORECASE),
    "rpm-header": re.compile(r"(.+)"),
}
"""By the kind of metadata: where it lies in the package that it is of, and the path of that package.

Metadata elsewhere in it is that of something else, which was packed along.
"""


@dataclass(frozen=True, slots=True)
class Packages:
    """The digests of items by path, and how many components each package says that it is."""

    digests: dict[str, str]
    counts: Counter[tuple[str, str]]

    @classmethod
    def of(cls, facts: Iterable[Fact], found: Sequence[ComponentFact]) -> Packages:
        """Return the packages among the items of an examination."""
        digests = {fact.path: fact.sha256 for fact in facts if isinstance(fact, ItemFact)}
        return cls(digests, Counter((fact.found_by, _package(fact)) for fact in found))

    def digest(self, fact: ComponentFact) -> str | None:
        """Return the SHA-256 of the file that is the component, None where it lies unpacked or in something else.

        A jar that says of itself that it is several is none of them.
        """
        package = _package(fact)
        return self.digests.get(package) if self.counts[fact.found_by, package] == 1 else None


def _package(fact: ComponentFact) -> str:
    """Return the path of the package that metadata is of, empty where it is none."""
    own = _OWN.get(fact.found_by)
    found = own.fullmatch(fact.path) if own else None
    return found[1] if found else ""
