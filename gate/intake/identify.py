"""Which containers a file is, by its content: all labels that fit, never just one.

Only fixed places are compared and a checksum counted, so that this may run outside of a worker.  A label says that
some reader would open the file as such a container; whether one of ours does is the registry's business.  Forms that
contain each other by design (a Debian package is an ``ar`` archive, a hybrid ISO image has a boot sector) get one
label, as nothing about them is ambiguous.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TypeAlias

from gate.intake.readers.installshield import is_setup_stream
from gate.intake.readers.overlay import overlay_start
from gate.intake.readers.picture import picture_with_more
from gate.intake.readers.sevenzip_disk import is_mbr
from gate.intake.readers.sis import is_sis
from gate.intake.readers.tar_header import has_checksum
from gate.intake.readers.upx import is_packed
from gate.intake.readers.zip_records import CENTRAL, CENTRAL_SIZE, DESCRIPTOR, END, END_SIZE, LOCAL, SATURATED_16
from gate.intake.text_formats import has_late_pdf_header, text_labels

HEAD_BYTES = 40_960
"""How much of the start of a file shows every container of the table: those of UDF come last."""
TAIL_BYTES = 66_000
"""How much of the end shows the end record of a zip file before its longest comment."""

_MAGIC: tuple[tuple[str, int, bytes], ...] = (
    ("zip", 0, LOCAL),
    ("zip", 0, END),
    ("zip", 0, DESCRIPTOR + LOCAL),
    ("zip", 0, b"PK00" + LOCAL),
    ("gzip", 0, b"\x1f\x8b\x08"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
    ("rar", 0, b"Rar!\x1a\x07"),
    ("cab", 0, b"MSCF\0\0\0\0"),
    ("installshield", 0, b"ISc("),
    ("zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("lz4", 0, b"\x04\x22\x4d\x18"),
    ("lz4", 0, b"\x02\x21\x4c\x18"),
    ("lzip", 0, b"LZIP"),
    ("lzop", 0, b"\x89LZO\0\r\n\x1a\n"),
    ("lrzip", 0, b"LRZI"),
    ("zpaq", 0, b"7kSt\xa0"),
    ("zpaq", 0, b"zPQ"),
    ("rpm", 0, b"\xed\xab\xee\xdb"),
    ("xar", 0, b"xar!\0"),
    ("wim", 0, b"MSWIM\0\0\0"),
    ("wim", 0, b"WLPWM\0\0\0"),
    ("ole", 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("chm", 0, b"ITSF\x03\0\0\0"),
    ("szdd", 0, b"SZDD\x88\xf0\x27\x33"),
    ("szdd", 0, b"SZ \x88\xf0\x27\x33\xd1"),
    ("szdd", 0, b"KWAJ\x88\xf0\x27\xd1"),
    ("cpio", 0, b"070701"),
    ("cpio", 0, b"070702"),
    ("cpio", 0, b"070707"),
    ("ace", 7, b"**ACE**"),
    ("zoo", 20, b"\xdc\xa7\xc4\xfd"),
    ("alz", 0, b"ALZ\x01"),
    ("egg", 0, b"EGGA"),
    ("stuffit", 0, b"SIT!"),
    ("stuffit", 0, b"StuffIt (c)"),
    ("asar", 16, b'{"files"'),
    ("nsis", 4, b"\xef\xbe\xad\xdeNullsoftInst"),
    ("inno", 0, b"zlb\x1a"),
    ("inno", 0, b"idska32\x1a"),
    ("inno", 0, b"idska16\x1a"),
    ("inno", 0, b"Inno Setup Setup Data ("),
    ("inno", 0, b"rDlPtS"),
    ("autoit", 0, b"\xa3\x48\x4b\xbe\x98\x6c\x4a\xa9\x99\x4c\x53\x0a\x86\xd6\x48\x7d"),
    ("nuitka", 0, b"KAY\x28\xb5\x2f\xfd"),
    ("tnef", 0, b"\x78\x9f\x3e\x22"),
    ("squashfs", 0, b"hsqs"),
    ("squashfs", 0, b"sqsh"),
    ("cramfs", 0, b"\x45\x3d\xcd\x28"),
    ("romfs", 0, b"-rom1fs-"),
    ("qcow", 0, b"QFI\xfb"),
    ("vmdk", 0, b"KDMV"),
    ("vhd", 0, b"conectix"),
    ("vhdx", 0, b"vhdxfile"),
)
_IMAGES: tuple[tuple[str, int, bytes], ...] = (
    ("iso", 32769, b"CD001"),
    ("udf", 32769, b"BEA01"),
    ("udf", 34817, b"NSR0"),
    ("apfs", 32, b"NXSB"),
    ("hfs", 1024, b"H+\0\x04"),
    ("hfs", 1024, b"HX\0\x05"),
    ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ("gpt", 512, b"EFI PART"),
    ("ntfs", 3, b"NTFS    "),
    ("fat", 3, b"EXFAT   "),
    ("fat", 54, b"FAT12   "),
    ("fat", 54, b"FAT16   "),
    ("fat", 82, b"FAT32   "),
)
"""Images of disks, of which one can hold signs of several: the first that fits is the label."""
_END = struct.Struct("<4xHHHHLLH")
_LZMA_HEADER = struct.Struct("<BLQ")
_LZMA_PROPERTIES = 225
_LZMA_LARGEST = 1 << 38
_ARJ_HEADER = range(31, 2601)
_ARJ_FIRST_HEADER = range(30, 65)
_CPIO_NAME = range(2, 1025)
_COMPRESS_BITS = range(9, 17)
_EXT_BLOCK_SIZES = range(7)
_EXT_STATES = range(8)
_PYINSTALLER = b"MEI\x0c\x0b\x0a\x0b\x0e"
"""The cookie near the end of the archive that PyInstaller appends to its loader."""
_COOKIE_WITHIN = 4096
_PACK_LEVELS = range(1, 25)
_SATURATED = 0xFFFFFFFF


def identify(head: bytes, tail: bytes, size: int) -> tuple[str, ...]:
    """Return the labels of all containers that a file of ``size`` bytes is, in the order of the table.

    ``head`` are its first and ``tail`` its last bytes: all of it where it is short, else at least ``HEAD_BYTES`` and
    ``TAIL_BYTES`` of them; with less of it fewer containers are known.  More than that is not looked at.
    """
    if not size:
        return ()
    first = head[:1]
    start = head[:HEAD_BYTES]
    labels = [label for label, magic in _AT_START.get(first, ()) if head.startswith(magic)]
    labels += [label for label, offset, magic in _FURTHER_ON if head.startswith(magic, offset)]
    labels += [label for label, test in _TESTS_BY_START.get(first, _TESTS_OF_ANY_START) if test(head)]
    image = _image(head, tail, size)
    if image:
        labels.append(image)
    labels += text_labels(start)
    # Behind something else a zip file is one where it ends the file; within a container that reads otherwise it is a
    # member's bytes, which that container's reader hands out, or hidden data, which it tells.
    ends = set(_zip_ends(tail, size))
    if size in ends or (ends and not labels):
        labels.append("zip")
    if not labels and _PYINSTALLER in tail[-_COOKIE_WITHIN:]:
        labels.append("pyinstaller")
    if not labels and has_late_pdf_header(head):
        labels.append("pdf")
    # What lies behind a program is its own affair unless it can be told to be a container of another kind.
    if not labels and overlay_start(start, size) is not None:
        labels.append("overlay")
    if not labels and picture_with_more(head, tail, size):
        labels.append("picture")
    return tuple(dict.fromkeys(labels))


def _image(head: bytes, tail: bytes, size: int) -> str:
    if tail[-512:-508] == b"koly":
        return "dmg"
    if tail[-512:-504] == b"conectix":
        return "vhd"
    for label, offset, magic in _IMAGES:
        if head.startswith(magic, offset):
            return label
    if _is_ext(head):
        return "ext"
    return "mbr" if is_mbr(head, size) else ""


def _is_ar(head: bytes) -> bool:
    return head.startswith((b"!<arch>\n", b"!<thin>\n")) and not _is_deb(head)


def _is_deb(head: bytes) -> bool:
    return head.startswith(b"!<arch>\ndebian")


def _is_bzip2(head: bytes) -> bool:
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in {b"1AY&SY", b"\x17\x72\x45\x38\x50\x90"}


def _is_lzma(head: bytes) -> bool:
    """Say whether the header is that of the old ``.lzma`` format, which has no magic: as liblzma tells it."""
    if len(head) <= _LZMA_HEADER.size:
        return False
    properties, dictionary, size = _LZMA_HEADER.unpack_from(head)
    lowest = dictionary & -dictionary
    plausible = dictionary in {lowest, 3 * lowest, _SATURATED} and dictionary >= 1 << 12
    known = 0 < size < _LZMA_LARGEST or size == (1 << 64) - 1
    # The first byte of the coded data is always zero.  Properties of zero, which no encoder uses, would make
    # matrices of numbers look like this format.
    return 0 < properties < _LZMA_PROPERTIES and plausible and known and head[_LZMA_HEADER.size] == 0


def _is_arj(head: bytes) -> bool:
    if not head.startswith(b"\x60\xea") or head[10:11] != b"\2":
        return False
    return int.from_bytes(head[2:4], "little") in _ARJ_HEADER and head[4] in _ARJ_FIRST_HEADER


def _is_binary_cpio(head: bytes) -> bool:
    for magic, order in ((b"\xc7\x71", "little"), (b"\x71\xc7", "big")):
        length = int.from_bytes(head[20:22], "little" if order == "little" else "big")
        if head.startswith(magic) and length in _CPIO_NAME and head[26 + length - 1 : 26 + length] == b"\0":
            return True
    return False


def _is_skippable_zstd(head: bytes) -> bool:
    return head[1:4] == b"\x2a\x4d\x18" and b"\x50" <= head[:1] <= b"\x5f"


def _is_ext(head: bytes) -> bool:
    if head[1080:1082] != b"\x53\xef" or head[1100:1104] not in {b"\0\0\0\0", b"\1\0\0\0"}:
        return False
    block_size, state = int.from_bytes(head[1048:1052], "little"), int.from_bytes(head[1082:1084], "little")
    return block_size in _EXT_BLOCK_SIZES and state in _EXT_STATES


def _is_lzh(head: bytes) -> bool:
    return head[2:5] in {b"-lh", b"-lz", b"-pm"} and head[6:7] == b"-"


def _is_compress(head: bytes) -> bool:
    return head.startswith(b"\x1f\x9d") and bool(head[2:3]) and head[2] & 0x1F in _COMPRESS_BITS and not head[2] & 0x60


def _is_pack(head: bytes) -> bool:
    return head.startswith(b"\x1f\x1e") and bool(head[6:7]) and head[6] in _PACK_LEVELS


_Test: TypeAlias = tuple[str, Callable[[bytes], bool]]
_ANY = bytes(range(256))
_TESTS: tuple[tuple[str, bytes, Callable[[bytes], bool]], ...] = (
    ("tar", _ANY, lambda head: has_checksum(head[:512])),
    ("bzip2", b"B", _is_bzip2),
    ("lzma", bytes(range(1, _LZMA_PROPERTIES)), _is_lzma),
    ("deb", b"!", _is_deb),
    ("ar", b"!", _is_ar),
    ("compress", b"\x1f", _is_compress),
    ("pack", b"\x1f", _is_pack),
    ("lzh", _ANY, _is_lzh),
    ("arj", b"\x60", _is_arj),
    ("installshield", b"IN", is_setup_stream),
    ("sis", _ANY, is_sis),
    ("upx", b"M\x7f\xca\xce\xcf\xfe", is_packed),
    ("cpio", b"\xc7\x71", _is_binary_cpio),
    ("zstd", bytes(range(0x50, 0x60)), _is_skippable_zstd),
)
"""Label, the bytes with which such a file can begin, and the test."""

# Nearly every item is no container: what cannot fit its first byte is not even looked at.
_AT_START = {
    magic[:1]: tuple((label, other) for label, offset, other in _MAGIC if not offset and other[:1] == magic[:1])
    for _, offset, magic in _MAGIC
    if not offset
}
_FURTHER_ON = tuple(entry for entry in _MAGIC if entry[1])
_TESTS_OF_ANY_START: tuple[_Test, ...] = tuple((label, test) for label, starts, test in _TESTS if starts == _ANY)
_TESTS_BY_START: dict[bytes, tuple[_Test, ...]] = {
    bytes([start]): tuple((label, test) for label, starts, test in _TESTS if start in starts) for start in range(256)
}


def _zip_ends(tail: bytes, size: int) -> Iterator[int]:
    """Yield where each plausible end record in ``tail``, with its comment, ends in the file."""
    start = size - len(tail)
    begin = max(0, len(tail) - TAIL_BYTES)
    # One byte is looked for many times as fast as four, and texts do not hold this one.
    first = tail.find(END[-1:], begin)
    position = tail.find(END, max(begin, first - len(END) + 1)) if first >= 0 else -1
    while position >= 0:
        if position + END_SIZE <= len(tail):
            disk, directory_disk, entries, total, length, offset, comment = _END.unpack_from(tail, position)
            stop = start + position + END_SIZE + comment
            whole = {disk, directory_disk} <= {0, SATURATED_16} and entries == total != 0
            if stop == size or (whole and _directory_fits(tail, start, position, (entries, length, offset))):
                yield stop
        position = tail.find(END, position + 1)


def _directory_fits(tail: bytes, start: int, position: int, directory: tuple[int, int, int]) -> bool:
    """Say whether the directory that an end record tells of can stand before it; one further away is believed."""
    entries, length, offset = directory
    if _SATURATED in {length, offset} or entries == SATURATED_16:
        return True
    if length < CENTRAL_SIZE * entries or offset + length > start + position:
        return False
    begin = position - length
    return begin < 0 or tail.startswith(CENTRAL, begin)
