"""Writes asar archives, so that each part of the header can be wrong on purpose."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import Any


def integrity(content: bytes, block: int = 4 << 20) -> dict[str, Any]:
    """Return the digests of a file as Electron's packer writes them."""
    blocks = [content[start : start + block] for start in range(0, max(len(content), 1), block)]
    return {
        "algorithm": "SHA256",
        "hash": hashlib.sha256(content).hexdigest(),
        "blockSize": block,
        "blocks": [hashlib.sha256(piece).hexdigest() for piece in blocks],
    }


def a_file(offset: int, content: bytes, **more: Any) -> dict[str, Any]:  # any JSON
    """Return the entry of a file whose content stands at ``offset``."""
    return {"size": len(content), "offset": str(offset), "integrity": integrity(content), **more}


def archive(
    files: object,
    content: bytes = b"",
    *,
    first: int = 4,
    grow: int = 0,
    text: bytes | None = None,
    behind: bytes | None = None,
) -> bytes:
    """Return an archive: ``files`` is the tree, ``content`` what follows the header; ``behind`` fills the header."""
    header = json.dumps({"files": files}, separators=(",", ":")).encode() if text is None else text
    filling = bytes(-len(header) % 4) if behind is None else behind
    payload = 4 + len(header) + len(filling)
    return struct.pack("<LLLL", first, payload + 4, payload + grow, len(header)) + header + filling + content
