"""The table of executable formats: every test there is, and the class of every format that they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gate.examine.executable import (
    binaries,
    compound,
    documents,
    markup,
    notebooks,
    office,
    pdf,
    polyglots,
    rtf,
    scripts,
    serialized,
    shortcuts,
    web_servers,
)
from gate.examine.executable.content import Answer, Content, Family, Named
from gate.models import ExecutableClass, Gap
from gate.paths import printable

FAMILIES: tuple[Family, ...] = (
    *binaries.FAMILIES,
    *shortcuts.FAMILIES,
    *scripts.FAMILIES,
    *polyglots.FAMILIES,
    *web_servers.FAMILIES,
    *documents.FAMILIES,
    *compound.FAMILIES,
    *office.FAMILIES,
    *pdf.FAMILIES,
    *rtf.FAMILIES,
    *markup.FAMILIES,
    *notebooks.FAMILIES,
    *serialized.FAMILIES,
)
CLASSES: dict[str, ExecutableClass] = {name: family.class_ for family in FAMILIES for name in family.formats}
"""Class of each format."""


class Answers(NamedTuple):
    """What tests say of an item: the formats that it is in, each once, and what could not be looked at."""

    named: tuple[Named, ...]
    gaps: tuple[Gap, ...]


class Table:
    """Families in the order in which they are asked, sorted by what an item has to begin with for them to apply."""

    def __init__(self, families: Sequence[Family]) -> None:
        content = [family for family in families if not family.by_name]
        self._of_text = tuple(family for family in content if family.text)
        self._by_first_byte = tuple(
            tuple(family for family in content if not family.text and (not family.first or first in family.first))
            for first in range(256)
        )
        self._by_name = tuple(family for family in families if family.by_name)

    def by_content(self, content: Content) -> Answers:
        """Return every format that the bytes are in: a polyglot is in several."""
        if not content.head:
            return Answers((), ())
        families = self._by_first_byte[content.head[0]]
        if self._of_text and len(content.start) > 1:
            families += self._of_text
        return _asked(families, content)

    def by_name(self, content: Content) -> Answers:
        """Return what name and mode add to that."""
        applying = (family for family in self._by_name if not family.first or content.head[:1] in family.first)
        return _asked([family for family in applying if not family.text or len(content.start) > 1], content)


def _asked(families: Iterable[Family], content: Content) -> Answers:
    named: dict[str, Named] = {}
    gaps: dict[Gap, None] = {}
    for family in families:
        try:
            for answer in _each(family, content):
                if isinstance(answer, Named):
                    named[answer.format] = answer
                else:
                    gaps[answer] = None
        except Exception as error:  # noqa: BLE001  # whatever a parser throws on a hostile file, the others are asked
            told = printable(f"{family.formats[0]}: {type(error).__name__}: {error}")
            gaps[Gap("engine-error", told[:200])] = None
    return Answers(tuple(named.values()), tuple(gaps))


def _each(family: Family, content: Content) -> Iterable[Answer]:
    answer = family.test(content)
    if answer is None:
        return ()
    return (answer,) if isinstance(answer, Named | Gap) else answer


TABLE = Table(FAMILIES)


def name_formats(content: Content) -> tuple[Named, ...]:
    """Return every executable format that the bytes are in by themselves."""
    return TABLE.by_content(content).named
