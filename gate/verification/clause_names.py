"""How the contract of a release prints its clauses: ``[gate] article_map`` of its policy, as the record repeats it.

The record states every setting that is not the gate's own, so that the papers' names of clauses are known wherever the
record is, and proved with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from gate.errors import VerificationError
from gate.record import layout

if TYPE_CHECKING:
    from gate.record.statement import RecordPredicate

KEY: Final = "gate.article_map"


def article_map_of(predicate: RecordPredicate) -> dict[str, str]:
    """Return what papers call clauses, by their ids; empty where the policy names none.

    Raises ``VerificationError`` where the record has it in no form that a policy can have.
    """
    found: dict[str, str] = {}
    for deviation in predicate.policy.deviations:
        if deviation.key == KEY:
            try:
                value = json.loads(deviation.value)
            except (ValueError, RecursionError):
                value = None
            if not isinstance(value, dict) or not all(isinstance(text, str) and text for text in value.values()):
                raise VerificationError("record-inconsistent", layout.RECORD, detail=KEY)
            found.update(value)
    return found
