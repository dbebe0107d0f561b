"""The bytes of a PDF file as they lie: every object, whether the file's tables name it or not, and what is in none.

Reads the file once from front to back (ISO 32000-1, 7.5): header, objects, tables, trailers, comments.  Every search
goes on from where the last one ended, so that time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap
from typing import TypeAlias

Bytes: TypeAlias = bytes | mmap

_BLANK = rb"[\0\t\n\f\r ]"
_FILLING = re.compile(rb"[\0\t\n\f\r ]+")
_COMMENT = re.compile(rb"%[^\r\n]*")
_OBJECT = re.compile(rb"(\d{1,10})" + _BLANK + rb"{1,20}(\d{1,5})" + _BLANK + rb"{1,20}obj")
_BODY_END = re.compile(rb"endobj|stream(?:\r\n|\n|\r)")
_STREAM_END = re.compile(_BLANK + rb"{0,20}endstream")
_OBJECT_END = re.compile(_BLANK + rb"{0,20}endobj")
_TABLE = re.compile(rb"xref(?:" + _BLANK + rb"+(?:\d+|[nf])(?=" + _BLANK + rb"|\Z|t))*")
_TRAILER = re.compile(rb"trailer")
_START = re.compile(rb"startxref" + _BLANK + rb"{0,20}\d{0,20}")
_ANY = re.compile(_OBJECT.pattern + rb"|xref|trailer|startxref|%%EOF")
_LENGTH = re.compile(
    rb"/Length" + _BLANK + rb"{0,20}(\d{1,12})(?!" + _BLANK + rb"{1,20}\d{1,5}" + _BLANK + rb"{1,20}R)"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILTER = re.compile(rb"/(?:Filter|F)" + _BLANK + rb"{0,20}(?:/([A-Za-z0-9]{1,40})|\[([^\]]{0,400})\])")
_NAME = re.compile(rb"/([A-Za-z0-9]{1,40})")
_HEAD_BYTES = 1 << 16
"""Most bytes of a dictionary or trailer that are looked at."""
_COMMENT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class RawStream:
    """A stream as it lies in the file: the number of its object, its dictionary, and where its data is."""

    number: int
    dictionary: bytes
    start: int
    stop: int

    def says(self, name: bytes) -> bool:
        """Say whether a name stands in the dictionary, also in its escaped form (ISO 32000-1, 7.3.5)."""
        return re.search(rb"/" + name + rb"(?![A-Za-z0-9_])", self.dictionary) is not None


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that belong to nothing."""

    start: int
    stop: int


def scan(data: Bytes, start: int) -> Iterator[RawStream | Gap]:
    """Yield the streams and gaps of a file whose header is at ``start``."""
    position = start
    size = len(data)
    while position < size:
        match = _FILLING.match(data, position)
        if match is not None:
            position = match.end()
            continue
        found, behind = _next(data, position)
        if found is not None:
            yield found
        if behind == position:
            following = _ANY.search(data, position + 1)
            behind = following.start() if following is not None else size
            yield Gap(position, behind)
        position = behind


def _next(data: Bytes, position: int) -> tuple[RawStream | Gap | None, int]:
    """Return the stream or gap that begins here, if one does, and the end of what does: ``position`` where nothing."""
    match = _COMMENT.match(data, position)
    if match is not None:
        long = match.end() - position > _COMMENT_BYTES
        return Gap(position, match.end()) if long else None, match.end()
    match = _OBJECT.match(data, position)
    if match is not None:
        return _object(data, match)
    match = _TABLE.match(data, position) or _START.match(data, position)
    if match is not None:
        return None, match.end()
    if _TRAILER.match(data, position) is not None:
        end = data.find(b"startxref", position, position + _HEAD_BYTES)
        return None, end if end >= 0 else position
    return None, position


def _object(data: Bytes, head: re.Match[bytes]) -> tuple[RawStream | None, int]:
    end = _BODY_END.search(data, head.end())
    if end is None:
        return None, len(data)
    if end[0] == b"endobj":
        return None, end.end()
    dictionary = data[head.end() : min(end.start(), head.end() + _HEAD_BYTES)]
    if b"#" in dictionary:
        dictionary = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), dictionary)
    begin = end.end()
    stop = _stream_end(data, begin, dictionary)
    behind = _STREAM_END.match(data, stop)
    after = behind.end() if behind is not None else stop
    close = _OBJECT_END.match(data, after)
    return RawStream(int(head[1]), dictionary, begin, stop), close.end() if close is not None else after


def _stream_end(data: Bytes, begin: int, dictionary: bytes) -> int:
    """Return where the data of a stream ends: by its length where that fits, else by the next end mark."""
    declared = _LENGTH.search(dictionary)
    if declared is not None and _STREAM_END.match(data, begin + int(declared[1])) is not None:
        return begin + int(declared[1])
    found = data.find(b"endstream", begin)
    if found < 0:
        return len(data)
    for line_end in (b"\r\n", b"\n", b"\r"):
        if found - len(line_end) >= begin and data[found - len(line_end) : found] == line_end:
            return found - len(line_end)
    return found


def filters_of(dictionary: bytes) -> list[str]:
    """Return the names of the filters that the text of a dictionary gives."""
    match = _FILTER.search(dictionary)
    if match is None:
        return []
    names = [match[1]] if match[1] is not None else _NAME.findall(match[2])
    return [name.decode("ascii") for name in names]
