"""Reads HTML as a browser with scripting enabled does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from gate.examine.outbound.element import Surroundings
from gate.examine.outbound.elements import INERT, read_element
from gate.examine.outbound.found import Found, Matches, Nested, Reference
from gate.examine.outbound.handlers import runs_as_script, shown_attribute, style_condition
from gate.examine.outbound.kinds import Kind
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.pages import page_of
from gate.examine.outbound.selectors import PageSelectors
from gate.examine.outbound.urls import base_for
from gate.models import Gap, Reach
from gate.paths import printable

NESTING = 10_000
"""Deepest nesting that is handed to the parser, whose time grows with its square; browsers stop at 512."""
TAG_ATTRIBUTES = 10_000
"""Most attributes of one tag, for the same reason."""

_OPTIONS = int(LexborDocumentOptions.WO_EVENTS)
_TAG_NAME = re.compile(r"<(/?[A-Za-z][^\s/>]{0,30}+)(?=[\s/>])")
_WINDOW = 1 << 14
_LONG_TAG = 2 * _WINDOW
"""Length of a tag, in characters, from which its attributes are counted: such a tag spans a whole window."""
_QUOTED = re.compile(r"\"[^\"]*+\"|'[^']*+'")
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/]++")
_NO_END_TAG = "area base br col embed hr img input link meta param source track wbr p li dt dd td th tr option rt rp"
_UNNESTED = frozenset(_NO_END_TAG.split())
"""Elements without an end tag, and those that the parser ends itself where the next one begins."""
_TAG_START = re.compile(r"<[A-Za-z]")
_HOLDING_TEXT: dict[str, Kind] = {"style": "css", "script": "script", "noscript": "html", "-comment": "html"}
_CHOSEN = frozenset({"img", "source"})
_SOURCES = 40
"""How many nodes before an image are looked at for a source."""
_VIA = {"-comment": "comment"}
_UNLESS = {"noscript": "noscript"}
_DATA: dict[str, Reach] = {"importmap": "conditional", "speculationrules": "automatic"}
"""Types of script element whose strings are URLs that the browser fetches by itself, and when."""
_IMPORTED = "imported by name"
_MARKUP_TYPE = re.compile(r"text/(?:html|template|x-\S{0,40}|ng-template|ractive|handlebars|mustache)\Z")
_SUBMITS = re.compile(r"\.(?:requestSubmit|submit)\s*\(\s*\)")
_SUBMITS_ON_LOAD = re.compile(r"\bon(?:load|pageshow)\s*=\s*[\"']?[^\"'<>]{0,500}?\.(?:requestSubmit|submit)\s*\(")
_CONDITIONAL_COMMENT = re.compile(r"\s*+\[\s*+if\s([^\]]{0,200}+)\]>(.*)", re.DOTALL | re.IGNORECASE)


class _Nesting(dict[str, int]):
    """By how much a tag changes the depth, by its name as written with ``/`` for an end tag."""

    def __missing__(self, name: str) -> int:
        plain = name.lower()
        change = 0 if plain.lstrip("/") in _UNNESTED else (-1 if plain.startswith("/") else 1)
        self[name] = change
        return change


def read_html(text: str, base: str | None, lines: Lines, condition: str = "", *, page: bool = False) -> Iterator[Found]:
    """Yield the references of an HTML document or fragment, and the documents, styles and scripts inside of it.

    Of a whole item, a ``page``, it also says what it is to its readers.

    A document that would keep the parser busy out of all proportion makes a gap instead.
    """
    trouble = _out_of_proportion(text)
    if trouble:
        yield trouble
        return
    parser = LexborHTMLParser(text, scripting=True, options=_OPTIONS)
    first_base = parser.css_first("base[href]")
    if first_base is not None:
        base = base_for(first_base.attributes.get("href") or "", base)
    submits, matches = _submits(text), PageSelectors(parser, len(text)).matches
    root = parser.root
    # The document and not its root element, as comments may stand before and after that.
    pending = [(root.parent or root, condition)] if root is not None else []
    while pending:
        root, condition = pending.pop()
        around = Surroundings(base, condition, lines, submits)
        for node in root.traverse(include_text=False):
            attributes = node.attributes
            tag = node.tag or ""
            if attributes and not INERT.issuperset(attributes):
                found = read_element(tag, attributes, around)
                yield from _if_chosen(found, node) if found and tag in _CHOSEN else found
            if tag == "template":
                # With a shadow root the content is part of the page; else it counts only where a script uses it.
                inner = condition if "shadowrootmode" in attributes else condition or "template"
                pending += [(content, inner) for content in node.template_fragments()]
            elif tag in _HOLDING_TEXT:
                yield from _content(node, tag, around, matches)
    if page:
        yield page_of(parser, text)


def _if_chosen(found: Iterable[Found], node: LexborNode) -> Iterator[Found]:
    """Yield what an image or source loads: nothing, where one before it is chosen (HTML, "select an image source")."""
    condition = _instead_of(node)
    for each in found:
        if condition and isinstance(each, Reference) and each.reach == "automatic":
            yield each._replace(reach="conditional", condition=condition)
        else:
            yield each


def _instead_of(node: LexborNode) -> str:
    """Return the condition under which none of what comes before an image or source is loaded in its place."""
    parent = node.parent
    around = parent.tag if parent is not None else ""
    if around == "picture":
        before = node.prev
        for _ in range(_SOURCES):
            if before is None:
                return ""
            if before.tag == "source":
                return "no source before it is chosen"
            before = before.prev
        return "no source before it is chosen"
    if parent is not None and around in ("video", "audio"):
        if parent.attributes.get("src"):
            return "no src beside it"
        if (parent.attributes.get("preload") or "").lower() == "none" and "autoplay" not in parent.attributes:
            return "preload=none"
    return ""


def _submits(text: str) -> Reach:
    """Return how the forms of a document are sent: a script may send them, at once where it is that of loading."""
    if "ubmit" not in text or not _SUBMITS.search(text):
        return "interaction"
    return "automatic" if _SUBMITS_ON_LOAD.search(text) else "code"


def _content(node: LexborNode, tag: str, around: Surroundings, matches: Matches) -> Iterator[Nested]:
    """Yield what an element holds as text, or a comment as markup that only some programs read."""
    kind, condition = _HOLDING_TEXT[tag], around.condition
    if tag == "-comment":
        comment = _CONDITIONAL_COMMENT.match(node.comment_content or "")
        if comment is None:
            return
        text = comment[2].removesuffix("<![endif]")
        condition = condition or f"comment: if {printable(comment[1].strip())}"
    else:
        text = node.text_lexbor()
    if not text or text.isspace():
        return
    held = Nested(
        kind,
        text,
        _VIA.get(tag, tag),
        around.lines.inside(text),
        condition or _UNLESS.get(tag, ""),
        around.base,
        matches=matches if tag == "style" and not around.condition else None,
    )
    kind_declared = (node.attributes.get("type") or "").strip().lower()
    if tag == "script":
        held = _of_type(held, kind_declared)
    elif tag == "style":
        held = held._replace(condition=held.condition or style_condition(kind_declared, node.attributes.get("media")))
    yield held


def _of_type(script: Nested, kind: str) -> Nested:
    """Return the content of a script element as what its type says that it is."""
    if not kind:
        return script
    via = f"script[type={printable(kind[:40])}]"
    if kind in _DATA:
        condition = script.condition or (_IMPORTED if kind == "importmap" else "")
        return script._replace(kind="json", via=via, strings=_DATA[kind], condition=condition)
    if kind.endswith("json"):
        return script._replace(kind="json", via=via)
    if runs_as_script(kind):
        return script
    if _MARKUP_TYPE.match(kind):
        return script._replace(kind="template", via=via, condition=script.condition or "template")
    return script._replace(condition=script.condition or shown_attribute("type", kind))


def _out_of_proportion(text: str) -> Gap | None:
    """Return a gap where nesting or the attributes of one tag exceed what a page of any use has.

    Counting in windows, which costs little, tells for nearly every page that neither can be.
    """
    deepest = depth = 0
    long_tags = False
    for place in range(0, len(text), _WINDOW):
        window = text[place : place + _WINDOW]
        opened, closed = window.count("<"), window.count("</")
        deepest = max(deepest, depth + opened)
        depth += opened - 2 * closed
        long_tags = long_tags or ">" not in window
    if deepest > NESTING and max(accumulate(map(_Nesting().__getitem__, _TAG_NAME.findall(text))), default=0) > NESTING:
        return Gap("too-deep", f"HTML nested more than {NESTING} deep")
    if long_tags and any(map(_has_too_many_attributes, text.split(">"))):
        return Gap("too-many", f"more than {TAG_ATTRIBUTES} attributes in one tag")
    return None


def _has_too_many_attributes(part: str) -> bool:
    """Judge a piece of the text that holds no ``>``."""
    if len(part) <= _LONG_TAG:
        return False
    tag = _QUOTED.sub("", part[part.find("<") :])
    return _TAG_START.match(tag) is not None and sum(1 for _ in _BETWEEN_ATTRIBUTES.finditer(tag)) > TAG_ATTRIBUTES
