"""Damaged archives never make a reader hang, raise or fill memory, and never change a member in silence.

The mutations come from a fixed seed, so that a failure names the one that found it and comes back.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import tarfile
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from gate.intake.identify import identify
from gate.intake.readers.decoders import MEMORY_BYTES
from gate.intake.readers.interface import Options
from tests.unpack.hostile import ar_writer, asar_writer, cpio_writer, rar_writer
from tests.unpack.hostile.streams import compressed as packed
from tests.unpack.hostile.tar_writer import END, GNU, header, long_name, member, padded, pax
from tests.unpack.hostile.tars import old_sparse
from tests.unpack.hostile.zip_writer import Entry, Fields, archive, deflate64, extra_field, plain
from tests.unpack.hostile.zips import CASES as HOSTILE_ZIPS
from tests.unpack.reader_kit import Reading, read_bytes

QUICK, FULL = 4000, 120_000
MOST = 16 << 20
KEYED = Options(password=b"secret")
TEXT = b"some text that compresses well enough, over and over\n" * 40


def sample_zip() -> bytes:
    """Return a zip file with all methods, a folder, a link, comments and a descriptor."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zip_file:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            zip_file.writestr(f"folder/{method}.txt", TEXT, method)
        with zip_file.open("wide", "w", force_zip64=True) as stream:
            stream.write(TEXT)
        zip_file.comment = b"a note"
    return buffer.getvalue()


def written_zip() -> bytes:
    """Return a zip file of the forms that the standard library does not write."""
    return archive(
        [
            Entry(Fields(b"d/"), attributes=0o40755 << 16),
            plain(b"d/a", TEXT, 8, comment=b"note"),
            Entry(Fields(b"link"), b"d/a", attributes=0o120777 << 16),
            plain(b"late", TEXT, 8),
        ],
        comment=b"end",
    )


def sample_tar() -> bytes:
    """Return a tar file with links, long names, pax headers and sparse members."""
    return b"".join(
        (
            member(b"a", TEXT),
            header(b"folder/", kind=b"5"),
            header(b"hard", kind=b"1", target=b"a"),
            long_name(b"n" * 150),
            member(b"n", TEXT, magic=GNU),
            pax([(b"path", b"p" * 200), (b"mtime", b"1.5")]),
            member(b"p", TEXT),
            old_sparse([(512, 5)], 4000, b"12345"),
            pax(
                [
                    (b"GNU.sparse.major", b"1"),
                    (b"GNU.sparse.minor", b"0"),
                    (b"GNU.sparse.name", b"hole"),
                    (b"GNU.sparse.realsize", b"1000"),
                ]
            ),
            member(b"x", padded(b"1\n10\n5\n") + b"12345"),
            END,
        )
    )


def method_zip() -> bytes:
    """Return a zip file with the methods that the standard library does not know, and encrypted entries."""
    return archive(
        [
            Entry(Fields(b"64", 9), TEXT, deflate64(TEXT)),
            Entry(Fields(b"zstd", 93), TEXT, packed("zstd", TEXT)),
            Entry(Fields(b"aes", 99, 1, extra=extra_field(0x9901, b"\2\0AE\3\0\0")), TEXT, b"s" * 28 + TEXT),
            Entry(Fields(b"old", flags=1), TEXT, b"h" * 12 + TEXT),
        ]
    )


def sample_ar() -> bytes:
    """Return an ``ar`` archive with all forms of names."""
    long = (b"first-of-two-long-names", b"second-of-two-long-names")
    members = (ar_writer.entry(b"/25", b"xx"), ar_writer.bsd(b"before-the-data", b"odd"), ar_writer.entry(b"a/", b"y"))
    return ar_writer.archive(ar_writer.entry(b"/", bytes(4)), ar_writer.names(*long), *members)


def sample_cpio(form: cpio_writer.Form) -> bytes:
    """Return a cpio archive with members of all kinds."""
    entries = [
        cpio_writer.entry(b"d", form=form, mode=cpio_writer.FOLDER),
        cpio_writer.entry(b"d/a", b"content", form),
        cpio_writer.entry(b"link", b"d/a", form, mode=cpio_writer.LINK),
        cpio_writer.entry(b"one", b"", form, links=2, inode=3),
        cpio_writer.entry(b"two", b"linked", form, links=2, inode=3),
    ]
    return cpio_writer.archive(entries, form)


