"""Reads SVG, XHTML and all other XML, as a browser's XML parser does.

The parser has no handler that could load anything from outside of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from gate.examine.outbound import vocabularies
from gate.examine.outbound.element import Surroundings
from gate.examine.outbound.elements import read_element
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.prose import read_text
from gate.examine.outbound.urls import base_for
from gate.models import Gap, Reach
from gate.paths import printable

_PIECE = 1 << 16
"""How many characters the parser is fed at a time, so that what was found is handed on before more is read."""
_TEXT_KEPT = 1 << 22
"""How many characters of one element's text are kept."""
_HOLDING_TEXT: dict[str, Kind] = {"style": "css", "script": "script"}
_XLINK = "http://www.w3.org/1999/xlink"
_SEPARATOR = "\n"
_ADDRESS = re.compile(r"\bhref\s*+=\s*+(?:\"([^\"]*+)|'([^']*+))")
_EXTERNAL_ENTITY = "XML readers that load external entities"

_SHEETS = ("stylesheet", "transform")
"""Elements of XSLT in which, wherever they stand, a page is described that comes of the document."""


class _Reader:
    """Turns the parser's events into what is found; ``found`` is emptied by whoever feeds the parser."""

    def __init__(self, base: str | None, lines: Lines, condition: str) -> None:
        self.found: list[Found] = []
        self._base = base
        self._lines = lines
        self._condition = condition
        self._root = ""
        self._templates = 0
        self._held: list[str] = []
        self._holding: tuple[str, str, int] | None = None
        self.parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartNamespaceDeclHandler = self._namespace

    def _line(self) -> int:
        return self._lines.counted(self.parser.CurrentLineNumber)

    def _add(self, raw: str, reach: Reach, via: str, condition: str = "") -> None:
        condition = self._condition or condition
        if reach == "automatic" and condition:
            reach = "conditional"
        self.found.append(Reference(raw, reach, via, self._line(), condition, self._base))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(_SEPARATOR)
        self._root = tag if not self._root or (namespace == vocabularies.XSLT and tag in _SHEETS) else self._root
        self._release()
        if vocabularies.is_web(namespace, self._root):
            self._web_element(tag, attributes)
        else:
            for said in vocabularies.attributes_of(namespace, tag, attributes, self._root):
                self._add(said.raw, said.reach, said.via, said.condition)
            self._holding = ("", tag, self.parser.CurrentLineNumber)

    def _web_element(self, tag: str, attributes: dict[str, str]) -> None:
        plain = {_attribute_name(key): value for key, value in attributes.items()}
        if tag == "base" and self._base is None and "href" in plain:
            self._base = base_for(plain["href"], None)
        condition = self._condition or ("template" if self._templates else "")
        self._templates += tag == "template"
        self.found += read_element(tag, plain, Surroundings(self._base, condition, OneLine(self._line())))
        if tag in _HOLDING_TEXT:
            self._holding = (tag, tag, self.parser.CurrentLineNumber)

    def _end(self, name: str) -> None:
        namespace, _, tag = name.rpartition(_SEPARATOR)
        self._release()
        if not vocabularies.is_web(namespace, self._root):
            self._holding = ("", tag, self.parser.CurrentLineNumber)
        elif tag == "template":
            self._templates -= 1

    def _characters(self, text: str) -> None:
        if self._holding:
            self._held.append(text)

    def _release(self) -> None:
        """Hand on the text that ends here: a style sheet or script, or what other XML has in an element."""
        if self._holding and self._held:
            kind, tag, number = self._holding
            text = "".join(self._held)
            if kind:
                lines = self._lines.beginning(text, number)
                self.found.append(Nested(_HOLDING_TEXT[kind], text, tag, lines, self._condition, self._base))
            elif "//" in text:
                self._text(tag, text[:_TEXT_KEPT], number)
        self._holding = None
        self._held = []

    def _text(self, tag: str, text: str, number: int) -> None:
        said = vocabularies.text_of(tag, text, self._root)
        lines = self._lines.beginning(text, number)
        if said:
            self._add(said.raw, said.reach, said.via, said.condition)
        elif vocabularies.holds_html(tag, text, self._root):
            self.found.append(
                Nested("html", text, printable(tag), lines, self._condition or "feed readers", self._base)
            )
        else:
            self.found += read_text(text, lines)
            for other in vocabularies.other_schemes(tag, text):
                self._add(other.raw, other.reach, other.via)

    def _instruction(self, target: str, data: str) -> None:
        address = _ADDRESS.search(data)
        if address and target in ("xml-stylesheet", "xml-model"):
            reach: Reach = "automatic" if target == "xml-stylesheet" else "identifier"
            self._add(address[1] or address[2] or "", reach, target)

    def _doctype(self, _name: str, system: str | None, _public: str | None, _subset: int) -> None:
        if system:
            self._add(system, "identifier", "doctype")

    def _entity(self, _name: str, _parameter: int, _value: str | None, *address: str | None) -> None:
        """Read an entity's declaration; ``address`` is base, system id, public id and notation."""
        if address[1]:
            self._add(address[1], "conditional", "entity", _EXTERNAL_ENTITY)

    def _namespace(self, _prefix: str | None, namespace: str | None) -> None:
        if namespace and vocabularies.tells(namespace):
            self._add(namespace, "identifier", "xmlns")

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
