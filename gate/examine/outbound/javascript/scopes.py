"""Which declaration a name means, and what values it is given (ECMAScript, "scope analysis").

Scopes are functions and blocks.  A name that is assigned and nowhere declared belongs to the whole script.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Literal, NamedTuple, TypeAlias

from tree_sitter import Node

from gate.examine.outbound.javascript.syntax import Captures

BindingKind: TypeAlias = Literal["value", "append", "function", "parameter", "part", "module"]
_WRAPPERS = frozenset({"parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"})
FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "generator_function",
        "method_definition",
        "generator_function_declaration",
    }
)


_NO_TEXT = "number true false null undefined object array regex class update_expression"
NO_TEXT = frozenset({*FUNCTIONS, *_NO_TEXT.split()})
"""Expressions that are no text, and so no URL."""

_start = attrgetter("start_byte")


def _start_of_first(nodes: tuple[Node, Node]) -> int:
    return nodes[0].start_byte


class Binding(NamedTuple):
    """One way in which a name gets a value.

    ``node`` is the value (``value``, ``append``), the function, for a ``parameter`` the function that it is of with
    ``position`` and its default in ``other``, for a ``part`` the object with ``name`` as the key and its default in
    ``other``, for a ``module`` the import with the imported ``name``.
    """

    kind: BindingKind
    node: Node
    position: int = 0
    name: bytes = b""
    other: Node | None = None


class Scopes:
    """The scopes of a script with the names declared in them.

    ``steps`` bounds the work: once it is used up, names are unknown.
    """

    def __init__(self, data: bytes, captures: Captures, steps: int) -> None:
        self._data = data
        self.steps = steps
        functions = captures.get("function", ())
        nodes = sorted((*functions, *captures.get("block", ())), key=_start)
        self._nodes: list[Node | None] = [None, *nodes]
        self._starts = [0, *(node.start_byte for node in nodes)]
        # Known from where they start, without a look at nodes that have long left the processor's memory.
        starts = {node.start_byte for node in functions}
        self._functions = [True, *(start in starts for start in self._starts[1:])]
        self._ends = [len(data) + 1, *(node.end_byte for node in nodes)]
        self._parents = self._nested()
        self._names: dict[tuple[int, bytes], list[Binding]] = {}
        self._with_parameters: set[int] = {0}
        self._declarations: dict[bytes, list[tuple[str, Node]]] = {}
        self._assignments: dict[bytes, list[Node]] = {}
        self._unread: dict[tuple[int, bytes], list[tuple[str, Node]]] = {}
        self._declared: set[bytes] = set()
        self._assigned: set[tuple[int, bytes]] = set()
        self.assigned = [(node, node.child(0)) for node in captures.get("assigned", ())]
        """The assignments of the script, each with its target."""
        self._index(captures)

    def _nested(self) -> list[int]:
        parents = [0] * len(self._starts)
        enclosing = [0]
        for scope in range(1, len(self._starts)):
            while self._ends[enclosing[-1]] <= self._starts[scope]:
                enclosing.pop()
            parents[scope] = enclosing[-1]
            enclosing.append(scope)
        return parents

    def _text(self, node: Node) -> bytes:
        return self._data[node.start_byte : node.end_byte]

    def _innermost(self, place: int) -> int:
        scope = bisect_right(self._starts, place) - 1
        while self._ends[scope] <= place:
            self.steps -= 1
            if self.steps < 0:
                return 0
            scope = self._parents[scope]
        return scope

    def _is_function(self, scope: int) -> bool:
        return self._functions[scope]

    # --- what is declared: by name first, by scope when a name is asked for ---------------------------------------

    def _index(self, captures: Captures) -> None:
        data, declarations = self._data, self._declarations
        for kind in ("let", "var"):
            for node in captures.get(kind, ()):
                target = node.child(0)
                if target.type == "identifier":
                    declarations.setdefault(data[target.start_byte : target.end_byte], []).append((kind, node))
                else:
                    self._index_pattern(kind, node, target)
        for node in captures.get("function", ()):
            declared = node.child_by_field_name("name") if node.type.endswith("function_declaration") else None
            if declared is not None:
                self._declarations.setdefault(self._text(declared), []).append(("function", node))
        for node in captures.get("import", ()):
            self._declare_imports(node)
        appended = [(node, node.child(0)) for node in captures.get("appended", ())]
        assignments = sorted([*self.assigned, *appended], key=_start_of_first) if appended else self.assigned
        for node, target in assignments:
            if target.type == "identifier":
                self._assignments.setdefault(data[target.start_byte : target.end_byte], []).append(node)

    def _index_pattern(self, kind: str, node: Node, target: Node) -> None:
        scope = self._scope_of(kind, node)
        count = node.child_count
        value = node.child(count - 1) if count > 2 else None  # noqa: PLR2004  # name, `=`, value
        for name, binding in self._parts(target, value):
            self._add(scope, name, binding)

    def _scope_of(self, kind: str, node: Node) -> int:
        scope = self._innermost(node.start_byte)
        if kind == "function":
            return self._parents[scope]
        while kind == "var" and not self._is_function(scope):
            scope = self._parents[scope]
        return scope

    def _declare(self, name: bytes) -> None:
        """Put the declarations of ``name`` where they belong, when it is asked for the first time."""
        self._declared.add(name)
        for kind, node in self._declarations.get(name, ()):
            key = (self._scope_of(kind, node), name)
            self._names.setdefault(key, [])
            self._unread.setdefault(key, []).append((kind, node))

    def _read(self, key: tuple[int, bytes]) -> None:
        """Add the values of declarations in one scope, when they are asked for."""
        bindings = []
        for kind, node in self._unread.pop(key):
            count = node.child_count
            if kind == "function":
                bindings.append(Binding("function", node))
            elif count > 2:  # noqa: PLR2004  # name, `=`, value
                bindings.append(Binding("value", node.child(count - 1)))
        self._names[key] = [*bindings, *self._names[key]]

    def _assign(self, scope: int, name: bytes) -> None:
        """Add what ``name``, declared in ``scope``, is assigned anywhere within that."""
        self._assigned.add((scope, name))
        assigned = self._assignments.get(name, [])
        first = bisect_left(assigned, self._starts[scope], key=_start)
        for node in assigned[first : bisect_left(assigned, self._ends[scope], key=_start)]:
            value = node.child(node.child_count - 1)
            if (self._declaring(name, node.start_byte) or 0) == scope:
                kind: BindingKind = "append" if node.type.startswith("augmented") else "value"
                self._add(scope, name, Binding(kind, value))

    def _add(self, scope: int, name: bytes, binding: Binding) -> None:
        self._names.setdefault((scope, name), []).append(binding)

    def _parts(self, pattern: Node, value: Node | None) -> Iterator[tuple[bytes, Binding]]:
        """Yield the names of a pattern, with the part of ``value`` that each one stands for."""
        if pattern.type != "object_pattern":
            return
        for child in pattern.named_children:
            default: Node | None = None
            key = target = child
            if child.type == "object_assignment_pattern":
                key = target = child.named_children[0]
                default = child.named_children[-1]
            elif child.type == "pair_pattern":
                key, target = child.named_children[0], child.named_children[-1]
                if target.type == "assignment_pattern":
                    target, default = target.named_children[0], target.named_children[-1]
            if target.type in ("identifier", "shorthand_property_identifier_pattern"):
                node = value if value is not None else pattern
                yield self._text(target), Binding("part", node, name=self._text(key), other=default)

    def _declare_imports(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        for child in node.named_children:
            if child.type == "import_require_clause":  # TypeScript: import a = require("b")
                self._add(0, self._text(child.named_children[0]), Binding("module", child.named_children[-1]))
        if source is None:
            return
        for child in node.named_children:
            for clause in child.named_children if child.type == "import_clause" else ():
                self._declare_clause(clause, source)

    def _declare_clause(self, clause: Node, source: Node) -> None:
        if clause.type == "identifier":
            self._add(0, self._text(clause), Binding("module", source))
        elif clause.type == "namespace_import":
            self._add(0, self._text(clause.named_children[-1]), Binding("module", source))
        elif clause.type == "named_imports":
            for each in clause.named_children:
                if each.named_children:
                    first, last = each.named_children[0], each.named_children[-1]
                    self._add(0, self._text(last), Binding("module", source, name=self._text(first)))

    def _declaring(self, name: bytes, place: int) -> int | None:
        """Return the scope that declares ``name`` for a use at ``place``, or None where none does."""
        if name not in self._declared:
            self._declare(name)
        scope = self._innermost(place)
        while True:
            self.steps -= 1
            if self.steps < 0:
                return None
            if scope not in self._with_parameters:
                self._with_parameters.add(scope)
                self._declare_parameters(scope)
            if (scope, name) in self._names:
                return scope
            if scope == 0:
                return None
            scope = self._parents[scope]

    def _declare_parameters(self, scope: int) -> None:
        function = self._nodes[scope] if self._functions[scope] else None
        if function is None:
            return
        for index, parameter in enumerate(parameters(function)):
            default: Node | None = None
            pattern: Node | None = parameter
            if parameter.type == "assignment_pattern":
                pattern, default = parameter.named_children[0], parameter.named_children[-1]
            elif parameter.type in ("required_parameter", "optional_parameter"):
                pattern = parameter.child_by_field_name("pattern")
                default = parameter.child_by_field_name("value")
            if pattern is None:
                continue
            if pattern.type == "identifier":
                binding = Binding("parameter", function, index, other=default)
                self._names.setdefault((scope, self._text(pattern)), []).insert(0, binding)
            else:
                for name, part in self._parts(pattern, None):
                    self._add(scope, name, part)

    def bindings(self, name: bytes, place: int) -> Sequence[Binding]:
        """Return all that ``name``, used at ``place``, is given; nothing where that is not in the script."""
        scope = self._declaring(name, place) or 0
        if (scope, name) in self._unread:
            self._read((scope, name))
        if (scope, name) not in self._assigned:
            self._assign(scope, name)
        return self._names.get((scope, name), ())

    def declaring(self, name: bytes, place: int) -> int:
        """Return the scope that ``name``, used at ``place``, belongs to; the whole script is the first one."""
        return self._declaring(name, place) or 0

    def span(self, scope: int) -> tuple[int, int]:
        """Return where a scope begins and ends."""
        return self._starts[scope], self._ends[scope]

    def is_declared(self, name: bytes, place: int) -> bool:
        """Say whether the script itself declares ``name`` for a use at ``place``."""
        return self._declaring(name, place) is not None


def parameters(function: Node) -> Sequence[Node]:
    """Return the parameters of a function."""
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    listed = function.child_by_field_name("parameters")
    return [] if listed is None else [each for each in listed.named_children if each.type != "comment"]


def plain(node: Node) -> Node:
    """Return what an expression is without parentheses and type annotations; of a sequence the last."""
    for _ in range(32):
        if node.type in _WRAPPERS and node.named_children:
            node = node.named_children[0]
        elif node.type == "sequence_expression":
            node = node.named_children[-1]
        else:
            break
    return node
