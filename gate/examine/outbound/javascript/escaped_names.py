r"""Names that a script writes in escapes: ``f\u0065tch`` is ``fetch`` (ECMAScript, "Names and Keywords").

They are written out before anything looks for names, so that no part of the reading has to know of escapes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from tree_sitter import Node, Tree

from gate.examine.outbound.escapes import character

_IN_NAME = re.compile(rb"\\u(?:([0-9A-Fa-f]{4})|\{0{0,20}([0-9A-Fa-f]{1,6})\})")
_BEGIN = b"\\u"
_NAMES = ("identifier", "identifier_pattern")
_MOST = 20_000
"""Most escapes outside of strings that are looked at; ordinary scripts have some thousands in patterns."""


def written_out(data: bytes, tree: Tree, literals: Sequence[Node]) -> bytes | None:
    """Return a script with the names in it without escapes; None where there are too many places to look at.

    ``literals`` are those of the script in the order of their places: what escapes in them stand for is theirs.
    """
    pieces: list[bytes] = []
    done = 0
    for number, place in enumerate(_outside(data, literals)):
        if number >= _MOST:
            return None
        node = tree.root_node.descendant_for_byte_range(place, place + 1)
        if node is not None and node.type.endswith(_NAMES) and node.start_byte >= done:
            pieces += [data[done : node.start_byte], _IN_NAME.sub(_letter, data[node.start_byte : node.end_byte])]
            done = node.end_byte
    return b"".join([*pieces, data[done:]]) if pieces else data


def _outside(data: bytes, literals: Sequence[Node]) -> Iterator[int]:
    """Yield the places of escapes that stand in no string; a template holds code as well."""
    strings = [
        node for node in literals if node.type == "string" or data.find(b"${", node.start_byte, node.end_byte) < 0
    ]
    starts = [node.start_byte for node in strings]
    place = data.find(_BEGIN)
    while place >= 0:
        index = bisect_right(starts, place) - 1
        inside = index >= 0 and place < strings[index].end_byte
        if not inside:
            yield place
        place = data.find(_BEGIN, strings[index].end_byte if inside else place + len(_BEGIN))


def _letter(found: re.Match[bytes]) -> bytes:
    return character(int(found[1] or found[2], 16)).encode("utf-8", "replace")
