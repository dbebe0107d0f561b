"""Says which selectors match something in a page: rules that match nothing make a browser fetch nothing.

Only what stands in the page as it is written counts; what a person does (``:hover``) or a script changes does not.
Each simple part of a selector is looked up by the parser, which takes time in proportion to the page, and how the
parts relate is followed from a limited number of elements: no selector can make the work grow beyond that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_STRUCTURAL = "root|first-child|last-child|only-child|first-of-type|last-of-type|only-of-type|empty|link|any-link"
_SIMPLE = r"[.#][\w\-]+|\[[\w\-]+(?:[~|^$*]?=(?:\"[^\"]*\"|'[^']*'|[\w\-]+)(?:\s*[is])?)?\]"
_PART = re.compile(
    rf"(?:[\w\-]+|\*)?(?:{_SIMPLE}|:(?:{_STRUCTURAL})(?![\w\-(])|:not\((?:[\w\-]+|{_SIMPLE})\)"
    r"|:nth-(?:child|of-type)\([\dn+\- ]{1,20}\))*"
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_SELECTOR_LENGTH = 300
_PARTS = 8
_EFFORT = 500_000_000
"""How many characters of pages may be searched for the parts of selectors."""
_CANDIDATES = 200
_STEPS = 5000


class PageSelectors:
    """What the selectors of a page's own style sheets match in it."""

    def __init__(self, parser: LexborHTMLParser, size: int) -> None:
        self._parser = parser
        self._size = size + 1000
        self._left = _EFFORT
        self._known: dict[str, bool] = {}
        self._nodes: dict[str, list[LexborNode]] = {}

    def matches(self, selector: str) -> bool:
        """Say whether ``selector`` (without commas) matches an element; False where it is not understood."""
        if selector not in self._known:
            steps = _parsed(selector)
            self._known[selector] = bool(steps) and self._matches(steps)
        return self._known[selector]

    def _matches(self, steps: Sequence[tuple[str, str]]) -> bool:
        parts = [part for _, part in steps]
        if not all(self._found(part) for part in parts):
            return False
        if len(parts) == 1:
            return True
        relation = _Relation(steps, [{node.mem_id for node in self._found(part)} for part in parts])
        return any(relation.holds(node, len(parts) - 1) for node in self._found(parts[-1])[:_CANDIDATES])

    def _found(self, part: str) -> list[LexborNode]:
        if part not in self._nodes:
            self._left -= self._size
            self._nodes[part] = self._search(part) if self._left > 0 else []
        return self._nodes[part]

    def _search(self, part: str) -> list[LexborNode]:
        try:
            return self._parser.css(part)
        except (SelectolaxError, ValueError):
            return []


class _Relation:
    """Follows the combinators of a selector from an element to those around it, within a number of steps."""

    def __init__(self, steps: Sequence[tuple[str, str]], sets: Sequence[set[int]]) -> None:
        self._combinators = [combinator for combinator, _ in steps]
        self._sets = sets
        self._steps = _STEPS

    def holds(self, node: LexborNode, index: int) -> bool:
        """Say whether ``node``, which matches part ``index``, stands as the parts before demand; yes past the limit."""
        if index == 0:
            return True
        for other in _related(node, self._combinators[index]):
            self._steps -= 1
            if self._steps < 0:
                return True
            if other.mem_id in self._sets[index - 1] and self.holds(other, index - 1):
                return True
        return False


def _related(node: LexborNode, combinator: str) -> Iterator[LexborNode]:
    """Yield the elements that the part before ``combinator`` may match."""
    upwards = combinator in (" ", ">")
    other = node.parent if upwards else node.prev
    while other is not None:
        if other.is_element_node:
            yield other
            if combinator in (">", "+"):
                return
        other = other.parent if upwards else other.prev


def _parsed(selector: str) -> list[tuple[str, str]]:
    """Return combinator and part of each step of a selector, or nothing where it has something else."""
    if not selector or len(selector) > _SELECTOR_LENGTH:
        return []
    steps: list[tuple[str, str]] = []
    combinator, place = "", 0
    while place < len(selector) and len(steps) < _PARTS:
        part = _PART.match(selector, place)
        if part is None or not part[0]:
            return []
        steps.append((combinator, part[0]))
        between = _COMBINATOR.match(selector, part.end())
        if between is None:
            return steps if part.end() == len(selector) else []
        combinator, place = between[1] or " ", between.end()
    return []
