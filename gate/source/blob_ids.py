"""The id that git gives to a file: a digest over ``blob <size>`` NUL and the content (gitformat-pack, "Object IDs")."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import Final

from gate.source.objects import ObjectFormat

MOST_TEXT_BYTES: Final = 32 << 20
"""Largest file that is compared but for its line ends."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class BlobIds:
    """Of one content: its id as it is, and with each other kind of line end, where that is another content."""

    exact: str
    other_line_ends: tuple[str, ...]


def blob_id(content: bytes, object_format: ObjectFormat) -> str:
    """Return the id of a content."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def blob_ids(descriptor: int, size: int, object_format: ObjectFormat) -> BlobIds:
    """Return the ids of an open file of ``size`` bytes, read by position.

    Content with a NUL is no text to git and gets no other line ends.  What has both kinds of line end is tried with
    either.
    """
    if size > MOST_TEXT_BYTES:
        return BlobIds(_large(descriptor, size, object_format), ())
    content = _read(descriptor, size)
    exact = blob_id(content, object_format)
    if b"\n" not in content or b"\0" in content:
        return BlobIds(exact, ())
    unix = content.replace(b"\r\n", b"\n")
    others = {blob_id(each, object_format) for each in (unix, unix.replace(b"\n", b"\r\n"))}
    return BlobIds(exact, tuple(sorted(others - {exact})))


def _read(descriptor: int, size: int) -> bytes:
    chunks, offset = [], 0
    while offset < size and (chunk := os.pread(descriptor, min(_CHUNK, size - offset), offset)):
        chunks.append(chunk)
        offset += len(chunk)
    return b"".join(chunks)


def _large(descriptor: int, size: int, object_format: ObjectFormat) -> str:
    digest = hashlib.new(object_format, b"blob %d\0" % size, usedforsecurity=False)
    offset = 0
    while chunk := os.pread(descriptor, _CHUNK, offset):
        digest.update(chunk)
        offset += len(chunk)
    return digest.hexdigest()
