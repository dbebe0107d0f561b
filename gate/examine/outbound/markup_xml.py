"""Reads SVG, XHTML and XML with a style sheet, as a browser's XML parser does.

The parser has no handler that could load anything from outside of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from gate.examine.outbound.element import Surroundings
from gate.examine.outbound.elements import read_element
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines, OneLine
from gate.models import Gap, Reach
from gate.paths import printable

_PIECE = 1 << 16
"""How many characters the parser is fed at a time, so that what was found is handed on before more is read."""
_HOLDING_TEXT: dict[str, Kind] = {"style": "css", "script": "script"}
_XLINK = "http://www.w3.org/1999/xlink"
_SEPARATOR = "\n"
_STYLE_ADDRESS = re.compile(r"\bhref\s*+=\s*+(?:\"([^\"]*+)|'([^']*+))")


class _Reader:
    """Turns the parser's events into what is found; ``found`` is emptied by whoever feeds the parser."""

    def __init__(self, base: str | None, lines: Lines, condition: str) -> None:
        self.found: list[Found] = []
        self._base = base
        self._lines = lines
        self._condition = condition
        self._held: list[str] = []
        self._holding: tuple[str, int] | None = None
        self.parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _line(self) -> int:
        return self._lines.counted(self.parser.CurrentLineNumber)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(_SEPARATOR)[2]
        plain = {_attribute_name(key): value for key, value in attributes.items()}
        around = Surroundings(self._base, self._condition, OneLine(self._line()))
        self.found += read_element(tag, plain, around)
        if tag in _HOLDING_TEXT:
            self._release()
            self._holding = (tag, self.parser.CurrentLineNumber)

    def _end(self, name: str) -> None:
        if name.rpartition(_SEPARATOR)[2] in _HOLDING_TEXT:
            self._release()

    def _characters(self, text: str) -> None:
        if self._holding:
            self._held.append(text)

    def _release(self) -> None:
        """Hand on the text of the style or script element that ends here."""
        if self._holding and self._held:
            tag, number = self._holding
            text = "".join(self._held)
            lines = self._lines.beginning(text, number)
            self.found.append(Nested(_HOLDING_TEXT[tag], text, tag, lines, self._condition, self._base))
        self._holding = None
        self._held = []

    def _instruction(self, target: str, data: str) -> None:
        address = _STYLE_ADDRESS.search(data)
        if target == "xml-stylesheet" and address:
            url = address[1] or address[2] or ""
            reach: Reach = "conditional" if self._condition else "automatic"
            self.found.append(Reference(url, reach, "xml-stylesheet", self._line(), self._condition, self._base))

    def _doctype(self, _name: str, system: str | None, _public: str | None, _subset: int) -> None:
        if system:
            self.found.append(Reference(system, "identifier", "doctype", self._line(), "", self._base))

    def finish(self) -> None:
        """Hand on what the text ended in the middle of."""
        self._release()


def _attribute_name(name: str) -> str:
    """Return an attribute's name without its namespace, but for XLink."""
    namespace, _, local = name.rpartition(_SEPARATOR)
    return f"xlink:{local}" if namespace == _XLINK else local


def read_xml(text: str, base: str | None, lines: Lines, condition: str = "") -> Iterator[Found]:
    """Yield the references of an SVG, XHTML or other XML document, and the styles and scripts inside of it.

    Where it is not well-formed there is a gap, after all that stands before that place.
    """
    reader = _Reader(base, lines, condition)
    try:
        for place in range(0, len(text) or 1, _PIECE):
            piece = text[place : place + _PIECE].encode("utf-8", "replace")
            reader.parser.Parse(piece, place + _PIECE >= len(text))
            yield from reader.found
            reader.found.clear()
    except expat.ExpatError as error:
        reader.finish()
        yield from reader.found
        problem = printable(expat.errors.messages.get(error.code, "not well-formed"))
        yield Gap("corrupt", f"XML, line {lines.counted(error.lineno)}: {problem}")
