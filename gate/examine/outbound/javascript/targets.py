"""Where a script assigns without a plain assignment: patterns, loops, ``with``, assignments that add or fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from gate.examine.outbound.javascript.program import Program
from gate.examine.outbound.javascript.scopes import plain

_MOST = 64
"""Most parts of one pattern, or turns of one loop, that are looked at."""
_SETTING = frozenset({"=", "||=", "&&=", "??=", "+="})


class Assigned(NamedTuple):
    """A value that ``target`` is given at ``node``."""

    node: Node
    target: Node
    value: Node


def roundabout(program: Program) -> Iterator[Assigned]:
    """Yield what members are given other than by a plain assignment."""
    for node, target in program.scopes.assigned:
        if target.type.endswith("pattern"):
            yield from _parts(program, node, target, node.child(node.child_count - 1))
    for node in program.captures.get("appended", ()):
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in _SETTING:
            yield Assigned(node, node.child(0), node.child(node.child_count - 1))
    for node in program.captures.get("loop", ()):
        yield from _turns(program, node)


def _parts(program: Program, node: Node, pattern: Node, value: Node) -> Iterator[Assigned]:
    """Yield the parts of a pattern that are members, each with what it is given; what that is may not be seen."""
    items = program.items(value) if pattern.type == "array_pattern" else None
    for index, part in enumerate(pattern.named_children[:_MOST]):
        key = program.key(part.named_children[0]) if part.type == "pair_pattern" else b""
        target = part.named_children[-1] if part.type == "pair_pattern" else part
        if target.type.endswith("assignment_pattern"):
            yield Assigned(node, target.named_children[0], target.named_children[-1])
            target = target.named_children[0]
        values = items[index : index + 1] if items is not None else program.members(value, key) if key else []
        for each in values:
            if target.type.endswith("_pattern"):
                yield from _parts(program, node, target, each)
            else:
                yield Assigned(node, target, each)


def _turns(program: Program, node: Node) -> Iterator[Assigned]:
    target, listed = node.child_by_field_name("left"), node.child_by_field_name("right")
    if target is None or listed is None:
        return
    for each in (program.items(listed) or [])[:_MOST]:
        yield Assigned(node, target, each)
    for found in program.structures(listed):
        for pair in found.named_children[:_MOST] if found.type == "object" else ():
            key = pair.named_children[0] if pair.type == "pair" else None
            if key is not None:
                yield Assigned(node, target, key.named_children[0] if key.type == "computed_property_name" else key)


def owner_by_with(program: Program, target: Node) -> Node | None:
    """Return the object whose member a bare name is, where it stands in a ``with`` of that."""
    around = program.objects_around(target.start_byte)
    return plain(around[-1]) if around else None
