"""Writes compound files ([MS-CFB]), honest ones and, by its arguments, others."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

END, FREE, FAT, DIFAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFC
NONE = 0xFFFFFFFF
SECTOR, MINI, CUTOFF = 512, 64, 4096
INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")


@dataclass
class Node:
    """A storage (with children) or a stream."""

    name: str
    content: bytes | None = None
    children: list[Node] = field(default_factory=list)


def tree(streams: dict[str, bytes]) -> list[Node]:
    """Return the nodes for streams by path."""
    top: list[Node] = []
    for path, content in streams.items():
        level = top
        *folders, name = path.split("/")
        for folder in folders:
            found = next((node for node in level if node.name == folder and node.content is None), None)
            if found is None:
                found = Node(folder)
                level.append(found)
            level = found.children
        level.append(Node(name, content))
    return top


class Writer:
    """One file while it is written; sectors are numbered from the one behind the header."""

    def __init__(self, nodes: list[Node], class_id: bytes = bytes(16)) -> None:
        self.sectors: list[bytes] = []
        self.fat: list[int] = []
        self.mini = bytearray()
        self.mini_fat: list[int] = []
        self.entries: list[list[bytes | int]] = [
            ["Root Entry".encode("utf-16-le"), 5, NONE, NONE, NONE, class_id, END, 0]
        ]
        self.entries[0][4] = self._siblings(nodes)

    def _siblings(self, nodes: list[Node]) -> int:
        """Add entries for nodes, each the right one of the one before; return the first."""
        numbers = []
        for node in nodes:
            numbers.append(len(self.entries))
            kind = 1 if node.content is None else 2
            self.entries.append(
                [node.name.encode("utf-16-le", "surrogatepass"), kind, NONE, NONE, NONE, bytes(16), END, 0]
            )
        for node, number, right in zip(nodes, numbers, [*numbers[1:], NONE], strict=True):
            entry = self.entries[number]
            entry[3] = right
            if node.content is None:
                entry[4] = self._siblings(node.children)
                entry[6] = 0
            else:
                entry[6], entry[7] = self._store(node.content), len(node.content)
        return numbers[0] if numbers else NONE

    def _store(self, content: bytes) -> int:
        if not content:
            return END
        if len(content) >= CUTOFF:
            return self.chain(content)
        first = len(self.mini_fat)
        count = -(-len(content) // MINI)
        self.mini_fat += [*range(first + 1, first + count), END]
        self.mini += content.ljust(count * MINI, b"\0")
        return first

    def chain(self, content: bytes) -> int:
        """Add sectors and return the first one."""
        first = len(self.sectors)
        count = max(1, -(-len(content) // SECTOR))
        self.fat += [*range(first + 1, first + count), END]
        self.sectors += [content[at * SECTOR : (at + 1) * SECTOR].ljust(SECTOR, b"\0") for at in range(count)]
        return first

    def finish(self) -> bytes:
        """Return the file; what tests change before is written as they left it."""
        root = self.entries[0]
        if self.mini:
            root[6], root[7] = self.chain(bytes(self.mini)), len(self.mini)
        mini_fat = (
            self.chain(b"".join(struct.pack("<L", number) for number in self._filled(self.mini_fat)))
            if self.mini_fat
            else END
        )
        directory = self.chain(b"".join(self._entry(entry) for entry in self.entries))
        sectors, lists = 1, 0
        while sectors * 128 < len(self.fat) + sectors + lists:
            sectors += 1
            lists = max(0, -(-(sectors - 109) // 127))
        places = [len(self.fat) + number for number in range(sectors)]
        first_list = len(self.fat) + sectors
        table = self._filled([*self.fat, *[FAT] * sectors, *[DIFAT] * lists], sectors * 128)
        header = struct.pack(
            "<8s16sHHHHH6s9L", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
            0, sectors, directory, 0, CUTOFF, mini_fat, -(-len(self.mini_fat) // 128), first_list if lists else END, lists,
        )  # fmt: skip
        header += struct.pack("<109L", *self._filled(places[:109], 109))
        further = b""
        for number in range(lists):
            part = self._filled(places[109 + 127 * number : 236 + 127 * number], 127)
            further += struct.pack("<128L", *part, first_list + number + 1 if number < lists - 1 else END)
        return header + b"".join(self.sectors) + struct.pack(f"<{len(table)}L", *table) + further

    @staticmethod
    def _filled(numbers: list[int], size: int = 0) -> list[int]:
        size = size or -(-len(numbers) // 128) * 128
        return [*numbers, *[FREE] * (size - len(numbers))]

    @staticmethod
    def _entry(entry: list[bytes | int]) -> bytes:
        name, kind, left, right, child, class_id, start, size = entry
        assert isinstance(name, bytes)
        return struct.pack(
            "<64sHBBLLL16sLQQLQ", name, len(name) + 2, kind, 1, left, right, child, class_id, 0, 0, 0, start, size
        )


def compound(streams: dict[str, bytes], class_id: bytes = bytes(16)) -> bytes:
    """Return an honest compound file."""
    return Writer(tree(streams), class_id).finish()


def package(name: bytes, content: bytes, *, sized: bool = True) -> bytes:
    """Return the native data of a package."""
    path = b"C:\\folder\\" + name + b"\0"
    data = b"\2\0" + name + b"\0" + path + b"\0\0\3\0" + struct.pack("<L", len(path)) + path
    data += struct.pack("<L", len(content)) + content
    return struct.pack("<L", len(data)) + data if sized else data
