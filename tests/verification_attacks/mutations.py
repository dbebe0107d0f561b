"""Random changes of files: of their bytes, and of what these encode, so that a change gets past the first parser."""

from __future__ import annotations

import base64
import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from gate._armor import armor, dearmor
from gate.x509.response import der

Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]

# --- bytes ----------------------------------------------------------------------------------------------------


def of_bytes(raw: bytes, chance: random.Random) -> bytes:
    """Change some bits, or cut, repeat, move or insert a piece."""
    changed = bytearray(raw)
    start, end = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    match chance.randrange(6):
        case 0:
            for _ in range(chance.randint(1, 4)):
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        case 1:
            del changed[start:]
        case 2:
            del changed[start:end]
        case 3:
            changed[start:start] = raw[start:end]
        case 4:
            piece = bytes(changed[start:end])
            del changed[start:end]
            place = chance.randrange(len(changed) + 1)
            changed[place:place] = piece
        case _:
            changed[start:start] = chance.randbytes(chance.randint(1, 8))
    return bytes(changed)


# --- JSON -----------------------------------------------------------------------------------------------------


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container in a JSON value with each of its keys or indices."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places(value[key])


_OTHERS: tuple[Any, ...] = (None, 0, -1, 2**70, 1e300, "", [], {}, True, "x", "\ud800", "0" * 64)


def of_json(raw: bytes, chance: random.Random) -> bytes:
    """Change one place: another value, none, one of another place, its text or bytes; or a key stands twice."""
    value = json.loads(raw)
    holder, key = chance.choice(list(places(value)))
    old = holder[key]
    match chance.randrange(6):
        case 0:
            holder[key] = copy.deepcopy(chance.choice(_OTHERS))
        case 1:
            del holder[key]
        case 2:
            other, name = chance.choice(list(places(value)))
            holder[key], other[name] = copy.deepcopy(other[name]), copy.deepcopy(old)
        case 3 if isinstance(old, str) and old:
            holder[key] = _other_text(old, chance)
        case 4 if isinstance(holder, list):
            holder.insert(key, copy.deepcopy(old))
        case _:
            return _repeated(raw, chance)
    return json.dumps(value).encode()


def _other_text(text: str, chance: random.Random) -> str:
    """Change what a text encodes in base64 where it does, else one character of it."""
    try:
        inner = base64.b64decode(text, validate=True)
    except ValueError:
        place = chance.randrange(len(text))
        return text[:place] + chance.choice("aZ9/.\n\0é") + text[place + 1 :]
    if inner[:1] == b"\x30" and chance.random() < 0.7:
        return base64.b64encode(of_der(inner, chance)).decode()
    return base64.b64encode(of_bytes(inner, chance) if inner else b"x").decode()


def _repeated(raw: bytes, chance: random.Random) -> bytes:
    """Let a key stand twice in an object, before or behind the one that is there."""
    keys = list(re.finditer(rb'"[A-Za-z_0-9]+":', raw))
    if not keys:
        return raw + b" 1"
    key = chance.choice(keys)
    return raw[: key.start()] + key[0] + chance.choice([b"null,", b'"",', b"[],"]) + raw[key.start() :]


# --- DER ------------------------------------------------------------------------------------------------------

Node: TypeAlias = list[Any]
"""Tag, and content: bytes, or a list of nodes."""


def parsed(raw: bytes, depth: int = 0) -> list[Node]:
    """Return the values in DER as a tree, down to some depth; raises ``ValueError`` where it is none."""
    nodes: list[Node] = []
    position = 0
    while position < len(raw):
        tag, first = raw[position], raw[position + 1] if position + 1 < len(raw) else 0
        size = first & 0x7F if first & 0x80 else 0
        length = int.from_bytes(raw[position + 2 : position + 2 + size], "big") if size else first
        start = position + 2 + size
        if start + length > len(raw):
            raise ValueError("length")
        content: Any = raw[start : start + length]
        nodes.append([tag, parsed(content, depth + 1) if tag & 0x20 and depth < 30 else content])
        position = start + length
    return nodes


def encoded(nodes: list[Node]) -> bytes:
    return b"".join(der(tag, encoded(content) if isinstance(content, list) else content) for tag, content in nodes)


def _lists(nodes: list[Node]) -> Iterator[list[Node]]:
    yield nodes
    for _, content in nodes:
        if isinstance(content, list):
            yield from _lists(content)


def of_der(raw: bytes, chance: random.Random) -> bytes:
    """Change one value, with right lengths around it: content or tag, gone, twice, exchanged, or elsewhere too."""
    try:
        tree = parsed(raw)
    except (ValueError, IndexError):
        return of_bytes(raw, chance)
    siblings = chance.choice([each for each in _lists(tree) if each])
    place = chance.randrange(len(siblings))
    node = siblings[place]
    match chance.randrange(7):
        case 0 if isinstance(node[1], bytes) and node[1]:
            node[1] = of_bytes(node[1], chance)
        case 1:
            node[0] = chance.choice([node[0] ^ (1 << chance.randrange(8)), chance.randrange(256)])
        case 2:
            del siblings[place]
        case 3:
            siblings.insert(place, copy.deepcopy(node))
        case 4:
            other = chance.randrange(len(siblings))
            siblings[place], siblings[other] = siblings[other], siblings[place]
        case 5:
            elsewhere = chance.choice(list(_lists(tree)))
            elsewhere.insert(chance.randrange(len(elsewhere) + 1), copy.deepcopy(node))
        case _ if isinstance(node[1], bytes):
            node[1] = chance.choice([b"", b"\0", node[1] + b"\0", chance.randbytes(len(node[1]))])
        case _:
            node[1] = []
    try:
        return encoded(tree)
    except RecursionError:  # a value moved into itself
        return of_bytes(raw, chance)


# --- armor, TOML ----------------------------------------------------------------------------------------------


def of_armor(raw: bytes, chance: random.Random) -> bytes:
    """Change the packet of an OpenPGP signature, half of the time with a right length, and armor it as it must be."""
    packet = of_bytes(dearmor(raw), chance)
    if chance.random() < 0.5 and 2 < len(packet) < 258:
        packet = bytes([0x88, len(packet) - 2]) + packet[2:]
    return armor(packet)


_VALUES = ('""', "[]", "1", "-1", "true", '"all"', '"*"', "nan", "1979-05-27", '"../x"')


def of_lines(raw: bytes, chance: random.Random) -> bytes:
    """Change lines of a text: gone, twice, exchanged, with another value, or the key of another."""
    lines = raw.decode().splitlines(keepends=True)
    one, two = (chance.randrange(len(lines)) for _ in range(2))
    match chance.randrange(6):
        case 0:
            del lines[one]
        case 1:
            lines.insert(two, lines[one])
        case 2:
            lines[one], lines[two] = lines[two], lines[one]
        case 3:
            lines[one] = f"{lines[one].partition('=')[0]}={chance.choice(_VALUES)}\n"
        case 4:
            lines[one] = lines[two].partition("=")[0] + "=" + lines[one].partition("=")[2] + "\n"
        case _:
            place = chance.randrange(len(lines[one]))
            lines[one] = lines[one][:place] + chance.choice("aF0*\"'\n\0é=[]#") + lines[one][place + 1 :]
    return "".join(lines).encode()
