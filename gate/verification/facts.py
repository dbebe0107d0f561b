"""The facts of a release as its record binds them: what was seen, to be compared or judged once more."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.paths import printable
from gate.record import layout
from gate.record.documents import DocumentError, parse_facts

if TYPE_CHECKING:
    from gate.models import Examination
    from gate.record.statement import RecordPredicate, Statement

MOST_FACTS_BYTES: Final = 512 << 20
"""Facts beyond this are refused; 300,000 items, the most that intake takes, make about 150 MiB."""


def bound_facts(raw: bytes, statement: Statement) -> Examination:
    """Return the facts in ``raw``, which must be those that the record binds, of its subjects and its run.

    Raises ``VerificationError`` where they are not.
    """
    if hashlib.sha256(raw).hexdigest() != statement.predicate.files.get(layout.FACTS):
        raise VerificationError("changed", layout.FACTS)
    try:
        examination = parse_facts(raw)
    except DocumentError as error:
        raise VerificationError("facts-malformed", layout.FACTS, detail=printable(str(error))) from error
    subjects = [(subject.name, subject.digest.sha256) for subject in statement.subject]
    if [(artifact.path, artifact.sha256) for artifact in examination.artifacts] != subjects:
        raise VerificationError("facts-subjects", layout.FACTS)
    if _run_of(examination) != _run_of(statement.predicate):
        raise VerificationError("facts-run", layout.FACTS)
    return examination


def _run_of(seen: Examination | RecordPredicate) -> tuple[object, ...]:
    """Return when and with what was examined, as the record and the facts both say it."""
    return seen.started, seen.finished, seen.engines, seen.coverage
