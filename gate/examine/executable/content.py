"""An item as the format tests see it, and what a test answers."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from gate.examine.interface import AspectNotDeclared
from gate.models import ExecutableClass, Gap

HEAD_BYTES = 4096
TAIL_BYTES = 1024
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")
"""Characters that no text holds; end of file and escape do occur in batch files."""
_MARKS = [
    (codecs.BOM_UTF8, codecs.lookup("utf-8")),
    (codecs.BOM_UTF32_LE, codecs.lookup("utf-32-le")),
    (codecs.BOM_UTF32_BE, codecs.lookup("utf-32-be")),
    (codecs.BOM_UTF16_LE, codecs.lookup("utf-16-le")),
    (codecs.BOM_UTF16_BE, codecs.lookup("utf-16-be")),
]
"""Byte order marks, the longer before those that they begin with; looked up now, as a worker cannot import later."""
_UTF16 = {0: codecs.lookup("utf-16-be"), 1: codecs.lookup("utf-16-le")}
_BYTES = codecs.lookup("latin-1")

T = TypeVar("T")
ByteOrder: TypeAlias = Literal["little", "big"]


class Readable(Protocol):
    """Bytes that can be read by position, such as a view of an item."""

    size: int

    def read(self, size: int = -1, offset: int = 0) -> bytes:
        """Return up to ``size`` bytes from ``offset``, all of them where ``size`` is negative."""


class Memory:
    """Bytes in memory as a :class:`Readable`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, size: int = -1, offset: int = 0) -> bytes:
        """Return up to ``size`` bytes from ``offset``, all of them where ``size`` is negative."""
        return self._data[offset:] if size < 0 else self._data[offset : offset + size]


