"""Where a key of a TOML file stands: which line, for messages.

``tomllib`` keeps no places, so the file is read once more by this scanner.  It only runs on text that ``tomllib`` has
taken, and so need not judge: it has to know where strings, arrays and inline tables end, and which keys they hold.
A key that it has no place for gets the line of the nearest table that it does know.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

KeyPath: TypeAlias = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}'
    r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]*")


class Places:
    """The lines (from 1) of all keys and array elements of a TOML text."""

    def __init__(self, text: str) -> None:
        self._lines = _Scanner(text).places

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line of a key path, or of the nearest table or array around it; 1 where nothing is known."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(tuple(path[:length]))
            if line is not None:
                return line
        return 1

    def block(self, path: KeyPath, end: int) -> tuple[int, int]:
        """Return the lines that a table takes up: from its first to the one before whatever comes after it.

        ``end`` is the last line of the text.
        """
        inside = [line for key, line in self._lines.items() if key[: len(path)] == path]
        first = min(inside)
        later = [line for key, line in self._lines.items() if key[: len(path)] != path and line > max(inside)]
        return first, min(later, default=end + 1) - 1


class _Scanner:
    """Reads a valid TOML text once, statement by statement."""

    def __init__(self, text: str) -> None:
        self.places: dict[KeyPath, int] = {}
        self._text = text
        self._position = 0
        self._counted = 0
        self._line = 1
        self._elements: dict[KeyPath, int] = {}
        table: KeyPath = ()
        while self._skip(_BLANK) < len(text):
            if text[self._position] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._position)
        self._position = match.end() if match else self._position
        return self._position

    def _peek(self) -> str:
        return self._text[self._position : self._position + 1]

    def _note(self, path: KeyPath) -> None:
        """Keep the line of the current position for a path, and for tables around it that have none yet."""
        self._line += self._text.count("\n", self._counted, self._position)
        self._counted = self._position
        for length in range(1, len(path)):
            self.places.setdefault(path[:length], self._line)
        self.places[path] = self._line

    def _header(self) -> KeyPath:
        array = self._text.startswith("[[", self._position)
        start = self._position
        self._position += 2 if array else 1
        keys = self._key()
        end = self._position
        path: KeyPath = ()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            if number < len(keys) or not array:
                path = (*path, self._elements[path]) if path in self._elements else path
        if array:
            self._elements[path] = self._elements.get(path, -1) + 1
            path = (*path, self._elements[path])
        self._position = start
        self._note(path)
        self._position = end
        self._skip(_SPACE)
        self._position += 2 if array else 1
        return path

    def _key(self) -> tuple[str, ...]:
        """Read a key, dotted or not."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self._position
            if self._peek() in {'"', "'"}:
                self._skip(_STRING)
                parts.extend(tomllib.loads(f"{self._text[start : self._position]} = 0"))
            else:
                self._skip(_BARE)
                parts.append(self._text[start : self._position])
            self._skip(_SPACE)
            if self._peek() != ".":
                return tuple(parts)
            self._position += 1

    def _pair(self, table: KeyPath) -> None:
        start = self._position
        path = (*table, *self._key())
        end, self._position = self._position, start
        self._note(path)
        self._position = end + 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._peek()
        if opening in {'"', "'"}:
            self._skip(_STRING)
        elif opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._position += 1
        number = 0
        while self._text[self._skip(_BLANK)] != "]":
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            self._position += self._peek() == ","
        self._position += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._position += 1
        while self._text[self._skip(_BLANK)] != "}":
            self._pair(path)
            self._skip(_BLANK)
            self._position += self._peek() == ","
        self._position += 1
