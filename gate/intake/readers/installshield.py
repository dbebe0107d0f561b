"""A reader of what InstallShield makes: its cabinets, and the stream of files that it writes behind its setup program.

There is no public specification; the layouts are known from the free programs that read them, ISx and unshield.  A
setup stream is a header, then for each file its attributes and its bytes, which are disguised by the file's name.
"""

from __future__ import annotations

import codecs
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.checks import bounded
from gate.intake.readers.decoders import Damaged, Region
from gate.intake.readers.entries import Entries
from gate.intake.readers.installshield_cabinet import SIGNATURE, read_cabinet
from gate.intake.readers.installshield_cipher import shown_by_name
from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import hidden

HEAD_BYTES = 512
"""Where a setup stream begins is to be seen within so many bytes."""
_BYTE_NAMES, _WIDE_NAMES = b"InstallShield\0", b"ISSetupStream\0"
_START = re.compile(rb"(?:NB10.{12}[\x20-\xff]{1,260}\0)?(?=InstallShield\0|ISSetupStream\0)", re.DOTALL)
"""A debugging record of the setup program (CodeView, PDB 2.0) may stand before the stream."""
_HEADER = struct.Struct("<14sHL26x")
_ATTRIBUTES = struct.Struct("<260sL4xL8xH30x")
_WIDE_ATTRIBUTES = struct.Struct("<LL2xL8xH")
_TIMES = 24
_WITH_TIMES = 4
"""The newest type of stream that is known: it has the times of each file."""
_NAME_BYTES = 520
_DISGUISED, _BY_BLOCKS = 2, 4
_UTF_16 = codecs.lookup("utf-16-le")


class _File(NamedTuple):
    """A file of a setup stream: its name, the key of its bytes, how they are disguised, and where they are."""

    name: bytes
    key: bytes
    flags: int
    compressed: bool
    start: int
    stop: int


def is_setup_stream(head: bytes) -> bool:
    """Say whether data behind a program, which begins with ``head``, is a setup stream of InstallShield."""
    return _START.match(head[:HEAD_BYTES]) is not None


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the members of a setup stream or of a cabinet of InstallShield, and all that is wrong with it."""
    if source.read_at(0, len(SIGNATURE)) == SIGNATURE:
        yield from bounded(read_cabinet(source, options), options)
    else:
        yield from bounded(_stream(source, options), options)


def _stream(source: Source, options: Options) -> Iterator[Event]:
    begin = _START.match(source.read_at(0, HEAD_BYTES))
    if begin is None:
        raise Damaged("no setup stream of InstallShield")
    position = begin.end()
    header = source.read_at(position, _HEADER.size)
    if len(header) < _HEADER.size:
        raise Damaged("truncated header")
    signature, count, kind = _HEADER.unpack(header)
    if kind > _WITH_TIMES:
        raise Damaged("a newer kind of setup stream, which is not read", "unsupported")
    position += _HEADER.size
    entries = Entries(source, options)
    try:
        for _ in range(count):
            file = _wide(source, position, kind) if signature == _WIDE_NAMES else _plain(source, position)
            yield from _member(source, file, entries)
            position = file.stop
    except Damaged:
        yield from entries.carry("unread", position, source.size)
        raise
    yield from entries.carry("trailing", position, source.size, hidden("data behind the last file"))
    yield from entries.end()


def _plain(source: Source, position: int) -> _File:
    """Return the file whose attributes stand at ``position``.  Raises :class:`Damaged`."""
    attributes = source.read_at(position, _ATTRIBUTES.size)
    if len(attributes) < _ATTRIBUTES.size:
        raise Damaged("truncated list of files")
    field, flags, size, compressed = _ATTRIBUTES.unpack(attributes)
    # What follows the end of the name is left over from a longer one.
    name, end, _ = field.partition(b"\0")
    if not name or not end:
        raise Damaged("a file without a name")
    start = position + _ATTRIBUTES.size
    return _File(name.replace(b"\\", b"/"), name, flags, bool(compressed), start, start + size)


def _wide(source: Source, position: int, kind: int) -> _File:
    """Return the file of a newer stream whose attributes stand at ``position``.  Raises :class:`Damaged`."""
    attributes = source.read_at(position, _WIDE_ATTRIBUTES.size)
    if len(attributes) < _WIDE_ATTRIBUTES.size:
        raise Damaged("truncated list of files")
    length, flags, size, compressed = _WIDE_ATTRIBUTES.unpack(attributes)
    position += _WIDE_ATTRIBUTES.size + (_TIMES if kind == _WITH_TIMES else 0)
    if not 0 < length <= _NAME_BYTES or length % 2 or position + length > source.size:
        raise Damaged("a file without a name")
    text = _UTF_16.decode(source.read_at(position, length), "surrogatepass")[0]
    name = text.partition("\0")[0].encode("utf-8", "surrogatepass")
    if not name:
        raise Damaged("a file without a name")
    start = position + length
    return _File(name.replace(b"\\", b"/"), name, flags, bool(compressed), start, start + size)


def _member(source: Source, file: _File, entries: Entries) -> Iterator[Event]:
    if file.stop > source.size:
        raise Damaged("truncated: a file goes on past the end")
    packed = bool(file.compressed)
    yield from entries.begin(Member(file.name, size=None if packed else file.stop - file.start))
    if not file.flags & (_DISGUISED | _BY_BLOCKS) and not packed:
        yield from entries.content(file.start, file.stop)
        return
    blocks = Region(source, file.start, file.stop).blocks()
    if file.flags & (_DISGUISED | _BY_BLOCKS):
        blocks = shown_by_name(blocks, file.key, restart=bool(file.flags & _BY_BLOCKS))
    try:
        yield from map(Data, _inflated(blocks) if packed else blocks)
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason, in_member=True)


def _inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what one stream of zlib (RFC 1950) expands to; raises :class:`Damaged`, also where anything follows it."""
    decoder = zlib.decompressobj()
    stream = ByteStream(blocks)
    while not decoder.eof:
        block = decoder.unconsumed_tail or stream.read(CHUNK)
        try:
            output = decoder.decompress(block, CHUNK)
        except zlib.error as error:
            raise Damaged("bad compressed data") from error
        if output:
            yield output
        elif not block:
            raise Damaged("truncated stream")
    if decoder.unused_data or stream.peek(1):
        raise Damaged("data behind the compressed stream")
