"""Elements and processes that a script reaches in roundabout ways: by computed names, and by functions that set them.

``el[name] = url``, ``Reflect.set(el, name, url)``, ``Object.assign(el, {src: url})``, ``process.binding(name)``.
"""

from __future__ import annotations

import re

from tree_sitter import Node

from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.elements import PROPERTIES, made_element, tag_of
from gate.examine.outbound.javascript.folding import FEW_STEPS
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import NO_TEXT, plain

_ELEMENT_NAME = re.compile(
    rb"(?:.*[._$])?(?:el|elem|elt|element|img|image|script|iframe|frame|embed|video|audio|picture|dom)(?:Element|El|Node)?",
    re.IGNORECASE | re.DOTALL,
)
_GIVING_ELEMENTS = frozenset(
    b"createElement createElementNS getElementById querySelector closest cloneNode appendChild item".split()
)
_COMPUTED = re.compile(rb"\]\s*+=(?!=)")
_BRACKET = ord("]")
_NAME_LENGTH = 60
_VALUES = 8
_OWNERS = frozenset({"identifier", "member_expression", "call_expression", "parenthesized_expression"})
_NO_NAMES = frozenset({"number", "string", "update_expression"})
_BINDINGS = (b"binding", b"_linkedBinding", b"internalBinding")
_NO_CONTACTS = (
    "async_wrap buffer config constants contextify crypto errors fs icu inspector natives os performance "
    "string_decoder symbols types url util uv v8 zlib"
)
_HARMLESS_BINDINGS = frozenset(_NO_CONTACTS.split())
"""Internal modules of Node.js that neither open sockets nor start programs."""


def take_reflected(contacts: Contacts) -> None:
    """Take what a script contacts in roundabout ways."""
    program = contacts.program
    for name in _BINDINGS:
        for call in program.calls.get(name, ()):
            _binding(contacts, call, name)
    for name in (b"set", b"assign", b"defineProperty"):
        for call in program.calls.get(name, ()):
            written = program.bytes_of(call.child(0))
            if written == b"Reflect.set":
                _set(contacts, call)
            elif written.startswith(b"Object."):
                _assigned(contacts, call, name)
    for node, target in program.scopes.assigned if _COMPUTED.search(program.data) else ():
        if program.data[target.end_byte - 1] == _BRACKET and target.type == "subscript_expression":
            _computed(contacts, node, target)


def _is_element(program: Program, node: Node) -> bool:
    """Say whether an expression is an element of a page, by what it is made of or else by its name."""
    node = plain(node)
    written = program.data[node.start_byte : min(node.end_byte, node.start_byte + _NAME_LENGTH)]
    if node.type in ("identifier", "member_expression") and _ELEMENT_NAME.fullmatch(written):
        return True
    for found in program.structures(node):
        if found.type == "call_expression" and program.callee_name(found) in _GIVING_ELEMENTS:
            return True
        if found.type == "new_expression" and program.constructor_name(found) in (b"Image", b"Audio"):
            return True
    return False


def _computed(contacts: Contacts, node: Node, target: Node) -> None:
    """Take ``el[name] = url`` where the name is not constant: it can be any attribute that fetches."""
    owner, index = target.named_children[0], target.named_children[-1]
    if owner.type not in _OWNERS or index.type in _NO_NAMES:
        return
    value = node.child(node.child_count - 1)
    if value.type in NO_TEXT or not _is_element(contacts.program, owner):
        return
    if contacts.folder.constant(index, FEW_STEPS) is None:
        contacts.contact(value, "[…] of an element", node)


def _set(contacts: Contacts, call: Node) -> None:
    arguments = contacts.program.arguments(call)
    if len(arguments) < 3:  # noqa: PLR2004  # the object, the name and the value
        return
    owner, key, value = arguments[:3]
    name = contacts.folder.constant(key)
    setter = PROPERTIES.get(name or "")
    if setter is not None:
        setter(contacts, value, f"Reflect.set({name})", call, tag_of(contacts, owner))
    elif name is None and _is_element(contacts.program, owner):
        contacts.contact(value, "Reflect.set()", call)


def _assigned(contacts: Contacts, call: Node, name: bytes) -> None:
    """Take ``Object.assign(el, {src: url})`` and ``Object.defineProperty(el, "src", {value: url})``."""
    program = contacts.program
    arguments = program.arguments(call)
    if len(arguments) < 2 or not _is_element(program, arguments[0]):  # noqa: PLR2004  # the element and what is set
        return
    tag = tag_of(contacts, arguments[0])
    if name == b"assign":
        for each in arguments[1:4]:
            made_element(contacts, tag, each, call)
        return
    setter = PROPERTIES.get(contacts.folder.constant(arguments[1]) or "")
    if setter is not None:
        for value in program.members(arguments[-1], b"value"):
            setter(contacts, value, "Object.defineProperty()", call, tag)


def _binding(contacts: Contacts, call: Node, name: bytes) -> None:
    """Take ``process.binding(name)``: what opens sockets below all that is known here is opaque."""
    program = contacts.program
    function = plain(call.child(0))
    arguments = program.arguments(call)
    if not arguments or (name == b"binding" and not _is_process(program, function)):
        return
    if contacts.folder.constant(arguments[0]) not in _HARMLESS_BINDINGS:
        contacts.opaque(f"{name.decode()}()", call)


def _is_process(program: Program, function: Node) -> bool:
    if function.type != "member_expression":
        return False
    owner = plain(function.named_children[0])
    bound = program.scopes.bindings(program.bytes_of(owner), owner.start_byte) if owner.type == "identifier" else ()
    found = [owner, *(each.node for each in bound[:_VALUES] if each.kind == "value")]
    return any(program.data.endswith(b"process", each.start_byte, each.end_byte) for each in found)
