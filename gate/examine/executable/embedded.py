"""Programs that stand inside an item of any kind, behind a picture or among its data, found by their structure.

YARA finds the places where a header could begin in one pass over the bytes; what counts is then what the header says:
fields that have to fit each other and the size of the item.  A name that some text quotes is no program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import yara

from gate.examine.executable import bytecode, headers, programs
from gate.examine.executable.content import Content, Named, Test
from gate.models import Gap
from gate.structure.programs import end_of

_WINDOW = 1 << 20
MOST_PLACES = 10_000
"""Places at which a header could begin that are looked at in one item: sound files have hundreds."""


class Kind(NamedTuple):
    """A format that is looked for.

    ``patterns`` are what YARA searches, as the inside of its hexadecimal strings.  ``starts`` gives from the place of
    a match the places where a program would begin there, none where its header does not fit.  ``name`` is the test of
    the table, which knows architecture and kind.
    """

    patterns: tuple[str, ...]
    starts: Callable[[Content, int], Iterator[int]]
    name: Test


class Inside(NamedTuple):
    """A program inside an item: where it begins, and what it is."""

    place: int
    named: Named


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "pe": Kind(
            tuple(
                f"50 45 00 00 {machine & 0xFF:02X} {machine >> 8:02X}"
                for machine in sorted(programs.PE_MACHINES.keys() - {0})
            ),
            headers.pe_starts,
            programs.dos,
        ),
        "elf": Kind(("7F 45 4C 46 (01|02) (01|02) 01",), headers.elf_starts, programs.elf),
        "mach-o": Kind(
            (
                "(CE|CF) FA ED FE (07|0C|12) 00 00 (00|01|02)",
                "FE ED FA (CE|CF) (00|01|02) 00 00 (07|0C|12)",
                "CA FE BA (BE|BF) 00 00 00 ( 0? | 1? )",
            ),
            headers.mach_o_starts,
            programs.mach_o,
        ),
        "java-class": Kind(("CA FE BA BE ?? ?? 00 (2D|2E|2F|3?|4?|5?)",), headers.java_starts, bytecode.java_class),
        "dex": Kind(("64 65 78 0A 30 3? 3? 00",), headers.dex_starts, bytecode.by_magic),
        "wasm": Kind(("00 61 73 6D 01 00 00 00",), headers.wasm_starts, bytecode.by_magic),
    }
)
"""What is looked for, by the name of its format."""


def _rules() -> tuple[yara.Rules, dict[str, str]]:
    """Return the compiled patterns, and the format that each belongs to."""
    lines: list[str] = []
    formats: dict[str, str] = {}
    for name, kind in KINDS.items():
        for pattern in kind.patterns:
            identifier = f"$s{len(formats)}"
            formats[identifier] = name
            lines.append(f"{identifier} = {{ {pattern} }}")
    return yara.compile(source=f"rule places {{ strings: {' '.join(lines)} condition: any of them }}"), formats


_RULES, _FORMATS = _rules()
_REACH = 16
"""Bytes of the longest pattern, at most."""


def programs_inside(content: Content) -> Iterator[Inside | Gap]:
    """Yield the programs inside the item in the order of their places, the one at its first byte apart.

    Time is linear in the size of the item: after ``MOST_PLACES`` places that could be a header there is a gap.
    """
    try:
        yield from _inside(content)
    except headers.TooManyTries:
        yield Gap("too-many", f"more than {MOST_PLACES} places where a program could begin")


def _inside(content: Content) -> Iterator[Inside]:
    seen: set[tuple[int, str]] = set()
    for count, (place, name) in enumerate(_places(content)):
        if count >= MOST_PLACES:
            raise headers.TooManyTries
        kind = KINDS[name]
        for start in kind.starts(content, place):
            if start > 0 and (start, name) not in seen:
                seen.add((start, name))
                named = kind.name(Content(Part(content, start)))
                yield Inside(start, named if isinstance(named, Named) else Named(name))


def _places(content: Content) -> Iterator[tuple[int, str]]:
    if content.size <= len(content.head) and b"\0" not in content.head:
        return  # no header is without
    for begin in range(0, content.size, _WINDOW):
        found = _RULES.match(data=content.at(begin, _WINDOW + _REACH))
        hits = [
            (instance.offset, _FORMATS[string.identifier])
            for match in found
            for string in match.strings
            for instance in string.instances
            if instance.offset < _WINDOW
        ]
        yield from ((begin + offset, name) for offset, name in sorted(hits))


class Part:
    """What of an item stands from a place on."""

    def __init__(self, content: Content, place: int) -> None:
        self._content = content
        self._place = place
        self.size = content.size - place

    def read(self, size: int = -1, offset: int = 0) -> bytes:
        """Return up to ``size`` bytes from ``offset``, all of them where ``size`` is negative."""
        return self.at(offset, self.size - offset if size < 0 else size)

    def at(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset`` behind the place, none for an offset before it."""
        return self._content.at(self._place + offset, size) if offset >= 0 else b""


def regions(content: Content, found: Sequence[Inside], most: int) -> list[tuple[int, int, Inside]]:
    """Return begin and end of each program with what follows it, up to the next one.

    A program within the extent that another one's headers give is that one's part, and left to it.  Of more than
    ``most`` there is one more, so that it shows.
    """
    outer: list[Inside] = []
    end = 0
    for each in sorted(found):
        if len(outer) > most:
            break
        if each.place >= end:
            outer.append(each)
            end = each.place + max(1, end_of(Part(content, each.place).at, content.size - each.place))
    stops = [*(each.place for each in outer[1:]), content.size]
    return [(each.place, stop, each) for each, stop in zip(outer, stops, strict=False)]
