"""What elements and their attributes make a browser contact: the one table, for HTML, XHTML and SVG alike.

The sources are the HTML Standard ("fetching resources", "link types", "rendering"), SVG 2 ("linking"), and what
browsers were seen to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from gate.examine.outbound.attributes import refresh_url, srcset_urls, words
from gate.examine.outbound.embedded import Role, document_of, javascript_of
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.urls import may_lead_away
from gate.models import Reach
from gate.paths import printable


class Surroundings(NamedTuple):
    """Where elements stand: the base URL, the condition under which they count at all, and how to find their lines."""

    base: str | None
    condition: str
    lines: Lines


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

    def reference(self, name: str, raw: str, reach: Reach, condition: str = "", via: str = "") -> Iterator[Reference]:
        """Yield ``raw``, written in the attribute ``name``, as a reference if it can lead away at all."""
        if self.around.base is None and not may_lead_away(raw):
            return
        condition = self.around.condition or condition
        if condition and reach == "automatic":
            reach = "conditional"
        yield Reference(raw, reach, via or self.via(name), self.line(name), condition, self.around.base)

    def nested(self, name: str, kind: Kind, text: str) -> Nested:
        """Return a document that the attribute ``name`` holds."""
        return Nested(kind, text, self.via(name), OneLine(self.line(name)), self.around.condition, self.around.base)


Handler: TypeAlias = Callable[[Element, str, str], Iterator[Found]]


class UrlHandler:
    """The handler of an attribute that holds one URL: nothing need be done where that cannot lead away."""

    def __init__(self, reach: Reach, condition: str = "", role: Role | None = None) -> None:
        """``role`` says as what the content of the URL is loaded."""
        self._reach = reach
        self._condition = condition
        self._role = role

    def __call__(self, element: Element, name: str, value: str) -> Iterator[Found]:
        """Yield the reference, or the script or document that the URL itself holds."""
        script = javascript_of(value)
        if script is not None:
            yield element.nested(name, "script", script)
        elif self._role is not None and (document := document_of(value, self._role)):
            yield element.nested(name, *document)
        else:
            yield from element.reference(name, value, self._reach, self._condition)


# --- handlers of attributes -----------------------------------------------------------------------------------


def _srcset(element: Element, name: str, value: str) -> Iterator[Found]:
    for url in srcset_urls(value):
        yield from element.reference(name, url, "automatic")


def _several(reach: Reach, separator: str | None = None) -> Handler:
    def handle(element: Element, name: str, value: str) -> Iterator[Found]:
        for url in value.split(separator):
            yield from element.reference(name, url, reach)

    return handle


def _style(element: Element, name: str, value: str) -> Iterator[Found]:
    if "(" in value or "\\" in value:
        yield element.nested(name, "declarations", value)


def _event(element: Element, name: str, value: str) -> Iterator[Found]:
    if "/" in value or "\\" in value:
        yield element.nested(name, "script", value)


def _data_attribute(element: Element, name: str, value: str) -> Iterator[Found]:
    if _ABSOLUTE.match(value):
        yield from element.reference(name, value, "string")


def _srcdoc(element: Element, name: str, value: str) -> Iterator[Found]:
    if "<" in value:
        yield element.nested(name, "html", value)


def _script_source(element: Element, name: str, value: str) -> Iterator[Found]:
    kind = element.attributes.get("type") or ""
    condition = "" if runs_as_script(kind) else f"type={printable(kind[:40])}"
    if "nomodule" in element.attributes:
        condition = "nomodule"
    yield from UrlHandler("automatic", condition, "script")(element, name, value)


def _link(element: Element, name: str, value: str) -> Iterator[Found]:
    relations = [each for each in words(element.attributes.get("rel")) if each in _LINKS_FETCHED]
    if not relations:
        yield from element.reference(name, value, "link")
        return
    relation = min(relations, key=lambda each: _LINKS_FETCHED[each] != "")
    document = document_of(value, "style") if relation == "stylesheet" else None
    if document:
        yield element.nested(name, *document)
    yield from element.reference(name, value, "automatic", _LINKS_FETCHED[relation], f"link[rel={relation}]")


def _input_source(element: Element, name: str, value: str) -> Iterator[Found]:
    if words(element.attributes.get("type")) == ["image"]:
        yield from element.reference(name, value, "automatic", via="input[type=image]")


def _media_source(element: Element, name: str, value: str) -> Iterator[Found]:
    waits = words(element.attributes.get("preload")) == ["none"] and "autoplay" not in element.attributes
    yield from element.reference(name, value, "automatic", "preload=none" if waits else "")


def _meta(element: Element, name: str, value: str) -> Iterator[Found]:
    if words(element.attributes.get("http-equiv")) == ["refresh"]:
        url = refresh_url(value)
        script = javascript_of(url)
        if script is not None:
            yield element.nested(name, "script", script)
        yield from element.reference(name, url, "automatic", via="meta[http-equiv=refresh]")
    elif _ABSOLUTE.match(value):
        yield from element.reference(name, value, "identifier")


def _plug_in_parameter(element: Element, name: str, value: str) -> Iterator[Found]:
    yield from element.reference(name, value, "conditional", "plug-in")


def _animated(element: Element, name: str, value: str) -> Iterator[Found]:
    """Yield what an animation sets an element's reference to: the browser loads it."""
    if (element.attributes.get("attributename") or element.attributes.get("attributeName") or "").endswith("href"):
        for url in value.split(";"):
            yield from element.reference(name, url, "automatic")


