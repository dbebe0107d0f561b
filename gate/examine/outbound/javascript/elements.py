"""Elements that a script makes or changes: their attributes and properties that lead to other hosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from tree_sitter import Node

from gate.examine.outbound.attributes import srcset_urls
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.folding import FEW_STEPS
from gate.examine.outbound.javascript.scopes import NO_TEXT, plain
from gate.examine.outbound.javascript.targets import owner_by_with, roundabout
from gate.models import Reach

_OPENED = re.compile(rb"<([A-Za-z][\w.\-]{0,40})\s")
_TAG_LENGTH = 600
"""How far before an attribute its element's tag is looked for."""
Setter: TypeAlias = Callable[[Contacts, Node, str, Node, str], None]
"""Takes contacts, the value, how the fact names the construct, the node to report, and the tag where it is known."""

_STYLE_NAMES = (
    "background backgroundImage borderImage borderImageSource listStyle listStyleImage cursor content filter mask "
    "maskImage clipPath cssText style src"
)
_STYLED = frozenset(_STYLE_NAMES.split())
_SCRIPT = "script"
_FETCHED_LINKS = frozenset({"link", "image", "use", "script", "feImage", "base"})


def _url(contacts: Contacts, value: Node, construct: str, at: Node, _tag: str) -> None:
    contacts.contact(value, construct, at)


def _script_source(contacts: Contacts, value: Node, construct: str, at: Node, tag: str) -> None:
    if tag in ("script", "iframe", "embed", ""):
        contacts.loaded(value, construct, at)
        if tag == _SCRIPT:
            contacts.runs(value)
    else:
        contacts.contact(value, construct, at)


def _constant_url(contacts: Contacts, value: Node, construct: str, at: Node, _tag: str) -> None:
    contacts.contact(value, construct, at, opaque=False)


def _srcset(contacts: Contacts, value: Node, construct: str, at: Node, _tag: str) -> None:
    for each in contacts.folder.fold(value):
        for url in srcset_urls(each.text):
            contacts.url(each._replace(text=url), construct, at)


def _markup(contacts: Contacts, value: Node, construct: str, at: Node, tag: str) -> None:
    if tag == _SCRIPT:
        contacts.script(value, construct, at, opaque=True)
    else:
        contacts.markup(value, construct, at)


def _text(contacts: Contacts, value: Node, construct: str, at: Node, tag: str) -> None:
    """Take the text of an element: of a script it is the code, of a style sheet its rules."""
    if tag == _SCRIPT:
        contacts.script(value, construct, at, opaque=True)
    else:
        contacts.style(value, construct, at)


def _code(contacts: Contacts, value: Node, construct: str, at: Node, tag: str) -> None:
    if tag == _SCRIPT:
        contacts.script(value, construct, at, opaque=True)


def _href(contacts: Contacts, value: Node, construct: str, at: Node, tag: str) -> None:
    if tag in _FETCHED_LINKS:
        contacts.contact(value, construct, at)
    else:
        followed = tag == "a" and not contacts.program.calls.get(b"click")
        contacts.contact(value, construct, at, reach="link" if followed else "interaction", opaque=False)


def _on_interaction(contacts: Contacts, value: Node, construct: str, at: Node, _tag: str) -> None:
    reach: Reach = "interaction"
    contacts.contact(value, construct, at, reach=reach, opaque=False)


def _style(contacts: Contacts, value: Node, construct: str, at: Node, _tag: str) -> None:
    contacts.style(value, construct, at)


ATTRIBUTES: Mapping[str, Setter] = {
    "src": _script_source,
    "srcset": _srcset,
    "srcSet": _srcset,
    "imagesrcset": _srcset,
    "imageSrcset": _srcset,
    "poster": _url,
    "srcdoc": _markup,
    "srcDoc": _markup,
    "href": _href,
    "xlink:href": _href,
    "xlinkHref": _href,
    "data": _constant_url,
    "background": _constant_url,
    "action": _on_interaction,
    "formaction": _on_interaction,
    "formAction": _on_interaction,
    "ping": _on_interaction,
    "style": _style,
}
"""Attributes, by the names that HTML and JSX give them."""

PROPERTIES: Mapping[str, Setter] = {
    **ATTRIBUTES,
    "innerHTML": _markup,
    "outerHTML": _markup,
    "location": _on_interaction,
    "baseURL": _constant_url,
    "baseVal": _constant_url,
    **{name: _style for name in _STYLED if name not in ATTRIBUTES},
    "textContent": _text,
    "innerText": _text,
    "text": _code,
}
"""Properties of elements that a script assigns."""


_WRITTEN = frozenset(name.encode() for name in PROPERTIES)
_ENDINGS = frozenset([name[-3:] for name in _WRITTEN] + [b"ion"])
"""What the names of all properties that matter, and of locations, end in."""
_LONGEST = 1 + max(map(len, PROPERTIES))
_BRACKET = ord("]")


