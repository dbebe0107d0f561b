"""Reads Rich Text Format (specification 1.9.1): templates, fields, linked pictures and objects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.examine.outbound.binaries.scan import scan_bytes
from gate.examine.outbound.documents.fields import field_references
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import Lines
from gate.examine.outbound.literals import network_path, urls_in
from gate.models import Gap, Reach

_TOKEN = re.compile(
    r"(?P<open>\{)|(?P<close>\})|\\'(?P<hex>[0-9A-Fa-f]{2})|\\u(?P<unicode>-?[0-9]{1,6}) ?"
    r"|\\uc(?P<fallback>[0-9]) ?|(?P<star>\\\*)"
    r"|\\bin(?P<binary>[0-9]{1,9}) ?|\\(?P<word>[A-Za-z]{1,32})(?:-?[0-9]{1,10})? ?|\\(?P<symbol>[^A-Za-z])"
    r"|(?P<text>[^\\{}]++)|\\",
    re.DOTALL,
)
_DESTINATIONS: dict[str, tuple[Reach, str]] = {
    "template": ("automatic", ""),
    "nextfile": ("conditional", "the next document is asked for"),
    "subdocument": ("automatic", ""),
    "sv": ("automatic", ""),
    "linkval": ("text", ""),
    "hlinkbase": ("identifier", ""),
    "mmconnectstr": ("conditional", "mail merge"),
    "mmquery": ("conditional", "mail merge"),
    "mmdatasource": ("conditional", "mail merge"),
    "mmheadersource": ("conditional", "mail merge"),
    "file": ("conditional", "a part of the document"),
    "pict": ("text", ""),
}
"""Destinations that lead somewhere, by their control words."""
_OWN_TEXT = frozenset({*_DESTINATIONS, "fldinst", "objdata", "fonttbl", "stylesheet", "info", "xmlnstbl", "datafield"})
_UPDATED = frozenset({"objautlink", "objupdate", "objlink", "objhtml", "objocx"})
_MONIKERS = (
    bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b"),
    bytes.fromhex("c6afabec197fd2119 78e0000f8757e2a".replace(" ", "")),
)
"""Class identifiers of the URL moniker and of the SOAP moniker, as they are stored ([MS-OSHARED] 2.3.7)."""
_DEEPEST = 5_000
_NO_HEX = re.compile(r"[^0-9A-Fa-f]")


@dataclass(slots=True)
class _Group:
    destination: str
    text: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    starred: bool = False
    own: bool = False
    place: int = 0
    fallback: int = 1
    """How many characters behind one in Unicode stand for it in readers that know none (``\\uc``)."""
    passed: int = 0
    """How many of these are still to be passed over."""


def read_rtf(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what a document leads to; ``text`` has one character for each byte."""
    yield from _Document(lines).read(text)


class _Document:
    """The groups that are open, and for each the control words of the object in which it stands."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._groups = [_Group("", own=True)]
        self._objects: list[set[str]] = [set()]

    def read(self, text: str) -> Iterator[Found]:
        """Yield what each group leads to when it ends."""
        for token in _TOKEN.finditer(text):
            match token.lastgroup:
                case "open":
                    if len(self._groups) >= _DEEPEST:
                        yield Gap("too-deep", f"more than {_DEEPEST} groups within each other")
                        return
                    group = self._groups[-1]
                    inner = _Group(group.destination, group.text, place=token.start(), fallback=group.fallback)
                    self._groups.append(inner)
                    self._objects.append(self._objects[-1])
                case "close":
                    yield from self._close()
                case "word":
                    _word(token["word"], self._groups[-1], self._objects)
                case "star":
                    self._groups[-1].starred = True
                case _:
                    _characters(token, self._groups[-1])
        while len(self._groups) > 1:
            yield from self._close()
        yield from _closed(self._groups[0], self._lines, set())

    def _close(self) -> Iterator[Found]:
        if len(self._groups) > 1:
            group = self._groups.pop()
            self._objects.pop()
            if group.own:
                yield from _closed(group, self._lines, self._objects[-1])


def _word(word: str, group: _Group, objects: list[set[str]]) -> None:
    if word == "object":
        objects[-1] = set()
    if word in _UPDATED:
        objects[-1].add(word)
    if word in _OWN_TEXT or (group.starred and not group.own):
        group.destination, group.text, group.own = word, [], True
    elif word in ("par", "line", "tab", "cell", "row"):
        group.text.append(" ")


def _characters(token: re.Match[str], group: _Group) -> None:
    if token["fallback"]:
        group.fallback = int(token["fallback"])
    elif group.passed and (token["hex"] or token["text"]):
        text = "" if token["hex"] else token["text"].replace("\r", "").replace("\n", "")
        group.text.append(text[group.passed :])
        group.passed = max(0, group.passed - (len(text) or 1))
    elif token["hex"]:
        group.text.append(chr(int(token["hex"], 16)))
    elif token["unicode"]:
        group.text.append(chr(int(token["unicode"]) % 0x10000))
        group.passed = group.fallback
    elif token["symbol"]:
        group.text.append(token["symbol"] if token["symbol"] in "\\{}" else "")
    elif token["text"]:
        group.text.append(token["text"].replace("\r", "").replace("\n", ""))


def _closed(group: _Group, lines: Lines, object_words: set[str]) -> Iterator[Reference]:
    text = "".join(group.text)
    line = lines.at(group.place)
    if group.destination == "objdata":
        yield from _object(text, line, object_words)
    elif group.destination == "fldinst":
        yield from field_references(text, line)
    elif group.destination in _DESTINATIONS:
        reach, condition = _DESTINATIONS[group.destination]
        via = f"\\{group.destination}"
        found = [url for _, url in urls_in(text)] or [path for path in [network_path(text)] if path]
        for url in found:
            yield Reference(url, reach, via, line, condition)
    else:
        for _, url in urls_in(text):
            yield Reference(url, "string" if group.starred else "text", f"\\{group.destination or 'rtf'}", line)


def _object(text: str, line: int, words: set[str]) -> Iterator[Reference]:
    digits = _NO_HEX.sub("", text)
    data = bytes.fromhex(digits[: len(digits) // 2 * 2])
    loading = bool(words) or any(moniker in data for moniker in _MONIKERS)
    for hit in scan_bytes(data):
        yield Reference(hit.url, "automatic" if loading else "string", "\\objdata", line)
