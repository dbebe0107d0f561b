"""Trees that take the square of a script's size to be searched: they are told before anything is searched in them.

At each node a query looks for the next one beside it that has a name (``ts_tree_cursor_current_status`` of
tree-sitter), and is not to be interrupted there: a long row of tokens, such as ``[,,,``, keeps it busy for hours.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tree_sitter import Node, Tree, TreeCursor

DEPTH: Final = 20_000
"""Deepest nesting of a script that is read."""
ROW: Final = 4_096
"""Longest row of tokens with no node that has a name between them."""
_DEEP_SPANS: Final = 1 << 14
"""What is too deep spans many more bytes than this: places so far apart are looked at."""


def is_out_of_proportion(tree: Tree, size: int, *, end: float) -> bool:
    """Say whether a tree is too deep, has too long a row, or could not be looked through by ``end``.

    ``size`` is that of the script in bytes, ``end`` a reading of ``time.process_time``.
    """
    return _is_too_deep(tree, size) or _has_long_row(tree, size, end)


def _is_too_deep(tree: Tree, size: int) -> bool:
    for place in range(0, size, _DEEP_SPANS):
        cursor = tree.walk()
        depth = 0
        while depth <= DEPTH and cursor.goto_first_child_for_byte(place) is not None:
            depth += 1
        if depth > DEPTH:
            return True
    return False


def _has_long_row(tree: Tree, size: int, end: float) -> bool:
    """Look at the nodes that are wide enough: each of their tokens is a byte at least, or a missing one."""
    seen: set[int] = set()
    for place in range(0, size, ROW):
        cursor = tree.walk()
        while True:
            node = cursor.node
            if node is None or node.end_byte - node.start_byte < ROW:
                break
            if node.id not in seen and node.child_count - node.named_child_count > ROW:
                seen.add(node.id)
                if _longest_row(node) > ROW:
                    return True
            if time.process_time() > end:
                return True
            if cursor.goto_first_child_for_byte(place) is None:
                break
    return False


def _longest_row(node: Node) -> int:
    """Return how many children without a name stand beside each other at the most."""
    cursor: TreeCursor = node.walk()
    longest = row = 0
    more = cursor.goto_first_child()
    while more:
        child = cursor.node
        row = 0 if child is None or child.is_named else row + 1
        longest = max(longest, row)
        more = longest <= ROW and cursor.goto_next_sibling()
    return longest
