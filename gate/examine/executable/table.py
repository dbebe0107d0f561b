"""The table of executable formats: every test there is, and the class of every format that they name."""

from __future__ import annotations

from gate.examine.executable import bytecode, images, packages, programs, scripts
from gate.examine.executable.content import Content, Family, Named
from gate.models import ExecutableClass

FAMILIES: tuple[Family, ...] = (
    *programs.FAMILIES,
    *images.FAMILIES,
    *bytecode.FAMILIES,
    *packages.FAMILIES,
    *scripts.FAMILIES,
)
CLASSES: dict[str, ExecutableClass] = {name: family.class_ for family in FAMILIES for name in family.formats}
"""Class of each format."""

_OF_TEXT = tuple(family for family in FAMILIES if family.text)
_OF_ANYTHING = tuple(family for family in FAMILIES if not family.text and not family.first)
_BY_FIRST_BYTE = tuple(
    tuple(family for family in FAMILIES if not family.text and first in family.first) for first in range(256)
)


def name_formats(content: Content) -> list[Named]:
    """Return every executable format that the content is in, each once: a polyglot is in several."""
    if not content.head:
        return []
    families = _BY_FIRST_BYTE[content.head[0]] + _OF_ANYTHING
    if len(content.start) > 1:
        families += _OF_TEXT
    answers = (family.test(content) for family in families)
    return list({answer.format: answer for answer in answers if answer is not None}.values())
