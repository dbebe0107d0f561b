"""Conditions on host name and debugging under which parts of a script are run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tree_sitter import Node

from gate.examine.outbound.javascript.choices import leaves, shown
from gate.examine.outbound.javascript.program import Program

_WORD = re.compile(
    rb"\blocation\.(?:host|hostname|href|protocol|search)\b|\b(?:debug|DEBUG|isDebug|NODE_ENV|__DEV__)\b|['\"]localhost['\"]"
)
_WORDS = (b"location.", b"debug", b"DEBUG", b"isDebug", b"NODE_ENV", b"__DEV__", b"localhost")
_MOST = 200
_CLIMB = 12


class _Guard(NamedTuple):
    """From where to where a condition guards, and how it is shown."""

    start: int
    end: int
    shown: str


class Guards:
    """The guards of one script."""

    def __init__(self, program: Program) -> None:
        self._program = program
        places = islice(self._places(), _MOST)
        self._guards = sorted({guard for place in places for guard in self._at(program.path_to(place))})

    def around(self, place: int) -> str:
        """Return the innermost condition on host name or debugging at a place, or an empty text."""
        inner = [guard for guard in self._guards if guard.start <= place < guard.end]
        return inner[-1].shown if inner else ""

    def _places(self) -> Iterator[int]:
        data = self._program.data
        for word in _WORDS:
            place = data.find(word)
            while place >= 0:
                if _WORD.match(data, max(0, place - 1)) or _WORD.match(data, place):
                    yield place
                place = data.find(word, place + len(word))

    def _at(self, path: list[Node]) -> Iterator[_Guard]:
        """Yield what the condition at the end of a path guards."""
        for index in range(len(path) - 1, max(1, len(path) - _CLIMB), -1):
            node, parent = path[index], path[index - 1]
            if parent.type in ("statement_block", "program"):
                return
            first = parent.named_children[0] if parent.named_children else None
            tests = parent.type in ("if_statement", "ternary_expression") or (
                parent.type == "binary_expression" and self._program.operator(parent) == "&&"
            )
            if tests and first is not None and first.id == node.id:
                yield _Guard(node.end_byte, parent.end_byte, shown(self._program, node, "if"))
                if parent.type == "if_statement" and index > 1 and leaves(parent):
                    yield _Guard(parent.end_byte, path[index - 2].end_byte, shown(self._program, node, "unless"))
                return
