"""The documents of a run: ``release-gate/facts/v1`` (all that was seen) and ``release-gate/result/v1`` (the answer).

Both are canonical JSON: same values, same bytes.  Their JSON Schemas lie in ``gate/schemas``; ``tools/schemas.py``
writes them from the types in this package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias, cast

from pydantic import Field, TypeAdapter

from gate.models import (
    Artifact,
    Coverage,
    EngineInfo,
    EngineProblem,
    Examination,
    Fact,
    Gap,
    Judgement,
)
from gate.paths import printable
from gate.record.canonical import DocumentError, canonical, parse_strictly
from gate.record.identity import DOCUMENT, GateIdentity, gate_identity
from gate.record.parsing import validated
from gate.record.result import PolicyReference, ResultDocument, build_result
from gate.record.types import FACTS, FactsSchema

if TYPE_CHECKING:
    from gate.policy.load import LoadedPolicy

__all__ = [
    "DocumentError",
    "GateIdentity",
    "SchemaName",
    "facts_document",
    "gate_identity",
    "parse_facts",
    "policy_reference",
    "result_document",
    "schema",
]

SchemaName: TypeAlias = Literal[
    "facts",
    "result",
    "record",
    "provenance",
    "vsa",
    "verification",
    "sealed",
    "countersigned",
    "database",
    "policy",
    "trust",
]


@dataclass(frozen=True, slots=True)
class FactsDocument:
    """``release-gate/facts/v1``: every fact and gap of a run, without any judgement."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    schema_: FactsSchema
    gate: GateIdentity
    artifacts: tuple[Artifact, ...]
    facts: tuple[Annotated[Fact, Field(discriminator="kind")], ...]
    gaps: tuple[Gap, ...]
    engines: tuple[EngineInfo, ...]
    problems: tuple[EngineProblem, ...]
    coverage: tuple[Coverage, ...]
    started: str
    finished: str


_FACTS = TypeAdapter(FactsDocument)
_RESULT = TypeAdapter(ResultDocument)


def facts_document(examination: Examination, gate: GateIdentity) -> bytes:
    """Return ``gate/facts.json`` for an examination."""
    document = FactsDocument(
        schema_=FACTS,
        gate=gate,
        artifacts=examination.artifacts,
        facts=examination.facts,
        gaps=examination.gaps,
        engines=examination.engines,
        problems=examination.problems,
        coverage=examination.coverage,
        started=examination.started,
        finished=examination.finished,
    )
    return canonical(_FACTS.dump_python(document, mode="json", by_alias=True))


def parse_facts(raw: bytes) -> Examination:
    """Return the examination that a facts document holds.

    Raises :class:`DocumentError` where it is not one: other keys, other types, repeated keys, bytes that are not the
    canonical form.
    """
    if canonical(parse_strictly(raw)) != raw:
        raise DocumentError("not in canonical form")
    document = validated(_FACTS, raw)
    return Examination(
        artifacts=document.artifacts,
        facts=document.facts,
        gaps=document.gaps,
        engines=document.engines,
        problems=document.problems,
        coverage=document.coverage,
        started=document.started,
        finished=document.finished,
    )


def policy_reference(loaded: LoadedPolicy) -> PolicyReference:
    """Return how documents name the policy: by its file's name, without the folder, and its digest."""
    return PolicyReference(
        path=None if loaded.path is None else printable(PurePath(loaded.path).name),
        sha256=loaded.sha256,
        agreed=loaded.agreed,
    )


def result_document(examination: Examination, judgement: Judgement, loaded: LoadedPolicy, gate: GateIdentity) -> bytes:
    """Return the result document of a run (``check --format json``; ``gate/result.json``)."""
    document = build_result(examination, judgement, policy_reference(loaded), gate)
    return canonical(_RESULT.dump_python(document, mode="json", by_alias=True))


def schema(name: SchemaName) -> dict[str, Any]:
    """Return the published JSON Schema (2020-12) of a document or of a file that people write."""
    text = (resources.files("gate") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))
