"""The bytes of one entry of a zip file: what they expand to, and whether they are what the headers say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.intake.readers.decoders import FEED, Damaged, Decoder, Inflate, Region, ZipLzma, bzip2, expand, xz, zstandard
from gate.intake.readers.interface import CHUNK, Data, Decrypted, Source, Stored, Trouble
from gate.intake.readers.zip_deflate64 import deflate64_blocks
from gate.intake.readers.zip_encryption import (
    Key,
    Opened,
    aes_field,
    expected_checks,
    has_checksum,
    open_aes,
    open_old,
)
from gate.intake.readers.zip_implode import Explode
from gate.intake.readers.zip_records import (
    FLAG_DESCRIPTOR,
    FLAG_ENCRYPTED,
    FLAG_LZMA_END,
    FLAG_MASKED,
    FLAG_STRONG,
    Central,
    Local,
    Window,
)

STORE, IMPLODE, DEFLATE, DEFLATE64, BZIP2, LZMA, ZSTD, XZ, AES = 0, 6, 8, 9, 12, 14, 93, 95, 99
_DECODERS = {DEFLATE: Inflate, BZIP2: bzip2, XZ: xz, ZSTD: zstandard}
_ENCRYPTION = FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED
_NOT_READ = {
    1: "shrink",
    **dict.fromkeys((2, 3, 4, 5), "reduce"),
    10: "PKWARE implode",
    18: "TERSE",
    19: "LZ77",
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
}
"""Methods of APPNOTE 4.4.5 that no maintained library reads from Python in bounded steps.  ``pyppmd`` decodes in
threads of its own and never asks whether one could be started, which it cannot under the limits of a worker."""


class Reading(NamedTuple):
    """One way to read an entry's bytes; ``crc`` and ``size`` are None where they are not known beforehand.

    ``extra`` and ``time`` are those of the header, which encryption needs.
    """

    method: int
    flags: int
    crc: int | None
    size: int | None
    start: int
    stop: int
    extra: bytes
    time: int

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed (APPNOTE 4.4.4, 7.2)."""
        return self.method == AES or bool(self.flags & _ENCRYPTION)

    def same_bytes(self, other: Reading) -> bool:
        """Say whether both give the same bytes, whatever they expect of checksum and size."""
        if (self.method, self.stop, self.encrypted) != (other.method, other.stop, other.encrypted):
            return False
        return self.method != AES or aes_field(self.extra) == aes_field(other.extra)


def reading_of(header: Central | Local, start: int, stop: int, *, late: bool = False) -> Reading:
    """Return how ``header`` says that the bytes from ``start`` to ``stop`` are to be read.

    Checksum and size of a header are not known where they come ``late``, in a data descriptor.
    """
    crc, size = (None, None) if late else (header.crc, header.size)
    return Reading(header.method, header.flags, crc, size, start, stop, header.extra, header.time)


