"""Zstandard files (RFC 8878): any number of frames, and the skippable frames between them that no decoder shows."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

from gate.intake.readers.decoders import Damaged, Region, expand, zstandard
from gate.intake.readers.interface import Source
from gate.intake.readers.stream_formats import Notes, note_trailing

_MAGIC = b"\x28\xb5\x2f\xfd"
_SKIPPABLE = b"\x2a\x4d\x18"
_SKIPPABLE_FIRST = range(0x50, 0x60)
_HEAD = struct.Struct("<4sL")
_PARALLEL = b"\x50\x2a\x4d\x18"
"""Magic of the frames in which ``pzstd`` tells the size of the next frame."""
_PROMISE = struct.Struct("<L")
_SEEK_TABLE = b"\x5e\x2a\x4d\x18"
_SEEK_FOOTER = struct.Struct("<LBL")
_SEEK_MAGIC = 0x8F92EAB1
_SEEK_CHECKSUMS, _SEEK_RESERVED = 0x80, 0x7C
_SEEK_ENTRY = 8
_MOST_FRAMES = 1 << 20
"""Frames whose sizes are remembered; the seek table of a file with more of them passes for hidden data."""


def zstd_chunks(source: Source, notes: Notes) -> Iterator[bytes]:
    """Yield what all frames of a Zstandard file expand to.  Raises :class:`Damaged`."""
    yield from _File(source, notes).chunks()


class _File:
    """One file while it is read; ``_packed`` and ``_expanded`` are the sizes of its frames, skippable ones too."""

    def __init__(self, source: Source, notes: Notes) -> None:
        self._source = source
        self._notes = notes
        self._region = Region(source, 0, source.size)
        self._packed = array("Q")
        self._expanded = array("Q")
        self._promised: tuple[int, int] | None = None

    def chunks(self) -> Iterator[bytes]:
        """Yield the data of all frames; note what else there is."""
        while True:
            start = self._region.position
            head = self._source.read_at(start, _HEAD.size)
            if head.startswith(_MAGIC):
                yield from self._frame(start)
            elif head[1:4] == _SKIPPABLE and head[0] in _SKIPPABLE_FIRST:
                self._keep_promise(None)
                self._skip(start, head)
            elif start:
                break
            else:
                raise Damaged("bad stream header")
        self._keep_promise(None)
        note_trailing(self._source, self._region.position, self._notes)

    def _frame(self, start: int) -> Iterator[bytes]:
        size = 0
        for chunk in expand(zstandard, self._region):
            size += len(chunk)
            yield chunk
        packed = self._region.position - start
        self._keep_promise(packed)
        self._remember(packed, size)

    def _remember(self, packed: int, expanded: int) -> None:
        if len(self._packed) <= _MOST_FRAMES:
            self._packed.append(packed)
            self._expanded.append(expanded)

    def _keep_promise(self, packed: int | None) -> None:
        """Pass over the size that ``pzstd`` tells of a frame where it is just that: it could hide nothing then."""
        if self._promised is None:
            return
        start, size = self._promised
        self._promised = None
        if size != packed:
            self._notes.hide("skippable", start, start + _PROMISE.size, "data in a skippable frame")

    def _skip(self, start: int, head: bytes) -> None:
        if len(head) < _HEAD.size:
            raise Damaged("truncated header")
        magic, size = _HEAD.unpack(head)
        begin = start + _HEAD.size
        stop = begin + size
        if stop > self._source.size:
            if begin < self._source.size:
                self._notes.hide("skippable", begin, self._source.size, "data in a skippable frame")
            raise Damaged("truncated stream")
        self._region.position = stop
        if magic == _PARALLEL and size == _PROMISE.size:
            self._promised = (begin, *_PROMISE.unpack(self._source.read_at(begin, size)))
        elif size:
            known = magic == _SEEK_TABLE and stop == self._source.size and self._is_seek_table(begin, size)
            self._notes.hide("skippable", begin, stop, "" if known else "data in a skippable frame")
        self._remember(_HEAD.size + size, 0)

    def _is_seek_table(self, begin: int, size: int) -> bool:
        """Say whether the content of a skippable frame is the table of the seekable format for just these frames.

        Zstandard Seekable Format 0.1.0: entries of sizes and checksums, then their number, a descriptor and a magic
        number.  Checksums are not looked at: the table comes out as a member, so that nothing is hidden in them.
        """
        if size < _SEEK_FOOTER.size or len(self._packed) > _MOST_FRAMES:
            return False
        footer = self._source.read_at(begin + size - _SEEK_FOOTER.size, _SEEK_FOOTER.size)
        count, descriptor, magic = _SEEK_FOOTER.unpack(footer)
        if magic != _SEEK_MAGIC or descriptor & _SEEK_RESERVED or count != len(self._packed):
            return False
        step = _SEEK_ENTRY + (4 if descriptor & _SEEK_CHECKSUMS else 0)
        if size != step * count + _SEEK_FOOTER.size:
            return False
        table = self._source.read_at(begin, step * count)
        return all(
            struct.unpack_from("<LL", table, place * step) == (self._packed[place], self._expanded[place])
            for place in range(count)
        )
