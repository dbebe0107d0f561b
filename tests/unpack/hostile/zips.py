"""Hostile zip files: each says what is hostile about it and what reading it must give."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.streams import compressed, skippable
from tests.unpack.hostile.zip_writer import (
    DOS,
    Entry,
    Fields,
    archive,
    deflate,
    deflate64,
    end64_records,
    end_record,
    extra_field,
    plain,
)

HIDDEN = plain(b"payload.exe", PAYLOAD, 8)
SIZES = struct.Struct("<LLL")


def case(
    name: str, why: str, data: bytes, gives: str, detail: str = "", *, reached: bool = False, entries: int = 100_000
) -> Case:
    """Return a case for the zip reader; ``gives`` are words."""
    return Case(f"zip-{name}", "zip", why, data, frozenset(gives.split()), detail, reached, entries)


def signing_block(pairs: bytes) -> bytes:
    """Return a signing block of an Android package with these pairs."""
    length = struct.pack("<Q", len(pairs) + 24)
    return length + pairs + length + b"APK Sig Block 42"


def tiling() -> Iterator[Case]:
    """Bytes that belong to no record."""
    yield case(
        "prefix",
        "data before the first entry, offsets count it",
        archive([plain()], prefix=PAYLOAD),
        "hidden-data",
        "before the first",
        reached=True,
    )
    yield case(
        "prefix-late",
        "data put in front later: offsets do not count it",
        archive([plain()], prefix=PAYLOAD, base=len(PAYLOAD)),
        "hidden-data",
        reached=True,
    )
    yield case(
        "gap",
        "data between two entries",
        archive([plain(behind=PAYLOAD), plain(b"b")]),
        "hidden-data",
        "between",
        reached=True,
    )
    yield case(
        "orphan",
        "an entry that the directory does not name",
        archive([plain(behind=HIDDEN.local_record())]),
        "hidden-data",
        reached=False,
    )
    yield case(
        "before-directory",
        "data between the last entry and the directory",
        archive([plain()], before_directory=PAYLOAD),
        "hidden-data",
        reached=True,
    )
    yield case(
        "behind-directory",
        "data between directory and end record: readers look for it at two places",
        archive([plain()], behind_directory=PAYLOAD),
        "hidden-data ambiguous",
        reached=True,
    )
    yield case("trailing", "data behind the end", archive([plain()], trailing=PAYLOAD), "hidden-data", reached=True)
    yield case(
        "trailing-much",
        "more data behind the end than a comment may have",
        archive([plain()], trailing=bytes(70_000) + PAYLOAD),
        "hidden-data",
        reached=True,
    )
    yield case(
        "comment",
        "a payload in the comment",
        archive([plain()], comment=b"\0\1" + PAYLOAD),
        "hidden-data",
        "comment",
        reached=True,
    )
    yield case(
        "entry-comment",
        "a payload in the comment of an entry",
        archive([plain(comment=b"\0" + PAYLOAD)]),
        "hidden-data",
        "comment of an entry",
        reached=True,
    )
    yield case(
        "extra",
        "a payload in an extra field",
        archive([Entry(Fields(b"a", extra=extra_field(0x7777, PAYLOAD)))]),
        "hidden-data",
        "extra",
        reached=True,
    )
    yield case(
        "local-extra",
        "a payload in the extra field of the local header only",
        archive([Entry(Fields(b"a"), local=Fields(b"a", extra=extra_field(0x7777, PAYLOAD)))]),
        "hidden-data",
        "extra",
        reached=True,
    )
    yield case(
        "extra-rest",
        "a payload behind the last extra field, too short to be one",
        archive([Entry(Fields(b"a", extra=b"\1\1\1"))]),
        "hidden-data",
        "extra",
    )
    yield case(
        "stream-slack",
        "a payload behind the deflate stream, inside the entry",
        archive([Entry(Fields(b"a", 8), b"ok", deflate(b"ok") + PAYLOAD)]),
        "hidden-data",
        "stream",
        reached=True,
    )
    yield case(
        "fake-signing-block",
        "something that looks like the signing block of an APK and is not",
        archive([plain()], before_directory=PAYLOAD + b"\x18\0\0\0\0\0\0\0APK Sig Block 42"),
        "hidden-data",
        reached=True,
    )
    yield case(
        "before-signing-block",
        "data in front of a signing block, where zeros would be filling",
        archive([plain()], before_directory=PAYLOAD + signing_block(struct.pack("<QL", 8, 7) + bytes(4))),
        "hidden-data",
        reached=True,
    )
    yield case(
        "broken-signing-block",
        "a signing block whose pairs do not fill it",
        archive([plain()], before_directory=signing_block(struct.pack("<QL", 8, 7) + bytes(4) + PAYLOAD)),
        "hidden-data",
        reached=True,
    )
    yield case("empty-prefix", "no entries, but data", PAYLOAD + end_record(0, 0, 0), "hidden-data", reached=True)


def ends() -> Iterator[Case]:
    """End records that readers resolve differently, or that are missing."""
    inner = archive([HIDDEN])
    yield case(
        "two-ends",
        "a second end record without entries, in the comment of the first",
        archive([HIDDEN], comment=end_record(0, 0, 0)),
        "ambiguous hidden-data",
        "several end records",
        reached=True,
    )
    yield case(
        "end-in-comment",
        "a whole zip file in the comment",
        archive([plain()], comment=inner),
        "ambiguous hidden-data",
        "several end records",
    )
    yield case("concatenated", "two zip files, one behind the other", inner + archive([plain()]), "hidden-data")
    yield case(
        "count-low",
        "the end record counts fewer entries than the directory has",
        archive([plain(), HIDDEN], count=1),
        "ambiguous",
        "count",
        reached=True,
    )
    yield case(
        "count-high",
        "the end record counts more entries than there are",
        archive([HIDDEN], count=3),
        "ambiguous",
        "count",
        reached=True,
    )
    entry = HIDDEN.local_record()
    central = HIDDEN.central_record(0)
    yield case(
        "counts-differ",
        "the two counts of the end record differ",
        entry + central + end_record(1, len(central), len(entry), total=2),
        "ambiguous",
        "counts differ",
        reached=True,
    )
    yield case(
        "split",
        "one part of a split archive",
        entry + central + end_record(1, len(central), len(entry), disk=1),
        "unsupported",
        "split",
    )
    yield case("other-disk", "an entry on another disk", archive([plain(disk=2)]), "unsupported", "disk")
    yield case("no-end", "cut off before the directory", entry, "corrupt", "no end record", reached=True)
    yield case(
        "no-end-descriptor",
        "cut off, and sizes only behind the data",
        Entry(Fields(b"x", 8, 8, 0, 0, 0), PAYLOAD, deflate(PAYLOAD)).local_record() + entry,
        "corrupt",
        reached=True,
    )
    yield case(
        "no-end-stored",
        "cut off, and the end of a stored entry nowhere",
        Entry(Fields(b"x", 0, 8, 0, 0, 0), PAYLOAD, PAYLOAD).local_record(),
        "corrupt",
        "end of entry",
    )
    yield case(
        "cut-directory",
        "the directory is cut off, its end record kept",
        entry + central[:20] + end_record(1, len(central), len(entry)),
        "corrupt",
        reached=True,
    )
    yield case("cut-end", "the end record is cut off", archive([HIDDEN])[:-3], "corrupt", reached=True)
    yield case(
        "directory-outside",
        "the directory is said to begin behind its end",
        entry + central + end_record(1, len(central), 1 << 30),
        "corrupt",
        reached=True,
    )
    yield case(
        "two-directories",
        "directories at both places where readers look",
        _two_directories(),
        "ambiguous",
        "two directories",
    )
    yield case("signatures-only", "nothing but signatures of end records", b"PK\5\6" * 50_000, "corrupt")


def _two_directories() -> bytes:
    """Return a file whose end record leads to one directory by offset and to another one by size."""
    first, second = plain(b"innocent.txt", bytes(200)), HIDDEN
    body = first.local_record()
    at = len(body)
    one = first.central_record(0)
    body += one + second.local_record()
    two = second.central_record(2 * at + len(one) - len(body))
    return body + two + end_record(1, len(two), at)


def zip64() -> Iterator[Case]:
    """Fields of 64 bits that say something else than those of 32."""
    entry, central = HIDDEN.local_record(), HIDDEN.central_record(0)
    end = len(entry) + len(central)
    yield case(
        "zip64-disagrees",
        "the zip64 end record has another count than the end record",
        entry + central + end64_records(1, len(central), len(entry), end) + end_record(7, len(central), len(entry)),
        "ambiguous",
        "zip64",
        reached=True,
    )
    yield case(
        "zip64-elsewhere",
        "the locator leads to another zip64 end record",
        entry + central + end64_records(1, len(central), len(entry), 3) + end_record(1, len(central), len(entry)),
        "ambiguous",
        "elsewhere",
        reached=True,
    )
    yield case(
        "zip64-missing",
        "a saturated end record without its zip64 twin",
        entry + central + struct.pack("<4sLQL", b"PK\6\7", 0, 5, 1) + end_record(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF),
        "unsupported",
        reached=True,
    )
    yield case(
        "zip64-field-missing",
        "a saturated size without a zip64 field",
        archive([Entry(Fields(b"a", compressed=0xFFFFFFFF), b"x")]),
        "ambiguous hidden-data",
    )
    twice = extra_field(1, struct.pack("<Q", 9)) + extra_field(1, struct.pack("<Q", 2))
    yield case(
        "zip64-field-twice",
        "two zip64 fields",
        archive([Entry(Fields(b"a", size=0xFFFFFFFF, extra=twice), b"harmless\n")]),
        "ambiguous",
        "repeated",
    )


def headers() -> Iterator[Case]:
    """Local and central headers that differ."""
    yield case(
        "local-name",
        "another name in the local header",
        archive([Entry(Fields(b"readme.txt"), PAYLOAD, local=Fields(b"evil.exe"))]),
        "ambiguous",
        "name",
        reached=True,
    )
    yield case(
        "local-unsafe-name",
        "a name that leads outside in the local header only",
        archive([Entry(Fields(b"readme.txt"), b"x", local=Fields(b"../../evil"))]),
        "ambiguous unsafe-name",
    )
    yield case(
        "local-method",
        "stored for one reader, deflated for another",
        archive(
            [
                Entry(
                    Fields(b"a", 0, crc=zlib.crc32(deflate(PAYLOAD)), size=len(deflate(PAYLOAD))),
                    PAYLOAD,
                    deflate(PAYLOAD),
                    local=Fields(b"a", 8),
                )
            ]
        ),
        "ambiguous",
        "method",
        reached=True,
    )
    yield case(
        "local-size",
        "the local header has the shorter data",
        archive([Entry(Fields(b"a"), b"shown " + PAYLOAD, local=Fields(b"a", compressed=6, size=6))]),
        "ambiguous",
        "compressed size",
        reached=True,
    )
    yield case(
        "local-long",
        "the local header has the longer data: it swallows what follows",
        archive(
            [
                Entry(
                    Fields(b"a", size=6, compressed=6, crc=zlib.crc32(b"shown ")),
                    b"shown ",
                    local=Fields(b"a", compressed=6 + len(PAYLOAD), size=6 + len(PAYLOAD)),
                    behind=PAYLOAD,
                )
            ]
        ),
        "ambiguous hidden-data",
        reached=True,
    )
    yield case(
        "local-crc",
        "another checksum in the local header",
        archive([Entry(Fields(b"a"), PAYLOAD, local=Fields(b"a", crc=1))]),
        "ambiguous",
        "crc",
        reached=True,
    )
    yield case(
        "local-flags",
        "encrypted by the local header only",
        archive([Entry(Fields(b"a"), PAYLOAD, local=Fields(b"a", flags=1))]),
        "ambiguous encrypted",
        "flags",
        reached=True,
    )
    yield case(
        "descriptor",
        "a data descriptor with other values",
        archive([Entry(Fields(b"a", 8, 8), b"x", descriptor=b"PK\7\x08" + SIZES.pack(1, 2, 3))]),
        "ambiguous hidden-data",
        "descriptor",
    )
    yield case(
        "no-local",
        "no local header where the directory leads",
        archive([plain(offset=3), HIDDEN]),
        "corrupt hidden-data",
        "no local header",
        reached=True,
    )
    yield case(
        "far-offset",
        "an entry behind the end of the file",
        archive([HIDDEN, plain(offset=1 << 31)]),
        "corrupt",
        "no local header",
        reached=True,
    )
    path = extra_field(0x7075, b"\1" + struct.pack("<L", zlib.crc32(b"readme.txt")) + b"evil.exe")
    yield case(
        "unicode-path",
        "a Unicode path that is another name",
        archive([Entry(Fields(b"readme.txt", extra=path), b"x")]),
        "ambiguous",
        "unicode path",
    )
    yield case(
        "stale-unicode-path",
        "a Unicode path whose checksum is not the name's: some readers pass it over",
        archive(
            [Entry(Fields("表".encode("cp932"), extra=extra_field(0x7075, bytes([1, 0, 0, 0, 0]) + "表".encode())))]
        ),
        "ambiguous",
        "unicode path",
    )
    yield case(
        "descriptor-local-size",
        "a data descriptor, and yet another size in the local header",
        archive(
            [
                Entry(
                    Fields(b"a", 8, 8),
                    PAYLOAD,
                    local=Fields(b"a", 8, 8, size=7),
                    descriptor=SIZES.pack(zlib.crc32(PAYLOAD), len(deflate(PAYLOAD)), len(PAYLOAD)),
                )
            ]
        ),
        "ambiguous",
        "size",
        reached=True,
    )
    yield case(
        "not-utf8",
        "flagged as UTF-8, but it is none",
        archive([Entry(Fields(b"\x83\x5c", flags=0x800), b"x")]),
        "ambiguous",
        "UTF-8",
    )


def contents() -> Iterator[Case]:
    """Data that is not what it is said to be."""
    yield case(
        "crc", "a wrong checksum", archive([Entry(Fields(b"a", crc=7), PAYLOAD)]), "corrupt", "crc", reached=True
    )
    yield case(
        "size-low",
        "expands to more than declared",
        archive([Entry(Fields(b"a", 8, size=3), PAYLOAD)]),
        "corrupt",
        "size",
        reached=True,
    )
    yield case(
        "size-high",
        "expands to less than declared",
        archive([Entry(Fields(b"a", 8, size=1 << 30), PAYLOAD)]),
        "corrupt",
        "size",
        reached=True,
    )
    yield case(
        "truncated-stream",
        "a deflate stream cut off",
        archive([Entry(Fields(b"a", 8), PAYLOAD, deflate(PAYLOAD)[:-9])]),
        "corrupt",
        "truncated",
    )
    yield case(
        "no-deflate", "no deflate stream at all", archive([Entry(Fields(b"a", 8), b"x", b"\xff" * 20)]), "corrupt"
    )
    yield case(
        "deflate64-cut",
        "a deflate64 stream cut off",
        archive([Entry(Fields(b"a", 9), PAYLOAD * 50, deflate64(PAYLOAD * 50)[:-4])]),
        "corrupt",
        "truncated",
    )
    yield case(
        "deflate64-none", "no deflate64 stream at all", archive([Entry(Fields(b"a", 9), b"x", b"\xff" * 20)]), "corrupt"
    )
    yield case(
        "deflate64-behind",
        "a payload behind the end of a deflate64 stream",
        archive([Entry(Fields(b"a", 9), b"x" * 40_000, deflate64(b"x" * 40_000) + PAYLOAD)]),
        "hidden-data",
        "behind the compressed stream",
        reached=True,
    )
    yield case(
        "zstd-cut",
        "a zstd frame cut off",
        archive([Entry(Fields(b"a", 93), PAYLOAD, compressed("zstd", PAYLOAD)[:-9])]),
        "corrupt",
        "truncated",
    )
    yield case(
        "zstd-window",
        "a zstd window of 2 GiB",
        archive([Entry(Fields(b"a", 93), b"x", b"\x28\xb5\x2f\xfd\0\xa8" + bytes(9))]),
        "too-large",
        "memory",
    )
    yield case(
        "zstd-skippable",
        "a payload in a skippable frame behind the frame of an entry",
        archive([Entry(Fields(b"a", 93), b"x", compressed("zstd", b"x") + skippable(PAYLOAD))]),
        "hidden-data",
        "behind the compressed stream",
        reached=True,
    )
    for number, name in ((1, "shrink"), (4, "reduce"), (97, "WavPack"), (98, "PPMd")):
        yield case(
            f"method-{number}",
            f"a method that is not read: {name}",
            archive([Entry(Fields(b"a", number), b"x", b"y")]),
            "unsupported",
            name,
        )
    yield case(
        "aes-local-strength",
        "AES of another strength in the local header",
        archive(
            [
                Entry(
                    Fields(b"a", 99, 1, extra=extra_field(0x9901, b"\2\0AE\3\0\0")),
                    b"x",
                    b"?" * 40,
                    local=Fields(b"a", 99, 1, extra=extra_field(0x9901, b"\2\0AE\1\0\0")),
                )
            ]
        ),
        "ambiguous encrypted",
        "encryption",
    )
    yield case("method", "an unknown method", archive([Entry(Fields(b"a", 77), b"x", b"y")]), "unsupported", "77")
    yield case(
        "lzma-properties",
        "LZMA properties of another length",
        archive([Entry(Fields(b"a", 14), b"x", b"\x09\x14\x06\0" + bytes(9))]),
        "unsupported",
    )
    yield case(
        "lzma-dictionary",
        "an LZMA dictionary of 3 GiB",
        archive([Entry(Fields(b"a", 14), b"x", b"\x09\x14\x05\0\x5d\0\0\0\xc0" + bytes(9))]),
        "too-large",
        "memory",
    )
    yield case(
        "encrypted", "encrypted in the old way", archive([Entry(Fields(b"a", flags=1), b"x", b"?" * 13)]), "encrypted"
    )
    yield case(
        "encrypted-aes", "encrypted with AES", archive([Entry(Fields(b"a", 99, 1), b"x", b"?" * 30)]), "encrypted"
    )
    yield case(
        "encrypted-strong",
        "encrypted the strong way, names masked",
        archive([Entry(Fields(b"a", flags=0x2041), b"x", b"?" * 30)]),
        "encrypted",
    )
    yield case(
        "folder-data",
        "a folder with data",
        archive([Entry(Fields(b"a/"), PAYLOAD, attributes=0o40755 << 16)]),
        "ambiguous",
        "folder with data",
        reached=True,
    )
    yield case(
        "folder-by-mode",
        "a folder by its mode, a file by its name",
        archive([Entry(Fields(b"a"), PAYLOAD, attributes=0o40755 << 16)]),
        "ambiguous",
        "folder by mode",
        reached=True,
    )
    yield case("device", "a device", archive([Entry(Fields(b"null"), b"", attributes=0o20666 << 16)]), "special")
    yield case(
        "device-data",
        "a device that some readers write as a file",
        archive([Entry(Fields(b"null"), PAYLOAD, attributes=0o10666 << 16)]),
        "special",
        reached=True,
    )
    yield case(
        "setuid",
        "a file that runs as its owner",
        archive([Entry(Fields(b"su"), b"x", attributes=0o104755 << 16)]),
        "special-file",
        "set-user-id",
    )
    yield case(
        "link-long",
        "a link whose target is a program",
        archive([Entry(Fields(b"l"), PAYLOAD * 40, attributes=0o120777 << 16)]),
        "ambiguous",
        "long target",
        reached=True,
    )
    yield case(
        "link-dos",
        "a link by another system than Unix: a link for some, a file for others",
        archive([Entry(Fields(b"l"), PAYLOAD, attributes=0o120777 << 16, creator=DOS)]),
        "ambiguous",
        "link",
        reached=True,
    )


def overlaps() -> Iterator[Case]:
    """Entries that share bytes: small files that expand without end."""
    yield case(
        "overlap-same",
        "many entries on one local header",
        archive([HIDDEN, *[plain(offset=0)] * 50]),
        "ambiguous ratio",
        "overlapping",
    )
    yield case(
        "overlap-quoted",
        "an entry inside of another one",
        archive([Entry(Fields(b"outer"), HIDDEN.local_record()), Entry(HIDDEN.central, PAYLOAD, offset=35)]),
        "ambiguous ratio",
        "overlapping",
    )
    yield case(
        "overlap-bomb",
        "2,000 entries that quote each other, of 40 MB each",
        overlap_bomb(2000, 40_000_000),
        "ambiguous ratio",
        "overlapping",
    )
    yield case(
        "overlap-directory",
        "an entry that reaches into the directory",
        archive([Entry(Fields(b"a", compressed=90, size=90), b"x")]),
        "ambiguous ratio",
        "overlapping",
    )
    yield case(
        "many", "more entries than allowed", archive([plain(b"%d" % n, b"") for n in range(40)]), "too-many", entries=30
    )


def overlap_bomb(files: int, size: int) -> bytes:
    """Return a zip whose entries all end in one shared deflate stream: each quotes the headers behind it."""
    kernel = deflate(bytes(size))
    crc = zlib.crc32(bytes(size))
    heads: list[bytes] = []
    length = len(kernel)
    directory: list[tuple[bytes, int]] = []
    for number in range(files):
        name = b"%06d" % number
        fields = Fields(name, 8, 0, crc, length, size)
        head = Entry(fields, stored=b"").local_record()
        heads.append(head)
        length += len(head)
        directory.append((Entry(fields, stored=b"").central_record(0), len(head)))
    body = b"".join(reversed(heads)) + kernel
    records, position = [], 0
    for record, step in reversed(directory):
        records.append(record[:42] + struct.pack("<L", position) + record[46:])
        position += step
    central = b"".join(records)
    return body + central + end_record(files, len(central), len(body))


NAMES = (
    ("traversal", b"../../etc/passwd", "parent folder"),
    ("traversal-inside", b"a/../../b", "parent folder"),
    ("absolute", b"/etc/passwd", "absolute"),
    ("drive", b"C:/windows/evil.exe", "drive"),
    ("drive-relative", b"c:evil.exe", "drive"),
    ("backslash", b"a\\..\\..\\b", "backslash"),
    ("unc", b"\\\\host\\share\\x", "backslash"),
    ("stream", b"readme.txt:evil.exe", "stream"),
    ("stream-data", b"readme.txt::$DATA", "stream"),
    ("nul", b"readme.txt\0.exe", "NUL"),
    ("newline", b"a\nb", "control"),
    ("escape", b"a\x1b[2Jb", "control"),
    ("bidi", "invoice\u202egpj.exe".encode(), "bidi"),
    ("isolate", "a\u2067b".encode(), "bidi"),
    ("line-separator", "a\u2028b".encode(), "control"),
    ("empty", b"", "empty name"),
    ("empty-component", b"a//b", "empty component"),
    ("trailing-dot", b"evil.exe.", "trailing dot"),
    ("trailing-space", b"a /b", "trailing dot or space"),
    ("device-name", b"aux.txt", "reserved"),
    ("device-name-deep", b"x/COM1", "reserved"),
    ("device-superscript", "lpt\u00b2.log".encode(), "reserved"),
    ("long", b"n" * 1025, "too long"),
    ("deep", b"d/" * 64 + b"f", "too deep"),
    ("deeper", b"d/" * 3000 + b"f", "too deep"),
)
"""Unsafe names: each in a zip and in a tar file."""


def names() -> Iterator[Case]:
    """Unsafe names, and names that meet in one place."""
    for name, stored, detail in NAMES:
        yield case(
            f"name-{name}",
            f"the name is unsafe: {detail}",
            archive([plain(stored, PAYLOAD)]),
            "unsafe-name",
            detail,
            reached=True,
        )
    composed, decomposed = "ガ.txt".encode(), "カ\u3099.txt".encode()
    for name, first, second, detail in (
        ("exact", b"a.txt", b"a.txt", "duplicate"),
        ("case", b"A.txt", b"a.TXT", "case or form"),
        ("form", composed, decomposed, "case or form"),
        ("sharp-s", b"STRASSE", "straße".encode(), "case or form"),
        ("dot", b"./a", b"a", "case or form"),
        ("folder", b"a", b"a/", "file and folder"),
        ("below", b"a", b"A/b", "below a member"),
    ):
        data = archive([plain(first), plain(second, b"" if second.endswith(b"/") else PAYLOAD)])
        yield case(
            f"duplicate-{name}",
            f"two names that are one: {detail}",
            data,
            "ambiguous",
            detail,
            reached=not second.endswith(b"/"),
        )


CASES = [*tiling(), *ends(), *zip64(), *headers(), *contents(), *overlaps(), *names()]
