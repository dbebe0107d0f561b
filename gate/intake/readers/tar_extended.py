"""Extended headers of tar files: what pax records and GNU's long names say of the member behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from gate.intake.readers.made_up import is_note
from gate.intake.readers.tar_header import BadHeader

MOST_BYTES = 1 << 20
"""Most bytes of one extended header; names and attributes of files are far smaller."""
_DIGITS = 20
_PLACED = frozenset({b"path", b"linkpath", b"size", b"GNU.sparse.name", b"GNU.sparse.map"})
"""Keys whose values are read for what they are, whatever their length."""
_REPEATED = frozenset({b"GNU.sparse.offset", b"GNU.sparse.numbytes"})
_DECIDING = _PLACED | {
    b"GNU.sparse.major",
    b"GNU.sparse.minor",
    b"GNU.sparse.size",
    b"GNU.sparse.realsize",
    b"GNU.sparse.numblocks",
}
_ATTRIBUTES = (b"SCHILY.xattr.", b"LIBARCHIVE.xattr.", b"SCHILY.acl.", b"RHT.security.")
_CAPABILITY = b".xattr.security.capability"

Records = dict[bytes, bytes]


def read_records(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the records of a pax header (POSIX.1-2017, pax, "pax Extended Header").  Raises :class:`BadHeader`."""
    records = []
    position = 0
    while position < len(data):
        space = data.find(b" ", position, position + _DIGITS)
        digits = data[position:space] if space > 0 else b""
        stop = position + int(digits) if digits.isdigit() else 0
        key, equals, value = data[space + 1 : stop - 1].partition(b"=")
        if stop <= space + 1 or stop > len(data) or data[stop - 1 : stop] != b"\n" or not equals or not key:
            raise BadHeader("bad pax record")
        records.append((key, value))
        position = stop
    return records


@dataclass
class Extension:
    """What the extended headers before one member say of it."""

    records: Records = field(default_factory=dict)
    segments: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Sparse segments of pax format 0.0, whose keys repeat, in their order."""
    name: bytes | None = None
    target: bytes | None = None
    problems: list[str] = field(default_factory=list)
    headers: int = 0
    pax_headers: int = 0

    def add_records(self, records: list[tuple[bytes, bytes]]) -> None:
        """Take in a pax header; what readers would resolve differently becomes a problem."""
        self.headers += 1
        self.pax_headers += 1
        if self.pax_headers > 1:
            self.problems.append("several pax headers for one member")
        seen: Records = {}
        for key, value in records:
            if key in _REPEATED:
                self.segments.append((key, value))
            elif seen.get(key, value) != value:
                self.problems.append("pax key with two values")
            seen[key] = value
        self.records.update(seen)

    def add_name(self, data: bytes) -> None:
        """Take in the data of a GNU long name."""
        self.name = self._long(data, self.name)

    def add_target(self, data: bytes) -> None:
        """Take in the data of a GNU long link target."""
        self.target = self._long(data, self.target)

    def _long(self, data: bytes, before: bytes | None) -> bytes:
        self.headers += 1
        text, _, rest = data.partition(b"\0")
        if any(rest):
            self.problems.append("data behind a long name")
        if before is not None:
            self.problems.append("several long names for one member")
        return text

    def resolved(self, key: bytes, long: bytes | None, plain: bytes) -> bytes:
        """Return a name or target: that of the pax header, else GNU's long one, else the plain one."""
        value = self.records.get(key)
        if value and long is not None and value != long:
            self.problems.append("pax and long name differ")
        return value or (long if long is not None else plain)

    def size(self, plain: int) -> int:
        """Return the size of the member's data.

        A size that differs from the header's although it would have fitted there makes readers that know no pax,
        or not this key, go on at another place.  Raises :class:`BadHeader` where it is no number.
        """
        value = self.records.get(b"size")
        if not value:
            return plain
        size = decimal(value)
        if size != plain and size < 1 << 33:
            self.problems.append("pax size differs from the header's")
        return size

    @property
    def capability(self) -> bool:
        """Whether the member is to get capabilities of the kernel, which are as good as set-user-id."""
        return any(key.endswith(_CAPABILITY) for key in self.records)


def decimal(value: bytes) -> int:
    """Return a decimal number as pax records hold it.  Raises :class:`BadHeader`."""
    if not value.isdigit() or len(value) > _DIGITS:
        raise BadHeader("bad number in a pax record")
    return int(value)


def deciding(records: list[tuple[bytes, bytes]]) -> Records:
    """Return the records that decide over names, sizes or places: few, however many a header has."""
    return {key: value for key, value in records if key in _DECIDING}


def carries_data(records: list[tuple[bytes, bytes]]) -> bool:
    """Say whether records hold attributes of a file, which are data that someone should look at."""
    return any(key.startswith(_ATTRIBUTES) for key, _ in records)


def explained(records: list[tuple[bytes, bytes]]) -> bool:
    """Say whether records hold nothing but what such records are for: short text, apart from names and attributes."""
    return all(
        key in _PLACED or key.startswith(_ATTRIBUTES) or (is_note(key) and is_note(value)) for key, value in records
    )
