"""Line numbers for what a parser found, where the parser itself does not tell them.

An attribute's line is that on which the attribute stands with that very value, outside of comments and scripts, at or
after the place of the one before (parsers report in the order of the text).  Where no such place is found, because a
value is written with entities for instance, the line is 0.  The total cost is bounded by a multiple of the length of
the text: past that, lines are 0.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from html import escape
from itertools import accumulate
from typing import Protocol

_LOOK_BACK = 160
"""How far before a value its attribute name is looked for; longer runs of blanks give line 0."""
_BEFORE = " \t\n\f\"'/<"
_EFFORT = 8
"""How often, on average, each character of a text may be looked at."""


class Lines(Protocol):
    """Tells the line, from 1, of places in a text; 0 where it cannot be told."""

    def at(self, offset: int) -> int:
        """Return the line of a place in the text."""

    def attribute(self, name: str, value: str) -> int:
        """Return the line of the next attribute ``name`` with ``value``."""

    def inside(self, content: str) -> Lines:
        """Return the lines of the next occurrence of ``content``, a part of the text as it stands there."""

    def counted(self, number: int) -> int:
        """Return the line of the item that is line ``number`` of the text."""

    def beginning(self, content: str, number: int) -> Lines:
        """Return the lines of ``content``, a part of the text that begins on its line ``number``."""


class OneLine:
    """The lines of a text that stands on one line of the item, or in no way that could be counted."""

    def __init__(self, line: int) -> None:
        self._line = line

    def at(self, _offset: int) -> int:
        """Return the one line."""
        return self._line

    def attribute(self, _name: str, _value: str) -> int:
        """Return the one line."""
        return self._line

    def inside(self, _content: str) -> Lines:
        """Return the same lines."""
        return self

    def counted(self, _number: int) -> int:
        """Return the one line."""
        return self._line

    def beginning(self, _content: str, _number: int) -> Lines:
        """Return the same lines."""
        return self


class SourceLines:
    """The lines of a text that stands in the item as it is, from line ``first`` on."""

    def __init__(self, text: str, first: int = 1) -> None:
        self._text = text
        self._first = first
        self._cursor = 0
        self._effort = _EFFORT * len(text) + (1 << 16)

    @cached_property
    def _starts(self) -> list[int]:
        """Where the lines after the first one begin."""
        lengths = map((1).__add__, map(len, self._text.split("\n")))
        return list(accumulate(lengths))[:-1]

    @cached_property
    def _no_markup(self) -> list[tuple[int, int]]:
        return _parts_without_markup(self._text)

    def at(self, offset: int) -> int:
        """Return the line of a place in the text."""
        return self._first + bisect_right(self._starts, offset)

    def attribute(self, name: str, value: str) -> int:
        """Return the line of the next attribute ``name`` with ``value``, or 0."""
        for written in _as_written(value):
            for start, end in ((self._cursor, len(self._text)), (0, self._cursor)):
                place = self._find_attribute(name, written, start, end)
                if place >= 0:
                    self._cursor = place + 1
                    return self.at(place)
        return 0

    def _find_attribute(self, name: str, value: str, start: int, end: int) -> int:
        while (place := self._find(value, start, end)) >= 0:
            after = self._text[place + len(value) : place + len(value) + 1]
            named = _ends_in_attribute(self._text[max(0, place - _LOOK_BACK) : place], name)
            if named and (after == "" or after in "\"'>/ \t\n\f") and not self._is_no_markup(place):
                return place
            start = place + 1
        return -1

    def inside(self, content: str) -> Lines:
        """Return the lines of the next occurrence of ``content``; line 0 where it does not stand in the text."""
        place = self._find(content, self._cursor, len(self._text))
        if place < 0:
            place = self._find(content, 0, self._cursor)
        if place < 0:
            return OneLine(0)
        self._cursor = place
        return SourceLines(content, self.at(place))

    def counted(self, number: int) -> int:
        """Return the line of the item that is line ``number`` of the text."""
        return self._first + number - 1

    def beginning(self, content: str, number: int) -> Lines:
        """Return the lines of ``content``, a part of the text that begins on its line ``number``."""
        return SourceLines(content, self.counted(number))

    def _find(self, value: str, start: int, end: int) -> int:
        if self._effort <= 0:
            return -1
        place = self._text.find(value, start, end + len(value))
        self._effort -= (place if place >= 0 else end) - start + 1
        return place

    def _is_no_markup(self, place: int) -> bool:
        index = bisect_right(self._no_markup, (place, len(self._text))) - 1
        return index >= 0 and place < self._no_markup[index][1]


def _as_written(value: str) -> Iterator[str]:
    """Yield the usual ways to write a value in markup."""
    yield value
    if "&" in value or "<" in value:
        yield from dict.fromkeys((value.replace("&", "&amp;"), escape(value, quote=False), escape(value)))


def _ends_in_attribute(before: str, name: str) -> bool:
    """Say whether the text before a value ends in ``name=``, with blanks and an opening quote where there are any."""
    head = before[:-1] if before.endswith(('"', "'")) else before
    head, equals, blank = head.rpartition("=")
    head = head.rstrip()
    start = len(head) - len(name)
    return bool(
        equals
        and not blank.strip()
        and start > 0
        and head[start:].lower() == name.lower()
        and head[start - 1] in _BEFORE
    )


_OPENINGS = re.compile(r"<!--|<(script|style)(?=[\s/>])", re.IGNORECASE)
_CLOSINGS = {
    "": re.compile("-->"),
    "script": re.compile("</script", re.IGNORECASE),
    "style": re.compile("</style", re.IGNORECASE),
}
_TAG_END = re.compile(">")


def _parts_without_markup(text: str) -> list[tuple[int, int]]:
    """Return the spans of comments and of the content of scripts and style sheets, in order."""
    spans: list[tuple[int, int]] = []
    place = 0
    while opening := _OPENINGS.search(text, place):
        start = _end_of(text, _TAG_END, opening.end()) if opening[1] else opening.start()
        place = _end_of(text, _CLOSINGS[(opening[1] or "").lower()], start)
        spans.append((start, place))
    return spans


def _end_of(text: str, part: re.Pattern[str], start: int) -> int:
    found = part.search(text, start)
    return found.end() if found else len(text)
