"""All that the bytes of an item tell by themselves: the table's answers, lief's detail, and programs inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gate.examine.executable.content import Content, Named
from gate.examine.executable.details import described
from gate.examine.executable.embedded import Inside, programs_inside, regions
from gate.examine.executable.table import TABLE
from gate.models import Derived, Gap

_SEARCHED = frozenset({"pdf", "picture", "overlay", "upx"})
"""Containers that are searched like anything else.  In all others members may stand as they are, and are items of
their own; what belongs to no member, intake tells."""
_TAKEN_OUT = 32
_TAKEN_BYTES = 15 << 20
"""Most bytes of a program that are taken out: what fits into one answer of a worker."""


class Seen(NamedTuple):
    """What the bytes of an item tell: formats, what could not be looked at, and the programs inside."""

    named: tuple[Named, ...]
    gaps: tuple[Gap, ...]
    inside: tuple[Inside, ...]


def seen_in(content: Content) -> Seen:
    """Return what the bytes tell; of a program inside also the item itself is named."""
    answers = TABLE.by_content(content)
    inside: list[Inside] = []
    gaps = list(answers.gaps)
    if _SEARCHED.issuperset(content.labels):
        for found in programs_inside(content):
            if isinstance(found, Inside):
                inside.append(found)
            else:
                gaps.append(found)
    named = [described(each, content) for each in answers.named]
    return Seen(tuple(_with_inside(named, inside)), tuple(gaps), tuple(inside))


def _with_inside(named: Iterable[Named], inside: Iterable[Inside]) -> Iterator[Named]:
    found: dict[str, list[Inside]] = {}
    for each in inside:
        found.setdefault(each.named.format, []).append(each)
    for own in named:
        parts = found.pop(own.format, [])
        yield own._replace(detail=(*own.detail, f"holds={len(parts)}")) if parts else own
    for parts in found.values():
        first = parts[0]
        yield first.named._replace(detail=(f"embedded={len(parts)}", f"at={first.place}", *first.named.detail))


def taken_out(content: Content, inside: tuple[Inside, ...]) -> Iterator[Derived | Gap]:
    """Yield the programs inside as items of their own, each with what follows it.

    Of a container that intake opens, nothing: it takes out what stands behind the rest by itself.
    """
    if content.labels:
        return
    for number, (begin, stop, each) in enumerate(regions(content, inside, _TAKEN_OUT), 1):
        if number > _TAKEN_OUT:
            yield Gap("too-many", f"more than {_TAKEN_OUT} programs inside")
            return
        yield Derived(f"embedded-{each.named.format}-{number}", content.at(begin, min(stop - begin, _TAKEN_BYTES)))
