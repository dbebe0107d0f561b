"""Choices by which a part of a script is run or not: a kind that is compared, an option that is asked for.

A test of what the browser can do is no choice: where it can, the part is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import plain
from gate.paths import printable

_NO_KIND = (
    rb"(?:undefined|function|object|string|number|boolean|symbol|bigint|loading|complete|interactive|loaded|\[object|"
    rb"https?:?|file:?|GET|POST)?['\"]"
)
"""What is compared with to tell types and states apart."""
_KIND = re.compile(
    rb"[=!]==?\s*+['\"](?!%s)|(?<![\w$])['\"](?!%s)[^'\"\n]{1,60}['\"]\s*+[=!]==?" % (_NO_KIND, _NO_KIND)
)
_OPTION = re.compile(
    rb"(?<![\w$])(?:options|opts|option|settings|config|configuration|cfg|params|preferences|prefs|flags|features)"
    rb"(?:\??\.|\[)"
)
_MATCHED = re.compile(rb"\.(?:test|match|indexOf|includes|startsWith|endsWith)\s*+\(")
_SHOWN_LENGTH = 80
_LOOKED_AT = 400
_WIDEST = 200
"""Most statements of a block among which early returns are looked for."""
_LEAVING = frozenset({"return_statement", "throw_statement", "break_statement", "continue_statement"})
_BLOCKS = frozenset({"statement_block", "program", "switch_case", "switch_default"})


def choice_on(program: Program, path: Sequence[Node]) -> str:
    """Return the innermost choice on which the last node of a path depends, or an empty text.

    ``path`` leads from what is run as a whole, a function or the script, down to the node.
    """
    for index in range(len(path) - 1, 0, -1):
        found = _choice(program, path[index - 1], path[index])
        if found:
            return found
    return ""


def _choice(program: Program, parent: Node, node: Node) -> str:
    """Return the choice that ``parent`` makes on whether its child is run, or an empty text."""
    match parent.type:
        case "if_statement" | "ternary_expression":
            test = parent.child_by_field_name("condition")
            if test is not None and test.id != node.id and _is_choice(program, test):
                return shown(program, test, "if")
        case "binary_expression" if program.operator(parent) == "&&":
            test = parent.named_children[0]
            if test.id != node.id and _is_choice(program, test):
                return shown(program, test, "if")
        case "binary_expression" if program.operator(parent) == "||":  # of an option it is what stands in for it
            test = parent.named_children[0]
            if test.id != node.id and _compares(program, test):
                return shown(program, test, "unless")
        case kind if kind in _BLOCKS:
            return _case(program, parent, node) or _left_early(program, parent, node)
    return ""


def _case(program: Program, parent: Node, node: Node) -> str:
    if parent.type != "switch_case":
        return ""
    value = parent.child_by_field_name("value")
    is_kind = value is not None and value.id != node.id and value.type in ("string", "template_string")
    return shown(program, value, "case") if is_kind and value is not None else ""


def _left_early(program: Program, block: Node, node: Node) -> str:
    """Return the choice by which a block is left before one of its statements is come to."""
    if block.named_child_count > _WIDEST or not program.work(1 + block.named_child_count // 8):
        return ""
    for statement in block.named_children:
        if statement.start_byte >= node.start_byte:
            break
        if statement.type == "if_statement" and leaves(statement):
            test = statement.child_by_field_name("condition")
            if test is not None and _is_choice(program, test):
                return shown(program, test, "unless")
    return ""


def _is_choice(program: Program, test: Node) -> bool:
    text = program.data[test.start_byte : min(test.end_byte, test.start_byte + _LOOKED_AT)]
    return any(pattern.search(text) for pattern in (_KIND, _OPTION, _MATCHED))


def _compares(program: Program, test: Node) -> bool:
    return _KIND.search(program.data, test.start_byte, min(test.end_byte, test.start_byte + _LOOKED_AT)) is not None


def leaves(statement: Node) -> bool:
    """Say whether what an ``if`` guards leaves the function or loop, so that the rest of it is guarded as well."""
    then = statement.child_by_field_name("consequence")
    if then is not None and then.type == "statement_block":
        then = then.named_children[-1] if then.named_children else None
    return then is not None and then.type in _LEAVING and statement.child_by_field_name("alternative") is None


def shown(program: Program, condition: Node, word: str) -> str:
    """Return a condition in the form that facts have, short and escaped."""
    node = plain(condition)
    text = " ".join(program.slice(node.start_byte, min(node.end_byte, node.start_byte + 4 * _SHOWN_LENGTH)).split())
    return printable(f"{word} {text[:_SHOWN_LENGTH]}")
