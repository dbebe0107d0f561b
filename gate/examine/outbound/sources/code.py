"""Reads source code by its tokens: calls that reach another machine with the constants they are told, and strings.

The reading is lenient and local: constants are those that the same file gives to a name, calls are known by their
names.  Whatever it takes wrongly, each URL in the text is reported, at least as a string.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from gate.examine.outbound.escapes import character
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import urls_in
from gate.examine.outbound.sources.calls import CALLS, QUIET
from gate.examine.outbound.sources.commands import command_references
from gate.examine.outbound.sources.grammars import GRAMMARS, Grammar
from gate.examine.outbound.unknown import UNKNOWN, settled
from gate.models import Gap, Reach

_TOKENS = 400_000
_CALLS = 5_000
_ARGUMENTS = 1_500
"""How many characters of the arguments of one call are looked at."""
_PIECES = 200_000
"""How many parts of arguments of one text are looked at."""
_VALUES = 4
_PIECE = re.compile(
    r"(?P<string>\x00)|(?P<name>[A-Za-z_$@][\w$]*+(?>(?:(?:\.|::|->|\\)[A-Za-z_]\w*+)*))(?P<call>\s*+\()?"
    r"|(?P<mark>[,;=\n(){}\[\]])|(?P<number>\d++)"
)
_GIVEN = re.compile(
    r"(?<![\w$@])([A-Za-z_$@][\w$]*+)\s{0,20}+(?::\s{0,20}+[\w.&'<>\[\]]{1,80}+\s{0,20}+)?(?::=|=>|=(?!=)|:)\s*+(?=\x00)"
)
_DEFINED = re.compile(r"#\s*+define\s++([A-Za-z_]\w*+)\s++(?=\x00)")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}|(.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_KEYWORDS = "new await try return static const let var in of if else this self true false null nil None as"
_NO_VALUES = frozenset(_KEYWORDS.split())
_STRING_MARKS = "\"'`@$#bRr"


class _Token(NamedTuple):
    start: int
    stop: int
    value: str


def read_code(text: str, language: str, lines: Lines) -> Iterator[Found]:
    """Yield what the code of a text in ``language`` (a grammar's name) contacts, and every other URL in it."""
    return _Code(text, language, lines).found()


class _Code:
    def __init__(self, text: str, language: str, lines: Lines) -> None:
        self._text = text
        self._language = language
        self._lines = lines
        self._comments: list[tuple[int, int]] = []
        self._strings: list[_Token] = []
        self._masked = self._mask(GRAMMARS[language])
        self._starts = [token.start for token in self._strings]
        self._constants = self._given()
        self._told: set[str] = set()
        self._looked_at = 0

    def found(self) -> Iterator[Found]:
        """Yield what calls are told, then the URLs that no call is told."""
        for number, call in enumerate(CALLS[self._language].finditer(self._masked)):
            if number >= _CALLS or self._looked_at > _PIECES:
                yield Gap("too-many", "more calls than are followed; the URLs behind them are strings")
                break
            for reference in self._call(call):
                self._told.add(reference.raw)
                yield reference
        yield from self._others()

    def _mask(self, grammar: Grammar) -> str:
        """Return the text with a mark in place of each string, blanks for the rest of it and for comments."""
        parts: list[str] = []
        place = 0
        for number, token in enumerate(grammar.tokens.finditer(self._text)):
            if number >= _TOKENS:
                break
            start, stop = token.span()
            parts.append(self._text[place:start].replace("\x00", " "))
            if token.lastgroup == "comment":
                self._comments.append((start, stop))
                parts.append(" " * (stop - start))
            else:
                self._strings.append(_Token(start, stop, _value(token[0], grammar)))
                parts.append("\x00" + " " * (stop - start - 1))
            place = stop
        parts.append(self._text[place:])
        return "".join(parts)

    def _given(self) -> dict[str, list[str]]:
        """Return the constants of the file: what each name is given anywhere."""
        given: dict[str, list[str]] = defaultdict(list)
        for pattern in (_GIVEN, _DEFINED):
            for found in pattern.finditer(self._masked):
                values = given[found[1].lstrip("$@")]
                if len(values) < _VALUES:
                    token = self._string_at(found.end())
                    values.append(token.value if token else UNKNOWN)
        return given

    def _string_at(self, place: int) -> _Token | None:
        index = bisect_left(self._starts, place)
        return self._strings[index] if index < len(self._strings) and self._starts[index] == place else None

    # --- calls -------------------------------------------------------------------------------------------------

    def _call(self, call: re.Match[str]) -> Iterator[Reference]:
        line = self._lines.at(call.start())
        name = " ".join(call[0].split()).lstrip(".:->")
        arguments = self._arguments(call.end())
        if call.lastgroup == "run":
            command = " ".join(arguments)
            yield from command_references(command, name, line)
            return
        known = unknown = False
        for argument in arguments:
            url, open_host = settled(argument)
            if any(place == 0 for place, _ in urls_in(url)) and not open_host:
                known = True
                yield Reference(url, "code", name, line)
            elif call.lastgroup == "sure" and is_host_name(argument.partition(":")[0]):
                known = True
                yield Reference(f"tcp://{argument}", "code", name, line)
            else:
                unknown = unknown or UNKNOWN in argument
        if call.lastgroup == "sure" and unknown and not known and " ".join(call["sure"].split()) not in QUIET:
            shown = next(argument for argument in arguments if UNKNOWN in argument)
            yield Reference(f"{name}({shown.replace(UNKNOWN, '*')[:80]})", "opaque", name, line)

    def _arguments(self, place: int) -> list[str]:
        """Return what the arguments behind a call come to, each as one text with marks for unknown parts."""
        arguments: list[list[str]] = [[]]
        depth = 0
        for piece in _PIECE.finditer(self._masked, place, place + _ARGUMENTS):
            self._looked_at += 1
            mark = piece["mark"]
            if piece["call"] or mark in ("(", "[", "{"):
                depth += 1
            if piece["string"]:
                token = self._string_at(piece.start())
                arguments[-1].append(self._filled(token.value if token else UNKNOWN))
            elif piece["name"]:
                arguments[-1] += self._named(piece)
            elif piece["number"]:
                arguments[-1].append(piece["number"])
            elif mark in (",", "="):
                arguments.append([])
            elif mark in (")", "]", "}"):
                depth -= 1
                if depth <= 0:
                    break
            elif mark == ";" or (mark == "\n" and depth <= 0):
                break
        return ["".join(pieces) for pieces in arguments if pieces]

    def _named(self, piece: re.Match[str]) -> list[str]:
        name = re.split(r"\.|::|->|\\", piece["name"])[-1].lstrip("$@")
        if piece["call"]:
            return [UNKNOWN] if self._masked[piece.end() : piece.end() + 1] == ")" else []
        if piece["name"] in _NO_VALUES:
            return []
        return [self._constants[name][0] if self._constants.get(name) else UNKNOWN]

    def _filled(self, value: str) -> str:
        """Return a string with the constants that are filled into it."""

        def fill(found: re.Match[str]) -> str:
            name = next((group for group in found.groups() if group), "").split(".")[-1].strip()
            values = self._constants.get(name)
            return values[0] if values and name else UNKNOWN

        return GRAMMARS[self._language].holes.sub(fill, value)

    # --- everything else ---------------------------------------------------------------------------------------

    def _others(self) -> Iterator[Reference]:
        for place, url in urls_in(self._text):
            index = bisect_left(self._comments, (place + 1, 0)) - 1
            reach: Reach = "text" if index >= 0 and place < self._comments[index][1] else "string"
            if reach == "string" and url in self._told:
                continue
            raw, unknown = settled(GRAMMARS[self._language].holes.sub(UNKNOWN, url))
            if not unknown and not (reach == "string" and raw in self._told):
                yield Reference(raw, reach, "comment" if reach == "text" else "string", self._lines.at(place))
        for token in self._strings:
            if "\\" in self._text[token.start : token.stop]:
                for _, url in urls_in(token.value):
                    if url not in self._told:
                        yield Reference(url, "string", "string", self._lines.at(token.start))


def _value(written: str, grammar: Grammar) -> str:
    """Return the value of a string as it is written, with its quotes taken off and its escapes resolved."""
    raw = written.startswith(("@", "R", "r", "br", "[["))
    body = written.lstrip("@$#bRr") if raw else written.removeprefix("$")
    quotes = 3 if body.startswith(('"""', "'''")) else 1
    if written.startswith("[["):
        return written[2:].removesuffix("]]")
    body = body[quotes:]
    body = body[:-quotes] if body.endswith(written[-1:] * quotes) and written[-1:] in "\"'`" else body
    if raw or "\\" not in body or grammar.holes.pattern.startswith(r"\\\("):
        return body
    return _ESCAPE.sub(_unescaped, body)


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    return character(int(digits, 16)) if digits else _SINGLE.get(found[4], found[4])
