"""From the text of a script to its syntax tree, in bounded time.

A script is read as JavaScript with JSX; where that leaves errors, as TypeScript, and the reading with the least of the
text in errors counts.  Flow's annotations are mostly those of TypeScript.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from operator import attrgetter
from typing import TypeAlias

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query, QueryCursor, Tree

from gate.examine.outbound.javascript.escaped_names import written_out
from gate.examine.outbound.javascript.proportion import is_out_of_proportion

VERSIONS = ", ".join(
    f"{name} {version(name)}" for name in ("tree-sitter", "tree-sitter-javascript", "tree-sitter-typescript")
)
BASE_SECONDS = 1.5
BYTES_PER_SECOND = 1_500_000
"""Time that parsing a script may take, several times of what ordinary ones need."""

Captures: TypeAlias = Mapping[str, Sequence[Node]]

_CHUNK = 1 << 16
_ASKED_OFTEN = 32
"""At every so many questions of the parser whether to go on the clock is looked at."""
_FEW_ERRORS = 200
"""One byte in so many that does not parse is JavaScript with an oddity; another language leaves more."""
_START, _END = attrgetter("start_byte"), attrgetter("end_byte")
_QUERY = """
[(string) (template_string)] @literal
[(comment) (html_comment) (hash_bang_line)] @comment
(ERROR) @error
[(function_declaration) (function_expression) (arrow_function) (generator_function) (method_definition)
 (generator_function_declaration)] @function
[(statement_block) (for_statement) (catch_clause) (class_body)] @block
(variable_declaration (variable_declarator) @var)
(lexical_declaration (variable_declarator) @let)
(assignment_expression) @assigned
(with_statement) @with
(for_in_statement left: [(member_expression) (subscript_expression)]) @loop
(augmented_assignment_expression) @appended
(call_expression) @call
(new_expression) @new
[(import_statement) (export_statement source: (_))] @import
(pair value: [(string) (template_string) (array) (binary_expression) (ternary_expression) (identifier)
              (call_expression) (object)]) @pair
"""
_JSX = "(jsx_attribute) @jsx (jsx_text) @shown"
_JAVASCRIPT_ONLY = "(field_definition value: (_)) @field"
_TYPESCRIPT_ONLY = "[(public_field_definition value: (_)) (enum_assignment)] @field"


class _Grammar:
    """A language with the query that is asked of its trees."""

    def __init__(self, pointer: object, more: str) -> None:
        self.language = Language(pointer)
        self.query = Query(self.language, _QUERY + more)


_JAVASCRIPT = _Grammar(tree_sitter_javascript.language(), _JSX + _JAVASCRIPT_ONLY)
_OTHERS = (
    _Grammar(tree_sitter_typescript.language_tsx(), _JSX + _TYPESCRIPT_ONLY),
    _Grammar(tree_sitter_typescript.language_typescript(), _TYPESCRIPT_ONLY),
)


@dataclass(frozen=True, slots=True)
class Syntax:
    """A parsed script: its bytes in UTF-8, its tree, and the nodes of it that matter here, by kind."""

    data: bytes
    tree: Tree
    captures: Captures

    def in_errors(self) -> int:
        """Return how many bytes stand in parts that do not parse."""
        missing = 1 if self.tree.root_node.has_error else 0
        return missing + sum(node.end_byte - node.start_byte for node in self.captures.get("error", ()))


def parse(data: bytes) -> Syntax | None:
    """Return the syntax of a script in UTF-8, or None where it keeps the parser busy out of all proportion.

    Its bytes are those of the script with the names in it written out.
    """
    best = _parsed(data, _JAVASCRIPT)
    plain = (
        written_out(data, best.tree, best.captures.get("literal", ())) if best is not None and b"\\u" in data else data
    )
    if plain is None:
        return None
    if plain != data:
        data = plain
        best = _parsed(data, _JAVASCRIPT)
    if best is None or best.in_errors() * _FEW_ERRORS <= len(data):
        return best
    for grammar in _OTHERS:
        other = _parsed(data, grammar)
        if other is not None and other.in_errors() < best.in_errors():
            best = other
            if not best.tree.root_node.has_error:
                break
    return best


def _parsed(data: bytes, grammar: _Grammar) -> Syntax | None:
    end = time.process_time() + BASE_SECONDS + len(data) / BYTES_PER_SECOND

    stopped = False

    asked = 0

    def late(_offset: int, _has_error: bool) -> bool:  # the parser calls it by position, every few microseconds
        nonlocal asked
        asked += 1
        return stopped or (asked % _ASKED_OFTEN == 0 and time.process_time() > end)

    def read(offset: int, _point: object) -> bytes:
        # Where it recovers from errors the parser reads far more often than it asks whether to go on.
        nonlocal stopped
        stopped = stopped or time.process_time() > end
        return b"" if stopped else data[offset : offset + _CHUNK]

    try:
        tree = Parser(grammar.language).parse(read, progress_callback=late)
    except ValueError:  # the parser was stopped
        return None
    if stopped:
        return None

    if is_out_of_proportion(tree, len(data), end=end):
        return None
    captures = QueryCursor(grammar.query).captures(tree.root_node)
    # They come in an order of their own, which is another one in each run.
    return Syntax(data, tree, {kind: sorted(nodes, key=_place_of(kind)) for kind, nodes in captures.items()})


def _place_of(kind: str) -> Callable[[Node], int]:
    """Return by what nodes of a kind are put in order: calls in a chain all start at one place."""
    return _END if kind == "call" else _START
