"""The blocks of a style sheet that are open at a place, and on what it depends whether they count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gate.examine.outbound.found import Matches
from gate.paths import printable

_SHOWN = 80
_PRELUDE = 1000
"""Longest part of a selector or of a condition, in characters, that is looked at."""
_NEUTRAL = frozenset({"layer", "nest", "charset"})
_EVERY_SCREEN = re.compile(r"\s*(?:only\s+)?(?:all|screen)?\s*", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_PSEUDO_ELEMENT = re.compile(r"::?(?:before|after|first-line|first-letter)\b|::(?:marker|backdrop)\b", re.IGNORECASE)
_IN_EVERY_PAGE = frozenset({"html", "body", ":root", "*", "html body", "html > body", "head"})


@dataclass(slots=True)
class _Block:
    """A block by its at-rule (empty for rules with a selector) and the place of its prelude.

    ``condition`` is that of the block and all around it, once it is known.
    """

    name: str
    start: int
    end: int
    condition: str | None = None


class Blocks:
    """The open blocks.  Conditions are worked out where a URL stands, once for each block."""

    def __init__(self, text: str, matches: Matches) -> None:
        self.start = 0
        """Where the content of the innermost block, or what stands behind the last one in it, begins."""
        self.any_rule = False
        self._text = text
        self._matches = matches
        self._open: list[_Block] = []

    def mark(self, mark: str, place: int, at_rule: str) -> None:
        """Enter or leave a block; ``at_rule`` is the name of the at-rule whose block begins."""
        if mark == "{":
            self.any_rule = self.any_rule or at_rule != "layer"
            self._open.append(_Block(at_rule, self.start, place))
        elif self._open:
            self._open.pop()
        self.start = place + 1

    def condition(self) -> str:
        """Return the condition of the outermost block that has one, or an empty text."""
        known = len(self._open)
        while known and self._open[known - 1].condition is None:
            known -= 1
        around = (self._open[known - 1].condition or "") if known else ""
        for block in self._open[known:]:
            around = block.condition = around or self._own(block)
        return around

    def _own(self, block: _Block) -> str:
        prelude = self._text[max(block.start, block.end - _PRELUDE) : block.end]
        prelude = " ".join(_COMMENT.sub(" ", prelude).rpartition(";")[2].split())
        if not block.name:
            return "" if self._selected(prelude) else printable(f"selector {prelude}"[:_SHOWN])
        prelude = prelude.rpartition("@")[2][len(block.name) :]
        if block.name in _NEUTRAL or (block.name == "media" and _EVERY_SCREEN.fullmatch(prelude)):
            return ""
        return printable(f"@{block.name} {prelude.strip()}"[:_SHOWN].strip())

    def _selected(self, selectors: str) -> bool:
        """Say whether one of the selectors matches.  A list that is cut in two can only match less."""
        return any(self._matches(_PSEUDO_ELEMENT.sub("", each).strip(" &>+~") or "*") for each in selectors.split(","))


def matches_any_page(selector: str) -> bool:
    """Say whether a selector matches in whatever page its sheet belongs to."""
    return selector.lower() in _IN_EVERY_PAGE
