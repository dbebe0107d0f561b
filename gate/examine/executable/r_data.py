"""Data that R has saved: whether functions or promises are in it (R Internals, 1.8 "Serialization Formats").

The format is one item behind another, each with a word of flags; items hold others, so that counting those that are
still to come is enough to walk them.
"""

from __future__ import annotations

import re
import struct

from gate.examine.executable.content import Content, Named

_HEAD = re.compile(rb"(?:RD[XA][23]\n)?([XAB])\n", re.DOTALL)
_SYMBOL, _PAIRS, _CLOSURE, _ENVIRONMENT, _PROMISE, _CALL = 1, 2, 3, 4, 5, 6
_CHARACTERS, _DOTS, _STRINGS, _LIST, _EXPRESSIONS, _BYTECODE = 9, 17, 16, 19, 20, 21
_POINTER, _WEAK, _S4, _ALTREP = 22, 23, 25, 238
_ATTRIBUTED_PAIRS, _ATTRIBUTED_CALL = 239, 240
_NAMED_SPACES = (247, 248, 249)
_REFERENCE = 255
_NOTHING = frozenset({241, 242, 250, 251, 252, 253, 254})
_ELEMENT = {10: 4, 13: 4, 14: 8, 15: 16, 24: 1}
"""Kind of vector -> bytes of an element."""
_CODE = {_CLOSURE: "function", _PROMISE: "promise", _BYTECODE: "bytecode", 7: "special", 8: "builtin"}
_HAS_ATTRIBUTES, _HAS_TAG = 0x200, 0x400
_LONG = 0xFFFFFFFF
_MOST_ITEMS = 5_000_000
_BYTES = 256 << 20
_ENCODED_VERSION = 3


def r_data(content: Content) -> Named | None:
    """Name saved R data with code in it; what cannot be followed to its end may have some and is named too."""
    start = _HEAD.match(content.head)
    if not start or content.at(start.end(), 1) not in (b"\0", b"\2", b"\3", b"2", b"3"):
        return None
    if start[1] != b"X":
        return _other_form(content, start.end())
    data = content.at(start.end(), _BYTES)
    if len(data) < 12 or int.from_bytes(data[:4], "big") not in (2, 3):  # noqa: PLR2004  # three words of version
        return None
    try:
        found = _code_in(data)
    except struct.error:
        found = "unknown"
    return Named("r-data", "", (f"holds={found}",)) if found else None


def _other_form(content: Content, place: int) -> Named | None:
    """Name the forms in text and in the byte order of a machine, which are rare and not followed."""
    is_text = re.match(rb"[23]\n\d{5,7}\n", content.at(place, 16)) is not None
    is_native = content.number(place, 4) in (2, 3)
    return Named("r-data", "", ("holds=unknown",)) if is_text or is_native else None


def _code_in(data: bytes) -> str:
    place = 12
    if int.from_bytes(data[:4], "big") == _ENCODED_VERSION:
        (length,) = struct.unpack_from(">L", data, place)
        place += 4 + length
    pending = 1
    for _ in range(_MOST_ITEMS):
        if not pending:
            return "" if place <= len(data) else "unknown"
        (flags,) = struct.unpack_from(">L", data, place)
        kind = flags & 0xFF
        if kind in _CODE:
            return _CODE[kind]
        place, further = _item(data, place + 4, kind, flags)
        pending += further - 1
    return "unknown"


def _item(data: bytes, place: int, kind: int, flags: int) -> tuple[int, int]:
    """Return where an item's own bytes end and how many items belong to it; raises ``struct.error`` where unknown."""
    attributes = int(bool(flags & _HAS_ATTRIBUTES))
    if kind in _NOTHING or kind == _REFERENCE:
        return place + (4 if kind == _REFERENCE and not flags >> 8 else 0), 0
    if kind in (_SYMBOL, _S4):
        return place, 1
    if kind in _NAMED_SPACES:
        return place + 8, struct.unpack_from(">4xL", data, place)[0]
    if kind == _ENVIRONMENT:
        return place + 4, 4
    if kind in (_PAIRS, _DOTS, _CALL, _ATTRIBUTED_PAIRS, _ATTRIBUTED_CALL):
        return place, 2 + (attributes or int(kind > _S4)) + int(bool(flags & _HAS_TAG))
    if kind in (_POINTER, _WEAK, _ALTREP):
        return place, {_POINTER: 2 + attributes, _WEAK: attributes, _ALTREP: 3}[kind]
    if kind == _CHARACTERS:
        (length,) = struct.unpack_from(">L", data, place)
        return place + 4 + (0 if length == _LONG else length), attributes
    return _vector(data, place, kind, attributes)


def _vector(data: bytes, place: int, kind: int, attributes: int) -> tuple[int, int]:
    (count,) = struct.unpack_from(">L", data, place)
    place += 4
    if count == _LONG:
        (count,) = struct.unpack_from(">Q", data, place)
        place += 8
    if kind in (_STRINGS, _LIST, _EXPRESSIONS):
        return place, count + attributes
    if kind not in _ELEMENT:
        raise struct.error("unknown kind")
    return place + _ELEMENT[kind] * count, attributes
