"""MAPI properties within TNEF ([MS-OXTNEF] 2.1.3.4, [MS-OXCDATA] 2.11.1)."""

from __future__ import annotations

from codecs import lookup
from collections.abc import Iterator
from dataclasses import dataclass

ATTACHED_DATA, SHORT_NAME, LONG_NAME = 0x3701, 0x3704, 0x3707
BODY, COMPRESSED_RTF, HTML = 0x1000, 0x1009, 0x1013
_UTF_16 = lookup("utf-16-le")
"""Looked up when this module is imported: a confined process may not be able to load it any more."""
_MULTIPLE = 0x1000
_OBJECT, _TEXT, _UNICODE, _BINARY = 0x000D, 0x001E, 0x001F, 0x0102
_SIZED = frozenset({_OBJECT, _TEXT, _UNICODE, _BINARY})
_FIXED = {
    0x0002: 4,  # 16 bits, filled up
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,  # boolean, filled up
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_NAMED = range(0x8000, 0xFFFF)
_SET_ID = 16


class BadProperties(Exception):
    """Properties that cannot be read on, in short English words."""


@dataclass(frozen=True, slots=True)
class Property:
    """One value of a property; of several values each is one."""

    tag: int
    kind: int
    data: memoryview

    @property
    def binary(self) -> bool:
        """Whether the value is bytes of no form that is known here."""
        return self.kind in {_BINARY, _OBJECT}

    @property
    def is_object(self) -> bool:
        """Whether the value begins with the identifier of an interface."""
        return self.kind == _OBJECT

    def text(self) -> bytes:
        """Return a text as UTF-8 where it is in UTF-16, else as it is stored."""
        data = bytes(self.data)
        if self.kind == _UNICODE:
            return _UTF_16.decode(data, "replace")[0].encode("utf-8", "replace")
        return data


class _Cursor:
    """Takes values from the front of bytes."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._position = 0

    def take(self, size: int) -> memoryview:
        """Return the next bytes."""
        if size > len(self._data) - self._position:
            raise BadProperties("truncated properties")
        self._position += size
        return self._data[self._position - size : self._position]

    def number(self, size: int = 4) -> int:
        """Return the next number."""
        return int.from_bytes(self.take(size), "little")

    def sized(self) -> memoryview:
        """Return the next bytes that have their length before them, and are filled up to four bytes."""
        size = self.number()
        data = self.take(size)
        self.take(-size % 4)
        return data


def read_properties(data: memoryview) -> Iterator[Property]:
    """Yield all properties in ``data``.  Raises :class:`BadProperties` where they end in no proper way."""
    cursor = _Cursor(data)
    for _ in range(cursor.number()):
        kind, tag = cursor.number(2), cursor.number(2)
        if tag in _NAMED:
            _skip_name(cursor)
        base = kind & ~_MULTIPLE
        values = cursor.number() if kind & _MULTIPLE or base in _SIZED else 1
        if base not in _SIZED and base not in _FIXED:
            raise BadProperties("unknown type of a property")
        for _ in range(values):
            value = cursor.sized() if base in _SIZED else cursor.take(_FIXED[base])
            yield Property(tag, base, value)


def _skip_name(cursor: _Cursor) -> None:
    cursor.take(_SET_ID)
    if cursor.number():
        cursor.sized()
    else:
        cursor.take(4)
