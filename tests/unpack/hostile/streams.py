"""Hostile compressed streams: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Iterator

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.tar_writer import END, member
from tests.unpack.hostile.zip_writer import deflate

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


def compressed(label: str, data: bytes) -> bytes:
    """Return ``data`` in the form of a label."""
    if label == "gzip":
        return gzip.compress(data, mtime=0)
    if label == "bzip2":
        return bz2.compress(data)
    return lzma.compress(data, lzma.FORMAT_XZ if label == "xz" else lzma.FORMAT_ALONE, preset=1)


def zeros(label: str) -> bytes:
    """Return a small file that expands to ``ZEROS`` bytes."""
    block = bytes(1 << 22)
    if label == "gzip":
        coder = zlib.compressobj(9, zlib.DEFLATED, 31)
        return b"".join(coder.compress(block) for _ in range(ZEROS >> 22)) + coder.flush()
    if label == "bzip2":
        return bz2.compress(block) * (ZEROS >> 22)
    return lzma.compress(block, lzma.FORMAT_XZ, preset=0) * (ZEROS >> 22)


def everywhere() -> Iterator[Case]:
    """What can be wrong with each of the formats."""
    tar = member(b"payload.exe", PAYLOAD) + END
    for label in ("gzip", "bzip2", "xz", "lzma"):
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
            broken[-6 if label != "xz" else -40] ^= 0x55
            yield case(f"{label}-crc", label, "a wrong checksum", bytes(broken), "corrupt")
            yield case(
                f"{label}-second-broken",
                label,
                "a second stream that is none",
                compressed(label, PAYLOAD) + whole[:4] + b"?" * 30,
                "hidden-data" if label == "xz" else "corrupt",
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


def bombs() -> Iterator[Case]:
    """Small files that expand to a lot."""
    for label in ("gzip", "bzip2", "xz"):
        yield Case(f"{label}-bomb", label, "expands to 256 MiB of zeros", zeros(label), frozenset(), bomb=True)


CASES = [*everywhere(), *particular(), *bombs()]