def runs_as_script(kind: str) -> bool:
    """Say whether a script element of this ``type`` is run; parameters that a browser might not accept are allowed."""
    essence = kind.partition(";")[0].strip().lower()
    return essence in ("", "module") or essence.endswith(("javascript", "ecmascript", "jscript", "livescript"))


# --- the table ------------------------------------------------------------------------------------------------

_ABSOLUTE = re.compile(r"\s*+(?:(?:https?|wss?|ftp):)?[/\\]{2}[^/\\\s]", re.IGNORECASE)

_ALWAYS_FETCHED = "stylesheet icon preload modulepreload prefetch preconnect dns-prefetch prerender manifest mask-icon"
_LINKS_FETCHED = dict.fromkeys(_ALWAYS_FETCHED.split(), "") | {
    "apple-touch-icon": "added to a home screen",
    "apple-touch-icon-precomposed": "added to a home screen",
    "apple-touch-startup-image": "added to a home screen",
    "import": "old browsers",
    "search": "added as a search engine",
    "compression-dictionary": "browsers that support it",
}
"""Link types that are fetched, with the condition under which; all others are links to follow."""

_FETCH = UrlHandler("automatic")
_LINK = UrlHandler("link")
_SVG_REFERENCE: dict[str, Handler] = {"href": _FETCH, "xlink:href": _FETCH}
_SVG_UNKNOWN: dict[str, Handler] = {
    name: UrlHandler("conditional", "loaded by few programs") for name in ("href", "xlink:href")
}
_PRESENTATION = "style fill stroke filter mask clip-path cursor marker-start marker-mid marker-end"
_EVERYWHERE: dict[str, Handler] = {
    "xlink:href": UrlHandler("conditional", "loaded by few programs"),
    **dict.fromkeys(_PRESENTATION.split(), _style),
}
_SPECIFIC: dict[str, dict[str, Handler]] = {
    "a": {"href": _LINK, "xlink:href": _LINK, "ping": _several("interaction")},
    "animate": dict.fromkeys(("from", "to", "by", "values"), _animated),
    "applet": dict.fromkeys(("code", "codebase", "archive", "object"), UrlHandler("conditional", "plug-in")),
    "area": {"href": _LINK, "ping": _several("interaction")},
    "audio": {"src": _media_source},
    "bgsound": {"src": UrlHandler("conditional", "old browsers")},
    "blockquote": {"cite": UrlHandler("identifier")},
    "button": {"formaction": UrlHandler("interaction")},
    "del": {"cite": UrlHandler("identifier")},
    "embed": {"src": UrlHandler("automatic", role="document")},
    "feImage": _SVG_REFERENCE,
    "fencedframe": {"src": UrlHandler("conditional", "browsers that support it")},
    "form": {"action": UrlHandler("interaction")},
    "frame": {"src": UrlHandler("automatic", role="document"), "longdesc": _LINK},
    "html": {"manifest": UrlHandler("conditional", "old browsers")},
    "iframe": {"src": UrlHandler("automatic", role="document"), "srcdoc": _srcdoc, "longdesc": _LINK},
    "image": {**_SVG_REFERENCE, "src": _FETCH},
    "img": {
        "src": _FETCH,
        "srcset": _srcset,
        "longdesc": _LINK,
        "lowsrc": UrlHandler("conditional", "old browsers"),
        "dynsrc": UrlHandler("conditional", "old browsers"),
    },
    "input": {"src": _input_source, "formaction": UrlHandler("interaction")},
    "ins": {"cite": UrlHandler("identifier")},
    "linearGradient": _SVG_UNKNOWN,
    "link": {"href": _link, "imagesrcset": _srcset},
    "meta": {"content": _meta},
    "object": {
        "data": UrlHandler("automatic", role="document"),
        "classid": UrlHandler("conditional", "plug-in"),
        "codebase": UrlHandler("conditional", "plug-in"),
        "archive": _several("conditional"),
    },
    "param": {"value": _plug_in_parameter},
    "pattern": _SVG_UNKNOWN,
    "q": {"cite": UrlHandler("identifier")},
    "radialGradient": _SVG_UNKNOWN,
    "script": {"src": _script_source, "href": _script_source, "xlink:href": _script_source},
    "set": {"to": _animated},
    "source": {"src": _FETCH, "srcset": _srcset},
    "track": {"src": _FETCH},
    "use": _SVG_REFERENCE,
    "video": {"src": _media_source, "poster": _FETCH},
}
for _tag in ("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"):
    _SPECIFIC[_tag] = {"background": _FETCH}