def sample_asar() -> bytes:
    """Return an asar archive with a folder, a link and digests."""
    tree = {
        "a": asar_writer.a_file(0, TEXT),
        "d": {"files": {"b": asar_writer.a_file(len(TEXT), TEXT, executable=True), "l": {"link": "a"}}},
    }
    return asar_writer.archive(tree, TEXT * 2)


def sample_rar5() -> bytes:
    """Return an archive of RAR 5 with members of all kinds."""
    blocks = [
        rar_writer.file5(b"a", TEXT),
        rar_writer.file5(b"packed", TEXT[:200], method=rar_writer.NORMAL, size=5000),
        rar_writer.file5(b"d", file_flags=1),
        rar_writer.file5(b"l", extra=rar_writer.redirection(1, b"a")),
        rar_writer.file5(b"CMT", b"note", kind=3),
    ]
    return rar_writer.archive5(blocks)


def sample_rar4() -> bytes:
    """Return an archive of RAR 4 with members of all kinds."""
    blocks = [
        rar_writer.file4(b"a", TEXT),
        rar_writer.file4(b"packed", TEXT[:200], method=rar_writer.NORMAL, size=5000),
        rar_writer.file4(b"two.txt\0\0\0two.\0txt", TEXT, flags=0x200),
        rar_writer.file4(b"d", flags=0xE0),
        rar_writer.file4(b"l", b"a", attributes=0o120777),
    ]
    return rar_writer.archive4(blocks)


def compressed(make: Callable[[bytes], bytes]) -> bytes:
    """Return a compressed tar file and a second stream behind it."""
    return make(sample_tar()[:-1024]) + make(END)


SAMPLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip": ("zip", sample_zip),
    "zip-written": ("zip", written_zip),
    "tar": ("tar", sample_tar),
    "gzip": ("gzip", lambda: compressed(gzip.compress)),
    "bzip2": ("bzip2", lambda: compressed(bz2.compress)),
    "xz": ("xz", lambda: compressed(lzma.compress)),
    "lzma": ("lzma", lambda: lzma.compress(sample_tar(), lzma.FORMAT_ALONE)),
    **{label: (label, partial(packed, label, sample_tar())) for label in ("zstd", "lz4", "lzip")},
    "zip-methods": ("zip", method_zip),
    "ar": ("ar", sample_ar),
    "deb": ("deb", ar_writer.package),
    **{f"cpio-{form}": ("cpio", partial(sample_cpio, form)) for form in cpio_writer.FORMS},
    "asar": ("asar", sample_asar),
    "rar5": ("rar", sample_rar5),
    "rar4": ("rar", sample_rar4),
}
UNCHECKED = frozenset({"ar", "deb", "cpio-newc", "cpio-odc", "cpio-little", "cpio-big"})
"""Samples in which nothing says what the content has to be."""
INTERESTING = (
    b"\0",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"PK\3\4",
    b"PK\1\2",
    b"PK\5\6",
    b"PK\6\7",
    b"ustar\0",
    b"\xff" * 4,
    b"\0" * 8,
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\0",
    bytes(512),
    b"7777777",
    b"L",
    b"x",
    b"S",
    b"../",
    b"070701",
    b"TRAILER!!!\0",
    b"`\n",
    b"#1/20",
    b"\x28\xb5\x2f\xfd",
    b"\x50\x2a\x4d\x18\4\0\0\0",
    b"LZIP\1",
    b'"files":{',
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Return ``data`` with one to four changes: bits, known bytes, cuts, repeats, moves."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        place, other = dice.randrange(len(changed) + 1), dice.randrange(len(changed) + 1)
        length = dice.choice((1, 2, 4, 16, 512, 2000))
        kind = dice.randrange(6)
        if kind == 0 and changed:
            changed[min(place, len(changed) - 1)] ^= 1 << dice.randrange(8)
        elif kind == 1:
            word = dice.choice(INTERESTING)
            changed[place : place + len(word)] = word
        elif kind == 2:
            changed[place:place] = dice.choice(INTERESTING)
        elif kind == 3:
            del changed[place : place + length]
        elif kind == 4:
            changed[place:place] = changed[other : other + length]
        elif dice.random() < 0.2:
            del changed[place:]
    return bytes(changed)


def mutations(name: str, count: int) -> Iterator[tuple[int, bytes]]:
    """Yield numbers and mutations of a sample."""
    data = SAMPLES[name][1]()
    for number in range(count):
        yield number, mutated(data, random.Random(f"{name}-{number}"))  # a fixed seed, no secret


def independent(label: str, data: bytes) -> dict[bytes, str] | None:
    """Return the digests of all files as the standard library reads them, or None where it refuses."""
    found = {}
    try:
        if label == "zip":
            with zipfile.ZipFile(io.BytesIO(data)) as zip_file:
                for entry in zip_file.infolist():
                    if not entry.is_dir():
                        name = entry.filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437")
                        found[name] = hashlib.sha256(zip_file.read(entry)).hexdigest()
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as tar:
                for head in tar:
                    if head.isfile() and head.size < MOST and (stream := tar.extractfile(head)) is not None:
                        found[os.fsencode(head.name)] = hashlib.sha256(stream.read()).hexdigest()
    except Exception:  # noqa: BLE001  # whatever the other reader cannot read has no second opinion
        return None
    return found


def links_as_files(reading: Reading) -> dict[bytes, str]:
    """Return the links of a reading as the standard library has those of zip files: files that hold the target."""
    return {
        seen.member.name: hashlib.sha256(seen.member.target).hexdigest()
        for seen in reading.seen
        if seen.member.kind == "symbolic-link"
    }


def fuzz(name: str, count: int) -> tuple[int, int]:
    """Read mutations; return how many passed without trouble, and how many of these had a second opinion."""
    label = SAMPLES[name][0]
    silent = compared = 0
    for number, data in mutations(name, count):
        started = time.monotonic()
        reading = read_bytes(data, label, KEYED if name == "zip-methods" else None, most=MOST)
        assert time.monotonic() - started < 5, f"{name} mutation {number} takes too long"
        identify(data[:4096], data[-4096:], len(data))
        if not reading.gives and sum(seen.size for seen in reading.seen) <= MOST:
            silent += 1
            theirs = independent(label, data)
            if theirs is not None and label != "lzma":
                compared += 1
                ours = {**reading.files, **links_as_files(reading)}
                assert ours.items() >= theirs.items(), f"{name} mutation {number}: readers disagree in silence"
    return silent, compared


@pytest.mark.parametrize("name", SAMPLES)
def test_mutations(name: str) -> None:
    silent, _ = fuzz(name, QUICK // len(SAMPLES))
    # A change inside of a stored member's name or of a time is no damage; most changes are.
    assert name in UNCHECKED or silent < QUICK // len(SAMPLES) // 2


@pytest.mark.full
@pytest.mark.parametrize("name", SAMPLES)
def test_many_mutations(name: str) -> None:
    fuzz(name, FULL // len(SAMPLES))


def test_mutations_of_hostile_archives() -> None:
    cases = [case for case in HOSTILE_ZIPS if len(case.data) < 20_000]
    for number in range(300):
        dice = random.Random(number)  # a fixed seed, no secret
        read_bytes(mutated(dice.choice(cases).data, dice), "zip", most=MOST)


@pytest.mark.parametrize("label", sorted({label for label, _ in SAMPLES.values()}))
def test_noise(label: str) -> None:
    dice = random.Random(7)  # a fixed seed, no secret
    for _ in range(60):
        data = dice.randbytes(dice.randrange(3000))
        assert read_bytes(data, label).gives, "noise passes for an archive"


def test_mutations_stay_small_in_memory() -> None:
    tracemalloc.start()
    try:
        for name in ("zip", "tar", "xz"):
            for _, data in mutations(name, 40):
                read_bytes(data, SAMPLES[name][0], most=MOST)
        # A mutation can ask for the largest dictionary that a stream may have.
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES + (64 << 20)
    finally:
        tracemalloc.stop()
