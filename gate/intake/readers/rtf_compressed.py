"""Compressed RTF of mail bodies ([MS-OXRTFCP])."""

from __future__ import annotations

import struct
import zlib

from gate.intake.readers.decoders import Damaged

_HEADER = struct.Struct("<LL4sL")
_WINDOW = 4096
_PRELOADED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    b"\\b\\i\\u\\tab\\tx"
)
"""What the window holds at first ([MS-OXRTFCP] 2.1.3.1.2)."""
_MOST = 64 << 20
"""Most bytes that a body expands to: nine times what is stored, at most."""


def decompress(data: memoryview) -> bytes:
    """Return the RTF of a compressed body.  Raises :class:`Damaged`."""
    if len(data) < _HEADER.size:
        raise Damaged("truncated compressed RTF")
    _, size, magic, checksum = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if magic == b"MELA":
        return bytes(body[:size])
    if magic != b"LZFu":
        raise Damaged("unknown compression of RTF", "unsupported")
    if size > _MOST:
        raise Damaged("compressed RTF too large", "too-large")
    # The checksum is a CRC-32 without the complements at both ends ([MS-OXRTFCP] 2.1.3.2).
    if zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF != checksum:
        raise Damaged("checksum mismatch of compressed RTF")
    return _expand(bytes(body))


def _expand(body: bytes) -> bytes:
    output = bytearray(_PRELOADED)
    first = len(output)
    position = 0
    while position < len(body):
        control = body[position]
        position += 1
        for bit in range(8):
            if not control >> bit & 1:
                output += body[position : position + 1]
                position += 1
                continue
            if position + 2 > len(body):
                raise Damaged("truncated compressed RTF")
            reference = int.from_bytes(body[position : position + 2], "big")
            position += 2
            length = (reference & 15) + 2
            back = (len(output) - (reference >> 4)) % _WINDOW
            if not back:
                return bytes(output[first:])
            start = len(output) - back
            if start < 0:
                raise Damaged("bad reference in compressed RTF")
            for place in range(start, start + length):
                output.append(output[place])
    return bytes(output[first:])