class Content:
    """One item: ``head`` is at hand, the rest is read where a test asks for it.

    ``labels`` are the containers that intake calls it.  ``name`` (the raw last component of its path), ``suffix``,
    ``mode`` and ``told`` are for the tests that look at names: for all others they raise ``AspectNotDeclared``, so
    that their answers can be shared between items that are equal in content alone.
    """

    def __init__(self, source: Readable, labels: tuple[str, ...] = ()) -> None:
        self._source = source
        self._place: Place | None = None
        self._computed: dict[Callable[[Content], Any], Any] = {}
        self.size = source.size
        self.labels = labels
        self.head = source.read(HEAD_BYTES)
        self._kept: dict[Reading, tuple[Answer, ...]] = {}

    def under(self, name: bytes, mode: int | None, told: tuple[str, ...]) -> Content:
        """Return the content with its name and mode, and the formats that its bytes are already told to be in."""
        self._place = Place(name, mode, told)
        return self

    def _known_place(self) -> Place:
        if self._place is None:
            raise AspectNotDeclared("name")
        return self._place

    @property
    def name(self) -> bytes:
        """The raw last component of the item's path."""
        return self._known_place().name

    @property
    def suffix(self) -> str:
        """What follows the last dot of the name, in lower case; empty where there is none or the name begins with it.

        As Windows reads names: without dots and spaces at their end.
        """
        stem, dot, suffix = self.name.rstrip(b". ").rpartition(b".")
        return os.fsdecode(suffix).lower() if dot and stem else ""

    @property
    def mode(self) -> int | None:
        """The permission bits, or None where none are recorded."""
        return self._known_place().mode

    @property
    def may_be_run(self) -> bool:
        """Whether the permission bits, where any are recorded, let anyone run the item."""
        mode = self._known_place().mode
        return mode is not None and bool(mode & 0o111)

    @property
    def told(self) -> tuple[str, ...]:
        """The executable formats that the bytes are already told to be in."""
        return self._known_place().told

    def once(self, reading: Reading) -> tuple[Answer, ...]:
        """Return all that ``reading`` answers, read once for the families that each take a part of it."""
        if reading not in self._kept:
            self._kept[reading] = tuple(reading(self))
        return self._kept[reading]

    @cached_property
    def tail(self) -> bytes:
        """The last bytes; those of a small item are in :attr:`head` as well."""
        return self.at(max(0, self.size - TAIL_BYTES), TAIL_BYTES)

    def at(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset``, fewer than ``size`` at the end, none for an offset outside."""
        if offset < 0 or offset >= self.size:
            return b""
        if offset + size <= len(self.head) or self.size <= len(self.head):
            return self.head[offset : offset + size]
        return self._source.read(size, offset)

    def number(self, offset: int, size: int, order: ByteOrder = "little") -> int:
        """Return the unsigned number at ``offset``, or -1 where the item ends before it does."""
        data = self.at(offset, size)
        return int.from_bytes(data, order) if len(data) == size else -1

    def remembered(self, compute: Callable[[Content], T]) -> T:
        """Return what ``compute`` makes of the content: for all tests that ask, it is computed once."""
        if compute not in self._computed:
            self._computed[compute] = compute(self)
        known: T = self._computed[compute]
        return known

    def everything(self) -> bytes:
        """Return all bytes."""
        return self.head if self.size <= len(self.head) else self._source.read()

    @cached_property
    def text(self) -> str | None:
        """The head as text, without byte order mark and with line feeds alone; None where it is not text."""
        text = text_of(self.head)
        return None if _CONTROL.search(text) else text

    @cached_property
    def start(self) -> str:
        """The text with which the item begins, as in :attr:`text`, up to the first character that no text holds.

        A script may be followed by what it unpacks.
        """
        text = text_of(self.head)
        control = _CONTROL.search(text)
        return text[: control.start()] if control else text


def text_of(head: bytes) -> str:
    """Return bytes as characters, whatever 8-bit, 16-bit or 32-bit encoding they are in.

    Only ASCII characters count for the tests, so all 8-bit encodings are read as one.
    """
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return _with_line_feeds(codec.decode(head[len(mark) :], "replace")[0])
    zeros = (head[0::2].count(0), head[1::2].count(0)) if b"\0" in head[:4] else (0, 0)
    for place in (0, 1):
        if zeros[place] * 2 > len(head) * 0.9 and zeros[1 - place] == 0:
            return _with_line_feeds(_UTF16[place].decode(head, "replace")[0])
    return _with_line_feeds(_BYTES.decode(head)[0])


def readable(text: str) -> str:
    """Return a text without the control characters that no text holds."""
    return _CONTROL.sub("", text)


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Named(NamedTuple):
    """The answer of a test that knows the format: ``detail`` holds further properties as ``key=value`` words."""

    format: str
    architecture: str = ""
    detail: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where the bytes were found: the raw name, the permission bits, and the formats that they are told to be in."""

    name: bytes
    mode: int | None
    told: tuple[str, ...]


Answer: TypeAlias = Named | Gap
"""A gap says that the item, or a part of it, could not be looked at: it stands beside all that was named."""
Reading: TypeAlias = Callable[["Content"], Iterable[Answer]]
Test: TypeAlias = Callable[[Content], Answer | Iterable[Answer] | None]


class Family(NamedTuple):
    """A test and the formats that it can name, all of one class.

    ``first`` holds the bytes that an item in any of these formats begins with; empty where it can begin with any.
    ``text`` says that the test looks at the text with which an item begins, and is asked only where there is one.
    ``by_name`` says that it looks at the item's name or mode: it is asked last, of every item, and knows what the
    bytes are already told to be (:attr:`Content.told`).  Whatever a test raises is a gap; the other tests are asked.
    """

    class_: ExecutableClass
    formats: tuple[str, ...]
    test: Test
    first: bytes = b""
    text: bool = False
    by_name: bool = False


def families_of(reading: Reading, parts: Mapping[ExecutableClass, tuple[str, ...]], first: bytes) -> tuple[Family, ...]:
    """Return a family for each class of which ``reading`` names formats; the item is read once for all of them."""
    return tuple(
        Family(class_, formats, partial(_part, reading, frozenset(formats)), first) for class_, formats in parts.items()
    )


def _part(reading: Reading, formats: frozenset[str], content: Content) -> Iterable[Answer]:
    return [each for each in content.once(reading) if isinstance(each, Gap) or each.format in formats]
