"""Components in documents: as they were found, and for the record each once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gate.models import ComponentFact
from gate.policy.delivery import found_components
from gate.record.identity import DOCUMENT

if TYPE_CHECKING:
    from gate.models import Examination


@dataclass(frozen=True, slots=True)
class Component:
    """A component found in an artifact, as its own metadata names it: see ``ComponentFact``.

    ``delivered`` is False for what a lock file only asks for, ``problem`` says why one is incomplete.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    purl: str
    name: str
    version: str
    licence: str
    found_by: str
    delivered: bool
    problem: str
    path: str
    sha256: str

    @classmethod
    def of(cls, fact: ComponentFact) -> Component:
        """Return the entry for a component."""
        return cls(
            fact.purl,
            fact.name,
            fact.version,
            fact.licence,
            fact.found_by,
            fact.delivered,
            fact.problem,
            fact.path,
            fact.sha256,
        )


@dataclass(frozen=True, slots=True)
class RecordComponent:
    """A component that the delivery holds; ``places`` counts the metadata that name it, ``path`` is the first."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    purl: str
    name: str
    version: str
    problem: str
    path: str
    places: int


def result_components(examination: Examination) -> tuple[Component, ...]:
    """Return all components of an examination, also those that are only asked for, in the order of its facts."""
    return tuple(Component.of(fact) for fact in examination.facts if isinstance(fact, ComponentFact))


def record_components(examination: Examination) -> tuple[RecordComponent, ...]:
    """Return each component that the delivery holds once; those that cannot be told apart by name stay apart."""
    found = found_components(examination.facts)
    places = Counter(_key(fact) for fact in found)
    first = {_key(fact): fact for fact in reversed(found)}
    return tuple(
        RecordComponent(fact.purl, fact.name, fact.version, fact.problem, fact.path, places[key])
        for key, fact in sorted(first.items())
    )


def _key(fact: ComponentFact) -> tuple[str, str]:
    return fact.purl, "" if fact.purl else fact.path
