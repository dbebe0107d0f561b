"""Where a script writes a name, looked for by its bytes: far faster than by patterns, or through the tree."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from gate.examine.outbound.javascript.program import Program

_IN_NAMES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_NAMED_OR_ASSIGNED = re.compile(rb"\s*+(?::[^:]|=[^=>])")
_CALLED_OR_ASSIGNED = re.compile(rb"\s*+(?:\(|=[^=])")
_DEFINED = re.compile(
    rb"['\"]?(?:\s*+[:=]\s*+(?:async\s*+)?(?:function\b|\([^()]{0,200}\)\s*+=>|[\w$]++\s*+=>)"
    rb"|\s*+\([^()]{0,200}\)\s*+\{)"
)
_BYTES_OF_A_STEP = 5_000
_CALLS_OF_A_STEP = 20
_MOST = 4_000
"""Most occurrences of a name that are looked at: what is written more often says nothing."""
_SHORT = 2
_NEAR = 60_000
"""The length from which a text is long: there a function that is called where it can be seen is not looked for more."""


def _whole(program: Program, name: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where a name is written as a whole, members of that name too."""
    data = program.data
    if not program.work(1 + (end - start) // _BYTES_OF_A_STEP):
        return
    place, size = data.find(name, start, end), len(name)
    for _ in range(_MOST):
        if place < 0:
            return
        after = place + size
        if (place == 0 or data[place - 1] not in _IN_NAMES) and (after == len(data) or data[after] not in _IN_NAMES):
            yield place
        place = data.find(name, after, end)


def _name_in(call: Node) -> int:
    """Return where a call or ``new`` names what it calls, if it does so by a mere name."""
    return call.start_byte if call.type == "call_expression" else call.child(1).start_byte


def variables(program: Program, name: bytes, start: int, end: int) -> Iterator[int]:
    """Yield where a variable is used, neither assigned nor a member of something; in a long text only the calls."""
    data = program.data
    if end - start > _NEAR:
        called = [*program.calls.get(name, ()), *program.news.get(name, ())]
        if not program.work(1 + len(called) // _CALLS_OF_A_STEP):
            return
        places = [_name_in(each) for each in called if start <= each.start_byte < end]
        named = [place for place in places if data.startswith(name, place)]
        yield from named
        if named or len(name) <= _SHORT:
            return
    for place in _whole(program, name, start, end):
        is_member = data[place - 1 : place] == b"." and data[max(0, place - 3) : place] != b"..."
        if not is_member and not _NAMED_OR_ASSIGNED.match(data, place + len(name)):
            yield place


def members(program: Program, name: bytes) -> Iterator[int]:
    """Yield where a member of a name is taken as a value."""
    data = program.data
    for place in _whole(program, name, 0, len(data)):
        if data[place - 1 : place] == b"." and not _CALLED_OR_ASSIGNED.match(data, place + len(name)):
            yield place


def is_defined_often(program: Program, name: bytes) -> bool:
    """Say whether more than one function of the script is a member of a name."""
    found = 0
    for number, place in enumerate(_whole(program, name, 0, len(program.data))):
        found += _DEFINED.match(program.data, place + len(name)) is not None
        if found > 1 or number >= _MOST - 1:
            return True
    return False
