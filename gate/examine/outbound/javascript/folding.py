"""What text an expression can be, as far as reading tells: constants, put together and followed through names.

Each text has the places of the literals that it is made of, so that a literal is reported for what is done with it.
What is not constant in a text is :data:`~gate.examine.outbound.unknown.UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tree_sitter import Node

from gate.examine.outbound.javascript import builtins
from gate.examine.outbound.javascript.literals import unescaped
from gate.examine.outbound.javascript.own_place import OWN_PARTS
from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import Binding, plain
from gate.examine.outbound.unknown import UNKNOWN

ALTERNATIVES = 12
"""Most texts that one expression can be; where there are more, one of them is unknown."""
TEXT_LENGTH = 1 << 20
_DEPTH = 16
STEPS = 120
"""Most expressions that are looked at for one value: constants are near by, what is not is not worth the walk."""
FEW_STEPS = 16
"""The same where a value is most likely nothing that matters: the key of an unknown object."""
_PIECES = 4096
_OWN_LENGTH = 40


class Folded(NamedTuple):
    """One text that an expression can be, and the places of the literals in it."""

    text: str
    origins: frozenset[int] = frozenset()


NOTHING_KNOWN = (Folded(UNKNOWN),)


class Folder:
    """Folds the expressions of one script."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[int, tuple[Folded, ...]] = {}
        self._busy: set[int] = set()
        self._left = 0

    def fold(self, node: Node | None, steps: int = STEPS) -> tuple[Folded, ...]:
        """Return the texts that an expression can be, never none; ``steps`` bounds how far it is followed."""
        if node is None:
            return NOTHING_KNOWN
        node = plain(node)
        key = node.id
        if key in self._known:
            return self._known[key]
        # The nodes that are busy are those from which this one is asked for: so many is the depth.
        if not self._busy:
            self._left = steps
        self._left -= 1
        if key in self._busy or len(self._busy) >= _DEPTH or self._left < 0 or not self._program.work():
            return NOTHING_KNOWN
        self._busy.add(key)
        try:
            folded = _limited(self._folded(node))
        finally:
            self._busy.discard(key)
        self._known[key] = folded
        return folded

    def constant(self, node: Node | None, steps: int = STEPS) -> str | None:
        """Return the one constant text that an expression is, or None."""
        folded = self.fold(node, steps) if node is not None else ()
        return folded[0].text if len(folded) == 1 and UNKNOWN not in folded[0].text else None

    def _folded(self, node: Node) -> Sequence[Folded]:  # noqa: C901, PLR0911  # a case for each kind
        match node.type:
            case "string":
                text = unescaped(self._program.text(node)[1:-1])
                return (Folded(text, frozenset((node.start_byte,))),)
            case "template_string":
                return self._template(node)
            case "number":
                return (Folded(self._program.text(node)),)
            case "binary_expression":
                return self._binary(node)
            case "ternary_expression":
                then, otherwise = node.named_children[-2:]
                return (*self.fold(then), *self.fold(otherwise))
            case "identifier" | "shorthand_property_identifier":
                return self._name(node)
            case "member_expression" | "subscript_expression":
                return self._member(node)
            case "call_expression":
                return self._call(node)
            case "new_expression":
                return self._new(node)
            case "assignment_expression" | "await_expression" | "unary_expression" if node.named_children:
                minus = "-" if node.type == "unary_expression" and self._program.text(node)[:1] == "-" else ""
                if node.type == "unary_expression" and not minus:
                    return NOTHING_KNOWN
                return [Folded(minus + each.text, each.origins) for each in self.fold(node.named_children[-1])]
            case _:
                return NOTHING_KNOWN

    # --- putting together --------------------------------------------------------------------------------------

    def _template(self, node: Node) -> Sequence[Folded]:
        origin = frozenset((node.start_byte,))
        pieces: list[Sequence[Folded]] = []
        place = node.start_byte + 1
        for child in node.named_children[:_PIECES]:
            if child.type == "template_substitution":
                pieces.append((Folded(unescaped(self._program.slice(place, child.start_byte)), origin),))
                pieces.append(self.fold(child.named_children[0] if child.named_children else None))
                place = child.end_byte
        rest = self._program.slice(place, max(place, node.end_byte - 1))
        pieces.append((Folded(unescaped(rest), origin),))
        return _product(pieces)

    def _binary(self, node: Node) -> Sequence[Folded]:
        operator = self._program.operator(node)
        if operator in ("||", "??"):
            return (*self.fold(node.named_children[0]), *self.fold(node.named_children[-1]))
        if operator == "&&":
            return self.fold(node.named_children[-1])
        if operator != "+":
            return NOTHING_KNOWN
        # Long sums lean to the left: they are walked, not descended.
        terms: list[Node] = []
        while node.type == "binary_expression" and self._program.operator(node) == "+" and len(terms) < _PIECES:
            terms.append(node.named_children[-1])
            node = plain(node.named_children[0])
        terms.append(node)
        return _product([self.fold(term) for term in reversed(terms)])

    # --- following names ---------------------------------------------------------------------------------------

    def _name(self, node: Node) -> Sequence[Folded]:
        name = self._program.bytes_of(node)
        bindings = self._program.scopes.bindings(name, node.start_byte)
        if not bindings:
            return (Folded(OWN_PARTS[name]),) if name in OWN_PARTS else NOTHING_KNOWN
        values: list[Folded] = []
        for binding in bindings[: 4 * ALTERNATIVES]:
            if binding.kind == "append":
                values = list(_product([values or NOTHING_KNOWN, self.fold(binding.node)]))
            else:
                values += self.binding(binding)
        return values or NOTHING_KNOWN

    def binding(self, binding: Binding) -> Sequence[Folded]:
        """Return the texts that a name gets by one binding."""
        match binding.kind:
            case "value":
                return self.fold(binding.node)
            case "parameter":
                # A function that the script itself never calls is called by others, with what they like.
                values = list(self._arguments(binding)) or list(NOTHING_KNOWN)
                return [*values, *(self.fold(binding.other) if binding.other is not None else ())]
            case "part":
                nodes = self._program.members(binding.node, binding.name)
                found = [each for node in nodes for each in self.fold(node)]
                return [*found, *(self.fold(binding.other) if binding.other is not None else ())]
            case _:
                return NOTHING_KNOWN

    def _arguments(self, binding: Binding) -> Iterator[Folded]:
        for arguments in self._program.calls_of(binding.node):
            if binding.position < len(arguments):
                yield from self.fold(arguments[binding.position])

    def _member(self, node: Node) -> Sequence[Folded]:
        own = OWN_PARTS.get(self._program.bytes_of(node)) if node.end_byte - node.start_byte < _OWN_LENGTH else None
        if own is not None:
            return (Folded(own),)
        target = node.named_children[0]
        if node.type == "subscript_expression":
            key = self.constant(node.named_children[-1])
            items = self._program.items(target)
            if items is not None:
                index = builtins.number(key)
                chosen = items[index : index + 1] if index is not None and index >= 0 else items
                return [each for item in chosen for each in self.fold(item)] or NOTHING_KNOWN
            if key is None:
                return NOTHING_KNOWN
            name = key.encode("utf-8", "replace")
        else:
            name = self._program.bytes_of(node.named_children[-1])
        if name in (b"href", b"origin") and plain(target).type == "new_expression":
            return self.fold(target)
        nodes = self._program.members(target, name) or self._program.named_alike(name)
        return [each for value in nodes for each in self.fold(value)] or NOTHING_KNOWN

    # --- calling -----------------------------------------------------------------------------------------------

    def _call(self, node: Node) -> Sequence[Folded]:  # noqa: PLR0911  # a case for each kind of function
        function = plain(node.child_by_field_name("function") or node)
        arguments = self._program.arguments(node)
        if function.type == "identifier":
            name = self._program.text(function)
            if name in builtins.FUNCTIONS and not self._program.scopes.is_declared(name.encode(), node.start_byte):
                return self._by_function(name, arguments)
            return self._returned(function)
        if function.type != "member_expression":
            return self._returned(function)
        receiver, name = function.named_children[0], self._program.text(function.named_children[-1])
        if name in ("fromCharCode", "fromCodePoint"):
            return self._from_codes(arguments)
        if name in builtins.FUNCTIONS:
            return self._by_function(name, arguments)
        if name == "join":
            return self._join(receiver, arguments)
        if name in ("apply", "call") and self._program.text(receiver).endswith("fromCharCode") and arguments[1:]:
            return self._from_codes(self._program.items(arguments[1]) or arguments[1:])
        if name == "replace" and arguments[1:] and arguments[0].type == "regex":
            return self._replaced(receiver, arguments)
        return self._by_method(name, receiver, arguments) or self._returned(function)

    def _by_function(self, name: str, arguments: Sequence[Node]) -> Sequence[Folded]:
        values = self.fold(arguments[0] if arguments else None)
        return [
            _applied(each, None if UNKNOWN in each.text else builtins.FUNCTIONS[name](each.text)) for each in values
        ]

    def _by_method(self, name: str, receiver: Node, arguments: Sequence[Node]) -> Sequence[Folded]:
        texts = [self.constant(each) for each in arguments]
        origins = frozenset(
            origin for each in arguments if name == "concat" for value in self.fold(each) for origin in value.origins
        )
        results = []
        for each in self.fold(receiver):
            if UNKNOWN in each.text and name not in ("concat", "replace", "toString", "trim"):
                return ()
            result = builtins.method(name, each.text, texts)
            if result is None:
                return ()
            results.append(Folded(result, each.origins | origins))
        return results

    def _replaced(self, receiver: Node, arguments: Sequence[Node]) -> Sequence[Folded]:
        pattern, _, flags = self._program.text(arguments[0])[1:].rpartition("/")
        replacement = self.constant(arguments[1])
        return [
            _applied(
                each,
                None if replacement is None else builtins.replaced_by_pattern(each.text, pattern, flags, replacement),
            )
            for each in self.fold(receiver)
        ]

    def _from_codes(self, arguments: Sequence[Node]) -> Sequence[Folded]:
        if len(arguments) == 1 and arguments[0].type == "spread_element":
            arguments = self._program.items(arguments[0].named_children[0]) or ()
        text = builtins.from_codes([self.constant(each) for each in arguments[:TEXT_LENGTH]])
        return NOTHING_KNOWN if text is None else (Folded(text),)

    def _join(self, receiver: Node, arguments: Sequence[Node]) -> Sequence[Folded]:
        separator = self.constant(arguments[0]) if arguments else ","
        pieces = self.pieces(receiver)
        if separator is None or pieces is None:
            return NOTHING_KNOWN
        spaced: list[Sequence[Folded]] = []
        for piece in pieces[:_PIECES]:
            spaced += [(Folded(separator),), piece] if spaced else [piece]
        return _product(spaced) if spaced else (Folded(""),)

    def pieces(self, node: Node) -> list[Sequence[Folded]] | None:
        """Return the texts of the items of an array: of a literal, a ``split``, or one of these turned round."""
        node = plain(node)
        items = self._program.items(node)
        if items is not None:
            return [self.fold(item) for item in items]
        if node.type != "call_expression":
            return None
        function = plain(node.child_by_field_name("function") or node)
        if function.type != "member_expression":
            return None
        receiver, name = function.named_children[0], self._program.text(function.named_children[-1])
        if name in ("reverse", "toReversed"):
            pieces = self.pieces(receiver)
            return None if pieces is None else pieces[::-1]
        if name == "split":
            return self._split(receiver, self._program.arguments(node))
        return None

    def _split(self, receiver: Node, arguments: Sequence[Node]) -> list[Sequence[Folded]] | None:
        folded = self.fold(receiver)
        separator = self.constant(arguments[0]) if arguments else None
        if len(folded) != 1 or separator is None:
            return None
        text, origins = folded[0]
        parts = list(text[:TEXT_LENGTH]) if not separator else text.split(separator, _PIECES)
        return [(Folded(part, origins),) for part in parts[:_PIECES]]

    def _new(self, node: Node) -> Sequence[Folded]:
        arguments = self._program.arguments(node)
        if self._program.text(node.named_children[0]).rpartition(".")[2] != "URL" or not arguments:
            return NOTHING_KNOWN
        urls = self.fold(arguments[0])
        if not arguments[1:]:
            return urls
        joined = []
        for base in self.fold(arguments[1]):
            for url in urls:
                text = builtins.joined_url(url.text, base.text)
                joined.append(Folded(UNKNOWN if text is None else text, url.origins | base.origins))
        return joined

    def _returned(self, function: Node) -> Sequence[Folded]:
        """Return what a function of the script gives back, where it is a constant."""
        values = [each for node in self._program.returns(function) for each in self.fold(node)]
        return values or NOTHING_KNOWN


def _applied(value: Folded, text: str | None) -> Folded:
    return Folded(UNKNOWN if text is None else text, value.origins)


def _product(pieces: Sequence[Sequence[Folded]]) -> list[Folded]:
    """Return the texts that pieces, each with its alternatives, make in a row."""
    texts: list[tuple[list[str], frozenset[int]]] = [([], frozenset())]
    for piece in pieces:
        if len(piece) == 1:
            for parts, _ in texts:
                parts.append(piece[0].text)
            if piece[0].origins:
                texts = [(parts, origins | piece[0].origins) for parts, origins in texts]
        else:
            room = max(1, ALTERNATIVES // len(texts))
            texts = [([*parts, each.text], origins | each.origins) for parts, origins in texts for each in piece[:room]]
    return [Folded("".join(parts)[:TEXT_LENGTH], origins) for parts, origins in texts]


def _limited(values: Sequence[Folded]) -> tuple[Folded, ...]:
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) > ALTERNATIVES:
        return (*distinct[:ALTERNATIVES], Folded(UNKNOWN))
    return distinct or NOTHING_KNOWN
