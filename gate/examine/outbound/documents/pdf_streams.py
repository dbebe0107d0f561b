"""The data of streams of a PDF file, within bounds: what is small on disk may be endless when it is expanded."""

from __future__ import annotations

import zlib

import pikepdf

STREAM_BYTES = 8 << 20
_OTHER_FILTERS_BYTES = 64 << 10
"""Streams with other filters than Flate are expanded by qpdf at once: only small ones are."""


class NotExpanded(ValueError):
    """The data of a stream is damaged, or more than is read."""


def stream_text(stream: pikepdf.Object) -> str:
    """Return a stream or string of script or XML as text.  Raises :class:`NotExpanded`."""
    if isinstance(stream, pikepdf.String):
        return str(stream)
    if not isinstance(stream, pikepdf.Stream):
        return ""
    data = _expanded(stream)
    if data.startswith((b"\xfe\xff", b"\xff\xfe")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace")


def _expanded(stream: pikepdf.Stream) -> bytes:
    filters = stream.get("/Filter")
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    try:
        raw = stream.read_raw_bytes()
        if not names:
            return raw[:STREAM_BYTES]
        if names == ["/FlateDecode"] and stream.get("/DecodeParms") is None:
            expander = zlib.decompressobj()
            data = expander.decompress(raw, STREAM_BYTES)
            if expander.unconsumed_tail:
                raise NotExpanded(f"stream of more than {STREAM_BYTES} bytes")
            return data
        if len(raw) > _OTHER_FILTERS_BYTES:
            raise NotExpanded(f"stream of {len(raw)} bytes with the filters {' '.join(names)}")
        return stream.read_bytes()
    except (zlib.error, pikepdf.PdfError, ValueError) as error:
        if isinstance(error, NotExpanded):
            raise
        raise NotExpanded(f"damaged stream: {type(error).__name__}") from error
