"""Method 6 of zip, "implode" (APPNOTE 5.3): Shannon-Fano codes and a sliding dictionary, in bounded steps."""

from __future__ import annotations

from gate.intake.readers.back_reference import copy_back
from gate.intake.readers.decoders import Damaged

LARGE_DICTIONARY = 1 << 1
"""Bit of the general purpose flags: a dictionary of 8 KiB, not 4 (APPNOTE 4.4.4)."""
LITERAL_TREE = 1 << 2
"""Bit of the general purpose flags: literals are coded too, not stored as they are (APPNOTE 4.4.4)."""
_DICTIONARY = 8 << 10
_LONGEST = 16
_DIRECT = 10
"""Codes of up to so many bits are looked up in one step, longer ones, which are rare, bit by bit."""
_FILL = 48
"""Bits that the longest token takes: a flag, 7 bits, a distance, a length, and 8 bits more."""
_TREE_BYTES = 1 + 256
_LITERALS, _LENGTHS, _DISTANCES = 256, 64, 64
_LONGER = 63


class _Tree:
    """A code of ``count`` values; ``table`` tells for the next bits the value and, above it, the length of its code."""

    def __init__(self, stored: bytes, count: int) -> None:
        lengths = [length for byte in stored for length in [(byte & 15) + 1] * ((byte >> 4) + 1)]
        if len(lengths) != count or sum(1 << _LONGEST - length for length in lengths) != 1 << _LONGEST:
            raise Damaged("bad tree of an imploded entry")
        self.table = [0] * (1 << _DIRECT)
        self._longer: dict[tuple[int, int], int] = {}
        code = 0
        # The codes are dealt from the longest to the shortest, within one length from the last value to the first.
        for value in sorted(range(count), key=lambda number: (lengths[number], number), reverse=True):
            length = lengths[value]
            bits = int(f"{code >> _LONGEST - length:0{length}b}"[::-1], 2)
            code += 1 << _LONGEST - length
            entry = length << 8 | value
            if length <= _DIRECT:
                self.table[bits :: 1 << length] = [entry] * (1 << _DIRECT - length)
            else:
                self._longer[length, bits] = entry

    def search(self, bits: int) -> int:
        """Return the entry of a code that is longer than the table covers."""
        for length in range(_DIRECT + 1, _LONGEST + 1):
            entry = self._longer.get((length, bits & (1 << length) - 1), 0)
            if entry:
                return entry
        raise Damaged("bad code of an imploded entry")


class Explode:
    """An imploded stream in the form of a ``Decoder``; it ends by ``size``, the size of what it expands to.

    ``flags`` are the general purpose flags of the entry.  What is copied from before the start is zeros.
    """

    def __init__(self, size: int, flags: int) -> None:
        self.eof = False
        self.needs_input = True
        self.unused_data = b""
        self._left = size
        self._low_bits = 7 if flags & LARGE_DICTIONARY else 6
        self._shortest = 3 if flags & LITERAL_TREE else 2
        self._wanted = [_LITERALS] * bool(flags & LITERAL_TREE) + [_LENGTHS, _DISTANCES]
        self._trees: list[_Tree] = []
        self._data = b""
        self._bits = 0
        self._count = 0
        self._window = bytearray(_DICTIONARY)
        self._behind = 0

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take ``data`` in and return at most ``max_length`` bytes.  Raises :class:`Damaged`."""
        self._data += data
        if len(self._trees) < len(self._wanted) and not self._read_trees():
            return b""
        if self._behind < max_length:
            self._expand(max_length - self._behind)
        begin = len(self._window) - self._behind
        output = bytes(self._window[begin : begin + max_length])
        self._behind -= len(output)
        del self._window[: len(self._window) - self._behind - _DICTIONARY]
        self.eof = self._left == 0 == self._behind
        if self.eof:
            held = self._count // 8
            self.unused_data = (self._bits >> self._count % 8).to_bytes(held, "little") + self._data
        return output

    def _read_trees(self) -> bool:
        """Read the trees before the data; say whether all of them are there."""
        while len(self._trees) < len(self._wanted):
            size = 2 + self._data[0] if self._data else _TREE_BYTES
            if len(self._data) < size:
                return False
            self._trees.append(_Tree(self._data[1:size], self._wanted[len(self._trees)]))
            self._data = self._data[size:]
        return True

    def _expand(self, most: int) -> None:
        """Expand at least ``most`` bytes to the end of the window, fewer where the input or the stream ends."""
        window, data = self._window, self._data
        bits, count, position = self._bits, self._count, 0
        low_bits, low_mask = self._low_bits, (1 << self._low_bits) - 1
        literals = self._trees[0] if len(self._trees) == len(self._wanted) > 2 else None  # noqa: PLR2004  # three trees
        lengths, distances = self._trees[-2:]
        first = len(window)
        stop = first + min(most, self._left)
        end = first + self._left
        mask = (1 << _DIRECT) - 1
        self.needs_input = False
        while len(window) < stop:
            if count < _FILL and position < len(data):
                block = data[position : position + 8]
                bits |= int.from_bytes(block, "little") << count
                count += 8 * len(block)
                position += len(block)
            if bits & 1:
                if literals is None:
                    used, value = 9, bits >> 1 & 255
                else:
                    entry = literals.table[bits >> 1 & mask] or literals.search(bits >> 1)
                    used, value = 1 + (entry >> 8), entry & 255
                if used > count:
                    self.needs_input = True
                    break
                window.append(value)
            else:
                used = 1 + low_bits
                low = bits >> 1 & low_mask
                entry = distances.table[bits >> used & mask] or distances.search(bits >> used)
                used += entry >> 8
                distance = ((entry & 255) << low_bits | low) + 1
                entry = lengths.table[bits >> used & mask] or lengths.search(bits >> used)
                used += entry >> 8
                length = entry & 255
                if length == _LONGER:
                    length += bits >> used & 255
                    used += 8
                if used > count:
                    self.needs_input = True
                    break
                copy_back(window, distance, length + self._shortest)
            bits >>= used
            count -= used
        if len(window) > end:
            raise Damaged("imploded data goes on past the size of the entry")
        self._left = end - len(window)
        self._behind += len(window) - first
        self._bits, self._count, self._data = bits, count, data[position:]
