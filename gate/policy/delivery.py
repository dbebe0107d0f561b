"""What a delivery is recognised by when others speak of it: digests, package URLs, names with versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gate.models import ComponentFact, ItemFact
from gate.policy.products import calls_of, names_of, plain_name, spelling, with_any_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gate.models import Examination, Fact
    from gate.policy.model import Policy

_DIGEST: Final = "sha256:"
_META: Final = "META-INF/"


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that a product, as evidence names it, can be compared with.

    ``digests`` are those of artifacts and items, ``artifacts`` maps the digest of each artifact to its path,
    ``unnamed`` are the digests of those in which no component was found, ``components`` maps each component that was
    found to what it may be called, ``called`` holds all of these, ``itself`` is the deliverable's own name with its
    version.
    """

    digests: frozenset[str]
    artifacts: dict[str, str]
    unnamed: frozenset[str]
    components: dict[str, frozenset[str]]
    called: frozenset[str]
    itself: str | None

    def has(self, products: Iterable[str]) -> bool:
        """Say whether any of these names is that of something in the delivery."""
        return any(map(self._has, products))

    def _has(self, product: str) -> bool:
        if product.startswith(_DIGEST):
            return product in self.digests
        return bool(names_of(product) & self.called) or plain_name(product) == self.itself

    def left_out(self, looked_at: Iterable[str]) -> tuple[str, ...]:
        """Return what a look at these did not cover, sorted: components, and artifacts in which none was found.

        Whoever saw every artifact whole left nothing out.
        """
        seen = set(looked_at)
        if seen.issuperset(self.artifacts):
            return ()
        names = frozenset[str]().union(*map(names_of, seen))
        components = [component for component, called in self.components.items() if not called & names]
        return tuple(sorted([*components, *(self.artifacts[digest] for digest in self.unnamed - seen)]))


def delivery_of(examination: Examination, policy: Policy) -> Delivery:
    """Return what an examined delivery, declared by a policy, is recognised by."""
    artifacts = {f"{_DIGEST}{artifact.sha256}": artifact.path for artifact in examination.artifacts}
    items = {f"{_DIGEST}{fact.sha256}" for fact in examination.facts if isinstance(fact, ItemFact)}
    components: dict[str, frozenset[str]] = {}
    called: set[str] = set()
    found = found_components(examination.facts)
    for fact in found:
        # One without a version is nothing that evidence could speak of.
        names = calls_of(fact.purl) if fact.purl and fact.version else frozenset[str]()
        components[fact.purl or f"{fact.name} ({fact.path})"] = names
        called |= with_any_version(names)
    holding = {_artifact(fact.path) for fact in found}
    unnamed = frozenset(digest for digest, path in artifacts.items() if path not in holding)
    declared = policy.deliverable
    itself = None if declared is None else spelling(declared.name, declared.version)
    return Delivery(frozenset(artifacts) | items, artifacts, unnamed, components, frozenset(called), itself)


def found_components(facts: Iterable[Fact]) -> list[ComponentFact]:
    """Return the components that a delivery holds, in order; a jar that names itself twice is one.

    The manifest of a bundle has no name that others would know where a ``pom.properties`` beside it has one.
    """
    found = [fact for fact in facts if isinstance(fact, ComponentFact) and fact.delivered]
    named = {_holder(fact.path) for fact in found if fact.found_by == "pom.properties" and fact.purl}
    kept = [fact for fact in found if fact.found_by != "bundle-manifest" or _holder(fact.path) not in named]
    return sorted(kept, key=lambda fact: (fact.purl, fact.name, fact.path))


def _holder(path: str) -> str:
    """Return the place of the archive, opened or unpacked, whose ``META-INF`` a file lies in; else its own."""
    return path.rpartition(_META)[0] if _META in path else path


def _artifact(path: str) -> str:
    """Return the path of the artifact that an item lies in (an artifact's path has one component)."""
    return path.partition("/")[0].removesuffix("!")
