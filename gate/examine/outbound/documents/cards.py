"""Reads contacts (vCard, RFC 6350) and calendars (iCalendar, RFC 5545)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import urls_in
from gate.models import Reach

_BEGIN = re.compile(r"\s*+BEGIN:(?:VCARD|VCALENDAR)\b", re.IGNORECASE)
_LINE = re.compile(r"[^\n]++(?>(?:\n[ \t][^\n]*+)*)")
_LOADED = frozenset({"photo", "logo", "sound", "key", "image", "attach", "source", "refresh-interval", "x-wr-calurl"})
_FOLLOWED = frozenset(
    {"url", "fburl", "caladruri", "caluri", "conference", "organizer", "attendee", "impp", "location"}
)


def is_card(start: str) -> bool:
    """Say whether a text begins a contact or a calendar."""
    return _BEGIN.match(start) is not None


def read_card(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what a contact or calendar leads to: pictures and sources are loaded by some programs."""
    for found in _LINE.finditer(text):
        content = re.sub(r"\n[ \t]", "", found[0])
        name = re.split(r"[;:]", content, maxsplit=1)[0].rpartition(".")[2].lower()
        reach: Reach = "conditional" if name in _LOADED else "link" if name in _FOLLOWED else "text"
        condition = "programs that load it" if reach == "conditional" else ""
        for _, url in urls_in(content):
            yield Reference(url, reach, name[:40] or "?", lines.at(found.start()), condition)
