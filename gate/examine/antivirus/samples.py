"""Harmless bytes that an engine must react to: what canaries and probes send.

Everything is built at run time from pieces, so that no file of the gate sets off a scanner.
"""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TOKEN = b"release-gate" + b" canary " + bytes(range(0xA0, 0xB0))
"""Bytes that only the gate's own canary signature looks for, at any place of a file."""
DIGEST = b"release-gate" + b" digest canary " + bytes(range(0xB0, 0xC0)) + b"\n"
"""Content that a signature of the gate names by its SHA-256."""
BENIGN = b"Nothing is to be found in this text.\n"


def eicar() -> bytes:
    """Return the 68 bytes of the EICAR anti-virus test file (eicar.org, "Anti-Malware Testfile")."""
    return b"".join((b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD", b"-ANTIVIRUS-TEST", b"-FILE!$H+H*"))


def zipped(content: bytes, name: str = "content") -> bytes:
    """Return a ZIP archive with one deflated member; equal for equal arguments."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def nested(content: bytes, depth: int) -> bytes:
    """Return ``content`` in ``depth`` ZIP archives, one inside the other."""
    for _ in range(depth):
        content = zipped(content, "inner.zip")
    return content


def encrypted_zip() -> bytes:
    """Return a ZIP archive whose only member is marked as encrypted (APPNOTE 4.4.4, general purpose bit 0)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("secret"), b"twelve bytes and some more", zipfile.ZIP_STORED)
    data = bytearray(buffer.getvalue())
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def encrypted_pdf() -> bytes:
    """Return a PDF that names an encryption dictionary which no empty password opens (ISO 32000-1, 7.6)."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [] /Count 0 >>",
        b"<< /Filter /Standard /V 1 /R 2 /Length 40 /O (" + b"A" * 32 + b") /U (" + b"B" * 32 + b") /P -44 >>",
    )
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(data)
    data += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    identity = b"<" + b"00" * 16 + b">"
    data += b"trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [%b%b] >>\n" % (identity, identity)
    return data + b"startxref\n%d\n%%%%EOF\n" % table


def broken_executable() -> bytes:
    """Return an ELF header that announces 65,535 program headers in a file that ends after it."""
    identification = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identification + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000, 64, 0, 0, 64, 56, 0xFFFF, 0, 0, 0)


def broken_picture() -> bytes:
    """Return a PNG that ends within its first chunk."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"


def page_with_token() -> bytes:
    """Return an HTML page that holds the token in a comment, where only an engine that reads the raw bytes sees it."""
    return b"<html><head></head><body><p>text</p><!-- " + TOKEN + b" --></body></html>\n"


def large_member(size: int) -> bytes:
    """Return a ZIP with one tar of a little over ``size`` bytes, mostly zeros, whose last entry is the EICAR file.

    An engine that unpacks only the beginning of a member does not see the last entry.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, archive.open(_deflated("inner.tar"), "w") as member:
        for chunk in _padded_tar(size):
            member.write(chunk)
    return buffer.getvalue()


def _deflated(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _padded_tar(size: int) -> Iterable[bytes]:
    filler, last = tarfile.TarInfo("filler"), tarfile.TarInfo("last.com")
    filler.size = size - size % tarfile.BLOCKSIZE
    last.size = len(eicar())
    yield filler.tobuf()
    zeros = bytes(1 << 20)
    for offset in range(0, filler.size, len(zeros)):
        yield zeros[: filler.size - offset]
    yield last.tobuf()
    yield eicar().ljust(tarfile.BLOCKSIZE, b"\0") + bytes(2 * tarfile.BLOCKSIZE)


# --- an Office document with a macro project ------------------------------------------------------------------

_END_OF_CHAIN, _FREE, _TABLE_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512
_STREAM = 4096


def macro_document() -> bytes:
    """Return a compound file with an empty VBA project ([MS-CFB] 2.2 to 2.6, [MS-OVBA] 2.3.4.2).

    One sector of sector table, one of directory, then the streams ``_VBA_PROJECT`` and ``dir``; the latter holds
    nothing but the record that ends a project.
    """
    sectors = _STREAM // _SECTOR
    table = [_TABLE_SECTOR, _END_OF_CHAIN]
    for first in (2, 2 + sectors):
        table += [*range(first + 1, first + sectors), _END_OF_CHAIN]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    directory = b"".join(
        (
            _directory_entry("Root Entry", 5, _END_OF_CHAIN, 0, child=1),
            _directory_entry("_VBA_PROJECT", 2, 2, _STREAM, right=2),
            _directory_entry("dir", 2, 2 + sectors, _STREAM),
        )
    ).ljust(_SECTOR, b"\0")
    project = bytes.fromhex("cc61ffff00000000").ljust(_STREAM, b"\0")
    return (
        _compound_header() + struct.pack("<128I", *table) + directory + project + _project_end().ljust(_STREAM, b"\0")
    )


def _compound_header() -> bytes:
    header = struct.pack("<8s16sHHHHH6s", bytes.fromhex("d0cf11e0a1b11ae1"), b"", 0x3E, 3, 0xFFFE, 9, 6, b"")
    header += struct.pack("<9I", 0, 1, 1, 0, _STREAM, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    return header + struct.pack("<I", 0).ljust(_SECTOR - len(header), b"\xff")


def _directory_entry(name: str, kind: int, start: int, size: int, *, right: int = _FREE, child: int = _FREE) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBB3I16sIQQIQ", raw, len(raw), kind, 1, _FREE, right, child, b"", 0, 0, 0, start, size)


def _project_end() -> bytes:
    """Return the terminating record as a compressed container of literal bytes ([MS-OVBA] 2.4.1)."""
    chunk = b"\0" + struct.pack("<HI", 0x0010, 0)
    return b"\x01" + struct.pack("<H", 0xB000 | (len(chunk) - 1)) + chunk
