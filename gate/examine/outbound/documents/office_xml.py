"""Reads the parts of Office Open XML and OpenDocument files, each an item of its own, and flat documents.

What a program loads when it opens a document is automatic (ECMA-376 part 1, 17 and part 2, 9.3; OpenDocument 1.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from gate.examine.outbound.binaries.identifiers import identifier_rule
from gate.examine.outbound.documents.fields import field_references, formula_references
from gate.examine.outbound.found import Found, Nested, Reference
from gate.examine.outbound.hosts import is_host_name
from gate.examine.outbound.lines import Lines, OneLine
from gate.examine.outbound.literals import network_path, urls_in
from gate.models import Gap, Reach
from gate.paths import printable

HEAD_CHARACTERS = 8192
_PIECE = 1 << 16
_SEPARATOR = "\n"
_ROOT = re.compile(
    r"[\s\ufeff]*+(?>(?:<\?.*?\?>\s*+|<!--.*?-->\s*+|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*+)?>\s*+)*)"
    r"<(?P<tag>[^\W\d][^>]{0,8192})",
    re.DOTALL,
)
_OFFICE = (
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
    "urn:oasis:names:tc:opendocument:",
    "http://schemas.microsoft.com/office/",
    "http://schemas.microsoft.com/DataMashup",
    "urn:schemas-microsoft-com:office:",
    "http://openoffice.org/2000/",
)
_XLINK = "http://www.w3.org/1999/xlink"
_ODF_LINKS = frozenset({"a", "bookmark", "meta"})
_PLAYED = "when it is played"
_ODF_CONDITIONS = {
    "floating-frame": "a frame in the document", "plugin": "plug-in", "script": "where macros are allowed",
    "event-listener": "where macros are allowed", "template": "the template is asked for", "font-face-uri": "font",
    "audio": "when it is played", "sound": "when it is played", "connection-resource": "database",
    "dde-source": "data exchange", "form": "when it is sent",
}  # fmt: skip  # one element a line would be a page
_RELATIONS: dict[str, tuple[Reach, str]] = {
    "hyperlink": ("link", ""),
    "video": ("conditional", _PLAYED),
    "audio": ("conditional", _PLAYED),
    "media": ("conditional", _PLAYED),
    "mailMergeSource": ("conditional", "mail merge"),
    "mailMergeHeaderSource": ("conditional", "mail merge"),
    "recipientData": ("conditional", "mail merge"),
    "queryTable": ("conditional", "when data is refreshed"),
}
"""How a relationship to an outside part is reached, by the last part of its type; all others load on opening."""
_CONNECTED = re.compile(
    r"(?:^|;)\s*(?:data source|server|address|addr|network address|host(?:name)?)\s*=\s*(?:tcp:|np:)?\s*"
    r"(?P<host>[\w.\-]{3,253})",
    re.IGNORECASE,
)
"""The server in the description of a connection to a database (OLE DB and ODBC connection strings)."""
_DATA_KEYS = {"url": "web query", "connection": "connection", "sourceFile": "source file", "odcFile": "connection file"}
_LINK_ATTRIBUTES = frozenset({"href", "hyperlink", "linkurl", "hlinkurl"})
_IMAGES = frozenset({"imagedata", "fill", "blip", "stroke"})
_HOLDING = frozenset({"instrText", "delInstrText", "f", "definedName", "ddeLink", "oleLink"})


def root_is_later(start: str) -> bool:
    """Say whether a text is XML whose first element does not stand in ``start``, behind comments for instance."""
    return start.lstrip("\ufeff \t\r\n").startswith(("<?", "<!")) and _ROOT.match(start) is None


def is_office(start: str) -> bool:
    """Say whether a text begins as a part of an office document: by the namespace of its first element."""
    root = _ROOT.match(start)
    if root is None:
        return False
    prefix, colon, _ = re.split(r"[\s/]", root["tag"], maxsplit=1)[0].partition(":")
    name = f"xmlns:{prefix}" if colon else "xmlns"
    space = re.search(rf"\s{re.escape(name)}\s*=\s*[\"']([^\"']*)", root["tag"])
    return bool(space and space[1].startswith(_OFFICE))


def read_office(text: str, lines: Lines) -> Iterator[Found]:
    """Yield what a part of an office document leads to; where it is not well-formed, a gap follows."""
    reader = _Part(lines)
    try:
        for place in range(0, len(text) or 1, _PIECE):
            piece = text[place : place + _PIECE].encode("utf-8", "replace")
            reader.parser.Parse(piece, place + _PIECE >= len(text))
            yield from reader.take()
    except expat.ExpatError as error:
        yield from reader.take()
        problem = printable(expat.errors.messages.get(error.code, "not well-formed"))
        yield Gap("corrupt", f"XML, line {lines.counted(error.lineno)}: {problem}")
        yield from (Reference(url, "string", "text", lines.at(place)) for place, url in urls_in(text))


class _Part:
    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._found: list[Found] = []
        self._held: list[str] = []
        self._holding = ""
        self._field: list[str] = []
        self.parser = expat.ParserCreate("utf-8", namespace_separator=_SEPARATOR)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def take(self) -> list[Found]:
        """Return what was found since the last time."""
        found, self._found = self._found, []
        return found

    def _line(self) -> int:
        return self._lines.counted(self.parser.CurrentLineNumber)

    def _add(self, raw: str, reach: Reach, via: str, condition: str = "") -> None:
        raw = raw.strip()
        inner = [url for _, url in urls_in(raw)]
        targets = [network_path(raw)] if network_path(raw) else inner or ([raw] if raw.startswith("//") else [])
        for target in targets:
            self._found.append(Reference(target, reach, via, self._line(), condition))

    def _add_host(self, host: str, via: str) -> None:
        if is_host_name(host):
            reference = Reference(f"tcp://{host}", "conditional", via, self._line(), "when data is refreshed")
            self._found.append(reference)

    # --- events ------------------------------------------------------------------------------------------------

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(_SEPARATOR)[2]
        plain = {key.rpartition(_SEPARATOR)[2]: value for key, value in attributes.items()}
        if tag == "Relationship":
            self._relationship(plain)
            return
        if tag in _HOLDING:
            self._holding, self._held = tag, []
        if tag == "fldSimple":
            self._found += field_references(plain.get("instr", ""), self._line())
            return
        if tag == "fldChar":
            self._boundary(plain.get("fldCharType", ""))
        for key, value in attributes.items():
            if "/" in value or "\\" in value or "(" in value:
                self._attribute(tag, key, value, plain)
            if "=" in value and (found := _CONNECTED.search(value)):
                self._add_host(found["host"], f"{tag}[{key.rpartition(_SEPARATOR)[2]}]")

    def _attribute(self, tag: str, key: str, value: str, plain: dict[str, str]) -> None:
        space, _, local = key.rpartition(_SEPARATOR)
        if space == _XLINK and local == "href":
            self._odf_link(tag, value, plain)
        elif local == "formula":
            self._found += formula_references(value, self._line())
        elif tag in ("webPr", "dbPr", "textPr", "connection", "olapPr") and local in _DATA_KEYS:
            at_once = plain.get("refreshOnLoad") in ("1", "true")
            condition = "" if at_once else "when data is refreshed"
            self._add(value, "automatic" if at_once else "conditional", f"{tag}[{local}]", condition)
        elif tag in _IMAGES and local in ("src", "href", "link"):
            self._add(value, "automatic", f"{tag}[{local}]")
        elif local.lower() in _LINK_ATTRIBUTES:
            self._add(value, "link", f"{tag}[{local}]")
        elif local == "embeddedHtml":
            self._found.append(Nested("html", value, f"{tag}[{local}]", OneLine(self._line()), _PLAYED))
        elif tag == "reference" and local == "store":
            self._add(value, "conditional", "web extension", "where add-ins are allowed")
        elif "://" in value or value.startswith(("\\\\", "//")):
            reach: Reach = "identifier" if identifier_rule(value) or local in ("uri", "ns", "Type") else "string"
            self._add(value, reach, f"{tag}[{local}]")

    def _relationship(self, plain: dict[str, str]) -> None:
        kind = plain.get("Type", "").rpartition("/")[2] or "?"
        target = plain.get("Target", "")
        reach, condition = _RELATIONS.get(kind, ("automatic", ""))
        if plain.get("TargetMode") != "External" and ("://" in target or target.startswith(("\\\\", "//"))):
            reach, condition = ("link", "") if kind == "hyperlink" else ("conditional", "not marked as external")
        self._add(target, reach, f"relationship {printable(kind[:40])}", condition)

    def _odf_link(self, tag: str, value: str, plain: dict[str, str]) -> None:
        if tag in _ODF_LINKS:
            self._add(value, "link", f"{tag}[xlink:href]")
        elif tag in _ODF_CONDITIONS and plain.get("actuate") != "onLoad":
            self._add(value, "conditional", f"{tag}[xlink:href]", _ODF_CONDITIONS[tag])
        else:
            self._add(value, "automatic", f"{tag}[xlink:href]")

    def _boundary(self, kind: str) -> None:
        """Take note of the begin, separator or end of a field: its code is what stands between the first two."""
        if kind == "begin" and self._field:
            self._field.append("\x13")
        elif kind in ("separate", "end") and self._field:
            self._found += field_references("".join(self._field), self._line())
            self._field = []

    def _characters(self, text: str) -> None:
        if self._holding:
            self._held.append(text)
        elif "://" in text:
            for _, url in urls_in(text):
                self._found.append(Reference(url, "text", "text", self._line()))

    def _end(self, name: str) -> None:
        tag = name.rpartition(_SEPARATOR)[2]
        if tag == self._holding:
            text = "".join(self._held)[: 1 << 16]
            self._holding, self._held = "", []
            if tag in ("instrText", "delInstrText"):
                self._field.append(text)
            elif tag in ("f", "definedName"):
                self._found += formula_references(text, self._line())
        if tag == "DataMashup":
            self._found.append(Reference("Power Query", "opaque", tag, self._line()))
        if tag in ("p", "body", "document") and self._field:
            self._boundary("end")
