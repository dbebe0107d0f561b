"""The subjects of every statement of a release: its artifacts, in the order given, each with one digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, Field

from gate.record.identity import DOCUMENT

if TYPE_CHECKING:
    from gate.models import Examination

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class DigestSet:
    """The digests of a subject; the gate uses SHA-256 alone."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class Subject:
    """An artifact: its item path, and the digest of the file or of the folder's file list."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    name: str
    digest: DigestSet


def _each_name_once(subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """Refuse a name that stands twice: it would be of either digest."""
    if len({subject.name for subject in subjects}) != len(subjects):
        raise ValueError("a name stands twice")
    return subjects


Subjects: TypeAlias = Annotated[tuple[Subject, ...], AfterValidator(_each_name_once)]
"""What a statement is of."""


def subjects_of(examination: Examination) -> tuple[Subject, ...]:
    """Return the subjects for the artifacts that were examined."""
    return tuple(Subject(artifact.path, DigestSet(artifact.sha256)) for artifact in examination.artifacts)