class Contents:
    """Iterates over the data of a reading, then over what is wrong with it.

    Afterwards ``position`` is the end of the compressed stream, ``crc`` and ``size`` those of the data, and ``whole``
    says whether nothing was wrong.  ``window`` is where the local header was read through.
    """

    def __init__(self, source: Source, reading: Reading, key: Key, window: Window) -> None:
        self._source = source
        self._window = window
        self._reading = reading
        self._key = key
        self._method = reading.method
        self._expected_crc = reading.crc
        self._opened: Opened | None = None
        self._content = b""
        self.position = reading.stop
        self.crc = 0
        self.size = 0
        self.whole = False

    def __iter__(self) -> Iterator[Data | Stored | Trouble | Decrypted]:
        """Yield the data, then troubles that concern the member begun last."""
        if self._is_small_and_whole():
            if self._content:
                yield Data(self._content)
            return
        try:
            region = self._region()
            as_it_is = self._method == STORE and self._opened is None
            for block in self._blocks(region):
                self.crc = zlib.crc32(block, self.crc)
                self.size += len(block)
                yield Stored(region.position - len(block), len(block)) if as_it_is else Data(block)
            self.whole = True
            if region.position < region.stop:
                self.position = region.position
            if self._opened is not None:
                self._opened.finish()
        except Damaged as damage:
            self.whole = False
            yield self._told(damage)
            return
        for detail in self._mismatches():
            self.whole = False
            yield self._told(Damaged(detail))
        if self._opened is not None and self.whole:
            yield Decrypted()

    def _is_small_and_whole(self) -> bool:
        """Expand the usual entry at once: deflated, small, and in order; any other one is read step by step."""
        method, flags, crc, size, start, stop, _, _ = self._reading
        if method != DEFLATE or flags & _ENCRYPTION or size is None or size > CHUNK or stop - start > FEED:
            return False
        decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = decoder.decompress(self._window.read(start, stop - start), size + 1)
        except zlib.error:
            return False
        if not decoder.eof or decoder.unused_data or len(content) != size or zlib.crc32(content) != crc:
            return False
        self._content, self.crc, self.size, self.whole = content, crc, size, True
        return True

    def _told(self, damage: Damaged) -> Trouble:
        if self._opened is not None and self._opened.damage_means_wrong_password and damage.reason == "corrupt":
            return Trouble("wrong password, or damaged", reason="encrypted", in_member=True)
        return Trouble(damage.detail, reason=damage.reason, in_member=True)

    def _region(self) -> Region:
        """Return where the compressed data is; raises :class:`Damaged` where it cannot be opened."""
        reading = self._reading
        if not reading.encrypted:
            return Region(self._source, reading.start, reading.stop)
        if self._key.password is None:
            raise Damaged("encrypted", "encrypted")
        if reading.flags & (FLAG_STRONG | FLAG_MASKED):
            raise Damaged("encrypted in a way that is not read", "encrypted")
        self._opened = self._open_aes() if reading.method == AES else self._open_old()
        return self._opened

    def _open_old(self) -> Opened:
        reading = self._reading
        late = bool(reading.flags & FLAG_DESCRIPTOR)
        expected = expected_checks(reading.crc, reading.time, late=late)
        return open_old(self._source, reading.start, reading.stop, self._key, expected)

    def _open_aes(self) -> Opened:
        reading = self._reading
        field = aes_field(reading.extra)
        if field is None or not reading.flags & FLAG_ENCRYPTED:
            raise Damaged("bad AES field", "encrypted")
        self._method = field.method
        if not has_checksum(field):
            self._expected_crc = None
        return open_aes(self._source, reading.start, reading.stop, self._key, field)

    def _blocks(self, region: Region) -> Iterator[bytes]:
        method = self._method
        if method == STORE:
            return region.blocks()
        if method in _DECODERS:
            return expand(_DECODERS[method], region, FEED)
        if method == DEFLATE64:
            return deflate64_blocks(region)
        if method == LZMA:
            return expand(self._lzma, region, FEED)
        if method == IMPLODE:
            return expand(self._explode, region, FEED)
        known = f"method {method} ({_NOT_READ[method]}) is not read" if method in _NOT_READ else ""
        raise Damaged(known or f"unknown method {method}", "unsupported")

    def _lzma(self) -> Decoder:
        end_marker = bool(self._reading.flags & FLAG_LZMA_END) or self._reading.size is None
        return ZipLzma(self._reading.size or 0, end_marker=end_marker)

    def _explode(self) -> Decoder:
        if self._reading.size is None:
            raise Damaged("imploded, and its size is not known", "unsupported")
        return Explode(self._reading.size, self._reading.flags)

    def _mismatches(self) -> Iterator[str]:
        if self._reading.size not in {None, self.size}:
            yield "size mismatch"
        if self._expected_crc not in {None, self.crc}:
            yield "crc mismatch"
