"""The executables of a release in its record: each that needs a justification, and counts of those that are content."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from gate.models import ExecutableClass  # pydantic reads the annotations of documents when the module is loaded
from gate.policy.content import CONTENT
from gate.record.identity import DOCUMENT
from gate.record.subjects import Sha256  # as above

if TYPE_CHECKING:
    from gate.models import JudgedExecutable, Judgement


@dataclass(frozen=True, slots=True)
class RecordExecutable:
    """An executable that needs a justification, and the one that covers it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    path: str
    sha256: Sha256
    class_: ExecutableClass
    format: str
    architecture: str
    justified_by: str | None


@dataclass(frozen=True, slots=True)
class RecordContent:
    """How many executables of one class and format are content of a deliverable of this kind (``covered_by``).

    Websites have thousands of scripts: ``result.json``, which the record binds, lists them one by one.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = DOCUMENT
    class_: ExecutableClass
    format: str
    count: int
    covered_by: str


def record_executables(judgement: Judgement) -> tuple[RecordExecutable, ...]:
    """Return every executable that is not content, in the order of the judgement; what was seen twice once."""
    entries = (
        RecordExecutable(
            judged.fact.path,
            judged.fact.sha256,
            judged.fact.class_,
            judged.fact.format,
            judged.fact.architecture,
            judged.justified_by,
        )
        for judged in judgement.executables
        if not _is_content(judged)
    )
    return tuple(dict.fromkeys(entries))


def record_content(judgement: Judgement) -> tuple[RecordContent, ...]:
    """Return the counts of what is content, by class and format."""
    counts = Counter(
        (judged.fact.class_, judged.fact.format, str(judged.justified_by))
        for judged in judgement.executables
        if _is_content(judged)
    )
    return tuple(
        RecordContent(class_, format_, count, covered_by)
        for (class_, format_, covered_by), count in sorted(counts.items())
    )


def _is_content(judged: JudgedExecutable) -> bool:
    return judged.justified_by is not None and judged.justified_by.startswith(CONTENT)
