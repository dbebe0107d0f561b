"""An element as its handlers see it, and the handler of an attribute that holds one URL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from gate.examine.outbound.attributes import words
from gate.examine.outbound.embedded import Role, document_of, javascript_of
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.urls import has_user_information, may_lead_away
from gate.models import Reach

ABSOLUTE = re.compile(r"\s*+(?:(?:https?|wss?|ftp):)?[/\\]{2}[^/\\\s]", re.IGNORECASE)
"""A value that is a URL with a host, whatever the attribute is for."""
NAMES_A_HOST = re.compile(
    r"\s*+(?:(?:https?|wss?|ftp):[/\\]{2}[^/\\\s]|//(?>(?:[\w\-]++\.)+)[A-Za-z][\w\-]*+(?:[/:?#]|\s*+\Z))",
    re.IGNORECASE,
)
"""The same where two slashes can also begin other things, a path of XPath for instance: a name with dots follows."""


_DIGEST = re.compile(r"(?:^|\s)sha(?:256|384|512)-[A-Za-z0-9+/]{43}", re.IGNORECASE)
"""A digest that browsers hold what they fetch against (W3C Subresource Integrity); anything else they pass over."""


class Surroundings(NamedTuple):
    """Where elements stand: the base URL, the condition under which they count at all, and how to find their lines.

    ``submits`` is how the document's forms are sent: by a person, or by the document's own scripts.
    """

    base: str | None
    condition: str
    lines: Lines
    submits: Reach = "interaction"


class Element(NamedTuple):
    """An element by its local name, with its attributes; ``places`` keeps the lines that have been looked up."""

    tag: str
    attributes: Mapping[str, str | None]
    around: Surroundings
    places: dict[str, int]

    def via(self, name: str) -> str:
        """Return how a fact names the attribute ``name`` of this element."""
        return f"{self.tag}[{name}]"

    def line(self, name: str) -> int:
        """Return the line of the attribute ``name``, looked up once, as each look-up goes on behind the last one."""
        if name not in self.places:
            self.places[name] = self.around.lines.attribute(name, self.attributes[name] or "")
        return self.places[name]

    def is_(self, name: str, value: str) -> bool:
        """Say whether the attribute ``name`` is the one word ``value``, in whatever case."""
        return words(self.attributes.get(name)) == [value]

    def reference(self, name: str, raw: str, reach: Reach, condition: str = "", via: str = "") -> Iterator[Reference]:
        """Yield ``raw``, written in the attribute ``name``, as a reference if it can lead away at all."""
        if self.around.base is None and not may_lead_away(raw):
            return
        condition = self.around.condition or condition
        if reach == "automatic" and not condition and has_user_information(raw):
            condition = "browsers that send user information"
        if condition and reach == "automatic":
            reach = "conditional"
        pinned = _DIGEST.search(self.attributes.get("integrity") or "") is not None
        yield Reference(raw, reach, via or self.via(name), self.line(name), condition, self.around.base, pinned)

    def nested(self, name: str, kind: Kind, text: str, condition: str = "") -> Nested:
        """Return a document that the attribute ``name`` holds."""
        condition = self.around.condition or condition
        return Nested(kind, text, self.via(name), OneLine(self.line(name)), condition, self.around.base)


Handler: TypeAlias = Callable[[Element, str, str], Iterator[Found]]


class UrlHandler:
    """The handler of an attribute that holds one URL: nothing need be done where that cannot lead away."""

    def __init__(self, reach: Reach, condition: str = "", role: Role | None = None, *, lazy: bool = False) -> None:
        """``role`` says as what the content of the URL is loaded, ``lazy`` that ``loading=lazy`` makes it wait."""
        self._reach = reach
        self._condition = condition
        self._role = role
        self._lazy = lazy

    def __call__(self, element: Element, name: str, value: str) -> Iterator[Found]:
        """Yield the reference, or the script or document that the URL itself holds."""
        script = javascript_of(value)
        condition = self._condition
        if self._lazy and element.is_("loading", "lazy"):
            condition = "loading=lazy"
        if script is not None:
            yield element.nested(name, "script", script)
        elif self._role is not None and (document := document_of(value, self._role)):
            yield element.nested(name, *document)
        else:
            yield from element.reference(name, value, self._reach, condition)
