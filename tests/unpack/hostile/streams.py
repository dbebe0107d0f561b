"""Hostile compressed streams: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import sys
import zlib
from collections.abc import Iterator

import lz4.frame  # type: ignore[import-untyped]  # it ships no types

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.tar_writer import END, member
from tests.unpack.hostile.zip_writer import deflate

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ZEROS = 256 << 20
"""What the bombs expand to: more than a budget lets through here."""


def case(name: str, label: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False) -> Case:
    """Return a case for a stream reader; ``gives`` are words."""
    return Case(f"{name}", label, why, data, frozenset(gives.split()), detail, reached)


def gzip_member(
    content: bytes, flags: int = 0, fields: bytes = b"", *, crc: int | None = None, size: int | None = None
) -> bytes:
    """Return a gzip member (RFC 1952)."""
    checksum = zlib.crc32(content) if crc is None else crc
    length = len(content) if size is None else size
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\0\xff"
    return head + fields + deflate(content) + struct.pack("<LL", checksum, length & 0xFFFFFFFF)


def lzip_member(content: bytes, *, crc: int | None = None, size: int | None = None, version: int = 1) -> bytes:
    """Return an lzip member: the stream of a ``.lzma`` file with another header, and a trailer."""
    stream = lzma.compress(content, lzma.FORMAT_ALONE, preset=6)[13:]
    checksum = zlib.crc32(content) if crc is None else crc
    length = len(content) if size is None else size
    return b"LZIP" + bytes([version, 23]) + stream + struct.pack("<LQQ", checksum, length, len(stream) + 26)


def skippable(content: bytes, magic: int = 0x51) -> bytes:
    """Return a skippable frame of Zstandard or lz4."""
    return bytes([magic]) + b"\x2a\x4d\x18" + struct.pack("<L", len(content)) + content


def seek_table(sizes: list[tuple[int, int]]) -> bytes:
    """Return the frame at the end of a file in Zstandard's seekable format: packed and expanded size of each frame."""
    entries = b"".join(struct.pack("<LL", packed, size) for packed, size in sizes)
    return skippable(entries + struct.pack("<LBL", len(sizes), 0, 0x8F92EAB1), 0x5E)


def compressed(label: str, data: bytes) -> bytes:
    """Return ``data`` in the form of a label."""
    if label == "gzip":
        return gzip.compress(data, mtime=0)
    if label == "zstd":
        return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})
    if label == "lz4":
        return bytes(lz4.frame.compress(data, content_checksum=True))
    if label == "lzip":
        return lzip_member(data)
    if label == "bzip2":
        return bz2.compress(data)
    return lzma.compress(data, lzma.FORMAT_XZ if label == "xz" else lzma.FORMAT_ALONE, preset=1)


def zeros(label: str) -> bytes:
    """Return a small file that expands to ``ZEROS`` bytes."""
    block = bytes(1 << 22)
    if label == "gzip":
        coder = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join(coder.compress(block) for _ in range(ZEROS >> 22)) + coder.flush()
    if label != "xz":
        return compressed(label, block) * (ZEROS >> 22)
    return lzma.compress(block, lzma.FORMAT_XZ, preset=0) * (ZEROS >> 22)


