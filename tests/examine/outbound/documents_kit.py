"""Builds documents that lead elsewhere: what is contacting about each stands in plain sight."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def relationship(kind: str, target: str, mode: str = ' TargetMode="External"') -> str:
    """Return a ``.rels`` part with one relationship."""
    return (
        '<?xml version="1.0"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">\n'
        f'<Relationship Id="rId1" Type="{RELATION}/{kind}" Target="{target}"{mode}/></Relationships>'
    )


def word(body: str) -> str:
    """Return a ``document.xml`` with a body."""
    return (
        f'<?xml version="1.0"?><w:document xmlns:w="{WORD}" xmlns:r="{RELATION}"><w:body>{body}</w:body></w:document>'
    )


def sheet(formula: str) -> str:
    """Return a sheet with a formula."""
    return f'<worksheet xmlns="{SHEET}"><sheetData><row><c><f>{formula}</f></c></row></sheetData></worksheet>'


def open_document(body: str) -> str:
    """Return a ``content.xml`` of OpenDocument."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "draw", "table", "script")
    )
    return (
        f'<office:document-content{names} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body>{body}</office:body>'
        "</office:document-content>"
    )


def pdf(change: Callable[[pikepdf.Pdf, Dictionary], None], *, compressed: bool = True) -> bytes:
    """Return a PDF of one page after ``change`` has been made to it."""
    document = pikepdf.new()
    document.add_blank_page()
    change(document, document.pages[0].obj)
    buffer = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
    document.save(buffer, object_stream_mode=mode)
    return buffer.getvalue()


def action(kind: str, **values: Any) -> Dictionary:
    """Return an action of a kind."""
    return Dictionary(S=Name(f"/{kind}"), **values)


def annotation(its_action: Dictionary) -> Array:
    """Return annotations: one link that sets off an action."""
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 10, 10]), A=its_action)
    return Array([link])


def macro_stream(source: str) -> bytes:
    """Return a module with a source as [MS-OVBA] 2.4.1 stores it: in chunks of literals."""
    data = source.encode("cp1252")
    tokens = b"".join(b"\0" + data[place : place + 8] for place in range(0, len(data), 8))
    chunks = b""
    for place in range(0, len(tokens), 4000 // 9 * 9):
        chunk = tokens[place : place + 4000 // 9 * 9]
        chunks += (len(chunk) - 1 | 0xB000).to_bytes(2, "little") + chunk
    return b"\x16\1\0" + bytes(40) + b"\1" + chunks
