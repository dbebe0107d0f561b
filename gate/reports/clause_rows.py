"""Clauses with their statuses as lines of a terminal."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from gate.policy.clauses import CLAUSES, OUT_OF_SCOPE, clause_printed, status_label
from gate.reports.escaping import shortened, terminal
from gate.text import Language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gate.models import Clause

_WIDEST_CLAUSE: Final = 24
_MOST_PRINTED: Final = 60
"""Letters of a clause's name, as in the papers."""


def clause_rows(
    clauses: Iterable[Clause], language: Language, article_map: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Yield a line for each clause that is in scope: as papers print it, its id where that is another, its status.

    ``article_map`` is what the papers of the release call clauses; the id is what policies and trust files call them.
    """
    rows = [
        (_printed(clause.id, language, article_map), terminal(clause.id), status_label(clause.status, language))
        for clause in clauses
        if clause.status != "out-of-scope"
    ]
    named = max((cell_len(printed) for printed, _, _ in rows), default=0)
    with_ids = any(printed != clause for printed, clause, _ in rows)
    column, ids = min(named, _WIDEST_CLAUSE), max((cell_len(clause) for _, clause, _ in rows), default=0)
    for printed, clause, status in rows:
        beside = f"  {clause}{_fill(clause, min(ids, _WIDEST_CLAUSE))}" if with_ids else ""
        yield f"  {printed}{_fill(printed, column)}{beside}  {status}"


def _fill(text: str, column: int) -> str:
    return " " * (column - cell_len(text))


def _printed(clause: str, language: Language, article_map: Mapping[str, str]) -> str:
    # A record is signed, but by whom the recipient has yet to judge: ids of clauses unknown here are shown as they are.
    known = clause in {*CLAUSES, *OUT_OF_SCOPE}
    return terminal(shortened(clause_printed(clause, language, article_map), _MOST_PRINTED) if known else clause)
