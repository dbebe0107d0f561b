"""A script as a whole: its text, its names, the objects, functions and calls that values come from.

Indexes are built when they are first asked for: most scripts do not need them all.  All work is counted, and where it
exceeds what a script of the size could want, nothing more is known: that makes sinks opaque, never clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from gate.examine.outbound.javascript.literals import unescaped
from gate.examine.outbound.javascript.scopes import FUNCTIONS, Binding, Scopes, plain
from gate.examine.outbound.javascript.syntax import Captures, Syntax

_STRUCTURES = 8
_MEMBERS = 150
"""Most values of a member: more than the steps made for one text, so that where there are more it is unknown."""
_SITES = 60
_DEPTH = 12
_TELLING = re.compile(rb"url|uri|endpoint|host|origin|server|dsn|api|base|cdn|domain", re.IGNORECASE)
_GENERIC = frozenset(b"url uri host origin server api base baseUrl baseURL domain src href path".split())
_FEW = 2
_NAME_LENGTH = 80
_PATH = 2000
_TERMS = 64
_BRACKET = ord("]")
_NAME_BACKWARDS = re.compile(rb"[\w$]+")


class Imported(NamedTuple):
    """A module, or what is taken out of it by ``name``."""

    module: str
    name: str = ""


class Program:
    """One parsed script.  Its limits are in steps, each of a few microseconds."""

    def __init__(self, syntax: Syntax) -> None:
        self.data = syntax.data
        self.root = syntax.tree.root_node
        self.captures: Captures = syntax.captures
        self._steps = self._all_steps = 200_000 + len(self.data) // 10
        self.scopes = Scopes(self.data, self.captures, 10 * self._steps)
        self._keys: dict[int, Mapping[bytes, list[Node]]] = {}
        self._depth = 0
        self._structures: dict[int, list[Node]] = {}
        self._items: dict[int, list[Node]] = {}
        self.holds_modules: bool | None = None
        """Whether the script names a module that contacts servers; None until it was looked for."""
        self.holds_clients: bool | None = None
        """Whether anything in the script can stand for a module that contacts servers; None until it was looked for."""
        self.modules: dict[tuple[bytes, int], Imported | None] = {}
        """The modules that names stand for, by name and scope."""
        self._sites: dict[int, list[Sequence[Node]]] = {}

    def work(self, steps: int = 1) -> bool:
        """Count work done; say whether there is any left to do."""
        self._steps -= steps
        return self._steps > 0

    def begin_again(self) -> None:
        """Allow for as much work as at the beginning, for another question than the ones before."""
        self._steps = self._all_steps
        self.scopes.steps = 10 * self._steps

    # --- text --------------------------------------------------------------------------------------------------

    def bytes_of(self, node: Node) -> bytes:
        """Return the text of a node as it stands."""
        return self.data[node.start_byte : node.end_byte]

    def text(self, node: Node) -> str:
        """Return the text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def slice(self, start: int, end: int) -> str:
        """Return the text between two places."""
        return self.data[start:end].decode("utf-8", "replace")

    def operator(self, node: Node) -> str:
        """Return the operator of a binary expression."""
        operator = node.child_by_field_name("operator")
        return operator.type if operator is not None else ""

    def key(self, node: Node) -> bytes:
        """Return the name that the key of a property writes."""
        if node.type == "string":
            return unescaped(self.text(node)[1:-1]).encode("utf-8", "replace")
        if node.type == "computed_property_name" and node.named_children:
            written = self._sum(node.named_children[0])
            return self.bytes_of(node) if written is None else written
        return self.bytes_of(node)

    def _sum(self, node: Node) -> bytes | None:
        """Return the text that literals make, alone or as a sum; None where anything else is in it."""
        terms: list[bytes] = []
        while node.type == "binary_expression" and self.operator(node) == "+" and len(terms) < _TERMS:
            last = node.named_children[-1]
            if last.type != "string":
                return None
            terms.append(self.key(last))
            node = node.named_children[0]
        return b"".join([self.key(node), *reversed(terms)]) if node.type == "string" else None

    def objects_around(self, place: int) -> list[Node]:
        """Return the objects of the ``with`` statements around a place."""
        return [
            node.named_children[0]
            for node in self.captures.get("with", ())
            if node.start_byte <= place < node.end_byte and node.named_children
        ]

    # --- structures --------------------------------------------------------------------------------------------

    def structures(self, node: Node) -> list[Node]:
        """Return the objects, arrays, functions and calls that an expression can be."""
        node = plain(node)
        known = self._structures.get(node.id)
        if known is None:
            if self._depth >= _DEPTH or not self.work():
                return []
            self._structures[node.id] = []  # what leads back here adds nothing
            self._depth += 1
            known = self._looked_up(node)
            self._depth -= 1
            self._structures[node.id] = known
        return known

    def _looked_up(self, node: Node) -> list[Node]:
        match node.type:
            case "identifier":
                bindings = self.scopes.bindings(self.bytes_of(node), node.start_byte)[: 2 * _STRUCTURES]
                values = [value for each in bindings for value in self._bound(each)]
            case "member_expression":
                values = self.members(node.named_children[0], self.bytes_of(node.named_children[-1]), _STRUCTURES)
            case "assignment_expression" | "await_expression":
                values = [node.named_children[-1]] if node.named_children else []
            case "binary_expression" | "ternary_expression":
                values = node.named_children[-2:]
            case _:
                return [node]
        return [found for value in values[:_STRUCTURES] for found in self.structures(value)][:_STRUCTURES]

    def _bound(self, binding: Binding) -> list[Node]:
        match binding.kind:
            case "value" | "function":
                return [binding.node]
            case "parameter":
                sites = self.calls_of(binding.node)[:_STRUCTURES]
                values = [site[binding.position] for site in sites if binding.position < len(site)]
                return [*values, *([binding.other] if binding.other is not None else [])]
            case "part":
                return self.members(binding.node, binding.name)
            case _:
                return []

    def items(self, node: Node) -> list[Node] | None:
        """Return the items of an array, or None where an expression is none that is written in the script."""
        for found in self.structures(node):
            if found.type == "array":
                if found.id not in self._items:
                    self._items[found.id] = [each for each in found.named_children if each.type != "comment"]
                return self._items[found.id]
        return None

    def members(self, target: Node, name: bytes, most: int = _MEMBERS) -> list[Node]:
        """Return the values of a property of an object that is written in the script, ``most`` of those assigned."""
        values = [
            value
            for found in self.structures(target)
            if found.type in ("object", "class_declaration")
            for value in self.properties(found).get(name, ())
        ]
        assigned = self._assigned_members.get((self.bytes_of(target)[:_NAME_LENGTH], name), ())
        values += [_value(node) for node in assigned[:most]]
        return values

    def properties(self, node: Node) -> Mapping[bytes, list[Node]]:
        """Return the properties of an object literal, by name."""
        known = self._keys.get(node.id)
        if known is None:
            known = self._keys[node.id] = {}
            for child in node.named_children:
                if child.type == "pair":
                    known.setdefault(self.key(child.named_children[0]), []).append(child.named_children[-1])
                elif child.type == "shorthand_property_identifier":
                    known.setdefault(self.bytes_of(child), []).append(child)
                elif child.type == "method_definition":
                    name = child.child_by_field_name("name")
                    known.setdefault(self.key(name if name is not None else child), []).append(child)
                elif child.type == "spread_element" and child.named_children and self.work(10):
                    for found in self.structures(child.named_children[0]):
                        if found.type == "object" and found.id != node.id:
                            for key, values in self.properties(found).items():
                                known.setdefault(key, []).extend(values)
        return known

    @cached_property
    def _assigned_members(self) -> Mapping[tuple[bytes, bytes], list[Node]]:
        """The assignments to members, by the text of the object and the name of the member."""
        assigned: dict[tuple[bytes, bytes], list[Node]] = {}
        data = self.data
        for node, target in self.scopes.assigned:
            start, end = target.start_byte, target.end_byte
            dot = data.rfind(b".", start, end)
            if dot > start and data[end - 1] != _BRACKET:
                owner = data[start : min(dot, start + _NAME_LENGTH)].rstrip(b"? \n\t\r")
                assigned.setdefault((owner, data[dot + 1 : end].strip()), []).append(node)
        for node in self.captures.get("field", ()):
            name, value = node.named_children[0], node.named_children[-1]
            names = [each for each in node.named_children[:-1] if each.type in ("property_identifier", "string")]
            assigned.setdefault((b"this", self.key(names[-1] if names else name)), []).append(value)
        return assigned

    @cached_property
    def _by_name(self) -> Mapping[bytes, list[Node]]:
        """The properties of all objects of the script, and the assignments to members, by their name."""
        found: dict[bytes, list[Node]] = {}
        for pair in self.captures.get("pair", ()):
            found.setdefault(self.key(pair.child(0)), []).append(pair)
        for (_, name), values in self._assigned_members.items():
            found.setdefault(name, []).extend(values)
        return found

    def names_among(self, names: frozenset[bytes]) -> frozenset[bytes]:
        """Return which of some names properties of the script have."""
        return names.intersection(self._by_name)

    def values_named(self, name: bytes) -> list[Node]:
        """Return the values of all properties of the script of a name."""
        return [_value(node) for node in self._by_name.get(name, ())]

    def named_alike(self, name: bytes) -> list[Node]:
        """Return the values of all properties of a telling name, where there are few enough to mean anything.

        Generic names must be all but unique; others may stand for several values.
        """
        if not _TELLING.search(name) and name not in _GENERIC:
            return []
        values = self.values_named(name)
        return values if len(values) <= (_FEW if name in _GENERIC else _STRUCTURES) else []

    # --- functions and calls -----------------------------------------------------------------------------------

    def arguments(self, call: Node) -> list[Node]:
        """Return the arguments of a call or ``new``."""
        listed = call.child_by_field_name("arguments")
        if listed is None or listed.type == "template_string":
            return [] if listed is None else [listed]
        return [each for each in listed.named_children if each.type != "comment"]

    def callee_name(self, call: Node) -> bytes:
        """Return the last part of the name by which a function is called, or what its text ends in."""
        return self._last_part(call.child(0))

    def constructor_name(self, new: Node) -> bytes:
        """Return the last part of the name of what ``new`` makes."""
        return self._last_part(new.child(1))

    def _last_part(self, function: Node | None) -> bytes:
        if function is None:
            return b""
        start, end = function.start_byte, function.end_byte
        if end - start > _NAME_LENGTH:
            start = end - _NAME_LENGTH
        dot = self.data.rfind(b".", start, end)
        return self.data[dot + 1 if dot >= 0 else start : end]

    @cached_property
    def calls(self) -> Mapping[bytes, list[Node]]:
        """The calls of the script by the last part of the name that is called."""
        calls: dict[bytes, list[Node]] = {}
        data = self.data
        for call in self.captures.get("call", ()):  # there are tens of thousands: as callee_name, without its calls
            function = call.child(0)
            start, end = function.start_byte, function.end_byte
            if end - start > _NAME_LENGTH:
                start = end - _NAME_LENGTH
            dot = data.rfind(b".", start, end)
            calls.setdefault(data[dot + 1 if dot >= 0 else start : end], []).append(call)
        return calls

    @cached_property
    def _immediate(self) -> Mapping[int, list[Sequence[Node]]]:
        """Arguments of functions that are called where they are written, by the function's identity."""
        found: dict[int, list[Sequence[Node]]] = {}
        for name, calls in self.calls.items():
            if not name.endswith((b")", b"}", b"call", b"apply")):
                continue
            for call in calls:
                if not self.data.startswith((b"(", b"function", b"async"), call.start_byte):
                    continue
                function = plain(call.child(0))
                arguments = self.arguments(call)
                if function.type == "member_expression" and name in (b"call", b"apply"):
                    function = plain(function.named_children[0])
                    arguments = arguments[1:] if name == b"call" else (self.items(arguments[-1]) or [])
                if function.type in FUNCTIONS:
                    found.setdefault(function.id, []).append(arguments)
        return found

    def _names_of(self, function: Node) -> list[bytes]:
        """Return the names by which a function can be called, as far as they stand right at it."""
        names = []
        named = function.child_by_field_name("name")
        if named is not None:
            names.append(self.key(named))
        start = function.start_byte
        before = self.data[max(0, start - _NAME_LENGTH) : start].rstrip(b" \t\r\n(")
        if before.endswith((b"=", b":")):
            found = _NAME_BACKWARDS.match(before[-2::-1].lstrip(b" \t\r\n\"'"))
            if found is not None:
                names.append(found[0][::-1])
        return names

    def calls_of(self, function: Node) -> list[Sequence[Node]]:
        """Return the arguments of the calls of a function that the script makes.

        What is called by a name that is all over the script is not followed: then its parameters are unknown.
        """
        known = self._sites.get(function.id)
        if known is None:
            known = self._sites[function.id] = []  # now, as looking for them may ask again
            known += self._immediate.get(function.id, ())
            for name in self._names_of(function):
                calls = self.calls.get(name, ())
                if len(calls) <= _SITES:
                    known += [self.arguments(call) for call in calls if self._calls(call, function)]
        return known

    def _calls(self, call: Node, function: Node) -> bool:
        callee = call.child(0)
        if not self.work():
            return False
        if callee.type != "identifier":
            return callee.type == "member_expression"
        bindings = self.scopes.bindings(self.bytes_of(callee), callee.start_byte)
        return any(plain(each.node).id == function.id for each in bindings)

    def returns(self, function: Node) -> Iterator[Node]:
        """Yield what calling an expression gives back, where it is a function of the script that says so plainly."""
        for found in self.structures(function):
            body = found.child_by_field_name("body") if found.type in FUNCTIONS else None
            if body is None:
                continue
            if body.type != "statement_block":
                yield body
                continue
            for statement in body.named_children:
                if statement.type == "return_statement" and statement.named_children:
                    yield statement.named_children[0]

    @cached_property
    def news(self) -> Mapping[bytes, list[Node]]:
        """What the script makes by ``new``, by the last part of the name of its class."""
        made: dict[bytes, list[Node]] = {}
        for new in self.captures.get("new", ()):
            made.setdefault(self.constructor_name(new), []).append(new)
        return made

    # --- places ------------------------------------------------------------------------------------------------

    def path_to(self, start: int) -> list[Node]:
        """Return the nodes that hold a place, from the whole script to the innermost; nothing where it is too deep."""
        cursor = self.root.walk()
        path = [self.root]
        while cursor.goto_first_child_for_byte(start) is not None:
            node = cursor.node
            if node is None or node.start_byte > start:
                break
            path.append(node)
            if len(path) > _PATH or not self.work():
                return []
        return path


def _value(node: Node) -> Node:
    """Return the value that a pair or an assignment gives; another node is one itself."""
    return node.child(node.child_count - 1) if node.type in ("pair", "assignment_expression") else node
