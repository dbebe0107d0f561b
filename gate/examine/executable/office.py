"""Documents that are zip files: Office Open XML (ECMA-376) and OpenDocument (OASIS ODF 1.3), and what acts in them.

A part is known by its name and, as names are free, by the relationship that leads to it; a content type alone says
nothing, since each ``.xlsb`` carries that of a workbook with macros.  The fact stands at the document, which is what a
person delivers; the parts are items of their own and are named again where their content shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gate.examine.executable.content import Answer, Content, Named, families_of
from gate.examine.executable.zipped import Member, Unlisted, inflated, is_readable, is_zip, members
from gate.models import Gap

_PART_BYTES = 64 << 20
_ALL_BYTES = 512 << 20
"""How much of a document's parts is inflated; what is larger leaves a gap."""
_MOST_RELATIONS = 5000
_FOLDERS = {"macrosheets": "xlm", "intlmacrosheets": "xlm", "activex": "activex"}
"""Folder of a document -> the format whose parts office programs put there."""
_RELATION = re.compile(r"Type[ \t\r\n]*+=[ \t\r\n]*+[\"'][^\"']{0,200}/relationships/(\w++)[\"']")
_BY_RELATION = {
    "vbaProject": "vba",
    "wordVbaData": "vba",
    "xlMacrosheet": "xlm",
    "xlIntlMacrosheet": "xlm",
    "activeXControlBinary": "activex",
    "control": "activex",
}
_CODE = re.compile(r"<(?:\w++:)?instrText\b[^>]{0,200}>([^<]*+)<")
_SIMPLE_CODE = re.compile(r"<(?:\w++:)?fldSimple\b[^>]{0,400}?instr[ \t]*+=[ \t]*+\"([^\"]*+)\"")
_DDE = re.compile(r"\bDDE(?:AUTO)?(?![A-Za-z])", re.IGNORECASE)
_QUOTED = re.compile(r"\bQUOTE((?>(?:\s++\d{1,3}\b)+))")
_NO_FIELDS = ("xl/", "ppt/", "docprops/", "customxml/")
_DDE_LINK = re.compile(r"<(?:\w++:)?ddeLink\b")
_NATIVE = "\x01Ole10Native".encode("utf-16-le")
_EQUATION_NAMES = ("Equation Native".encode("utf-16-le"), bytes.fromhex("02ce020000000000c000000000000046"))
_ODF_LISTS = frozenset({"script-lb.xml", "script-lc.xml", "dialog-lb.xml", "dialog-lc.xml"})
"""Lists of libraries and of their modules: an empty library is in many a document."""
_ODF_EVENT = re.compile(r"<(?:[\w\-]{1,40}:)?event-listener\b|\bvnd\.sun\.star\.script:")
"""An event that calls a macro, which can lie in the program itself and not the document (ODF 1.3, 10.3.19)."""
_ODF_DDE = re.compile(r"<(?:office:dde-source|text:dde-connection-decl|table:dde-link)\b")


def documents(content: Content) -> Iterator[Answer]:
    """Yield what acts in a document of either kind, and a gap for parts that were not read to their end."""
    if not is_zip(content):
        return
    try:
        listed = {member.name: member for member in members(content)}
    except Unlisted as reason:
        yield Gap("unsupported", f"zip file with {reason}: macros are not looked for")
        return
    if "[content_types].xml" in listed:
        yield from _open_xml(_Parts(content, listed))
    elif "meta-inf/manifest.xml" in listed and ("content.xml" in listed or "mimetype" in listed):
        yield from _open_document(_Parts(content, listed))


class _Parts:
    """The parts of a document, inflated within limits."""

    def __init__(self, content: Content, listed: dict[str, Member]) -> None:
        self._content = content
        self._room = _ALL_BYTES
        self.listed = listed
        self.cut = False

    def read(self, name: str) -> bytes:
        """Return a part; where not all of it is read, ``cut`` says so."""
        limit = min(_PART_BYTES, self._room)
        data = inflated(self._content, self.listed[name], limit)
        self._room -= len(data)
        self.cut = self.cut or len(data) >= limit or not is_readable(self.listed[name])
        return data

    def text(self, name: str) -> str:
        """Return a part as characters; only ASCII ones count."""
        data = self.read(name)
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1", "replace")

    def gaps(self) -> Iterator[Gap]:
        """Yield the gap that parts too large to be read leave."""
        if self.cut:
            yield Gap("too-large", f"document with parts of more than {_PART_BYTES} bytes, or not deflated")


def _open_xml(parts: _Parts) -> Iterator[Answer]:
    for name in parts.listed:
        *folders, last = name.split("/")
        if last.startswith("vbaproject") and last.endswith(".bin"):
            yield Named("vba")
        elif last and folders and folders[-1] in _FOLDERS:
            yield Named(_FOLDERS[folders[-1]])
    yield from _relations(parts)
    for name in parts.listed:
        if name.endswith(".xml") and not name.startswith(_NO_FIELDS):
            if _has_dde_field(parts.text(name)):
                yield Named("dde")
        elif name.startswith("xl/externallinks/") and name.endswith((".xml", ".bin")):
            if _DDE_LINK.search(parts.text(name)):
                yield Named("dde")
        elif "/embeddings/" in name:
            yield from _embedded(parts.read(name))
    yield from parts.gaps()


def _relations(parts: _Parts) -> Iterator[Answer]:
    names = [name for name in parts.listed if name.endswith(".rels")]
    for name in names[:_MOST_RELATIONS]:
        for relation in _RELATION.finditer(parts.text(name)):
            if relation[1] in _BY_RELATION:
                yield Named(_BY_RELATION[relation[1]])
    if len(names) > _MOST_RELATIONS:
        yield Gap("too-many", f"document with more than {_MOST_RELATIONS} lists of relationships")


def _has_dde_field(text: str) -> bool:
    """Say whether a field's code is a DDE link, also where it is cut in pieces or spelled in numbers."""
    code = "".join(_CODE.findall(text))
    return any(_DDE.search(each) or _spelled(each) for each in (code, *_SIMPLE_CODE.findall(text)))


def _spelled(code: str) -> bool:
    letters = ("".join(chr(int(number)) for number in quoted[1].split()) for quoted in _QUOTED.finditer(code))
    return _DDE.search("".join(letters)) is not None


def _embedded(data: bytes) -> Iterator[Named]:
    """Yield what an embedded compound file is, by what its directory names."""
    if _NATIVE in data:
        yield Named("ole-package")
    if any(name in data for name in _EQUATION_NAMES):
        yield Named("ole-equation")


def _open_document(parts: _Parts) -> Iterator[Answer]:
    for name in parts.listed:
        *folders, last = name.split("/")
        if "basic" in folders and last.endswith(".xml") and last not in _ODF_LISTS:
            yield Named("odf-basic")
        elif "scripts" in folders and last:
            yield Named("odf-script")
        elif last in ("content.xml", "styles.xml"):
            text = parts.text(name)
            if _ODF_DDE.search(text):
                yield Named("dde")
            if _ODF_EVENT.search(text):
                yield Named("odf-script")
        elif last.startswith("object "):
            yield from _embedded(parts.read(name))
    if b"encryption-data" in parts.read("meta-inf/manifest.xml"):
        yield Gap("encrypted", "document that opens with a password only")
    yield from parts.gaps()


FAMILIES = families_of(
    documents,
    {
        "macro": ("vba", "xlm", "dde", "odf-basic", "odf-script"),
        "active-document": ("activex", "ole-package", "ole-equation"),
    },
    b"P",
)
