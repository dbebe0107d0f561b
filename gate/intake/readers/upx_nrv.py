"""The compression methods of UPX: NRV2B, NRV2D and NRV2E of the UCL library, LZMA, and deflate.

Bits come from words of 8, 16 or 32 bits, most significant bit first, between which whole bytes stand.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable

from gate.intake.readers.back_reference import copy_back
from gate.intake.readers.decoders import Damaged

_NRV2B, _NRV2D, _NRV2E = "b", "d", "e"
_METHODS = {
    2: (_NRV2B, 4),
    3: (_NRV2B, 1),
    4: (_NRV2B, 2),
    5: (_NRV2D, 4),
    6: (_NRV2D, 1),
    7: (_NRV2D, 2),
    8: (_NRV2E, 4),
    9: (_NRV2E, 1),
    10: (_NRV2E, 2),
}
"""By the method's number: the algorithm, and how many bytes its words of bits have."""
_LZMA, _DEFLATE = 14, 15
METHODS = frozenset({*_METHODS, _LZMA, _DEFLATE})
_FAR_B, _FAR = 0xD00, 0x500
_END = 0xFFFFFFFF
_LARGEST = 1 << 25
"""No offset has a higher part than this: the end marker is the largest."""
_SMALLEST_DICTIONARY = 4096


def unpacked(data: bytes, size: int, method: int) -> bytes:
    """Return the ``size`` bytes that ``data`` expands to.  Raises :class:`Damaged`."""
    if method in _METHODS:
        algorithm, width = _METHODS[method]
        output = _Nrv(data, size, width).expand(algorithm)
    elif method == _LZMA:
        output = _lzma(data, size)
    elif method == _DEFLATE:
        output = _deflate(data, size)
    else:
        raise Damaged(f"packed by UPX with method {method}, which is not read", "unsupported")
    if len(output) != size:
        raise Damaged("packed data that gives another size than it should")
    return output


class _Nrv:
    """One stream of NRV; ``size`` is the most that it may expand to."""

    def __init__(self, data: bytes, size: int, width: int) -> None:
        self._data = data
        self._size = size
        self._width = width
        self._position = 0
        self._word = 0
        self._left = 0

    def expand(self, algorithm: str) -> bytes:
        """Return what the stream expands to.  Raises :class:`Damaged`."""
        output = bytearray()
        try:
            if algorithm == _NRV2B:
                self._run(output, self._offset_b, self._length_b, _FAR_B)
            else:
                length = self._length_d if algorithm == _NRV2D else self._length_e
                self._run(output, self._offset_d, length, _FAR)
        except IndexError as error:
            raise Damaged("truncated packed data") from error
        if self._position != len(self._data):
            raise Damaged("data behind the packed data")
        return bytes(output)

    def _bit(self) -> int:
        left = self._left
        if not left:
            position, width = self._position, self._width
            word = self._data[position : position + width]
            if len(word) < width:
                raise IndexError
            self._word = int.from_bytes(word, "little")
            self._position = position + width
            left = 8 * width
        self._left = left = left - 1
        return self._word >> left & 1

    def _byte(self) -> int:
        byte = self._data[self._position]
        self._position += 1
        return byte

    def _run(
        self,
        output: bytearray,
        offset_of: Callable[[], tuple[int, int]],
        length_of: Callable[[int], int],
        far: int,
    ) -> None:
        bit, size = self._bit, self._size
        last = 1
        while True:
            while bit():
                output.append(self._byte())
            offset, low = offset_of()
            if offset == _END:
                return
            if offset:
                last = offset
            length = length_of(low) + (last > far) + 1
            if last > len(output) or len(output) + length > size:
                raise Damaged("bad packed data")
            copy_back(output, last, length)

    def _offset_b(self) -> tuple[int, int]:
        """Return the next offset, 0 where it is the last one again, and nothing of the length."""
        bit = self._bit
        high = 2 + bit()
        while not bit():
            high = high * 2 + bit()
            if high > _LARGEST:
                raise Damaged("bad packed data")
        if high == 2:  # noqa: PLR2004  # the shortest code
            return 0, 0
        offset = (high - 3) * 256 + self._byte()
        return (_END if offset == _END else offset + 1), 0

    def _length_b(self, _: int) -> int:
        length = self._bit() * 2
        length += self._bit()
        return length or self._long() + 2

    def _offset_d(self) -> tuple[int, int]:
        """Return the next offset, 0 where it is the last one again, and the first bit of the length."""
        bit = self._bit
        high = 2 + bit()
        while not bit():
            high = (high - 1) * 2 + bit()
            high = high * 2 + bit()
            if high > _LARGEST:
                raise Damaged("bad packed data")
        if high == 2:  # noqa: PLR2004  # the shortest code
            return 0, bit()
        offset = (high - 3) * 256 + self._byte()
        if offset == _END:
            return _END, 0
        return (offset >> 1) + 1, ~offset & 1

    def _length_d(self, low: int) -> int:
        length = low * 2 + self._bit()
        return length or self._long() + 2

    def _length_e(self, low: int) -> int:
        if low:
            return 1 + self._bit()
        if self._bit():
            return 3 + self._bit()
        return self._long() + 3

    def _long(self) -> int:
        length = 2 + self._bit()
        while not self._bit():
            length = length * 2 + self._bit()
            if length > self._size:
                raise Damaged("bad packed data")
        return length


def _lzma(data: bytes, size: int) -> bytes:
    """Expand a raw stream of LZMA behind two bytes with its properties."""
    if len(data) < 3:  # noqa: PLR2004  # the properties and the first byte, which is always zero
        raise Damaged("truncated packed data")
    low, literal, both = data[0] & 7, data[1] >> 4, data[0] >> 3
    context = data[1] & 15
    if literal + context != both:
        raise Damaged("bad packed data")
    dictionary = max(size, _SMALLEST_DICTIONARY)
    form = {"id": lzma.FILTER_LZMA1, "lc": context, "lp": literal, "pb": low, "dict_size": dictionary}
    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[form])
        return decoder.decompress(data[2:], size)
    except (lzma.LZMAError, ValueError) as error:
        raise Damaged("bad packed data") from error


def _deflate(data: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, size)
    except zlib.error as error:
        raise Damaged("bad packed data") from error
