"""Archives that hold themselves: a gzip file and a zip file whose one member is the archive, byte for byte.

The deflate stream (RFC 1951) is a program of two instructions: L n prints the n bytes that follow, R n prints the last
n bytes again.  In the order below such a program prints itself, whatever stands before and behind it, as long as each
instruction takes the same number of bytes (Russ Cox, "Zip Files All The Way Down", 2010).  The checksum of the whole
stands in the whole: CRC-32 is linear, so the value that fits is the solution of 32 equations over GF(2).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

UNIT = 10
"""Bytes of each instruction."""
_NOTHING = b"\0\0\0\xff\xff"
_END = b"\1\0\0\xff\xff"
_LENGTH_BASES = (3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
                 195, 227, 258)  # fmt: skip
_LENGTH_BITS = (0,) * 8 + (1,) * 4 + (2,) * 4 + (3,) * 4 + (4,) * 4 + (5,) * 4 + (0,)
_FIRST_LENGTH_CODE = 257
_LAST_SHORT_CODE = 279


class _Bits:
    """A string of bits in the order in which deflate packs them."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def number(self, value: int, width: int) -> None:
        self.bits += [value >> index & 1 for index in range(width)]

    def code(self, value: int, width: int) -> None:
        self.bits += [value >> index & 1 for index in reversed(range(width))]

    def packed(self) -> bytes:
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(sum(padded[at + n] << n for n in range(8)) for at in range(0, len(padded), 8))


def _match(bits: _Bits, length: int, distance: int) -> None:
    """Add a copy with the fixed codes (RFC 1951, 3.2.5 and 3.2.6)."""
    index = max(n for n, base in enumerate(_LENGTH_BASES) if base <= length)
    code = _FIRST_LENGTH_CODE + index
    if code <= _LAST_SHORT_CODE:
        bits.code(code - 256, 7)
    else:
        bits.code(code - 280 + 0b11000000, 8)
    bits.number(length - _LENGTH_BASES[index], _LENGTH_BITS[index])
    base, extra, symbol = 1, 0, 0
    while distance >= base + (1 << extra):
        base += 1 << extra
        symbol += 1
        extra = max(0, symbol // 2 - 1)
    bits.code(symbol, 5)
    bits.number(distance - base, extra)


def literal(size: int) -> bytes:
    """Return the instruction that prints the ``size`` bytes behind it."""
    return _NOTHING + b"\0" + struct.pack("<HH", size, size ^ 0xFFFF)


def repeat(size: int) -> bytes:
    """Return the instruction that prints the last ``size`` bytes again, in exactly one unit."""
    for lengths in [(size,), *((size - part, part) for part in range(3, size - 2))]:
        for fillers in range(4):
            packed = _copies(lengths, size, fillers)
            if len(packed) == UNIT:
                return packed
    raise ValueError(size)


def _copies(lengths: tuple[int, ...], distance: int, fillers: int) -> bytes:
    """Return a block of copies, ``fillers`` empty blocks of 10 bits, and an empty block that ends on a whole byte."""
    bits = _Bits()
    bits.number(0b010, 3)
    for length in lengths:
        _match(bits, length, distance)
    bits.code(0, 7)
    for _ in range(fillers):
        bits.number(0b010, 3)
        bits.code(0, 7)
    bits.number(0, 3)
    return bits.packed() + b"\0\0\xff\xff"


def program(prefix: bytes, suffix: bytes) -> bytes:
    """Return the file that starts with ``prefix``, ends with ``suffix``, and decompresses to itself."""
    first, last = len(prefix) + UNIT, len(suffix) + UNIT
    one, four, again = literal(UNIT), literal(4 * UNIT), repeat(4 * UNIT)
    start, stop, nothing = literal(first), literal(last), literal(0)
    return b"".join(
        (
            *(prefix, start, prefix, start),
            *(repeat(first), one, repeat(first), one, one),
            *(four, repeat(first), one, one, four, again),
            *(four, again, four, again, four, again),
            *(four, again, nothing, nothing, stop, again, nothing, nothing),
            *(stop, repeat(last), suffix, repeat(last), suffix),
        )
    )


def _fixed_point(make: Callable[[int], bytes]) -> bytes:
    """Return ``make(c)`` for the c that is its CRC-32; ``make`` puts c into places of its own."""
    constant = zlib.crc32(make(0))
    # Column by column: what a bit of c does to the checksum, beside itself.
    columns = [zlib.crc32(make(1 << bit)) ^ constant ^ 1 << bit for bit in range(32)]
    rows = [sum((column >> bit & 1) << index for index, column in enumerate(columns)) for bit in range(32)]
    rows = [row | (constant >> bit & 1) << 32 for bit, row in enumerate(rows)]
    pivots: list[tuple[int, int]] = []
    for bit in range(32):
        chosen = next((row for row in rows if row >> bit & 1), None)
        if chosen is None:
            continue
        rows.remove(chosen)
        rows = [row ^ chosen if row >> bit & 1 else row for row in rows]
        pivots = [(at, row ^ chosen if row >> bit & 1 else row) for at, row in pivots] + [(bit, chosen)]
    if any(rows):
        raise ArithmeticError
    return make(sum((row >> 32 & 1) << bit for bit, row in pivots))


def _tried(make: Callable[[bytes], Callable[[int], bytes]]) -> bytes:
    """Return the first quine among names, as the equations of one name may have no solution."""
    for letter in b"qrstuvwxyz":
        try:
            return _fixed_point(make(bytes([letter])))
        except ArithmeticError:
            continue
    raise ArithmeticError


def gzip_quine() -> bytes:
    """Return a gzip file (RFC 1952) that decompresses to itself."""

    def named(name: bytes) -> Callable[[int], bytes]:
        prefix = b"\x1f\x8b\x08\x08" + bytes(4) + b"\0\xff" + name + b".gz\0"

        def make(crc: int) -> bytes:
            size = len(program(prefix, _END + bytes(8)))
            return program(prefix, _END + struct.pack("<LL", crc, size))

        return make

    return _tried(named)


def zip_quine() -> bytes:
    """Return a zip file (APPNOTE 4.3) whose one member is the zip file."""

    def named(letter: bytes) -> Callable[[int], bytes]:
        name = letter + b".zip"

        def parts(crc: int, size: int, packed: int) -> tuple[bytes, bytes]:
            both = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, crc, packed, size, len(name), 0)
            central = b"PK\1\2" + struct.pack("<H", 0x031E) + both
            central += struct.pack("<HHHLL", 0, 0, 0, 0o100644 << 16, 0) + name
            local = b"PK\3\4" + both + name
            end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + packed, 0)
            return local, _END + central + end

        def make(crc: int) -> bytes:
            local, tail = parts(0, 0, 0)
            size = len(program(local, tail))
            packed = size - len(local) - (len(tail) - len(_END))
            return program(*parts(crc, size, packed))

        return make

    return _tried(named)


def quines() -> Iterator[tuple[str, bytes]]:
    """Yield both."""
    yield "gzip", gzip_quine()
    yield "zip", zip_quine()
