"""Whether a header is one: what its fields have to be for a loader to take a program that stands inside other bytes.

Each function gets the place where a pattern of :mod:`gate.examine.executable.embedded` was found, and yields the
places where a program begins.  Sources: PE Format (Windows documentation); System V gABI, chapter 4; <mach-o/loader.h>
and <mach-o/fat.h>; the JVM specification, chapter 4; Dalvik executable format; WebAssembly core specification, 5.5.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.examine.executable.content import ByteOrder, Content
from gate.examine.executable.programs import ELF_MACHINES, FAT_MAGICS, FIRST_CLASS_VERSION, MACHO_CPUS, MACHO_MAGICS

PE_NEAR, PE_REACH = 1 << 14, 1 << 20
"""How far before its signature the header of a program is looked for; linkers leave a few hundred bytes."""
_MOST_FAR = 200
"""Signatures that are looked for in all that reach: a program has one or two that are no header's."""
_MOST_TRIES = 512
"""Beginnings that are tried for one signature: bytes that are anything but chosen have one or two in reach."""
_PE_OPTIONAL = frozenset({0x10B, 0x20B, 0x107})
_DOS_HEADER = 0x40
_ELF_TYPES = frozenset({1, 2, 3, 4})
_ELF_PROGRAM_HEADERS = {1: frozenset({0, 32}), 2: frozenset({0, 56})}
_MACHO_TYPES = range(1, 14)
_MACHO_COMMANDS = range(1, 4097)
_MACHO_KINDS = range(1, 0x60)
_FAT_COUNT = range(1, 32)
_FAT_ALIGN = 32
_JAVA_MINORS = frozenset({0, 3, 0xFFFF})
_JAVA_CONSTANTS = {
    3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2,
}  # fmt: skip  # one entry a line would be a page
"""Tag of a constant -> bytes behind it (JVM specification, 4.4); that of a text, 1, tells its length itself."""
_JAVA_TEXT = 1
_JAVA_LOOKED_AT = 8
_DEX_HEADER = 0x70
_DEX_ENDIAN = (0x12345678, 0x78563412)
_WASM_SECTIONS = range(14)
_WASM_LOOKED_AT = 2
_LEB_BYTES = 5


class TooManyTries(Exception):
    """More bytes look like the beginning of a header than are tried: someone has written them there."""


def pe_starts(content: Content, place: int) -> Iterator[int]:
    """Yield where a DOS header points to the signature at ``place``; raises :class:`TooManyTries`."""
    optional, magic = content.number(place + 20, 2), content.number(place + 24, 2)
    if optional and magic not in _PE_OPTIONAL:
        return
    near = list(_pointing_to(content, place, PE_NEAR))
    yield from near
    if near or place <= PE_NEAR:
        return
    left = content.remembered(_far_searches)
    if not left:
        raise TooManyTries
    left.pop()
    yield from _pointing_to(content, place, PE_REACH)


def _far_searches(_content: Content) -> list[None]:
    """Return as many entries as signatures of an item are searched for far away: each takes a while."""
    return [None] * _MOST_FAR


def _pointing_to(content: Content, place: int, reach: int) -> Iterator[int]:
    begin = max(0, place - reach)
    before = content.at(begin, place + _DOS_HEADER - begin)
    at = before.rfind(b"MZ", 0, place - begin)
    for _ in range(_MOST_TRIES):
        if at < 0:
            return
        if int.from_bytes(before[at + 0x3C : at + 0x40], "little") == place - begin - at:
            yield begin + at
        at = before.rfind(b"MZ", 0, at + 1)
    raise TooManyTries


def elf_starts(content: Content, place: int) -> Iterator[int]:
    """Yield ``place`` where a processor, a type and the size of entries of the program header are known."""
    wide, order = content.number(place + 4, 1), _order(content.number(place + 5, 1) == 1)
    known = content.number(place + 16, 2, order) in _ELF_TYPES and content.number(place + 18, 2, order) in ELF_MACHINES
    entry = content.number(place + (42 if wide == 1 else 54), 2, order)
    if known and entry in _ELF_PROGRAM_HEADERS.get(wide, ()):
        yield place


