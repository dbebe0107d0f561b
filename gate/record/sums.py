"""``SHA256SUMS`` as ``sha256sum`` of GNU coreutils writes and reads it (run in the release folder)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ESCAPES = {ord(b"\\"): b"\\\\", ord(b"\n"): b"\\n", ord(b"\r"): b"\\r"}


def render_sums(digests: Mapping[bytes, str]) -> bytes:
    """Return the lines for raw relative paths and their SHA-256 digests, sorted by the bytes of the paths.

    A line whose name holds a backslash, line feed or carriage return begins with a backslash and has these escaped.
    """
    return b"".join(_line(path, digests[path]) for path in sorted(digests))


def _line(path: bytes, sha256: str) -> bytes:
    escaped = b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in path)
    mark = b"\\" if escaped != path else b""
    return b"%s%s  %s\n" % (mark, sha256.encode(), escaped)