def everywhere() -> Iterator[Case]:
    """What can be wrong with each of the formats."""
    tar = member(b"payload.exe", PAYLOAD) + END
    for label in ("gzip", "bzip2", "xz", "lzma", "zstd", "lz4", "lzip"):
        whole = compressed(label, PAYLOAD)
        yield case(
            f"{label}-trailing",
            label,
            "data behind the last stream",
            compressed(label, b"x") + PAYLOAD,
            "hidden-data",
            "behind the end",
            reached=True,
        )
        yield case(f"{label}-cut", label, "cut off", compressed(label, PAYLOAD * 3000)[:-9], "corrupt", reached=True)
        yield case(f"{label}-cut-head", label, "cut off in its first bytes", whole[:18], "corrupt")
        yield case(
            f"{label}-tar-cut",
            label,
            "a tar file inside that is cut off",
            compressed(label, tar[:700]),
            "corrupt",
            reached=True,
        )
        yield case(
            f"{label}-tar-trailing",
            label,
            "data behind the end of a tar file inside",
            compressed(label, member(b"a") + END + PAYLOAD),
            "hidden-data",
            reached=True,
        )
        if label != "lzma":
            broken = bytearray(whole)
            broken[{"xz": -40, "zstd": -2, "lz4": -2}.get(label, -6)] ^= 0x55
            yield case(f"{label}-crc", label, "a wrong checksum", bytes(broken), "corrupt")
            yield case(
                f"{label}-second-broken",
                label,
                "a second stream that is none",
                compressed(label, PAYLOAD) + whole[:4] + b"?" * 30,
                {"xz": "hidden-data", **dict.fromkeys(("lzip", "zstd", "lz4"), "unsupported")}.get(label, "corrupt"),
                reached=True,
            )
            yield case(
                f"{label}-behind-zeros",
                label,
                "a second stream behind zeros that some readers stop at",
                compressed(label, b"x") + bytes(6) + whole,
                "corrupt" if label == "xz" else "hidden-data",
                reached=label == "xz",
            )


def particular() -> Iterator[Case]:
    """What can be wrong with one of them."""
    yield case(
        "gzip-extra",
        "gzip",
        "a payload in the extra field",
        gzip_member(b"x", 4, struct.pack("<H", len(PAYLOAD)) + PAYLOAD),
        "hidden-data",
        "extra",
        reached=True,
    )
    yield case(
        "gzip-name",
        "gzip",
        "a payload in the name",
        gzip_member(b"x", 8, b"\1" + PAYLOAD + b"\0"),
        "hidden-data",
        "name",
        reached=True,
    )
    yield case(
        "gzip-comment",
        "gzip",
        "a payload in the comment",
        gzip_member(b"x", 16, PAYLOAD * 50 + b"\0"),
        "hidden-data",
        "comment",
        reached=True,
    )
    yield case(
        "gzip-endless-name", "gzip", "a name without an end", gzip_member(b"x", 8, b"n" * 5000)[:5000], "corrupt"
    )
    yield case("gzip-size", "gzip", "a wrong size", gzip_member(PAYLOAD, size=3), "corrupt", "size", reached=True)
    yield case("gzip-reserved", "gzip", "a reserved flag", gzip_member(PAYLOAD, 0x20), "unsupported")
    yield case(
        "gzip-header-checksum",
        "gzip",
        "a wrong checksum of the header",
        gzip_member(PAYLOAD, 2, b"??"),
        "corrupt",
        "header checksum",
    )
    yield case(
        "gzip-crowded",
        "gzip",
        "thousands of payloads in extra fields",
        gzip_member(b"", 4, struct.pack("<H", 9) + b"?payload?") * 3000,
        "hidden-data too-many",
        "places",
    )
    yield case(
        "gzip-many",
        "gzip",
        "100,000 empty members, then a payload behind the end",
        gzip_member(b"") * 100_000 + PAYLOAD,
        "hidden-data",
        reached=True,
    )
    yield case(
        "xz-check",
        "xz",
        "a kind of check that is not known",
        b"\xfd7zXZ\0\0\x0f" + struct.pack("<L", zlib.crc32(b"\0\x0f")) + bytes(16),
        "corrupt",
    )
    yield case(
        "lzma-dictionary",
        "lzma",
        "a dictionary of 3 GiB",
        b"\x5d\0\0\0\xc0" + b"\xff" * 8 + bytes(20),
        "too-large",
        "memory",
    )


