"""Clauses with their statuses as lines of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed, status_label
from gate.reports.escaping import terminal
from gate.text import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gate.models import Clause

_WIDEST_CLAUSE: Final = 24


def clause_rows(clauses: Iterable[Clause], language: Language) -> Iterator[str]:
    """Yield a line for each clause that is in scope, with statuses below each other."""
    # A record is signed, but by whom the recipient has yet to judge: ids of clauses unknown here are shown as they are.
    rows = [
        (_printed(clause.id, language), status_label(clause.status, language))
        for clause in clauses
        if clause.status != "out-of-scope"
    ]
    column = min(max((cell_len(printed) for printed, _ in rows), default=0), _WIDEST_CLAUSE)
    for printed, status in rows:
        yield f"  {printed}{' ' * (column - cell_len(printed))}  {status}"


def _printed(clause: str, language: Language) -> str:
    return clause_printed(clause, language) if clause in {*CLAUSES, *OUT_OF_SCOPE} else terminal(clause)
