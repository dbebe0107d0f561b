"""Where a function of a script is called, or given to something that calls it.

Names are followed by their scopes, members of objects by their names: where several objects have a member of that
name, which of them is called is a choice, and only calls on an object that can be told count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TypeAlias

from tree_sitter import Node

from gate.examine.outbound.events import by_event
from gate.examine.outbound.javascript import mentions
from gate.examine.outbound.javascript.listening import event_of
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import FUNCTIONS, plain

Use: TypeAlias = Node | str
"""A place whose being run runs the function, or the condition under which something else runs it."""

NOT_CALLED = "where its function is called"
_EXPORTED = "where what it exports is called"
_SITES = 60
_CALLS = 600
"""Most calls of a name among which those on objects are looked for."""
_MENTIONS = 120
_DEPTH = 12
"""Most names in a row by which a function goes."""
_MEMBERS = -1
"""Stands for the scope of members: they are known by their name alone."""
_VALUES_PASS = frozenset(
    [
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "ternary_expression",
        "sequence_expression",
        "await_expression",
    ]
)
"""Expressions that may be the function that stands in them."""
_FORGETTING = frozenset(
    ["expression_statement", "if_statement", "while_statement", "unary_expression", "binary_expression"]
)
"""What does no more with a function than look whether it is there."""
_CALLED_BY = (b"call", b"apply", b"bind")
_EXTENDING = frozenset(
    b"extend assign create defineProperties defineProperty mixin mixins augment inherits createClass include "
    b"implement add register use export plugin".split()
)
"""Functions that take an object for its members, rather than for being called back."""
_CALLED_BY_OTHERS = frozenset(
    b"connectedCallback componentDidMount componentWillMount componentDidUpdate render mounted created beforeMount "
    b"setup ngOnInit ready handleEvent toString valueOf toJSON then".split()
)
"""Members that the language or a framework calls."""
_NAME = re.compile(rb"[A-Za-z_$][\w$]*+")


class Uses:
    """The uses of the functions of one script."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._followed: set[tuple[int, bytes]] = set()
        self._depth = 0

    def of(self, path: Sequence[Node]) -> list[Use]:
        """Return the uses of the function at the end of a path; a condition where there is none."""
        self._followed = set()
        self._depth = 0
        return list(self._value(path, len(path) - 1)) or [NOT_CALLED]

    # --- a function as a value ---------------------------------------------------------------------------------

    def _value(self, path: Sequence[Node], index: int) -> Iterator[Use]:
        """Yield what is done with the value of a node of a path."""
        node = path[index]
        match node.type:
            case "function_declaration" | "generator_function_declaration":
                yield from self._declared(node, path[index - 1])
            case "method_definition":
                yield from self._member(path, index)
            case "shorthand_property_identifier":
                yield from self._member_of(self._program.bytes_of(node), path, index - 1)
            case _:
                yield from self._in_parent(path, index)

    def _in_parent(self, path: Sequence[Node], index: int) -> Iterator[Use]:
        """Yield what the node around one of a path does with its value."""
        while index > 1 and self._passes_on(path[index - 1]):
            index -= 1
        parent = path[index - 1]
        match parent.type:
            case "arguments":
                yield from self._given(path[index - 2])
            case "member_expression":
                yield from self._indirect(path, index)
            case "pair" | "field_definition" | "public_field_definition":
                yield from self._member(path, index - 1)
            case "variable_declarator":
                yield from self._named(parent.child(0), parent)
            case "assignment_expression":
                yield from self._assigned(parent)
                yield from self._value(path, index - 1)
            case kind if kind in _FORGETTING:
                return
            case "jsx_expression" if index > 1 and path[index - 2].type == "jsx_attribute":
                yield by_event(self._program.text(path[index - 2].child(0))) or parent
            case "export_statement" | "export_specifier" | "export_clause":
                yield _EXPORTED
            case _:
                yield parent

    def _passes_on(self, parent: Node) -> bool:
        """Say whether the value of an expression can be that of one that stands in it."""
        if parent.type == "binary_expression":
            return self._program.operator(parent) in ("||", "&&", "??")
        return parent.type in _VALUES_PASS

    def _given(self, call: Node) -> Iterator[Use]:
        event = event_of(self._program, call)
        yield event or call

    def _indirect(self, path: Sequence[Node], index: int) -> Iterator[Use]:
        """Yield ``f.call(x)``, ``f.apply(x)``, ``f.bind(x)``; of other members of a function the place itself."""
        member = path[index - 1]
        called = self._program.bytes_of(member.named_children[-1]) in _CALLED_BY
        if called and index > 1 and path[index - 2].type == "call_expression":
            if self._program.bytes_of(member.named_children[-1]) == b"bind":
                yield from self._value(path, index - 2)
            yield path[index - 2]
        elif member.named_children[0].id == path[index].id:
            yield member

    def _assigned(self, assignment: Node) -> Iterator[Use]:
        target = assignment.named_children[0]
        if target.type == "identifier":
            yield from self._named(target, assignment)
        elif target.type == "member_expression":
            name = self._program.bytes_of(target.named_children[-1])
            if name.startswith(b"on") and name.islower():
                yield by_event(name.decode()) or assignment
            elif name == b"exports":
                yield _EXPORTED
            else:
                owner = self._program.bytes_of(target.named_children[0])
                yield from self._by_member(name, owner.removesuffix(b".prototype"), None)
        else:
            yield assignment

    # --- by name -----------------------------------------------------------------------------------------------

    def _declared(self, function: Node, parent: Node) -> Iterator[Use]:
        yield from self._named(function.child_by_field_name("name"), function)
        if parent.type == "export_statement":
            yield _EXPORTED

    def _named(self, target: Node | None, where: Node) -> Iterator[Use]:
        """Yield the uses of a name that is given a function."""
        program = self._program
        if target is None or target.type != "identifier":
            yield where
            return
        name = program.bytes_of(target)
        scope = program.scopes.declaring(name, target.start_byte)
        if self._depth > _DEPTH:
            yield where
            return
        if (scope, name) in self._followed:
            return
        self._followed.add((scope, name))
        self._depth += 1
        yield from self._mentions(name, scope, target, where)
        self._depth -= 1

    def _mentions(self, name: bytes, scope: int, target: Node, where: Node) -> Iterator[Use]:
        program = self._program
        start, end = program.scopes.span(scope)
        used = False
        for number, place in enumerate(mentions.variables(program, name, start, end)):
            if number >= _MENTIONS or not program.work(20):
                yield where
                return
            if place != target.start_byte and program.scopes.declaring(name, place) == scope:
                for use in self._mentioned(place):
                    used = True
                    yield use
        if not used:
            yield f"where {program.text(target)[:40]}() is called"

    def _mentioned(self, place: int) -> Iterator[Use]:
        """Yield the use that a name is made of where it stands."""
        path = self._program.path_to(place)
        if not path or path[-1].type not in ("identifier", "shorthand_property_identifier", "type_identifier"):
            return
        parent = path[-2]
        callee = parent.child(1 if parent.type == "new_expression" else 0)
        if parent.type in ("call_expression", "new_expression") and callee.id == path[-1].id:
            yield parent
        elif parent.type not in ("formal_parameters", "function_declaration", "unary_expression"):
            yield from self._value(path, len(path) - 1)

    # --- by member ---------------------------------------------------------------------------------------------

    def _member(self, path: Sequence[Node], index: int) -> Iterator[Use]:
        """Yield the uses of a member of an object or class: ``path[index]`` defines it."""
        program = self._program
        definition, holder = path[index], path[index - 1]
        named = definition.child_by_field_name("name")
        key = named if named is not None else definition.named_children[0]
        name = program.key(key)
        if not _NAME.fullmatch(name) or key.type == "number":
            yield holder
        elif name == b"constructor" and holder.type == "class_body":
            yield from self._class(path[index - 2])
        else:
            yield from self._member_of(name, path, index - 1)

    def _member_of(self, name: bytes, path: Sequence[Node], index: int) -> Iterator[Use]:
        """Yield the uses of what is the member of a name of the object or class ``path[index]``."""
        holder = path[index]
        if name in _CALLED_BY_OTHERS:
            yield holder
        elif holder.type == "object" and self._is_called_back(path, index):
            yield by_event(name.decode()) or path[index - 1]
        else:
            yield from self._by_member(name, b"", holder)

    def _is_called_back(self, path: Sequence[Node], index: int) -> bool:
        """Say whether an object is given to a function that calls its members, like the options of a request."""
        if path[index - 1].type != "arguments":
            return False
        call = path[index - 2]
        if call.type == "new_expression":
            return True
        return self._program.callee_name(call) not in _EXTENDING and plain(call.child(0)).type not in FUNCTIONS

    def _class(self, made: Node) -> Iterator[Use]:
        name = made.child_by_field_name("name")
        yield from self._named(name, made) if name is not None and name.type == "identifier" else [made]

    def _by_member(self, name: bytes, owner: bytes, holder: Node | None) -> Iterator[Use]:
        """Yield the calls of members of a name, and where these are taken as values."""
        program = self._program
        if (_MEMBERS, name) in self._followed:
            return
        self._followed.add((_MEMBERS, name))
        several = mentions.is_defined_often(program, name)
        called = chain(program.calls.get(name, ()), program.calls.get(name + b")", ()))
        calls = (each for each in islice(called, _CALLS) if plain(each.child(0)).type == "member_expression")
        used = False
        for call in islice(calls, _SITES):
            receiver = plain(call.child(0)).named_children[0]
            if not several or self._is_on(receiver, owner, holder):
                used = True
                yield call
        for use in () if several else self._taken(name):
            used = True
            yield use
        if not used:
            yield f"where {name.decode('utf-8', 'replace')[:40]}() is called"

    def _taken(self, name: bytes) -> Iterator[Use]:
        """Yield what is done with a member that is taken as a value."""
        for place in islice(mentions.members(self._program, name), _SITES):
            path = self._program.path_to(place)
            if len(path) > 3 and path[-2].type == "member_expression":  # noqa: PLR2004  # the member in something
                yield from self._value(path, len(path) - 2)

    def _is_on(self, receiver: Node, owner: bytes, holder: Node | None) -> bool:
        """Say whether a call on ``receiver`` is one of a member of ``holder``, or of what is written as ``owner``."""
        program = self._program
        written = program.bytes_of(receiver) if receiver.end_byte - receiver.start_byte < 80 else b""  # noqa: PLR2004
        if written == b"this":
            if holder is not None:
                return holder.start_byte <= receiver.start_byte < holder.end_byte
            return any(
                owner == program.bytes_of(each)[: len(owner)] and owner for each in self._owners_around(receiver)
            )
        if holder is None:
            return written.removesuffix(b".prototype") == owner
        return any(found.id == holder.id for found in self._objects(receiver))

    def _objects(self, receiver: Node) -> Iterator[Node]:
        """Yield the objects and bodies of classes that an expression can be."""
        for found in self._program.structures(receiver):
            yield found
            if found.type == "new_expression":
                for made in self._program.structures(found.named_children[0]):
                    body = made.child_by_field_name("body")
                    if body is not None:
                        yield body

    def _owners_around(self, receiver: Node) -> Iterator[Node]:
        """Yield the targets of assignments of functions around a place: ``A.prototype`` of ``A.prototype.b = …``."""
        for node in self._program.path_to(receiver.start_byte):
            target = node.child(0) if node.type == "assignment_expression" else None
            if target is not None and target.type == "member_expression":
                yield target
