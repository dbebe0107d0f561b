"""The blocks of RAR 5 archives ("RAR 5.0 archive format", WinRAR's technical note)."""

from __future__ import annotations

import stat
import zlib
from typing import NamedTuple

from gate.intake.readers.interface import Source, Trouble
from gate.intake.readers.rar_blocks import Blocks, Entry, Kind

MAGIC = b"Rar!\x1a\x07\x01\x00"
_MOST_HEADER = 1 << 21
_SIZE_BYTES = 3
_VARIABLE_BYTES = 10
_CHECKSUM = 4
_MAIN, _FILE, _SERVICE, _ENCRYPTION, _END = range(1, 6)
_HAS_EXTRA, _HAS_DATA, _SPLIT_BEFORE, _SPLIT_AFTER = 0x01, 0x02, 0x08, 0x10
_VOLUME, _VOLUME_NUMBER = 0x01, 0x02
_DIRECTORY, _HAS_TIME, _HAS_CRC, _SIZE_UNKNOWN = 0x01, 0x02, 0x04, 0x08
_MORE_VOLUMES = 0x01
_UNIX = 1
_METHOD = 7
_ENCRYPTED, _HASH, _VERSION, _REDIRECTION = 1, 2, 4, 5
_KNOWN_EXTRA = frozenset(range(1, 8))
_BLAKE_BYTES = 32
_SYMBOLIC = frozenset({1, 2, 3})
_HARD, _COPY = 4, 5


class _Bad(Exception):
    """A header that does not hold together."""


class _Bytes:
    """Takes numbers and bytes from a header, front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def number(self) -> int:
        """Return the next number of variable length: seven bits a byte, the lowest first."""
        value = 0
        for place in range(_VARIABLE_BYTES):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << 7 * place
            if byte < 1 << 7:
                return value
        raise _Bad

    def take(self, size: int) -> bytes:
        """Return the next bytes; raises :class:`_Bad` where there are fewer."""
        taken = self.data[self.position : self.position + size]
        if len(taken) < size:
            raise _Bad
        self.position += size
        return taken


class _Block(NamedTuple):
    """A block: its header from the type on, where that and its data are, and what is in the extra area."""

    kind: int
    flags: int
    body: _Bytes
    header: tuple[int, int]
    data: tuple[int, int]
    extra: dict[int, bytes]


def read_blocks(source: Source, most: int) -> Blocks:
    """Return the blocks of an archive: at most ``most`` entries, and a further one where there are more."""
    found = Blocks(end=len(MAGIC))
    while found.count <= most:
        if found.end >= source.size:
            found.damage("no end of archive")
            break
        try:
            block = _block(source, found)
            last = _take(block, found)
        except _Bad:
            found.damage("bad block header")
            break
        if found.closed:
            break
        found.end = max(block.header[1], block.data[1])
        if last:
            break
    return found


def _block(source: Source, found: Blocks) -> _Block:
    start = found.end
    head = _Bytes(source.read_at(start, _CHECKSUM + _SIZE_BYTES))
    checksum = int.from_bytes(head.take(_CHECKSUM), "little")
    size = head.number()
    begin = start + head.position
    if size > _MOST_HEADER:
        raise _Bad
    data = source.read_at(begin, size)
    if zlib.crc32(data, zlib.crc32(head.data[_CHECKSUM : head.position])) != checksum or len(data) < size:
        raise _Bad
    body = _Bytes(data)
    kind, flags = body.number(), body.number()
    extra_size = body.number() if flags & _HAS_EXTRA else 0
    data_size = body.number() if flags & _HAS_DATA else 0
    if extra_size > size - body.position:
        raise _Bad
    stop = begin + size
    extra, rest = _extra(data[size - extra_size :])
    found.hide(stop - rest, stop, "data in a header")
    body.data = data[: size - extra_size]
    return _Block(kind, flags, body, (begin, stop), (stop, stop + data_size), extra)


def _extra(area: bytes) -> tuple[dict[int, bytes], int]:
    """Return the records of an extra area by kind, and how many bytes at its end are no known record."""
    records: dict[int, bytes] = {}
    reader = _Bytes(area)
    while reader.position < len(area):
        start = reader.position
        size = reader.number()
        record = _Bytes(reader.take(size))
        kind = record.number()
        if kind not in _KNOWN_EXTRA or kind in records:
            return records, len(area) - start
        records[kind] = record.data[record.position :]
    return records, 0


def _take(block: _Block, found: Blocks) -> bool:
    """Note what a block says; return whether it is the last one."""
    if block.kind == _MAIN:
        _main(block, found)
    elif block.kind in {_FILE, _SERVICE}:
        found.entries.append(_entry(block))
    elif block.kind == _ENCRYPTION:
        found.close("encrypted headers")
        return True
    elif block.kind == _END:
        if block.body.number() & _MORE_VOLUMES:
            found.tell(Trouble("one of several volumes", reason="unsupported"))
    else:
        found.hide(block.header[0], block.data[1], "unknown block")
        return False
    left = len(block.body.data) - block.body.position
    found.hide(block.header[0] + block.body.position, block.header[0] + block.body.position + left, "data in a header")
    if block.kind in {_MAIN, _END}:
        found.hide(*block.data, "data behind a header")
    return block.kind == _END


def _main(block: _Block, found: Blocks) -> None:
    flags = block.body.number()
    if flags & _VOLUME_NUMBER:
        block.body.number()
    if flags & _VOLUME:
        found.tell(Trouble("one of several volumes", reason="unsupported"))


def _entry(block: _Block) -> Entry:
    body, extra = block.body, block.extra
    flags, size, attributes = body.number(), body.number(), body.number()
    if flags & _HAS_TIME:
        body.take(4)
    crc = int.from_bytes(body.take(4), "little") if flags & _HAS_CRC else None
    method = body.number() >> _METHOD & 7
    system = body.number()
    name = body.take(body.number())
    if _VERSION in extra:
        version = _Bytes(extra[_VERSION])
        version.number()
        name += b";%d" % version.number()
    kind, target = _kind(block.kind == _SERVICE, bool(flags & _DIRECTORY), extra)
    return Entry(
        kind,
        name,
        *block.data,
        size=None if flags & _SIZE_UNKNOWN else size,
        mode=stat.S_IMODE(attributes) if system == _UNIX and block.kind == _FILE else None,
        target=target,
        crc=crc,
        blake=_blake(extra.get(_HASH)),
        stored=method == 0,
        encrypted=_ENCRYPTED in extra,
        split=bool(block.flags & (_SPLIT_BEFORE | _SPLIT_AFTER)),
        utf8=True,
    )


def _blake(record: bytes | None) -> bytes | None:
    return record[1:] if record is not None and record[:1] == b"\0" and len(record) == _BLAKE_BYTES + 1 else None


def _redirection(extra: dict[int, bytes]) -> tuple[int, bytes]:
    if _REDIRECTION not in extra:
        return 0, b""
    record = _Bytes(extra[_REDIRECTION])
    kind, _ = record.number(), record.number()
    return kind, record.take(record.number())


def _kind(service: bool, folder: bool, extra: dict[int, bytes]) -> tuple[Kind, bytes]:
    if service:
        return "service", b""
    kind, target = _redirection(extra)
    if kind in _SYMBOLIC:
        return "symbolic-link", target
    if kind in {_HARD, _COPY}:
        return "hard-link", target
    return ("folder" if folder else "file"), b""
