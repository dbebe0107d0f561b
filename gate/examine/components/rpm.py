"""The header of an RPM package (rpm docs, "RPM Package format"): its name, version and licence.

A file is a lead of 96 bytes, a signature header padded to 8 bytes, a header, and the payload.  A header is a magic of
8 bytes, the counts of index entries and of bytes in its store, entries of 16 bytes (tag, type, offset, count), store.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from gate.examine.components.found import NotReadable, component
from gate.models import ComponentFact

RPM: Final = "rpm-header"
_LEAD: Final = 96
_MAGIC: Final = b"\x8e\xad\xe8\x01"
_INTRO: Final = struct.Struct("!4s4xII")
_ENTRY: Final = struct.Struct("!IIII")
_MOST_ENTRIES: Final = 65_536
_MOST_BYTES: Final = 256 << 20
_NAME, _VERSION, _RELEASE, _EPOCH, _LICENCE, _SOURCE = 1000, 1001, 1002, 1003, 1014, 1106
_INT32, _STRING = 4, 6
_WANTED: Final = frozenset({_NAME, _VERSION, _RELEASE, _EPOCH, _LICENCE, _SOURCE})
Read = Callable[[int, int], bytes]
"""Returns up to so many bytes from an offset: ``read(size, offset)``."""


def rpm_package(read: Read) -> Iterator[ComponentFact]:
    """Yield the package of an RPM file.  Raises ``NotReadable`` where its headers are not as the format has them."""
    _, after_signature = _header(read, _LEAD, frozenset())
    tags, _ = _header(read, (after_signature + 7) // 8 * 8, _WANTED)
    version = "-".join(each for each in (tags.get(_VERSION, ""), tags.get(_RELEASE, "")) if each)
    if tags.get(_EPOCH):
        version = f"{tags[_EPOCH]}:{version}"
    yield component("rpm", tags.get(_NAME, ""), version, RPM, licence=tags.get(_LICENCE, ""))


def _header(read: Read, offset: int, wanted: frozenset[int]) -> tuple[dict[int, str], int]:
    """Return the wanted tags as texts, and the offset behind the header at ``offset``."""
    intro = read(_INTRO.size, offset)
    if len(intro) < _INTRO.size:
        raise NotReadable("cut off")
    magic, entries, size = _INTRO.unpack(intro)
    if magic != _MAGIC or entries > _MOST_ENTRIES or size > _MOST_BYTES:
        raise NotReadable("no header where one has to be")
    store = offset + _INTRO.size + entries * _ENTRY.size
    index = read(entries * _ENTRY.size, offset + _INTRO.size)
    if len(index) < entries * _ENTRY.size:
        raise NotReadable("cut off")
    tags: dict[int, str] = {}
    for tag, kind, place, _ in _ENTRY.iter_unpack(index):
        if tag in wanted and place < size:
            tags.setdefault(tag, _value(read, kind, store + place, size - place))
    return tags, store + size


def _value(read: Read, kind: int, offset: int, room: int) -> str:
    if kind == _INT32:
        data = read(min(4, room), offset)
        return str(int.from_bytes(data)) if len(data) == 4 else ""  # noqa: PLR2004  # the bytes of an INT32
    # STRING, I18NSTRING and the first of a STRING_ARRAY all end with a zero byte.
    text, end, _ = read(min(4096, room), offset).partition(b"\0")
    return text.decode("utf-8", "replace") if end and kind >= _STRING else ""
