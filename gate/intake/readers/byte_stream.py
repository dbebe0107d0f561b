"""A stream of bytes that is read once, front to back, whatever makes it: a file, or a decompressor."""

from __future__ import annotations

from collections.abc import Iterator

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK, Data, Source, Stored


class ByteStream:
    """Reads the bytes of an iterator of chunks.

    Where the iterator raises :class:`Damaged`, what came before is handed out first; the next read raises it.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._block = b""
        self._position = 0
        self._damage: Damaged | None = None

    def peek(self, size: int) -> bytes:
        """Return the next bytes, fewer than ``size`` only at the end, and leave them where they are."""
        held = len(self._block) - self._position
        if held < size:
            # Joined once: chunk by chunk it would cost the square of their number.
            parts = [self._block[self._position :]]
            while held < size and (chunk := self._next()):
                parts.append(chunk)
                held += len(chunk)
            self._block = b"".join(parts)
            self._position = 0
        return self._block[self._position : self._position + size]

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer than ``size`` only at the end.  Raises :class:`Damaged`."""
        data = self.peek(size)
        if not data and size and self._damage is not None:
            raise self._damage
        self._position += len(data)
        return data

    def pieces(self, size: int) -> Iterator[bytes]:
        """Yield the next ``size`` bytes, fewer only at the end, in chunks.  Raises :class:`Damaged`."""
        while size > 0:
            held = len(self._block) - self._position
            piece = self.read(min(size, held if 0 < held <= CHUNK else CHUNK))
            if not piece:
                return
            size -= len(piece)
            yield piece

    def content(self, size: int) -> Iterator[Data | Stored]:
        """Yield the next ``size`` bytes, fewer only at the end, as events.  Raises :class:`Damaged`."""
        yield from map(Data, self.pieces(size))

    def rest(self) -> Iterator[bytes]:
        """Yield all that is left, in chunks.  Raises :class:`Damaged`."""
        while piece := self.read(CHUNK):
            yield piece

    def _next(self) -> bytes:
        """Return the next chunk; nothing at the end, or where the chunks turn out to be damaged."""
        if self._damage is not None:
            return b""
        try:
            return next(self._chunks, b"")
        except Damaged as damage:
            self._damage = damage
            return b""


class FileStream(ByteStream):
    """The bytes of a file from a place on; content is told by where it stands, and not read."""

    def __init__(self, source: Source, start: int = 0) -> None:
        super().__init__(self._blocks())
        self._source = source
        self._next_block = start

    def _blocks(self) -> Iterator[bytes]:
        while block := self._source.read_at(self._next_block, CHUNK):
            self._next_block += len(block)
            yield block

    def content(self, size: int) -> Iterator[Data | Stored]:
        """Yield where the next ``size`` bytes stand, fewer only at the end of the file."""
        held = len(self._block) - self._position
        offset = self._next_block - held
        present = min(size, self._source.size - offset)
        if present <= held:
            self._position += present
        else:
            self._block, self._position = b"", 0
            self._next_block = offset + present
        if present > 0:
            yield Stored(offset, present)
