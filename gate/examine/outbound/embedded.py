"""Documents inside of URLs: ``data:`` and ``javascript:``."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal, TypeAlias
from urllib.parse import unquote_to_bytes

from gate.examine.outbound.decoding import decode
from gate.examine.outbound.kinds import Kind

Role: TypeAlias = Literal["document", "style", "script"]
"""As what an element loads a URL: only then is the content of a ``data:`` URL read by a browser as that."""

_KINDS: dict[Role, dict[str, Kind]] = {
    "document": {
        "text/html": "html",
        "application/xhtml+xml": "xml",
        "image/svg+xml": "xml",
        "text/xml": "xml",
        "application/xml": "xml",
    },
    "style": {"text/css": "css", "": "css"},
    "script": {"": "script"},
}
_DATA = re.compile(r"[\x00-\x20]*+data:\s*+([^;,]*+)([^,]*+),", re.IGNORECASE)
_JAVASCRIPT = re.compile(r"[\x00-\x20]*+" + r"[\t\n]*+".join("javascript:"), re.IGNORECASE)
"""A scheme may have tabs and line ends inside (WHATWG URL, "basic URL parser")."""


def javascript_of(url: str) -> str | None:
    """Return the script of a ``javascript:`` URL, or None where ``url`` is none."""
    found = _JAVASCRIPT.match(url)
    return unquote_to_bytes(url[found.end() :]).decode("utf-8", "replace") if found else None


def document_of(url: str, role: Role) -> tuple[Kind, str] | None:
    """Return the document that a ``data:`` URL holds when it is loaded as ``role``, or None where it holds none.

    A script is one whatever its declared type; for the others the type decides.
    """
    found = _DATA.match(url)
    if not found:
        return None
    media_type = "" if role == "script" else found[1].strip().lower()
    kind = _KINDS[role].get(media_type)
    if kind is None:
        return None
    content = unquote_to_bytes(url[found.end() :])
    if found[2].strip().lower().endswith("base64"):
        content = _from_base64(content)
    return kind, decode(content)


def _from_base64(content: bytes) -> bytes:
    compact = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4))
    except binascii.Error:
        return base64.b64decode(compact[: len(compact) - len(compact) % 4])
