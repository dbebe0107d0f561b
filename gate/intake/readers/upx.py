"""What programs packed by UPX unpack to: the whole program of ELF files, the image in memory of Windows programs.

The program ``upx`` itself refuses to read from a descriptor and writes to files, neither of which a confined worker
allows, so that its blocks are read here.  Layouts as known from UPX: a header with checksums where the packed data of
a Windows program begins, and in ELF files two small headers behind the program headers, then blocks.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from gate.intake.readers import overlay
from gate.intake.readers.checks import pieces
from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import Event, Member, Options, Source, Trouble
from gate.intake.readers.made_up import carry, hidden
from gate.intake.readers.upx_elf import is_packed_elf, read_elf
from gate.intake.readers.upx_filter import restore_jumps
from gate.intake.readers.upx_header import HEADER, PackHeader, headers
from gate.intake.readers.upx_nrv import unpacked

HEAD_BYTES = 40_960
"""The header of a packed Windows program stands within so many bytes of its file."""
UNPACKED_BYTES = 64 << 20
"""Most bytes that are unpacked: the whole of it is in memory."""
_WINDOWS = frozenset({9, 36})
_MACH = frozenset({b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"})


def is_packed(head: bytes) -> bool:
    """Say whether a file that begins with ``head``, at least ``HEAD_BYTES`` of it, is a program packed by UPX."""
    if head.startswith(b"\x7fELF"):
        return is_packed_elf(head)
    if head.startswith(b"MZ") or head[:4] in _MACH:
        return b"UPX!" in head[:HEAD_BYTES] and any(True for _ in headers(head[:HEAD_BYTES]))
    return False


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield the unpacked program as one member, then what lies behind the packed one.

    A program that cannot be unpacked is a gap.
    """
    head = source.read_at(0, HEAD_BYTES)
    is_elf = head.startswith(b"\x7fELF")
    end = source.size
    try:
        if is_elf:
            program, end = read_elf(source, UNPACKED_BYTES)
            trouble = None
        else:
            program, trouble = _windows_program(source, head)
    except Damaged as damage:
        yield Trouble(f"packed by UPX, not unpacked: {damage.detail}", reason=damage.reason)
    else:
        yield Member(b"unpacked", size=len(program), made_up=True)
        yield from pieces(program)
        if trouble is not None:
            yield trouble
    if not is_elf:
        yield from overlay.read(source, options)
    elif end < source.size:
        yield from carry(source, end, source.size, b"trailing", hidden("data behind the packed program"))


def _windows_program(source: Source, head: bytes) -> tuple[bytes, Trouble | None]:
    """Return the image of a packed Windows program.  Raises :class:`Damaged`."""
    damage = Damaged("no form of packing that is read", "unsupported")
    for place, header in headers(head):
        if header.form not in _WINDOWS:
            continue
        if max(header.size, header.packed_size) > UNPACKED_BYTES:
            raise Damaged(f"more than {UNPACKED_BYTES >> 20} MiB", "too-large")
        packed = source.read_at(place + HEADER.size, header.packed_size)
        if len(packed) == header.packed_size and zlib.adler32(packed) == header.packed_checksum:
            return _image(source, packed, header)
        damage = Damaged("checksum mismatch")
    raise damage


def _image(source: Source, packed: bytes, header: PackHeader) -> tuple[bytes, Trouble | None]:
    image = unpacked(packed, header.size, header.method)
    if zlib.adler32(image) != header.checksum:
        raise Damaged("checksum mismatch")
    if not header.filter:
        return image, None
    code = _code_of(source, image)
    restored = bytearray(image)
    if code is None or not restore_jumps(restored, *code, header.filter, header.filter_mark):
        told = Trouble("the targets of its jumps are not restored", reason="unsupported", in_member=True)
        return image, told
    return bytes(restored), None


def _code_of(source: Source, image: bytes) -> tuple[int, int] | None:
    """Return where the code is in the image, by the original headers that UPX keeps at its end."""
    new = int.from_bytes(source.read_at(60, 4), "little")
    coff = source.read_at(new, 24)
    first_section = source.read_at(new + 24 + int.from_bytes(coff[20:22], "little"), 40)
    lowest = int.from_bytes(first_section[12:16], "little")
    place = int.from_bytes(image[-4:], "little")
    original = image[place : place + 48]
    if not original.startswith(b"PE\0\0") or len(original) < 48:  # noqa: PLR2004  # up to the place of the code
        return None
    size, begin = int.from_bytes(original[28:32], "little"), int.from_bytes(original[44:48], "little") - lowest
    return (begin, begin + size) if 0 <= begin <= begin + size <= len(image) else None