def tag_of(contacts: Contacts, element: Node) -> str:
    """Return the tag of an element that the script itself makes, or an empty text."""
    element = plain(element)
    for found in contacts.program.structures(element):
        name = contacts.program.callee_name(found) if found.type == "call_expression" else b""
        arguments = contacts.program.arguments(found) if name in (b"createElement", b"createElementNS") else []
        if arguments:
            return (contacts.folder.constant(arguments[-1 if name.endswith(b"NS") else 0]) or "").lower()
        if found.type == "new_expression" and contacts.program.constructor_name(found) in (b"Image", b"Audio"):
            return "img"
    return ""


def take_assignments(contacts: Contacts) -> None:
    """Take what is assigned to properties of elements; most assignments are told by the last letters of the name."""
    data = contacts.program.data
    for node, target in contacts.program.scopes.assigned:
        end = target.end_byte
        if data[end - 1] == _BRACKET or data[end - 3 : end] in _ENDINGS:
            _assign(contacts, node, target)
    for each in roundabout(contacts.program):
        _give(contacts, each.node, each.target, each.value)


def _assign(contacts: Contacts, node: Node, target: Node) -> None:
    """Take an assignment to a property of an element, or to the location of the page."""
    end = target.end_byte
    data = contacts.program.data
    if data[end - 1] != _BRACKET:
        start = max(target.start_byte, end - _LONGEST)
        written = data[max(data.rfind(b".", start, end) + 1, start) : end]
        if written not in _WRITTEN and not written.endswith(b"location"):
            return
    _give(contacts, node, target, node.child(node.child_count - 1))


def _give(contacts: Contacts, node: Node, target: Node, value: Node) -> None:
    """Take what a member, or the location of the page, is given."""
    program = contacts.program
    if value.type in NO_TEXT:
        return
    name, owner = _property(contacts, target), target.named_children[0] if target.named_children else None
    if target.type == "identifier":
        name, owner = program.text(target), owner_by_with(program, target)
        if name == "location" and owner is None and not program.scopes.is_declared(b"location", node.start_byte):
            _on_interaction(contacts, value, "location", node, "")
    setter = PROPERTIES.get(name)
    if setter is None or owner is None:
        return
    if name in _STYLED and program.bytes_of(owner).endswith((b"style", b"Style")):
        contacts.style(value, f".style.{name}", node)
        return
    setter(contacts, value, f".{name}", node, tag_of(contacts, owner))


def _property(contacts: Contacts, target: Node) -> str:
    if target.type == "member_expression":
        start, end = target.named_children[-1].start_byte, target.end_byte
        return contacts.program.slice(start, min(end, start + 40))
    if target.type == "subscript_expression":
        index = target.named_children[-1]
        return (contacts.folder.constant(index, FEW_STEPS) or "") if index.type != "number" else ""
    return ""


def attribute(contacts: Contacts, name: str, value: Node, construct: str, at: Node, tag: str) -> None:
    """Take an attribute that is set to a value."""
    setter = ATTRIBUTES.get(name) or ATTRIBUTES.get(name.lower())
    if setter is not None:
        setter(contacts, value, construct, at, tag)


def made_element(contacts: Contacts, tag: str, attributes: Node, at: Node) -> None:
    """Take the attributes that a call like ``createElement("img", {src: …})`` gives its element."""
    for found in contacts.program.structures(attributes):
        if found.type == "object":
            for key, values in contacts.program.properties(found).items():
                name = key.decode("utf-8", "replace")
                for value in values:
                    attribute(contacts, name, value, f"<{tag} {name}>", at, tag)
                    if name == "dangerouslySetInnerHTML":
                        _inner_markup(contacts, value, at)


def jsx_attribute(contacts: Contacts, node: Node) -> None:
    """Take an attribute of a JSX element."""
    name_node, value = node.child(0), node.child(node.child_count - 1)
    if node.child_count < 2:  # noqa: PLR2004  # a name without a value
        return
    name = contacts.program.text(name_node)
    if name not in ATTRIBUTES and name != "dangerouslySetInnerHTML":
        return
    # The element is not asked for: finding a parent takes as long as the tree is deep.
    opened = _OPENED.findall(contacts.program.data, max(0, node.start_byte - _TAG_LENGTH), node.start_byte)
    tag = opened[-1].decode() if opened else ""
    if value.type == "jsx_expression":
        if not value.named_children:
            return
        value = value.named_children[0]
    if name == "dangerouslySetInnerHTML":
        _inner_markup(contacts, value, node)
    else:
        attribute(contacts, name, value, f"<{tag} {name}>", node, tag)


def _inner_markup(contacts: Contacts, value: Node, at: Node) -> None:
    for markup in contacts.program.members(value, b"__html"):
        contacts.markup(markup, "dangerouslySetInnerHTML", at)
