"""PDF documents that do something: actions, scripts, attached files, forms and media (ISO 32000-2, 12.6, 7.11, 13).

The objects that the file's tables name are read by qpdf through pikepdf, and each is looked at as it unparses: names
are then without escapes and strings can be told from them.  Where qpdf does not read the file, or not without
repairs, its bytes are searched as they lie, with what their object streams hold: other readers repair otherwise.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator

import pikepdf

from gate.examine.executable.content import Answer, Content, Family, Named
from gate.models import Gap
from gate.paths import printable

_HEADER_WITHIN = 1024
_FILLING = b"\0\t\n\f\r \xef\xbb\xbf"
LARGEST = 256 << 20
"""Largest document, in bytes, that is read: qpdf holds the whole of it."""
MOST_OBJECTS = 2_000_000
"""Most objects that are looked at."""
_STRUCTURE_BYTES = 128 << 20
pikepdf.settings.set_qpdf_limits(
    doc_max_warnings=1000,
    flate_max_memory=_STRUCTURE_BYTES,
    png_max_memory=_STRUCTURE_BYTES,
    run_length_max_memory=_STRUCTURE_BYTES,
    tiff_max_memory=_STRUCTURE_BYTES,
)
_HARMLESS = "Resources is missing or invalid"
"""A warning about a page that draws nothing: nothing was repaired."""
_B = rb"[\0\t\n\f\r ]*+"
_SIGNS = {
    "pdf-javascript": rb"/JavaScript\b|/JS" + _B + rb"(?=[(<\d])",
    "pdf-launch": rb"/S" + _B + rb"/Launch\b",
    "pdf-submit-form": rb"/S" + _B + rb"/SubmitForm\b",
    "pdf-import-data": rb"/S" + _B + rb"/ImportData\b",
    "pdf-embedded-file": rb"/EF" + _B + rb"(?=[<\d])|/Type" + _B + rb"/EmbeddedFile\b"
    rb"|/Subtype" + _B + rb"/FileAttachment\b",
    "pdf-rich-media": rb"/Subtype" + _B + rb"/(?:RichMedia|3D)\b|/S" + _B + rb"/RichMediaExecute\b",
    "pdf-xfa": rb"/XFA" + _B + rb"(?=[\[<\d])",
}
"""Format -> how it shows in an object, names without escapes."""
_ANY = re.compile(b"|".join(b"(?P<%s>%s)" % (name.replace("-", "_").encode(), sign) for name, sign in _SIGNS.items()))
_SUSPECT = re.compile(
    rb"/J(?:S|avaScript)\b|/Launch\b|/SubmitForm\b|/ImportData\b|/E(?:F|mbeddedFile)\b"
    rb"|/FileAttachment\b"
    rb"|/RichMedia|/3D\b|/XFA\b|/OpenAction\b|/AA\b"
)
"""What an object without any sign does not hold: asked first, as nearly all are such."""
_AUTOMATIC = re.compile(rb"/(?:OpenAction|AA)\b")
_STRING = re.compile(rb"\((?>(?:[^\\)]++|\\.)*)\)", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,400}>>[\0\t\n\f\r ]{0,20}stream(?:\r\n|\n|\r)")
_OPENED = re.compile(r"^stream <[^>]*>:? ?")
"""How qpdf calls a file that was opened before."""
_RAW_BYTES = 64 << 20
_INFLATED = 4 << 20
_MOST_STREAMS = 2000


def actions(content: Content) -> Iterator[Answer]:
    """Yield what a PDF document can do, and a gap where its objects could not all be read."""
    if not _is_pdf(content):
        return
    if content.size > LARGEST:
        yield Gap("too-large", f"PDF of {content.size} bytes: its actions are not looked for")
        return
    data = content.everything()
    found: Counter[str] = Counter()
    gaps: list[Gap] = []
    try:
        whole = _walk(data, found, gaps)
    except pikepdf.PasswordError:
        # Not "encrypted": intake may have the password for the files in it, and still nobody has seen its actions.
        gaps.append(Gap("unsupported", "PDF that opens with a password only: its actions cannot be seen"))
        whole = False
    except MemoryError:
        gaps.append(Gap("engine-limit", "PDF: its objects need too much memory"))
        whole = False
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, OverflowError, RuntimeError) as error:
        gaps.append(Gap("corrupt", printable(f"PDF: {_OPENED.sub('', str(error))}")[:200]))
        whole = False
    if not whole:
        _count(_unescaped(_raw(data)), found)
    automatic = ("automatic=yes",) if found["automatic"] else ()
    for name in _SIGNS:
        if found[name]:
            yield Named(name, "", (f"signs={found[name]}", *automatic))
    yield from gaps


def _is_pdf(content: Content) -> bool:
    head = content.head
    if head.lstrip(_FILLING).startswith(b"%PDF-") or "pdf" in content.labels:
        return True
    return head.find(b"%PDF-", 0, _HEADER_WITHIN) >= 0 and (b"startxref" in content.tail or b"%%EOF" in content.tail)


def _walk(data: bytes, found: Counter[str], gaps: list[Gap]) -> bool:
    """Count what the objects show; return whether the file was read without repairs and to its end."""
    with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
        for count, item in enumerate(pdf.objects):
            if count >= MOST_OBJECTS:
                gaps.append(Gap("engine-limit", f"PDF: more than {MOST_OBJECTS} objects"))
                return False
            if isinstance(item, pikepdf.Stream):
                _look(item.stream_dict.unparse(), found)
            elif isinstance(item, pikepdf.Object):  # numbers and null come as Python's own
                _look(item.unparse(resolved=True), found)
        return all(_HARMLESS in str(warning) for warning in pdf.get_warnings())


def _look(data: bytes, found: Counter[str]) -> None:
    if not _SUSPECT.search(data):
        return
    _count(_STRING.sub(b"()", data), found)


def _count(bare: bytes, found: Counter[str]) -> None:
    for sign in _ANY.finditer(bare):
        found[(sign.lastgroup or "").replace("_", "-")] += 1
    found["automatic"] += len(_AUTOMATIC.findall(bare))


def _raw(data: bytes) -> bytes:
    """Return the bytes of a file and of the object streams in it, up to a limit."""
    return b"\n".join((data[:_RAW_BYTES], *_object_streams(data)))


def _object_streams(data: bytes) -> Iterable[bytes]:
    room = _RAW_BYTES
    for count, head in enumerate(_OBJECT_STREAM.finditer(data)):
        if count >= _MOST_STREAMS or room <= 0:
            return
        try:
            inflated = zlib.decompressobj().decompress(data[head.end() : head.end() + _INFLATED], min(_INFLATED, room))
        except zlib.error:
            continue
        room -= len(inflated)
        yield inflated


def _unescaped(data: bytes) -> bytes:
    """Return the bytes with the escapes in names resolved (ISO 32000-2, 7.3.5)."""
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), data)


FAMILIES = (Family("active-document", tuple(_SIGNS), actions),)
