"""Documents of office programs, built part by part, so that a reader sees what stands in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from tests.unpack.ole_writer import compound

TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>'
MACRO_TYPE = (
    b'<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
)
PROJECT = {"VBA/dir": b"\1", "VBA/_VBA_PROJECT": b"\xcc\x61", "PROJECT": b"ID=x"}
"""Streams of a macro project (MS-OVBA 2.2.1)."""


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip file of ``parts``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def open_xml(parts: dict[str, bytes], types: bytes = b"") -> bytes:
    """Return an Office Open XML document of ``parts``."""
    return zipped({"[Content_Types].xml": TYPES % types, **parts})


def relations(*types: str, target: str = "part.bin") -> bytes:
    """Return a list of relationships of ``types``."""
    entries = "".join(
        f'<Relationship Id="r{number}" Type="http://x/office/2006/relationships/{kind}" Target="{target}"/>'
        for number, kind in enumerate(types)
    )
    return f"<Relationships>{entries}</Relationships>".encode()


def field(*pieces: str) -> bytes:
    """Return a Word document with one field whose code is cut into ``pieces``."""
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in pieces)
    return f"<w:document><w:body><w:p>{runs}</w:p></w:body></w:document>".encode()


def open_document(parts: dict[str, bytes], manifest: bytes = b"") -> bytes:
    """Return an OpenDocument file of ``parts``."""
    listed = b"<manifest:manifest>%s</manifest:manifest>" % manifest
    base = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<office:document-content/>"}
    return zipped({**base, "META-INF/manifest.xml": listed, **parts})


def record(kind: int, body: bytes) -> bytes:
    """Return a record of a workbook stream (MS-XLS 2.1.4)."""
    return struct.pack("<HH", kind, len(body)) + body


def sheet(kind: int) -> bytes:
    """Return the record of a sheet, whose kind 1 is a macro sheet (MS-XLS 2.4.28)."""
    return record(0x85, struct.pack("<LBB", 0, 0, kind) + b"\6\0Sheet1")


def workbook(*records: bytes) -> bytes:
    """Return a compound file with a workbook stream of ``records``."""
    return compound({"Workbook": record(0x809, bytes(16)) + b"".join(records) + record(0x0A, b"")})


def presentation(storage: bytes, *, packed: bool = True) -> bytes:
    """Return a PowerPoint document that holds ``storage`` in a container of its stream (MS-PPT 2.10.40)."""
    body = struct.pack("<L", len(storage)) + zlib.compress(storage) if packed else storage
    held = struct.pack("<HHL", 0x10 if packed else 0, 0x1011, len(body)) + body
    return compound({"PowerPoint Document": struct.pack("<HHL", 0xF, 0x3E8, len(held)) + held})
