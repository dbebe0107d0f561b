"""Sinks that go by another name: ``var f = fetch``, ``const {fetch: f} = window``, ``fetch.bind(null)``.

Each place where a script takes a sink as a value is followed to where that is called.  Where it cannot be followed
(returned, exported, given to a function that is not in the script), the place itself is opaque.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from tree_sitter import Node

from gate.examine.outbound.javascript.call import Call
from gate.examine.outbound.javascript.calls import CALLS, CONSTRUCTORS
from gate.examine.outbound.javascript.contacts import Contacts
from gate.examine.outbound.javascript.modules import is_global
from gate.examine.outbound.javascript.scopes import FUNCTIONS, parameters, plain

_SINKS = (
    "fetch fetchLater importScripts sendBeacon WebSocket EventSource WebTransport Worker SharedWorker "
    "RTCPeerConnection webkitRTCPeerConnection mozRTCPeerConnection eval Function"
)
SINKS = frozenset(_SINKS.split())
"""Functions and classes of the web platform that contact what they are given, or run it."""
_COMMON = frozenset({"fetch", "Worker", "Function", "eval"})
"""Sinks whose names are those of members of much else."""
_GLOBALS = (b"window", b"self", b"globalThis", b"navigator", b"top", b"parent", b"frames", b"global")
_WORDS = (*(name.encode() for name in sorted(SINKS)), b"prototype.open")
_TAKEN = re.compile(
    rb"(?<![\w$])(?:(?P<sink>%s)(?![\w$])(?!\s*+\(|\.prototype)|prototype\.(?P<member>open)(?![\w$(]))"
    % b"|".join(_WORDS[:-1])
)
"""Names of sinks that are not called where they stand."""
_COMPUTED = re.compile(rb"(?<![\w$])(?:%s)\s*+(?:\?\.)?\[" % b"|".join(_GLOBALS))
"""Members of global objects by names that are put together."""
_TAKEN_APART = re.compile(rb"\}\s*+=\s*+\Z")
_GIVING = ("variable_declarator", "assignment_expression")
_NOT_TAKEN = re.compile(rb"(?:typeof|instanceof|[\"'.]prototype|function|class)\s++\Z|(?:[=!]=|[\"'])\Z")
_HANDLER = re.compile(rb"(?:(?:window|self|globalThis)\.)?on(?:error|unhandledrejection|message|hashchange|popstate)")
"""What browsers call with a text that comes from elsewhere."""
_HANDLER_LENGTH = 40
_AROUND = 12
_AGAIN = 400
_MOST = 1500
_DEPTH = 4
_SITES = 60
_THROUGH = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "await_expression",
        "sequence_expression",
        "ternary_expression",
    }
)
_ESCAPES = frozenset(
    {"return_statement", "arrow_function", "array", "export_statement", "yield_expression", "spread_element"}
)


def take_aliases(contacts: Contacts) -> None:
    """Take what reaches sinks by other names than their own."""
    _Follower(contacts).take_all()


class _Follower:
    """Follows sinks that are taken as values; each call once."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self._program = contacts.program
        self._taken: set[int] = set()
        self._aliases: set[tuple[str, bytes, int]] = set()

    def take_all(self) -> None:
        """Begin at each place; these are looked for by their constant texts, far faster than by patterns."""
        data = self._program.data
        places = {place for word in _WORDS for place in _places(data, word) if _TAKEN.match(data, place)}
        computed = {place for word in _GLOBALS for place in _places(data, word) if _COMPUTED.match(data, place)}
        for call in self._program.calls.get(b"get", ()):
            self._reflected(call)
        for word in _GLOBALS:
            for place in _places(data, word):
                if _TAKEN_APART.search(data, max(0, place - 8), place):
                    self._taken_apart(place)
        for number, place in enumerate(sorted(places | computed)):
            if number >= _MOST:
                self._contacts.opaque("sinks taken as values in too many places", self._program.root)
                return
            if not _NOT_TAKEN.search(data, max(0, place - 12), place):
                self._begin(place, _TAKEN.match(data, place))

    def _reflected(self, call: Node) -> None:
        """Follow what ``Reflect.get(window, name)`` gives; it is opaque where the name is not constant."""
        program = self._program
        arguments = program.arguments(call) if program.bytes_of(call.child(0)) == b"Reflect.get" else []
        if len(arguments) < 2 or not is_global(program, arguments[0]):  # noqa: PLR2004  # the object and the name
            return
        name = self._contacts.folder.constant(arguments[1])
        if name is None:
            self._contacts.opaque("Reflect.get()", call)
        elif name in SINKS:
            path = program.path_to(call.start_byte)
            ends = [index for index, node in enumerate(path) if node.id == call.id]
            if not ends:
                self._contacts.opaque("Reflect.get()", call)
            for index in ends:
                self._follow(path[: index + 1], name)

    def _taken_apart(self, place: int) -> None:
        """Follow the parts of a global object that are taken by names that are put together: ``{[a]: b} = window``."""
        path = self._program.path_to(place)
        parent = path[-2] if len(path) > 1 else None
        pattern = parent.named_children[0] if parent is not None and parent.type in _GIVING else None
        if pattern is None or pattern.type != "object_pattern" or not is_global(self._program, path[-1]):
            return
        for part in pattern.named_children:
            key = part.named_children[0] if part.type == "pair_pattern" else None
            if key is not None and key.type == "computed_property_name":
                name = self._contacts.folder.constant(key.named_children[0])
                if name is None or name in SINKS:
                    self._named(part.named_children[-1], name or "", 0)

    def _begin(self, place: int, found: re.Match[bytes] | None) -> None:
        start = place if found is None else found.start(found.lastgroup or 0)
        path = self._program.path_to(start)
        if not path:
            self._contacts.opaque("sinks taken as values too deep inside", self._program.root)
        if len(path) < 2:  # noqa: PLR2004  # a node and what holds it
            return
        leaf, parent = path[-1], path[-2]
        sink = "" if found is None else (found["sink"] or found["member"]).decode()
        if not sink:
            self._computed(path)
        elif leaf.type == "identifier":
            if not self._is_own(leaf):
                self._follow(path, sink)
        elif leaf.type == "property_identifier" and parent.type == "member_expression":
            if sink not in _COMMON or is_global(self._program, parent.named_children[0]):
                self._follow(path[:-1], sink)
        elif leaf.type == "property_identifier" and parent.type == "pair_pattern":
            self._named(parent.named_children[-1], sink, 0)
        elif leaf.type == "string_fragment" and len(path) > 3 and path[-3].type == "subscript_expression":  # noqa: PLR2004
            self._computed(path[:-1])

    def _is_own(self, name: Node) -> bool:
        """Say whether a name is that of a function or class of the script itself."""
        bindings = self._program.scopes.bindings(self._program.bytes_of(name), name.start_byte)
        return bool(bindings) and all(each.kind == "function" for each in bindings)

    def _computed(self, path: list[Node]) -> None:
        """Follow a member of a global object whose name is put together."""
        parent = path[-2]
        if parent.type != "subscript_expression" or not is_global(self._program, parent.named_children[0]):
            return
        name = self._contacts.folder.constant(parent.named_children[-1])
        if name is None or name in SINKS:
            self._follow(path[:-1], name or "")

    # --- from a value to its uses ------------------------------------------------------------------------------

    def _follow(self, path: list[Node], sink: str, depth: int = 0) -> None:  # noqa: C901, PLR0912  # a case for each use
        """Follow the last node of a path, which is ``sink``; an empty name stands for what may be one."""
        index = len(path) - 1
        while index > 0 and self._passes_on(path[index - 1], path[index]):
            index -= 1
        if index == 0:
            return
        node, parent = path[index], path[index - 1]
        match parent.type:
            case "call_expression" | "new_expression":
                if plain(parent.child(0)).type != "subscript_expression":  # that is taken by its name
                    self._take(parent, sink)
            case "arguments" if index > 1:
                self._given(path[index - 2], parent, node, sink, depth)
            case "member_expression" if parent.named_children[0].id == node.id and index > 1:
                self._method(path, index, sink, depth)
            case "variable_declarator":
                self._named(parent.child(0), sink, depth)
            case "assignment_expression" | "augmented_assignment_expression":
                self._assigned(parent.child(0), sink, depth)
                self._follow(path[:index], sink, depth)
            case "pair" | "field_definition" | "public_field_definition":
                if self._is_called_by_others(path[: index - 1], parent):
                    self._contacts.opaque(f"{sink} passed on", node)
                self._member(self._program.key(parent.named_children[0]), sink, parent)
            case "assignment_pattern" | "object_assignment_pattern" | "pair_pattern":
                self._named(parent.named_children[0 if parent.type != "pair_pattern" else -1], sink, depth)
            case "required_parameter" | "optional_parameter":
                self._named(parent.child_by_field_name("pattern"), sink, depth)
            case "class_heritage" | "extends_clause":
                self._inherited(path[: index - 1], sink, depth)
            case kind if kind in _ESCAPES and sink:
                self._contacts.opaque(f"{sink} passed on", node)

    def _passes_on(self, parent: Node, node: Node) -> bool:
        """Say whether the value of ``parent`` can be that of ``node``."""
        if parent.type == "binary_expression":
            operator = self._program.operator(parent)
            return operator in ("||", "??") or (operator == "&&" and parent.named_children[-1].id == node.id)
        if parent.type == "ternary_expression":
            return parent.named_children[0].id != node.id
        if parent.type == "sequence_expression":
            return parent.named_children[-1].id == node.id
        return parent.type in _THROUGH

    def _take(self, call: Node, sink: str, arguments: list[Node] | None = None) -> None:
        """Take a call of ``sink`` by another name."""
        program = self._program
        name = program.constructor_name(call) if call.type == "new_expression" else program.callee_name(call)
        if call.id in self._taken or (arguments is None and name.rstrip(b")").decode("utf-8", "replace") == sink):
            return
        self._taken.add(call.id)
        handler = CALLS.get(sink) or CONSTRUCTORS.get(sink)
        if handler is not None:
            handler(self._contacts, Call(program, call, sink, None, arguments))
        elif not sink:
            self._take_unknown(call, (program.arguments(call) if arguments is None else arguments)[:3])

    def _take_unknown(self, call: Node, arguments: Sequence[Node]) -> None:
        """Take a call of what may be a sink or anything else: it is opaque where no URL tells more."""
        found = len(self._contacts.found)
        for value in arguments:
            self._contacts.contact(value, f"{self._program.text(call)[:40]}", call, opaque=False)
        if arguments and len(self._contacts.found) == found:
            self._contacts.opaque(f"{self._program.text(call)[:40]}", call)

    def _method(self, path: list[Node], index: int, sink: str, depth: int) -> None:
        """Take ``f.call(x, url)``, ``f.apply(x, [url])`` and ``f.bind(x)``."""
        member, call = path[index - 1], path[index - 2]
        name = self._program.bytes_of(member.named_children[-1])
        if call.type != "call_expression" or name not in (b"call", b"apply", b"bind"):
            return
        arguments = self._program.arguments(call)[1:]
        if name == b"apply":
            arguments = _spread(self._contacts, arguments)
        if name != b"bind" or arguments:
            self._take(call, sink, arguments)
        if name == b"bind":
            self._follow(path[: index - 1], sink, depth)

    def _given(self, call: Node, listed: Node, node: Node, sink: str, depth: int) -> None:
        """Follow a sink that is an argument of a call into the function that is called."""
        program = self._program
        values = program.arguments(call)
        position = next((place for place, each in enumerate(values) if each.id == node.id), -1)
        function = plain(call.child(0))
        if position < 0 or listed.type != "arguments" or not sink:
            return
        if function.type == "member_expression":
            owner, name = function.named_children[0], program.bytes_of(function.named_children[-1])
            if program.bytes_of(owner) == b"Reflect" and name in (b"apply", b"construct"):
                self._take(call, sink, _spread(self._contacts, values[-1:]))
                return
            if name in (b"map", b"forEach") and program.items(owner):
                self._take(call, sink, [(program.items(owner) or [])[0]])
                for item in (program.items(owner) or [])[1:_SITES]:
                    self._contacts.contact(item, f"{sink}()", call)
                return
            if name in (b"call", b"apply") and plain(owner).type in FUNCTIONS:
                function, position = plain(owner), position - 1
        functions = [each for each in program.structures(function) if each.type in FUNCTIONS]
        for each in functions:
            listed_parameters = parameters(each)
            if 0 <= position < len(listed_parameters):
                self._named(listed_parameters[position], sink, depth)
        if not functions:
            self._contacts.opaque(f"{sink} passed on", node)

    def _assigned(self, target: Node, sink: str, depth: int) -> None:
        """Follow the name or member that a sink is assigned to; one that browsers call is opaque."""
        start = max(target.start_byte, target.end_byte - _HANDLER_LENGTH)
        if _HANDLER.fullmatch(self._program.data, start, target.end_byte):
            self._contacts.opaque(f"{sink} passed on", target)
        self._named(target, sink, depth)

    # --- names -------------------------------------------------------------------------------------------------

    def _named(self, target: Node | None, sink: str, depth: int) -> None:
        """Take the calls of a name that stands for a sink, and follow where the name is taken as a value."""
        program = self._program
        if target is not None and target.type in ("required_parameter", "assignment_pattern", "optional_parameter"):
            target = target.named_children[0]
        if target is None:
            return
        if depth > _DEPTH:
            if sink:
                self._contacts.opaque(f"{sink} passed on", target)
            return
        if target.type == "member_expression":
            self._member(program.bytes_of(target.named_children[-1]), sink, target)
            return
        if target.type not in ("identifier", "shorthand_property_identifier_pattern"):
            return
        name = program.bytes_of(target)
        scope = program.scopes.declaring(name, target.start_byte)
        if (sink, name, scope) in self._aliases:
            return
        self._aliases.add((sink, name, scope))
        start, end = program.scopes.span(scope)
        for call in (*program.calls.get(name, ()), *program.news.get(name, ())):
            if start <= call.start_byte < end and self._means(call.child(1 if call.type[0] == "n" else 0), name, scope):
                self._take(call, sink)
        self._taken_again(name, target, scope, sink, depth)

    def _means(self, node: Node | None, name: bytes, scope: int) -> bool:
        if node is None or node.end_byte - node.start_byte > len(name) + 2:  # a member, which has its own owner
            return scope == 0 and node is not None and is_global(self._program, plain(node).named_children[0])
        return self._program.scopes.declaring(name, node.start_byte) == scope

    def _taken_again(self, name: bytes, target: Node, scope: int, sink: str, depth: int) -> None:
        start, end = self._program.scopes.span(scope)
        pattern = re.compile(rb"(?<![\w$.])%s(?![\w$])(?!\s*+(?:\(|=[^=]|:))" % re.escape(name))
        places = [found.start() for found in islice(pattern.finditer(self._program.data, start, end), _AGAIN + 1)]
        if len(places) > _AGAIN and sink:
            self._contacts.opaque(f"{sink} passed on", target)
        for place in places[:_AGAIN]:
            if place != target.start_byte and self._program.scopes.declaring(name, place) == scope:
                path = self._program.path_to(place)
                if path and path[-1].type == "identifier":
                    self._follow(path, sink, depth + 1)

    def _member(self, name: bytes, sink: str, at: Node) -> None:
        """Take the calls of members of a name that a sink is assigned to."""
        written = name.decode("utf-8", "replace")
        if written in CALLS or written in CONSTRUCTORS or not sink:
            return
        calls: Sequence[Node] = [*self._program.calls.get(name, ()), *self._program.news.get(name, ())]
        if len(calls) > _SITES:
            self._contacts.opaque(f"{sink} passed on", at)
            return
        for call in calls:
            self._take(call, sink)

    def _is_called_by_others(self, around: list[Node], pair: Node) -> bool:
        """Say whether the language itself, or a module that is no script, calls a member of an object."""
        program = self._program
        key = pair.named_children[0]
        if key.type == "computed_property_name" and program.bytes_of(key).startswith(b"[Symbol."):
            return True
        calls = [node for node in around[-_AROUND:] if node.type in ("call_expression", "new_expression")]
        return any(program.data.startswith(b"WebAssembly", _callee(each).start_byte) for each in calls)

    def _inherited(self, path: list[Node], sink: str, depth: int) -> None:
        """Take the calls of a class that is made of a sink, and those of its constructor to the one above."""
        owner = path[-1]
        self._named(owner.child_by_field_name("name"), sink, depth)
        for call in self._program.calls.get(b"super", ()):
            if owner.start_byte <= call.start_byte < owner.end_byte:
                self._take(call, sink)


def _spread(contacts: Contacts, listed: Sequence[Node]) -> list[Node]:
    """Return the items of an array of arguments; where it is none, the array itself, which no constant comes from."""
    items: Iterator[list[Node] | None] = (contacts.program.items(each) for each in listed[:1])
    found = next(items, None)
    return list(listed) if found is None else found


def _callee(call: Node) -> Node:
    return call.child(1 if call.type == "new_expression" else 0)


def _places(data: bytes, word: bytes) -> Iterator[int]:
    place = data.find(word)
    while place >= 0:
        yield place
        place = data.find(word, place + len(word))
