"""What naming a format yields, and the bytes that it is done on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gate.models import ExecutableClass

HEAD_BYTES = 4096
"""How much of an item's start the tests of formats look at before they read further by offset."""
TAIL_BYTES = 512


@dataclass(frozen=True, slots=True)
class Content:
    """An item's start and end, its size, and a way to read more: ``read(size, offset)``."""

    head: bytes
    tail: bytes
    size: int
    read: Callable[[int, int], bytes]


@dataclass(frozen=True, slots=True)
class Named:
    """One executable format that an item is in; ``detail`` holds ``key=value`` words."""

    class_: ExecutableClass
    format: str
    architecture: str = ""
    detail: str = ""


def word(data: bytes, offset: int, size: int, *, big: bool = False) -> int:
    """Return an unsigned integer of ``size`` bytes, 0 where the data ends before it."""
    field = data[offset : offset + size]
    return int.from_bytes(field, "big" if big else "little") if len(field) == size else 0