def mach_o_starts(content: Content, place: int) -> Iterator[int]:
    """Yield ``place`` where processor, kind and the first load command fit, or all entries of a universal file."""
    magic = content.at(place, 4)
    if magic in FAT_MAGICS:
        order, size = FAT_MAGICS[magic]
        count = content.number(place + 4, 4, order)
        if count in _FAT_COUNT and all(_is_slice(content, place, index, size, order) for index in range(count)):
            yield place
        return
    order, bits = MACHO_MAGICS[magic]
    kind, commands, length = (content.number(place + offset, 4, order) for offset in (12, 16, 20))
    first = place + (32 if bits == 64 else 28)  # noqa: PLR2004  # bits of an address
    command, extent = content.number(first, 4, order), content.number(first + 4, 4, order)
    known = content.number(place + 4, 4, order) in MACHO_CPUS and kind in _MACHO_TYPES and commands in _MACHO_COMMANDS
    fits = 8 * commands <= length <= content.size - place and 8 <= extent <= length and extent % 4 == 0  # noqa: PLR2004  # kind and size
    if known and fits and command & 0x7FFFFFFF in _MACHO_KINDS:
        yield place


def _is_slice(content: Content, place: int, index: int, size: int, order: ByteOrder) -> bool:
    entry = place + 8 + size * index
    width = 8 if size == 32 else 4  # noqa: PLR2004  # the entries of 64 bit
    begin, length = content.number(entry + 8, width, order), content.number(entry + 8 + width, width, order)
    align = content.number(entry + 8 + 2 * width, 4, order)
    fits = begin > 0 and length > 0 and begin + length <= content.size - place and 0 <= align < _FAT_ALIGN
    return fits and content.number(entry, 4, order) in MACHO_CPUS


def java_starts(content: Content, place: int) -> Iterator[int]:
    """Yield ``place`` where a version is followed by constants that are some."""
    major, count = content.number(place + 6, 2, "big"), content.number(place + 8, 2, "big")
    if content.number(place + 4, 2, "big") not in _JAVA_MINORS or major < FIRST_CLASS_VERSION or count <= 1:
        return
    position = place + 10
    for _ in range(min(count - 1, _JAVA_LOOKED_AT)):
        tag = content.number(position, 1)
        if tag == _JAVA_TEXT:
            length = content.number(position + 1, 2, "big")
            position += 3 + length
            if length < 0:
                return
        elif tag in _JAVA_CONSTANTS:
            position += 1 + _JAVA_CONSTANTS[tag]
        else:
            return
    if position <= content.size:
        yield place


def dex_starts(content: Content, place: int) -> Iterator[int]:
    """Yield ``place`` where sizes and byte order are those of the header of a dex file."""
    size, header, endian = (content.number(place + offset, 4) for offset in (32, 36, 40))
    if header == _DEX_HEADER and endian in _DEX_ENDIAN and _DEX_HEADER <= size <= content.size - place:
        yield place


def wasm_starts(content: Content, place: int) -> Iterator[int]:
    """Yield ``place`` where two sections follow, or all that there are up to the end of the item."""
    position = place + 8
    for _ in range(_WASM_LOOKED_AT):
        if position == content.size:
            break
        section, length, begin = content.number(position, 1), *_leb(content.at(position + 1, _LEB_BYTES))
        if section not in _WASM_SECTIONS or not begin:
            return
        position += 1 + begin + length
    if place + 8 < position <= content.size:
        yield place


def _leb(data: bytes) -> tuple[int, int]:
    """Return an unsigned number in LEB128 and how many bytes it takes; none where it does not end."""
    number = 0
    for index, byte in enumerate(data):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004  # the last byte of the number
            return number, index + 1
    return 0, 0


def _order(little: bool) -> ByteOrder:  # the only argument there is
    return "little" if little else "big"
