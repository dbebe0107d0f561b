"""What 7-Zip says about an archive: the properties of the whole, and the list of its members.

The text is made by a program from hostile data, and one of its properties (the target of a link in a WIM image) is
printed raw, with line feeds.  So a list is only believed where every block has the same keys in the same order, and
where it has as many members as another, simpler list of the same archive in which line feeds are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gate.intake.readers.decoders import Damaged

_LINE_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_NUMBER = re.compile(rb"[0-9]{1,19}")
_RULE = re.compile(rb"-{19} -{5} -{12} -{12}  -{20,}")
_FLAG = re.compile(rb"(ERRORS|WARNINGS):")
PROMPT = b"\nEnter password (will not be echoed):\n"
"""What 7-Zip writes before the list where the list itself is encrypted and a password is waiting to be read."""

Properties = Mapping[bytes, bytes]


@dataclass
class Overview:
    """What the program says of the archive as a whole.

    ``opened`` says that it took the file for an archive; ``offset`` is where the archive begins in the file,
    ``physical`` how long it is, where that is told; ``members`` is their number, counted in a list in which no text has
    line feeds, and ``problems`` are the words of errors and warnings.
    """

    opened: bool = False
    offset: int = 0
    physical: int | None = None
    headers: int | None = None
    tail: int = 0
    members: int = 0
    problems: list[bytes] = field(default_factory=list)


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of an output, without their ends.  Raises :class:`Damaged` for a line without bounds."""
    rest = b""
    for chunk in chunks:
        parts = (rest + chunk).split(b"\n")
        rest = parts.pop()
        if len(rest) > _LINE_BYTES:
            raise Damaged("7zz: a line of the list is too long", "too-large")
        yield from parts
    if rest:
        yield rest


def overview(output: Iterable[bytes]) -> Overview:
    """Return what the program says of the whole, from a listing of one line a member.

    Only properties that stand before the first one that an archive can fill with text of its own are looked at; the
    members are the lines between the last two rules, as no member's line can look like one.
    """
    found = Overview()
    head: list[bytes] = []
    room = _HEAD_BYTES
    between = 0
    for row in lines(output):
        if room > 0:
            head.append(row)
            room -= len(row)
        if _RULE.fullmatch(row):
            found.members, between = between, 0
        else:
            between += 1
    rows = iter(head[head.index(b"--") + 1 :] if b"--" in head else ())
    found.opened = next(rows, b"").startswith(b"Path = ")
    in_problems = False
    for row in rows:
        key, separator, value = row.partition(b" = ")
        if _FLAG.fullmatch(row):
            in_problems = True
        elif key in {b"ERROR", b"WARNING"} or (in_problems and not separator and row):
            found.problems.append(value or row)
        elif not _note(found, key, value) and not row.startswith(b"Warning: The archive is open with offset"):
            break
    return found


def _note(found: Overview, key: bytes, value: bytes) -> bool:
    """Take over one property; return whether it is one that may stand among the first."""
    if key == b"Offset":
        found.offset = int(value) if _NUMBER.fullmatch(value) else 0
        return value.startswith(b"-") or _NUMBER.fullmatch(value) is not None
    number = int(value) if _NUMBER.fullmatch(value) else None
    if key == b"Physical Size":
        found.physical = number
    elif key == b"Tail Size":
        found.tail = number or 0
    elif key == b"Headers Size":
        found.headers = number
    else:
        return key in {b"Type", b"Embedded Stub Size", b"Unpacked Size"}
    return True


def blocks(rows: Iterable[bytes]) -> Iterator[Properties]:
    """Yield the properties of each member from a listing with one property a line and an empty line after each member.

    Raises :class:`Damaged` where the text is not of that form throughout.
    """
    keys: tuple[bytes, ...] | None = None
    block: dict[bytes, bytes] = {}
    for row in rows:
        if row:
            key, separator, value = row.partition(b" = ")
            if not separator:
                key, separator = row.removesuffix(b" ="), b"=" if row.endswith(b" =") else b""
            if not separator or key in block:
                raise Damaged("7zz: the list is not consistent")
            block[key] = value
            continue
        if block:
            keys = _same_form(block, keys)
            yield block
            block = {}
    if block:
        _same_form(block, keys)
        yield block


def _same_form(block: Properties, keys: tuple[bytes, ...] | None) -> tuple[bytes, ...]:
    found = tuple(block)
    if keys is not None and found != keys:
        raise Damaged("7zz: the list is not consistent")
    return found


def number(value: bytes | None) -> int | None:
    """Return a property as a number, or None where it is not told."""
    return int(value) if value is not None and _NUMBER.fullmatch(value) else None
