"""Honest archives with unusual features read whole and without a word: the twins of the hostile ones."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable

import pytest

from tests.unpack.hostile.streams import gzip_member
from tests.unpack.hostile.tar_writer import END, GNU, OLD, header, long_name, member, octal, padded, pax
from tests.unpack.hostile.tars import old_sparse
from tests.unpack.hostile.zip_writer import (
    DOS,
    Entry,
    Fields,
    archive,
    deflate,
    end64_records,
    end_record,
    extra_field,
    plain,
)
from tests.unpack.hostile.zips import signing_block
from tests.unpack.reader_kit import labels_of, read_bytes

TEXT = b"an honest text\n" * 20
SIZES = struct.pack("<LLL", zlib.crc32(TEXT), len(deflate(TEXT)), len(TEXT))
SIZES_64 = struct.pack("<LQQ", zlib.crc32(TEXT), len(deflate(TEXT)), len(TEXT))
LATE = Fields(b"a", 8, 8, crc=0, compressed=0, size=0)
LATE_64 = Fields(b"a", 8, 8, crc=0, compressed=0xFFFFFFFF, size=0xFFFFFFFF, extra=extra_field(1, bytes(16)))
SIGNING_BLOCK = signing_block(struct.pack("<QL", 4 + 32, 0x7109871A) + bytes(32))
WIDE = extra_field(1, struct.pack("<QQ", len(TEXT), len(TEXT)))


def zip64() -> bytes:
    """Return a zip file with zip64 records although it needs none."""
    entry = Entry(Fields(b"a", compressed=0xFFFFFFFF, size=0xFFFFFFFF, extra=WIDE), TEXT)
    body, directory = entry.local_record(), entry.central_record(0)
    wide = end64_records(1, len(directory), len(body), len(body) + len(directory))
    return body + directory + wide + end_record(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def unicode_path(stored: bytes, text: str) -> bytes:
    """Return a Unicode path field for a stored name."""
    return extra_field(0x7075, b"\1" + struct.pack("<L", zlib.crc32(stored)) + text.encode())


def unordered() -> bytes:
    """Return a zip file whose directory names the entries in another order than that of their data."""
    first, second = plain(b"a", TEXT), plain(b"b", TEXT, 8)
    body = first.local_record() + second.local_record()
    directory = second.central_record(len(first.local_record())) + first.central_record(0)
    return body + directory + end_record(2, len(directory), len(body))


ZIPS: dict[str, Callable[[], bytes]] = {
    "empty": lambda: end_record(0, 0, 0),
    "plain": lambda: archive([plain(content=TEXT)]),
    "deflated": lambda: archive([plain(content=TEXT, method=8)]),
    "descriptor": lambda: archive([Entry(Fields(b"a", 8, 8), TEXT, local=LATE, descriptor=b"PK\7\x08" + SIZES)]),
    "descriptor-bare": lambda: archive([Entry(Fields(b"a", 8, 8), TEXT, local=LATE, descriptor=SIZES)]),
    "descriptor-64": lambda: archive(
        [Entry(Fields(b"a", 8, 8), TEXT, local=LATE_64, descriptor=b"PK\7\x08" + SIZES_64)]
    ),
    "descriptor-with-sizes": lambda: archive([Entry(Fields(b"a", 8, 8), TEXT, descriptor=b"PK\7\x08" + SIZES)]),
    "zip64": zip64,
    "commit-comment": lambda: archive([plain()], comment=b"3f786850e387550fdab836ed7e6dc881de23001b"),
    "japanese-comment": lambda: archive([plain()], comment="納入物 第2版".encode("cp932")),
    "entry-comment": lambda: archive([plain(comment=b"first page")]),
    "times": lambda: archive(
        [
            Entry(
                Fields(
                    b"a", extra=extra_field(0x5455, b"\3" + bytes(8)) + extra_field(0x7875, b"\1\4\0\0\0\0\4\0\0\0\0")
                ),
                TEXT,
            )
        ]
    ),
    "aligned": lambda: archive([Entry(Fields(b"a"), TEXT, local=Fields(b"a", extra=bytes(3)))]),
    "aligned-android": lambda: archive([Entry(Fields(b"a", extra=extra_field(0xD935, b"\4\0" + bytes(90))), TEXT)]),
    "jar-mark": lambda: archive([Entry(Fields(b"META-INF/", extra=extra_field(0xCAFE, b""))), plain()]),
    "signing-block": lambda: archive([plain()], before_directory=bytes(100) + SIGNING_BLOCK),
    "folder": lambda: archive([Entry(Fields(b"a/"), attributes=0o40755 << 16), plain(b"a/b")]),
    "folder-deflated": lambda: archive([Entry(Fields(b"a/", 8), attributes=0x10, creator=DOS)]),
    "folder-java": lambda: archive([Entry(Fields(b"a/"), attributes=0xFFFF0010)]),
    "folder-twice": lambda: archive([Entry(Fields(b"a/")), Entry(Fields(b"a/"))]),
    "folder-no-slash": lambda: archive([Entry(Fields(b"a"), attributes=0x10, creator=DOS)]),
    "unicode-path-cp932": lambda: archive(
        [Entry(Fields("表.txt".encode("cp932"), extra=unicode_path("表.txt".encode("cp932"), "表.txt")), TEXT)]
    ),
    "unicode-path-cp437": lambda: archive([Entry(Fields(b"caf\x82", extra=unicode_path(b"caf\x82", "café")), TEXT)]),
    "unicode-path-stale": lambda: archive([Entry(Fields(b"a", extra=extra_field(0x7075, b"\1\0\0\0\0a")), TEXT)]),
    "cp932-backslash-byte": lambda: archive([plain("予定表\\ソ".replace("\\", "/").encode("cp932"))]),
    "euc-jp": lambda: archive([plain("仕様書.txt".encode("euc_jp"))]),
    "latin": lambda: archive([plain(b"caf\xe9.txt")]),
    "utf8": lambda: archive([Entry(Fields("仕様書/第1章.txt".encode(), flags=0x800), TEXT)]),
    "hidden-file": lambda: archive([plain(b".github/workflows/ci.yml"), plain(b"..a/b..c")]),
    "names": lambda: archive([plain(b"console.log"), plain(b"auxiliary"), plain(b"com10"), plain(b"a b (1)&c.txt")]),
    "unordered": unordered,
    "no-type": lambda: archive([Entry(Fields(b"a"), TEXT, attributes=0)]),
}


SPARSE_10 = [
    (b"GNU.sparse.major", b"1"),
    (b"GNU.sparse.minor", b"0"),
    (b"GNU.sparse.name", b"hole"),
    (b"GNU.sparse.realsize", b"1000"),
]
SPARSE_00 = [
    (b"GNU.sparse.size", b"1000"),
    (b"GNU.sparse.numblocks", b"1"),
    (b"GNU.sparse.offset", b"10"),
    (b"GNU.sparse.numbytes", b"5"),
]
SPARSE_01 = [(b"GNU.sparse.size", b"1000"), (b"GNU.sparse.name", b"hole"), (b"GNU.sparse.map", b"10,5")]
LONG = b"folder/" * 20 + b"name"

TARS: dict[str, Callable[[], bytes]] = {
    "empty-member": lambda: header(b"a") + END,
    "plain": lambda: member(b"a", TEXT) + END,
    "one-zero-block": lambda: member(b"a", TEXT) + bytes(512),
    "tape-record": lambda: member(b"a", TEXT) + bytes(10_240),
    "dot-slash": lambda: header(b"./", kind=b"5") + member(b"./a", TEXT) + END,
    "prefix": lambda: header(b"name", len(TEXT), prefix=b"a/long/prefix") + padded(TEXT) + END,
    "gnu": lambda: member(b"a", TEXT, magic=GNU) + END,
    "old": lambda: member(b"a", TEXT, b"\0", magic=OLD) + END,
    "old-folder": lambda: header(b"a/", kind=b"\0", magic=OLD) + END,
    "signed-checksum": lambda: header("名".encode(), signed=True) + END,
    "base-256": lambda: header(b"a", size_field=b"\x80" + bytes(9) + len(TEXT).to_bytes(2, "big")) + padded(TEXT) + END,
    "spaces-in-size": lambda: header(b"a", size_field=b"%11o " % len(TEXT)) + padded(TEXT) + END,
    "long-name": lambda: long_name(LONG) + member(LONG[:100], TEXT) + END,
    "long-target": lambda: long_name(LONG, b"K") + header(b"l", kind=b"2", target=LONG[:100]) + END,
    "pax-path": lambda: pax([(b"path", LONG), (b"mtime", b"1.5")]) + member(LONG[:100], TEXT) + END,
    "pax-size-same": lambda: pax([(b"size", b"%d" % len(TEXT))]) + member(b"a", TEXT) + END,
    "pax-xattr": lambda: pax([(b"SCHILY.xattr.user.note", b"\0\1\2" * 600)]) + member(b"a", TEXT) + END,
    "pax-commit": lambda: (
        pax([(b"comment", b"3f786850e387550fdab836ed7e6dc881de23001b")], b"g") + member(b"a", TEXT) + END
    ),
    "folder-twice": lambda: header(b"a/", kind=b"5") * 2 + END,
    "folder-setgid": lambda: header(b"mail/", kind=b"5", mode=0o2775) + END,
    "links": lambda: (
        member(b"a", TEXT) + header(b"b", kind=b"1", target=b"a") + header(b"c", kind=b"2", target=b"a") + END
    ),
    "contiguous": lambda: member(b"a", TEXT, b"7") + END,
    "perl-manual": lambda: member(b"man/File::Find.3pm", TEXT) + END,
    "sparse-old": lambda: old_sparse([(10, 5), (1000, 0)], 1000, b"12345") + END,
    "sparse-old-long": lambda: (
        old_sparse(
            [(n * 10, 1) for n in range(4)],
            100,
            b"x" * 6,
            (octal(50, 12) + octal(1, 12) + octal(60, 12) + octal(1, 12)).ljust(512, b"\0"),
        )
        + END
    ),
    "sparse-pax-0.0": lambda: pax(SPARSE_00) + member(b"hole", b"12345") + END,
    "sparse-pax-0.1": lambda: pax(SPARSE_01) + member(b"x/hole", b"12345") + END,
    "sparse-pax-1.0": lambda: pax(SPARSE_10) + member(b"x/hole", padded(b"1\n10\n5\n") + b"12345") + END,
}

STREAMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "gzip-two-members": ("gzip", lambda: gzip.compress(TEXT) + gzip.compress(TEXT)),
    "gzip-named": ("gzip", lambda: gzip_member(TEXT, 24, b"report.txt\0made by hand\0")),
    "gzip-header-checksum": (
        "gzip",
        lambda: gzip_member(TEXT, 2, struct.pack("<H", zlib.crc32(b"\x1f\x8b\x08\2\0\0\0\0\0\xff") & 0xFFFF)),
    ),
    "gzip-blocked": ("gzip", lambda: gzip_member(TEXT, 4, b"\6\0BC\2\0\x1b\0")),
    "gzip-zero-padded": ("gzip", lambda: gzip.compress(TEXT) + bytes(600)),
    "gzip-empty": ("gzip", lambda: gzip.compress(b"")),
    "bzip2-two-streams": ("bzip2", lambda: bz2.compress(TEXT) + bz2.compress(TEXT)),
    "bzip2-empty": ("bzip2", lambda: bz2.compress(b"")),
    "xz-two-streams": ("xz", lambda: lzma.compress(TEXT) + bytes(8) + lzma.compress(TEXT)),
    "xz-no-check": ("xz", lambda: lzma.compress(TEXT, check=lzma.CHECK_NONE)),
    "xz-sha256": ("xz", lambda: lzma.compress(TEXT, check=lzma.CHECK_SHA256)),
    "lzma": ("lzma", lambda: lzma.compress(TEXT, lzma.FORMAT_ALONE)),
}


@pytest.mark.parametrize("name", ZIPS)
def test_honest_zip(name: str) -> None:
    data = ZIPS[name]()
    assert labels_of(data) == ("zip",)
    assert read_bytes(data, "zip").all_troubles == []


@pytest.mark.parametrize("name", TARS)
def test_honest_tar(name: str) -> None:
    data = TARS[name]()
    assert labels_of(data) == ("tar",)
    assert read_bytes(data, "tar").all_troubles == []


@pytest.mark.parametrize("name", STREAMS)
def test_honest_stream(name: str) -> None:
    label, make = STREAMS[name]
    data = make()
    assert labels_of(data) == (label,)
    reading = read_bytes(data, label)
    assert reading.all_troubles == []
    copies = 0 if "empty" in name else 2 if "two" in name else 1
    assert bytes(reading.named(b"content").content) == TEXT * copies


@pytest.mark.parametrize("label", ["gzip", "bzip2", "xz", "lzma"])
def test_members_of_a_compressed_tar_are_the_members_of_the_stream(label: str) -> None:
    tar = header(b"a/", kind=b"5") + member(b"a/b", TEXT) + END
    data = {
        "gzip": gzip.compress(tar),
        "bzip2": bz2.compress(tar),
        "xz": lzma.compress(tar),
        "lzma": lzma.compress(tar, lzma.FORMAT_ALONE),
    }[label]
    reading = read_bytes(data, label)
    assert [seen.member.name for seen in reading.seen] == [b"a/", b"a/b"]
    assert bytes(reading.named(b"a/b").content) == TEXT
    assert reading.all_troubles == []


@pytest.mark.parametrize("name", ["sparse-old", "sparse-pax-0.0", "sparse-pax-0.1", "sparse-pax-1.0"])
def test_holes_are_filled(name: str) -> None:
    (seen,) = read_bytes(TARS[name](), "tar").seen
    assert seen.member.name in {b"hole", b"sparse"}
    assert seen.member.size == 1000
    assert bytes(seen.content) == bytes(10) + b"12345" + bytes(985)


def test_what_a_zip_says_of_its_members() -> None:
    data = archive(
        [
            Entry(Fields(b"run", flags=0x800), TEXT, attributes=0o100755 << 16),
            Entry(Fields(b"dos"), TEXT, creator=DOS, attributes=0x20),
            Entry(Fields(b"wheel"), TEXT, creator=DOS, attributes=0o100755 << 16),
            Entry(Fields(b"link"), b"run", attributes=0o120777 << 16),
        ]
    )
    reading = read_bytes(data, "zip")
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert (heads[b"run"].mode, heads[b"run"].utf8, heads[b"run"].size) == (0o755, True, len(TEXT))
    assert (heads[b"dos"].mode, heads[b"dos"].utf8) == (None, False)
    assert heads[b"wheel"].mode == 0o755
    assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"run")
    assert bytes(reading.named(b"data-1").content) == b"run", "readers that know no links write the target as a file"


def test_what_a_tar_says_of_its_members() -> None:
    data = (
        member(b"run", TEXT, mode=0o100755)
        + header(b"hard", kind=b"1", target=b"run")
        + header(b"soft", kind=b"2", target=b"run")
        + END
    )
    heads = {seen.member.name: seen.member for seen in read_bytes(data, "tar").seen}
    assert heads[b"run"].mode == 0o755
    assert (heads[b"hard"].kind, heads[b"hard"].target) == ("hard-link", b"run")
    assert (heads[b"soft"].kind, heads[b"soft"].target) == ("symbolic-link", b"run")


def test_attributes_of_a_file_in_a_tar_are_looked_at() -> None:
    reading = read_bytes(TARS["pax-xattr"](), "tar")
    assert reading.named(b"pax-1").member.made_up
    assert b"\0\1\2" * 600 in bytes(reading.named(b"pax-1").content)


def test_the_signing_block_of_a_package_is_looked_at() -> None:
    reading = read_bytes(ZIPS["signing-block"](), "zip")
    assert reading.named(b"apk-signing-block").member.made_up
