"""Whether a place of a script is run when the script is, as far as reading shows, or under which condition.

A place is run where it stands in no function, or in one that something calls which is run itself: by its name, as what
is given to other functions, as a method of an object that can be told.  The search goes from the place outwards, from
each function to the places that call it.  What it does not come to an end with counts as run.

Nothing here makes a contact lesser: one under a condition is undeclared all the same.  It is asked after all contacts
of a script were found, and has steps of its own, so that it cannot be what makes a host unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from gate.examine.outbound.javascript.choices import choice_on
from gate.examine.outbound.javascript.guards import Guards
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import FUNCTIONS
from gate.examine.outbound.javascript.uses import NOT_CALLED, Uses

_MOST_PLACES = 400
"""Most places that are looked at for one question."""


@dataclass(slots=True)
class _Search:
    """A search from one place outwards: functions that were come to, places to look at, and what stands in the way."""

    pending: list[Node]
    functions: list[int] = field(default_factory=list)
    reason: str = ""


class Running:
    """Answers for one script; what was found of a function is kept."""

    def __init__(self, program: Program, guards: Guards) -> None:
        program.begin_again()
        self._program = program
        self._guards = guards
        self._uses = Uses(program)
        self._known: dict[int, str] = {}

    def condition(self, node: Node) -> str:
        """Return under which condition a node is run, or an empty text where it is run with the script."""
        path = self._path(node)
        if path is None:
            return self._guards.around(node.start_byte)
        local = self._local(path)
        return local or self._of_function(path)

    def condition_at(self, place: int) -> str:
        """Return under which condition the literal at a place is made use of, or an empty text."""
        path = self._program.path_to(place)
        return (self._local(path) or self._of_function(path)) if path else ""

    # --- places ------------------------------------------------------------------------------------------------

    def _path(self, node: Node) -> list[Node] | None:
        """Return the nodes from the whole script to a node, or None where it is too deep inside."""
        path = self._program.path_to(node.start_byte)
        for index in range(len(path) - 1, -1, -1):
            if path[index].id == node.id:
                return path[: index + 1]
        return None

    def _local(self, path: Sequence[Node]) -> str:
        """Return the condition on which the end of a path depends inside of its function."""
        start = _function_index(path)
        choice = choice_on(self._program, path[start:])
        return choice or self._guards.around(path[-1].start_byte)

    # --- functions ---------------------------------------------------------------------------------------------

    def _of_function(self, path: Sequence[Node]) -> str:
        """Return under which condition the function around the end of a path is called."""
        index = _function_index(path)
        if index < 1:
            return ""
        function = path[index]
        if function.id in self._known:
            return self._known[function.id]
        search = _Search([])
        is_run = self._enter(search, path[: index + 1]) or self._goes_on(search)
        if is_run:
            self._known[function.id] = ""
            return ""
        reason = search.reason or NOT_CALLED
        for each in search.functions:
            self._known.setdefault(each, reason)
        return reason

    def _goes_on(self, search: _Search) -> bool:
        """Say whether one of the pending places is run."""
        for number, node in enumerate(search.pending):
            if number >= _MOST_PLACES:
                return True
            path = self._path(node)
            if path is None:
                return True
            local = self._local(path)
            if local:
                search.reason = search.reason or local
                continue
            index = _function_index(path)
            if index < 1 or self._enter(search, path[: index + 1]):
                return True
        return False

    def _enter(self, search: _Search, path: Sequence[Node]) -> bool:
        """Add the places that call the function at the end of a path; say whether it is known to be run."""
        function = path[-1]
        known = self._known.get(function.id)
        if known is not None:
            search.reason = search.reason or known
            return known == ""
        if function.id in search.functions:
            return False
        search.functions.append(function.id)
        for place in self._uses.of(path):
            if isinstance(place, str):
                search.reason = search.reason or place
            else:
                search.pending.append(place)
        return False


def _function_index(path: Sequence[Node]) -> int:
    """Return where in a path the innermost function around its end stands, or 0 for the whole script."""
    return next(_functions(path), 0)


def _functions(path: Sequence[Node]) -> Iterator[int]:
    for index in range(len(path) - 2, 0, -1):
        if path[index].type in FUNCTIONS:
            yield index
