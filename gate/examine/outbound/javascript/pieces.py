"""URLs that a script puts together of constants and does nothing with that is known.

A literal that holds a whole URL is told of by itself; here are those that no literal shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from gate.examine.outbound.javascript.contacts import HELD, Contacts
from gate.examine.outbound.javascript.folding import Folded
from gate.examine.outbound.unknown import UNKNOWN
from gate.models import Reach

_JOINT = re.compile(rb"['\"`]\s{0,40}\+\s{0,40}['\"`]")
_NEAR = 48
_TELLING = (b"/", b":", b"\\")
_MAKING = (b"join", b"atob", b"fromCharCode", b"fromCodePoint", b"concat", b"unescape", b"decodeURIComponent")
_CALLS = 400
_SUMS = 2_000
"""Most sums of literals of one script, and calls that make a text, that are looked at."""
_WHOLE = re.compile(r"(?:(?:https?|wss?|ftps?):)?//(?>(?:[\w\-]{1,63}\.)+)[A-Za-z][\w\-]{1,62}(?=[:/?#]|\Z)", re.ASCII)


def take_pieces(contacts: Contacts, strings: Reach) -> None:
    """Take the URLs of sums of literals, and of texts made by functions, that reached nothing that is known."""
    for node in (*_sums(contacts), *_made(contacts)):
        for each in contacts.folder.fold(node):
            found = None if UNKNOWN in each.text or each.origins & contacts.told else _WHOLE.match(each.text.strip())
            if found is not None and found[0].encode() not in contacts.program.data:
                contacts.url(Folded(each.text.split()[0], each.origins), HELD, node, reach=strings, opaque=False)


def _sums(contacts: Contacts) -> Iterator[Node]:
    """Yield the sums in which two literals stand side by side, where something of a URL is near."""
    program = contacts.program
    end = 0
    for found in islice(_JOINT.finditer(program.data), _SUMS):
        near = program.data[max(0, found.start() - _NEAR) : found.end() + _NEAR]
        if found.start() < end or not any(each in near for each in _TELLING):
            continue
        path = program.path_to(found.end() - 1)
        sums = [node for node in path if node.type == "binary_expression" and program.operator(node) == "+"]
        if sums:
            end = sums[0].end_byte
            yield sums[0]


def _made(contacts: Contacts) -> Iterator[Node]:
    for name in _MAKING:
        yield from contacts.program.calls.get(name, ())[:_CALLS]
