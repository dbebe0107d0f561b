"""Reads texts for people: no program follows a URL in them."""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import urls_in


def read_prose(text: str, lines: Lines) -> Iterator[Found]:
    """Yield each URL in a text."""
    for place, url in urls_in(text):
        yield Reference(url, "text", "text", lines.at(place))
