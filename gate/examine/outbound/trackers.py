"""Tracking and advertising snippets: known by what they call, also where no URL can be read from them."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import NamedTuple

import yara

from gate.examine.outbound.found import Reference
from gate.examine.outbound.lines import Lines

_TRIED = 50
"""How many matches of one signature are looked at for one outside of comments."""
_TOKEN = re.compile(
    r"(?=[\"'`/])(?:\"(?>(?:[^\"\\\n]++|\\.)*)\"?|'(?>(?:[^'\\\n]++|\\.)*)'?|`(?>(?:[^`\\]++|\\.)*)`?"
    r"|(?P<comment>//[^\n]*+|/\*.*?(?:\*/|\Z)))",
    re.DOTALL,
)
"""Strings and comments of a script, so that what looks like a comment in a string is none."""


class Signature(NamedTuple):
    """One signature of ``trackers.toml``; see there for the fields."""

    name: str
    host: str
    starts: tuple[str, ...]
    pattern: re.Pattern[str]


def _signatures() -> tuple[Signature, ...]:
    entries = tomllib.loads(Path(__file__).with_name("trackers.toml").read_text("utf-8"))["tracker"]
    return tuple(
        Signature(each["name"], each["host"], tuple(each["starts"]), re.compile(each["pattern"])) for each in entries
    )


SIGNATURES = _signatures()
"""Read while this module is imported: a confined worker cannot open files any more."""


def _rule(beginnings: Sequence[str]) -> yara.Rules:
    """Return a rule that looks for all beginnings at once, each under its number."""
    texts = "\n".join(f"$_{number} = {{ {each.encode().hex(' ')} }}" for number, each in enumerate(beginnings))
    return yara.compile(source=f"rule beginnings {{ strings: {texts} condition: any of them }}")


_BEGINNINGS = sorted({start for signature in SIGNATURES for start in signature.starts})
_RULE = _rule(_BEGINNINGS)


def _present(script: str) -> frozenset[str]:
    """Return the beginnings that a script holds: few do any, and one pass tells all."""
    found = _RULE.match(data=script.encode("utf-8", "replace"), fast=True)
    return frozenset(_BEGINNINGS[int(each.identifier[2:])] for match in found for each in match.strings)


def read_trackers(script: str, lines: Lines, condition: str = "") -> Iterator[Reference]:
    """Yield each tracker that a script calls, once, at its first call outside of comments."""
    present = _present(script)
    comments: list[tuple[int, int]] | None = None
    for signature in SIGNATURES if present else ():
        for number, call in enumerate(_calls(signature, present, script)):
            if comments is None:
                comments = [token.span() for token in _TOKEN.finditer(script) if token["comment"]]
            if number >= _TRIED or not _inside(comments, call.start()):
                yield _reference(signature, call, lines.at(call.start()), condition)
                break


def _calls(signature: Signature, present: frozenset[str], script: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a signature in their order: to look for constant texts takes far less than for patterns."""
    found = [_beginning(signature, start, script) for start in signature.starts if start in present]
    return merge(*found, key=re.Match.start)


def _beginning(signature: Signature, start: str, script: str) -> Iterator[re.Match[str]]:
    place = script.find(start)
    while place >= 0:
        call = signature.pattern.match(script, place)
        if call is not None:
            yield call
        place = script.find(start, place + 1)


def _reference(signature: Signature, call: re.Match[str], line: int, condition: str) -> Reference:
    host = call.groupdict().get("host") or signature.host
    return Reference(f"https://{host}/" if host else "", "tracker", f"tracker {signature.name}", line, condition)


def _inside(spans: list[tuple[int, int]], place: int) -> bool:
    index = bisect_right(spans, (place, 1 << 62)) - 1
    return index >= 0 and place < spans[index][1]
