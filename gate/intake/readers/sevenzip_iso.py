"""A second look at ISO 9660 images, of which 7-Zip shows one tree of folders: the Joliet tree where there is one.

The other trees may name other files, and only the Rock Ridge entries of the primary tree tell links, devices and modes
(ECMA-119; Joliet specification; RRIP 1.12; El Torito 1.0).  Bytes that no tree, table or descriptor explains are found
on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Source

SECTOR = 2048
_FIRST = 16
_DESCRIPTORS = 64
_RECORD = 33
_FOLDER, _ASSOCIATED, _MORE = 0x02, 0x04, 0x80
_JOLIET = (b"%/@", b"%/C", b"%/E")
_UDF = (b"BEA01", b"NSR02", b"NSR03", b"TEA01", b"BOOT2")
_FOLDER_BYTES = 64 << 20
_SUPPLEMENTARY = 2
_BOOT = b"EL TORITO SPECIFICATION"
_CATALOG_ENTRIES = 64
_HEAD = 4
_CONTINUATIONS = 16
_SECTOR_512 = 512

Span = tuple[int, int]
Order = Literal["little", "big"]
_TABLES: tuple[tuple[int, Order], ...] = ((140, "little"), (144, "little"), (148, "big"), (152, "big"))
_TABLE_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Unix:
    """What Rock Ridge says of a member: its mode with the type of the file, and where it points if it is a link."""

    mode: int
    target: bytes


@dataclass
class Tree:
    """One tree of folders: where the bytes of its files lie, and what Rock Ridge says of them, by path."""

    joliet: bool
    files: set[Span] = field(default_factory=set)
    unix: dict[bytes, Unix] = field(default_factory=dict)


@dataclass
class Image:
    """All of an image: its trees, whether it is a UDF image as well, and which bytes something explains."""

    trees: list[Tree] = field(default_factory=list)
    udf: bool = False
    spans: list[Span] = field(default_factory=list)

    @property
    def shown(self) -> Tree:
        """The tree that 7-Zip shows."""
        return next((tree for tree in self.trees if tree.joliet), self.trees[0])


def look(source: Source, start: int, entries: int) -> Image:
    """Return what is found in the image that begins at ``start``, with at most ``entries`` members a tree.

    Raises :class:`Damaged` where its folders are damaged.
    """
    image = Image(spans=[(start, start + _FIRST * SECTOR)])
    place = start + _FIRST * SECTOR
    for _ in range(_DESCRIPTORS):
        descriptor = source.read_at(place, SECTOR)
        if len(descriptor) < SECTOR or descriptor[1:6] not in {b"CD001", *_UDF}:
            break
        image.spans.append((place, place + SECTOR))
        image.udf = image.udf or descriptor[1:5] == b"NSR0"
        place += SECTOR
        if descriptor[1:6] == b"CD001":
            _descriptor(source, start, descriptor, image, entries)
    if not image.trees:
        raise _bad()
    return image


def _bad() -> Damaged:
    return Damaged("iso: damaged folders")


def _descriptor(source: Source, start: int, descriptor: bytes, image: Image, entries: int) -> None:
    kind = descriptor[0]
    if kind == 0 and descriptor[7:].startswith(_BOOT):
        image.spans.extend(_boot(source, start, int.from_bytes(descriptor[71:75], "little")))
    elif kind in {1, 2}:
        tree = Tree(joliet=kind == _SUPPLEMENTARY and descriptor[88:91] in _JOLIET)
        folders = _walk(source, start, descriptor[156:190], tree, image.spans, entries)
        size = int.from_bytes(descriptor[132:136], "little")
        for at, order in _TABLES:
            table = start + int.from_bytes(descriptor[at : at + 4], order) * SECTOR
            image.spans.append(
                (table, table + _table_length(source.read_at(table, min(size, _TABLE_BYTES)), folders, order))
            )
        image.trees.append(tree)


def _table_length(table: bytes, folders: set[int], order: Order) -> int:
    """Return how much of a path table is one: entries that name folders of the tree."""
    position = 0
    while position + 8 < len(table):
        length = table[position]
        if not length or int.from_bytes(table[position + 2 : position + 6], order) not in folders:
            break
        position += 8 + length + length % 2
    return min(position, len(table))


def _span(start: int, sector: int, size: int) -> Span:
    begin = start + sector * SECTOR
    return begin, begin + -(-size // SECTOR) * SECTOR


def _walk(source: Source, start: int, root: bytes, tree: Tree, spans: list[Span], entries: int) -> set[int]:
    waiting = deque([(b"", *_place(root))])
    known: set[int] = set()
    total = number = 0
    while waiting:
        path, sector, size = waiting.popleft()
        if sector in known:
            continue
        known.add(sector)
        total += size
        if total > _FOLDER_BYTES:
            raise Damaged("iso: too many folders", "too-large")
        spans.append(_span(start, sector, size))
        for record in _records(source.read_at(start + sector * SECTOR, size)):
            number += 1
            if number > entries:
                return known  # the list of 7-Zip is longer than allowed as well, which makes the gap
            name, unix = _rock_ridge(source, start, record, spans)
            if record[33:34] in {b"\0", b"\1"} and record[32] == 1:
                continue
            at, length = _place(record)
            inner = path + (name or record[33 : 33 + record[32]])
            if record[25] & _FOLDER:
                waiting.append((inner + b"/", at, length))
            elif length:
                tree.files.add((start + at * SECTOR, start + at * SECTOR + length))
            if unix is not None:
                tree.unix[inner] = unix
    return known


def _place(record: bytes) -> tuple[int, int]:
    return int.from_bytes(record[2:6], "little"), int.from_bytes(record[10:14], "little")


def _records(folder: bytes) -> Iterator[bytes]:
    """Yield the records of a folder; none of them reaches into another sector."""
    position = 0
    while position < len(folder):
        length = folder[position]
        if not length:
            position += SECTOR - position % SECTOR
            continue
        record = folder[position : position + length]
        if length <= _RECORD or len(record) < length or _RECORD + record[32] > length:
            raise _bad()
        yield record
        position += length


def _rock_ridge(source: Source, start: int, record: bytes, spans: list[Span]) -> tuple[bytes, Unix | None]:
    """Return the name, and the mode and target, in the system use area of a record and in what continues it."""
    area = record[_RECORD + record[32] + (1 - record[32] % 2) :]
    name, mode, target = b"", None, b""
    for _ in range(_CONTINUATIONS):
        following: Span | None = None
        while len(area) >= _HEAD and area[2] >= _HEAD:
            entry, area = area[: area[2]], area[area[2] :]
            if entry[:2] == b"NM":
                name += entry[5:]
            elif entry[:2] == b"PX":
                mode = int.from_bytes(entry[4:8], "little")
            elif entry[:2] == b"SL":
                target += _link(entry[5:])
            elif entry[:2] == b"CE":
                begin = start + int.from_bytes(entry[4:8], "little") * SECTOR + int.from_bytes(entry[12:16], "little")
                following = (begin, begin + min(int.from_bytes(entry[20:24], "little"), SECTOR))
        if following is None:
            break
        spans.append(following)
        area = source.read_at(following[0], following[1] - following[0])
    return name, Unix(mode, target) if mode is not None else None


def _link(components: bytes) -> bytes:
    """Return the text of the components of a symbolic link."""
    words = []
    while len(components) >= 2:  # noqa: PLR2004  # flags and length
        flags, length = components[0], components[1]
        words.append({2: b".", 4: b"..", 8: b""}.get(flags & 14, components[2 : 2 + length]))
        components = components[2 + length :]
    return b"/" if words == [b""] else b"/".join(words)


def _boot(source: Source, start: int, catalog: int) -> Iterator[Span]:
    """Yield the boot catalog and the sectors that its entries load."""
    yield _span(start, catalog, SECTOR)
    table = source.read_at(start + catalog * SECTOR, SECTOR)
    for at in range(32, min(len(table), 32 * _CATALOG_ENTRIES), 32):
        if table[at] == 0x88:  # noqa: PLR2004  # bootable
            count, sector = (
                int.from_bytes(table[at + 6 : at + 8], "little"),
                int.from_bytes(table[at + 8 : at + 12], "little"),
            )
            begin = start + sector * SECTOR
            yield begin, begin + count * _SECTOR_512