def frames() -> Iterator[Case]:
    """What can be wrong with files of frames: Zstandard, lz4 and lzip."""
    whole = compressed("zstd", PAYLOAD)
    for label in ("zstd", "lz4"):
        yield case(
            f"{label}-skippable",
            label,
            "a payload in a skippable frame",
            compressed(label, b"x") + skippable(PAYLOAD) + compressed(label, b"y"),
            "hidden-data",
            "skippable frame",
            reached=True,
        )
        yield case(
            f"{label}-skippable-cut",
            label,
            "a skippable frame that is cut off",
            compressed(label, b"x") + skippable(PAYLOAD * 2)[: len(PAYLOAD) + 8],
            "hidden-data corrupt",
            reached=True,
        )
    yield case(
        "zstd-skippable-first",
        "zstd",
        "a payload in a skippable frame before the first frame",
        skippable(PAYLOAD) + whole,
        "hidden-data",
        reached=True,
    )
    yield case(
        "zstd-skippable-crowded",
        "zstd",
        "thousands of skippable frames",
        compressed("zstd", b"x") + skippable(b"?payload?") * 3000,
        "hidden-data too-many",
        "places",
    )
    yield case(
        "zstd-parallel-size",
        "zstd",
        "four bytes where pzstd has the size of the next frame",
        skippable(b"evil", 0x50) + whole,
        "hidden-data",
        "skippable frame",
        reached=True,
    )
    yield case(
        "zstd-seek-table-sizes",
        "zstd",
        "a seek table with other sizes than those of the frames",
        whole + seek_table([(len(whole), len(PAYLOAD) + 1)]),
        "hidden-data",
        "skippable frame",
    )
    yield case(
        "zstd-seek-table-early",
        "zstd",
        "a seek table that is not at the end",
        whole + seek_table([(len(whole), len(PAYLOAD))]) + whole,
        "hidden-data",
        "skippable frame",
    )
    yield case(
        "zstd-seek-table-payload",
        "zstd",
        "a payload before the footer of a seek table",
        whole + skippable(PAYLOAD + struct.pack("<LBL", 1, 0, 0x8F92EAB1), 0x5E),
        "hidden-data",
        "skippable frame",
        reached=True,
    )
    yield case("zstd-window", "zstd", "a window of 2 GiB", b"\x28\xb5\x2f\xfd\0\xa8" + bytes(9), "too-large", "memory")
    yield case(
        "zstd-dictionary",
        "zstd",
        "a frame that needs a dictionary",
        b"\x28\xb5\x2f\xfd\x01\x50\x07" + b"\x01\0\0",
        "unsupported",
        "dictionary",
    )
    yield case("zstd-reserved", "zstd", "a reserved bit", b"\x28\xb5\x2f\xfd\x0c\x50" + bytes(9), "unsupported")
    yield case(
        "lz4-dictionary",
        "lz4",
        "a frame that needs a dictionary",
        b"\x04\x22\x4d\x18\x41\x40" + bytes(9),
        "unsupported",
        "dictionary",
    )
    yield case(
        "lz4-legacy-cut",
        "lz4",
        "a legacy frame that is cut off",
        b"\x02\x21\x4c\x18" + struct.pack("<L", 90) + b"\xf0?" * 20,
        "corrupt",
        "truncated",
    )
    yield case(
        "lz4-legacy-broken",
        "lz4",
        "a legacy block that is none",
        b"\x02\x21\x4c\x18" + struct.pack("<L", 9) + b"\x0f" * 9,
        "corrupt",
    )
    yield case(
        "lz4-legacy-trailing",
        "lz4",
        "data behind a legacy frame",
        b"\x02\x21\x4c\x18" + struct.pack("<L", 3) + b"\x20ab" + PAYLOAD,
        "hidden-data",
        reached=True,
    )
    yield case("lzip-size", "lzip", "a wrong size", lzip_member(PAYLOAD, size=3), "corrupt", "size", reached=True)
    yield case("lzip-version", "lzip", "version 0", lzip_member(PAYLOAD, version=0), "unsupported")
    yield case(
        "lzip-dictionary-bits", "lzip", "a dictionary that cannot be", b"LZIP\x01\x05" + bytes(40), "corrupt", "header"
    )
    yield case(
        "lzip-dictionary",
        "lzip",
        "a dictionary of 512 MiB",
        b"LZIP\x01\x1d" + bytes(40),
        "too-large",
        "memory",
    )


def bombs() -> Iterator[Case]:
    """Small files that expand to a lot."""
    for label in ("gzip", "bzip2", "xz", "zstd", "lz4", "lzip"):
        yield Case(f"{label}-bomb", label, "expands to 256 MiB of zeros", zeros(label), frozenset(), bomb=True)


CASES = [*everywhere(), *particular(), *frames(), *bombs()]
