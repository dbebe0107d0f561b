"""Streams that no mark tells: ClamAV passes over them, and so does every table of names.

Brotli (RFC 7932) begins with no magic, and delivered web content often holds its files twice, the second time as
brotli.  Whether something is such a stream shows only when it is decoded to its end: of 4,000 binary files of a
system the only one that could be was one, and random bytes end as one about once in 50,000 times at 32 bytes.

Only for confined processes: it decodes hostile bytes with a native library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # publishes no type information

from gate.models import Derived, Gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gate.examine.interface import View

NAME = "brotli"
CONTENT_BYTES = 15 << 20
"""Most bytes of content that are taken out of one stream: what fits into one answer of a worker."""
SMALLEST = 16
"""Bytes below which what decodes may do so by chance, and can hold nothing."""
_CHUNK = 1 << 16
_OUTPUT = 1 << 18


def unmarked_streams(view: View) -> Iterator[Derived | Gap]:
    """Yield the content of an item that is one brotli stream and nothing else, or a gap where it is too large."""
    if view.size < SMALLEST:
        return
    content = bytearray()
    try:
        for chunk in _decoded(view):
            content += chunk
            if len(content) > CONTENT_BYTES:
                yield Gap("too-large", f"a brotli stream of more than {CONTENT_BYTES} bytes")
                return
    except brotli.error:
        return
    if content:
        yield Derived(NAME, bytes(content))


def _decoded(view: View) -> Iterator[bytes]:
    """Yield the content in pieces; raises ``brotli.error`` where the item is anything but one whole stream."""
    decoder = brotli.Decompressor()
    offset = 0
    while not decoder.is_finished():
        data = view.read(_CHUNK, offset) if decoder.can_accept_more_data() else b""
        offset += len(data)
        content = decoder.process(data, output_buffer_limit=_OUTPUT)
        # What it holds back for want of room comes without further data.
        if not data and not content and not decoder.is_finished():
            raise brotli.error("not at its end")
        yield content
    if offset < view.size:
        raise brotli.error("more behind it")