class _Handlers(dict[str, Handler | None]):
    """The handlers of one element's attributes; those that go by the beginning of a name are filled in when met."""

    def __missing__(self, name: str) -> Handler | None:
        handler = _event if name.startswith("on") else _data_attribute if name.startswith("data-") else None
        if len(name) <= _NAME_LENGTH and len(self) < _NAMES:
            self[name] = handler
        return handler


_NAME_LENGTH = 32
_NAMES = 1000
_TABLE = {tag: _Handlers({**_EVERYWHERE, **handlers}) for tag, handlers in _SPECIFIC.items()}
_OTHERS = _Handlers(_EVERYWHERE)
_INERT = (
    "abbr accept accept-charset align alt aria-controls aria-current aria-describedby aria-expanded aria-haspopup "
    "aria-hidden aria-label aria-labelledby async autocomplete autofocus bgcolor border cellpadding cellspacing "
    "charset checked class clear color cols colspan coords cx cy d defer dir disabled download enctype face for "
    "frameborder headers height hidden hspace id integrity itemprop itemscope itemtype lang language loading "
    "media method multiple name nowrap placeholder points property r readonly rel role rows rowspan rx ry scope "
    "scrolling selected shape size sizes span spellcheck start summary tabindex target text title transform type "
    "usemap valign version viewbox viewBox vlink vspace width x x1 x2 xml:lang xml:space xmlns xmlns:xlink y y1 "
    "y2"
)
INERT = frozenset(_INERT.split())
"""Common attributes that lead nowhere on any element: an element that has no others is passed over at once."""


def read_element(tag: str, attributes: Mapping[str, str | None], around: Surroundings) -> list[Found]:
    """Return what an element makes a browser contact, and the documents and scripts that its attributes hold.

    ``tag`` is the local name, lower-case but for the names of SVG; ``xlink:href`` stands under that name.
    """
    handlers = _TABLE.get(tag, _OTHERS)
    stays = around.base is None
    found: list[Found] = []
    for name, value in attributes.items():
        handler = handlers[name]
        if handler is None or not value:
            continue
        if stays and handler.__class__ is UrlHandler and not may_lead_away(value):
            continue
        found += handler(Element(tag, attributes, around, {}), name, value)
    return found
