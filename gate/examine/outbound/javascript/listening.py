"""Who listens for events that only a person brings about."""

from __future__ import annotations

from tree_sitter import Node

from gate.examine.outbound.events import OF_PERSONS, by_event
from gate.examine.outbound.javascript.program import Program

_LISTENING = frozenset(
    b"addEventListener attachEvent on one once bind live delegate listen addListener addHandler addEvent".split()
)
_LONGEST = 60


def event_of(program: Program, call: Node) -> str:
    """Return the condition under which a call has the function run that it is given: the event of a person."""
    name = program.callee_name(call) if call.type == "call_expression" else b""
    if name in _LISTENING:
        for each in program.arguments(call)[:2]:
            if each.type == "string" and each.end_byte - each.start_byte < _LONGEST:
                return by_event(program.text(each)[1:-1])
        return ""
    written = name.decode("utf-8", "replace")
    return f"on {written}" if written in OF_PERSONS and b"." in program.bytes_of(call.child(0))[-_LONGEST:] else ""
