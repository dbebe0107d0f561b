"""Where a program ends in its file, by its own headers: PE, DOS, ELF and Mach-O.

PE/COFF: "PE Format" of the Windows documentation.  ELF: System V gABI, chapter 4.  Mach-O: <mach-o/loader.h> and
<mach-o/fat.h>.  All functions are pure; ``read`` returns bytes at a place, fewer where the file ends or where no more
is known, which makes the answer smaller than the truth and never larger.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

Read = Callable[[int, int], bytes]
Span = tuple[int, int]

_MZ = (b"MZ", b"ZM")
_PE = b"PE\0\0"
_OTHER_NEW = (b"NE", b"LE", b"LX", b"PE")
_SECTION, _SYMBOL = 40, 18
_SECTIONS = 96
_OPTIONAL_32, _OPTIONAL_64 = 0x10B, 0x20B
_CERTIFICATES, _DEBUG = 4, 6
_DEBUG_ENTRY, _DEBUG_ENTRIES = 28, 32
_ALIGNMENT = 8
"""Fewer bytes than this are what lies between a program and an aligned signature."""
_ELF = b"\x7fELF"
_SH_NOBITS = 8
_ELF_ENTRIES = 4096
_THIN = {b"\xce\xfa\xed\xfe": "<", b"\xcf\xfa\xed\xfe": "<", b"\xfe\xed\xfa\xce": ">", b"\xfe\xed\xfa\xcf": ">"}
_FAT = {b"\xca\xfe\xba\xbe": ">LLLLL", b"\xca\xfe\xba\xbf": ">LLQQLL"}
_FAT_ARCHITECTURES = range(1, 43)
"""A Java class has the same magic; its version, which stands in this place, is 45 or more."""
_SEGMENT, _SEGMENT_64 = 0x1, 0x19
_COMMANDS = 1024
_DOS_PAGE = 512


def behind(read: Read, size: int) -> list[Span]:
    """Return what of a file of ``size`` bytes lies behind the program at its start, apart from its signature.

    Empty where the file is no program.  Gaps between the parts of a program are filling, and no business of ours.
    """
    spans: list[Span] = []
    signature: Span = (size, size)
    for start, stop in _parts(read, spans):
        if start >= 0 and stop > start:
            signature = (start, stop)
    stops = [stop for start, stop in spans if 0 <= start < stop and start < size]
    if not stops:
        return []
    end = min(max(stops), size)
    # A signature is last, but for bytes with which someone has stretched the file behind it.
    first, last = max(end, signature[0]), max(end, signature[1])
    regions = [(end, first), (last, size)] if first < size else [(end, size)]
    return [(start, stop) for start, stop in regions if stop - start >= _ALIGNMENT]


def end_of(read: Read, size: int) -> int:
    """Return where the program at the start of a file of ``size`` bytes ends, signature included; 0 for all else."""
    spans: list[Span] = []
    signatures = list(_parts(read, spans))
    stops = [stop for start, stop in [*spans, *signatures] if 0 <= start < stop and start < size]
    return min(max(stops, default=0), size)


def _parts(read: Read, spans: list[Span]) -> Iterator[Span]:
    """Add the parts of a program to ``spans``; yield the places of its signature."""
    head = read(0, 64)
    if head[:2] in _MZ:
        yield from _windows_or_dos(read, head, spans)
    elif head.startswith(_ELF):
        spans.extend(_elf(read, head))
    elif head[:4] in _THIN:
        spans.extend(_mach(read, head))
    elif head[:4] in _FAT:
        spans.extend(_fat(read, head))


def _windows_or_dos(read: Read, head: bytes, spans: list[Span]) -> Iterator[Span]:
    if len(head) < 64:  # noqa: PLR2004  # the size of the header
        return
    new = int.from_bytes(head[60:64], "little")
    signature = read(new, 4)
    if signature == _PE:
        yield from _pe(read, new, spans)
    elif signature[:2] not in _OTHER_NEW:
        last, pages = struct.unpack_from("<HH", head, 2)
        if pages:
            spans.append((0, pages * _DOS_PAGE - (_DOS_PAGE - last if 0 < last < _DOS_PAGE else 0)))


def _pe(read: Read, new: int, spans: list[Span]) -> Iterator[Span]:
    coff = read(new + 4, 20)
    if len(coff) < 20:  # noqa: PLR2004  # the size of the header
        return
    count, symbols, symbol_count, optional_size = struct.unpack("<2xH4xLLH2x", coff)
    optional = read(new + 24, min(optional_size, 512))
    table = new + 24 + optional_size
    spans.append((0, table + min(count, _SECTIONS) * _SECTION))
    if len(optional) >= 64:  # noqa: PLR2004  # up to the size of all headers
        spans.append((0, int.from_bytes(optional[60:64], "little")))
    sections = []
    for number in range(min(count, _SECTIONS)):
        section = read(table + number * _SECTION, _SECTION)
        if len(section) == _SECTION:
            address, size, start = struct.unpack_from("<LLL", section, 12)
            sections.append((address, size, start))
            if size and start:
                spans.append((start, start + size))
    if symbols and symbol_count:
        end = symbols + symbol_count * _SYMBOL
        spans.append((symbols, end + int.from_bytes(read(end, 4), "little")))
    spans.extend(_debug(read, _directory(optional, _DEBUG), sections))
    start, size = _directory(optional, _CERTIFICATES)
    if start and size:
        yield start, start + size


def _directory(optional: bytes, number: int) -> tuple[int, int]:
    """Return address and size of an entry of the data directories; for certificates the address is a file offset."""
    base = {_OPTIONAL_32: 96, _OPTIONAL_64: 112}.get(int.from_bytes(optional[:2], "little"))
    if base is None or len(optional) < base + 8 * (number + 1):
        return 0, 0
    address, size = struct.unpack_from("<LL", optional, base + 8 * number)
    return address, size


def _debug(read: Read, directory: tuple[int, int], sections: list[tuple[int, int, int]]) -> Iterator[Span]:
    """Yield where debugging data lies, which may stand behind all sections."""
    address, size = directory
    for base, extent, start in sections:
        if size and base <= address < base + extent:
            for number in range(min(size // _DEBUG_ENTRY, _DEBUG_ENTRIES)):
                entry = read(start + address - base + number * _DEBUG_ENTRY, _DEBUG_ENTRY)
                if len(entry) == _DEBUG_ENTRY:
                    length, place = struct.unpack_from("<L4xL", entry, 16)
                    yield place, place + length
            return


def elf_section(read: Read, name: bytes) -> Span | None:
    """Return where the first section of that name lies in an ELF file; None where there is none, or no ELF file."""
    found = _elf_header(read(0, 64))
    if found is None:
        return None
    order, wide, fields = found
    table, size, count, names = fields[5], fields[10], fields[11], fields[12]
    form = struct.Struct(f"{order}{'LL16xQQ' if wide else 'LL8xLL'}")
    rows = [read(table + number * size, form.size) for number in range(min(count, _ELF_ENTRIES))]
    sections = [form.unpack(row) for row in rows if len(row) == form.size]
    if names >= len(sections):
        return None
    texts = sections[names][2]
    for text, _, start, length in sections:
        if read(texts + text, len(name) + 1) == name + b"\0":
            return start, start + length
    return None


def _elf_header(head: bytes) -> tuple[str, bool, tuple[int, ...]] | None:
    """Return byte order, whether it is of 64 bit, and the fields of an ELF header; None where it is no such header."""
    if not head.startswith(_ELF) or len(head) < 52 or head[4] not in {1, 2} or head[5] not in {1, 2}:  # noqa: PLR2004  # class, byte order
        return None
    order = "<" if head[5] == 1 else ">"
    wide = head[4] == 2  # noqa: PLR2004  # 64 bit
    form = f"{order}{'16xHHLQQQLHHHHHH' if wide else '16xHHLLLLLHHHHHH'}"
    return (order, wide, struct.unpack_from(form, head)) if len(head) >= struct.calcsize(form) else None


def _elf(read: Read, head: bytes) -> Iterator[Span]:
    found = _elf_header(head)
    if found is None:
        return
    order, wide, fields = found
    programs, sections, header = fields[4], fields[5], fields[7]
    program_size, program_count, section_size, section_count = fields[8:12]
    yield 0, header
    if programs:
        yield programs, programs + program_size * program_count
    place = f"{order}{'8xQ16xQ' if wide else '4xL8xL'}"
    yield from _elf_entries(read, (programs, program_size, program_count), place)
    if sections:
        yield sections, sections + section_size * section_count
    place = f"{order}{'4xL16xQQ' if wide else '4xL8xLL'}"
    for number in range(min(section_count, _ELF_ENTRIES) if sections else 0):
        entry = read(sections + number * section_size, struct.calcsize(place))
        if len(entry) == struct.calcsize(place):
            kind, start, size = struct.unpack(place, entry)
            if kind != _SH_NOBITS and start:
                yield start, start + size


def _elf_entries(read: Read, table: tuple[int, int, int], place: str) -> Iterator[Span]:
    start, size, count = table
    for number in range(min(count, _ELF_ENTRIES) if start else 0):
        entry = read(start + number * size, struct.calcsize(place))
        if len(entry) == struct.calcsize(place):
            begin, length = struct.unpack(place, entry)
            yield begin, begin + length


def _mach(read: Read, head: bytes) -> Iterator[Span]:
    order = _THIN[head[:4]]
    if len(head) < 28:  # noqa: PLR2004  # the shorter of the two headers
        return
    wide = head[:4] in {b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xcf"}
    count, size = struct.unpack_from(f"{order}LL", head, 16)
    position = 32 if wide else 28
    yield 0, position + size
    for _ in range(min(count, _COMMANDS)):
        command = read(position, 64)
        if len(command) < 8:  # noqa: PLR2004  # its kind and size
            return
        kind, length = struct.unpack_from(f"{order}LL", command)
        form = {_SEGMENT: f"{order}LL", _SEGMENT_64: f"{order}QQ"}.get(kind)
        at = 40 if kind == _SEGMENT_64 else 32
        if form is not None and len(command) >= at + struct.calcsize(form):
            start, extent = struct.unpack_from(form, command, at)
            yield start, start + extent
        if length < 8:  # noqa: PLR2004  # it would never end
            return
        position += length


def _fat(read: Read, head: bytes) -> Iterator[Span]:
    count = int.from_bytes(head[4:8], "big")
    if count not in _FAT_ARCHITECTURES:
        return
    form = _FAT[head[:4]]
    yield 0, 8 + count * struct.calcsize(form)
    for number in range(count):
        entry = read(8 + number * struct.calcsize(form), struct.calcsize(form))
        if len(entry) == struct.calcsize(form):
            start, size = struct.unpack(form, entry)[2:4]
            yield start, start + size
