"""PDF files built object by object, so that a reader sees what stands in them."""

from __future__ import annotations

import zlib


def pdf(*objects: bytes, catalog: bytes = b"") -> bytes:
    """Return a PDF of one empty page whose objects 4, 5 … are ``objects``; ``catalog`` is added to the root."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << >> >>",
        *objects,
    ]
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1) + table + end


def stream(dictionary: bytes, data: bytes) -> bytes:
    """Return a stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(data), data)


def in_object_stream(body: bytes) -> bytes:
    """Return a file without tables whose one object lies in a compressed object stream: readers repair it."""
    packed = zlib.compress(b"7 0 " + body)
    return (
        b"%PDF-1.7\n4 0 obj\n"
        + stream(b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", packed)
        + b"\nendobj\n%%EOF\n"
    )
