"""Reads the streams of Word, Excel and PowerPoint files before Office 2007, each an item of its own.

[MS-DOC], [MS-XLS], [MS-OSHARED].  Fields and monikers say how a URL is used; what neither is stays a string, or
text where the stream is that of a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.outbound.binaries.scan import scan_bytes
from gate.examine.outbound.documents.fields import field_references
from gate.examine.outbound.documents.macros import macro_sources
from gate.examine.outbound.found import Found, Reference
from gate.examine.outbound.lines import OneLine
from gate.examine.outbound.sources.code import read_code
from gate.models import Reach

_STREAMS: dict[str, tuple[Reach, str]] = {
    "worddocument": ("text", ""),
    "0table": ("conditional", "template or linked file"),
    "1table": ("conditional", "template or linked file"),
    "data": ("string", ""),
    "workbook": ("string", ""),
    "book": ("string", ""),
    "powerpoint document": ("string", ""),
    "ole": ("automatic", ""),
    "summaryinformation": ("text", ""),
    "documentsummaryinformation": ("text", ""),
}
"""How URLs in a stream that are neither in a field nor in a hyperlink are reached, by the stream's name."""
_CONTROL = re.compile(r"(?:%[0-9a-f]{2}|[\x00-\x1f])+", re.IGNORECASE)
_NARROW_FIELD = re.compile(rb"\x13([^\x13-\x15]{3,2000})[\x14\x15]")
_WIDE_FIELD = re.compile(rb"\x13\0((?:[^\x13-\x15][\0-\xff]){3,1000})[\x14\x15]\0")
_HYPERLINK = bytes.fromhex("d0c9ea79f9bace118c8200aa004ba90b")
_MACROS = b"\0Attribut"


def stream_name(name: bytes) -> str:
    """Return the name of a stream of a document as it is known here, or an empty text."""
    plain = _CONTROL.sub("", name.decode("utf-8", "replace")).lower()
    return plain if plain in _STREAMS else ""


def has_macros(data: bytes) -> bool:
    """Say whether a stream holds the source of a module ([MS-OVBA] 2.3.4.3)."""
    return _MACROS in data


def read_stream(data: bytes, name: str) -> Iterator[Found]:
    """Yield what a stream of a document leads to; ``name`` is one that :func:`stream_name` gave."""
    told = set()
    for pattern, codec in ((_NARROW_FIELD, "cp1252"), (_WIDE_FIELD, "utf-16-le")):
        for found in pattern.finditer(data):
            for reference in field_references(found[1].decode(codec, "replace"), 0):
                told.add(reference.raw)
                yield reference
    reach, condition = _STREAMS[name]
    for hit in scan_bytes(data):
        if hit.url not in told:
            linked = _HYPERLINK in data[max(0, hit.offset - 512) : hit.offset]
            via = f"{'hyperlink' if linked else name} at 0x{hit.offset:x}"
            yield Reference(hit.url, "link" if linked else reach, via, 0, "" if linked else condition)


def read_macros(data: bytes) -> Iterator[Found]:
    """Yield what the source of macros in a stream contacts."""
    for source in macro_sources(data):
        yield from read_code(source, "basic", OneLine(0))
