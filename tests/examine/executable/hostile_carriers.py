"""Pictures, documents and archives that carry something else: the smallest that readers take, built byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib


def macho() -> bytes:
    """Return a Mach-O with one load command that fits."""
    command = struct.pack("<IIII", 0x1B, 24, 1, 2) + bytes(8)
    return struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 2, 1, len(command), 0, 0) + command + bytes(100)


def png(behind: bytes = b"", text: bytes = b"") -> bytes:
    """Return a picture of one pixel, with a comment and with what follows its end."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    parts = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + (
        chunk(b"tEXt", b"c\0" + text) if text else b""
    )
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"") + behind


def jpeg(comment: bytes = b"") -> bytes:
    """Return the segments of a JPEG with a comment and without a picture."""
    comments = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0" + comments + b"\xff\xda\0\2\0\xff\xd9"


def gif(comment: bytes = b"") -> bytes:
    """Return a picture of one pixel."""
    head = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
    said = b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0" if comment else b""
    return head + said + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0\x3b"


def bitmap() -> bytes:
    """Return a bitmap of one pixel."""
    return (
        struct.pack("<2sIHHI", b"BM", 58, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
        + bytes(4)
    )


def archive(name: str = "a.txt", data: bytes = b"text") -> bytes:
    """Return a zip file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def pdf(stream: bytes = b"") -> bytes:
    """Return a PDF document of one empty page, with a stream that nothing refers to."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream),
    )
    data, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    for number, each in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj%b endobj\n" % (number, each)
    return data + b"xref\n0 5\n%btrailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF\n" % (table, len(data))


def tar_named(name: bytes, data: bytes) -> bytes:
    """Return a tar archive whose first bytes are the name of its member."""
    header = bytearray(512)
    header[: len(name)] = name
    header[100:108], header[124:136] = b"0000644\0", f"{len(data):011o}\0".encode()
    header[136:148], header[156:157], header[257:265] = b"00000000000\0", b"0", b"ustar\x0000"
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + data.ljust(-(-len(data) // 512) * 512, b"\0") + bytes(1024)
