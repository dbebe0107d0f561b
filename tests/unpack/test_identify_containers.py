"""Content identification: every container by its content, honest files without a label."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.intake.readers.registry import READERS
from tests.unpack.hostile.tar_writer import END, member
from tests.unpack.hostile.zip_writer import archive, plain
from tests.unpack.reader_kit import labels_of

ZIP = archive([plain()])
TAR = member(b"a") + END
TESTFILES = Path("/usr/share/clamav-testfiles")


def at(offset: int, magic: bytes, size: int = 45_000) -> bytes:
    """Return a file of other bytes with ``magic`` at an offset; a negative one counts from the end."""
    data = bytearray(b"\x11" * size)
    offset %= size
    data[offset : offset + len(magic)] = magic
    return bytes(data)


FORMS: dict[str, bytes] = {
    "7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "rar": b"Rar!\x1a\x07\x01\0",
    "cab": b"MSCF\0\0\0\0",
    "zstd": b"\x28\xb5\x2f\xfd",
    "lz4": b"\x04\x22\x4d\x18",
    "lzip": b"LZIP\1",
    "lzop": b"\x89LZO\0\r\n\x1a\n",
    "rpm": b"\xed\xab\xee\xdb\3\0",
    "xar": b"xar!\0\x1c",
    "wim": b"MSWIM\0\0\0",
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "chm": b"ITSF\x03\0\0\0",
    "cpio": b"070701",
    "ar": b"!<arch>\n",
    "deb": b"!<arch>\ndebian-binary",
    "squashfs": b"hsqs",
    "compress": b"\x1f\x9d\x90",
    "lzh": b"\x20\x11-lh5-",
    "ace": at(7, b"**ACE**", 100),
    "asar": at(16, b'{"files"', 100),
    "iso": at(32769, b"CD001"),
    "udf": at(32769, b"BEA01"),
    "dmg": at(-512, b"koly"),
    "vhd": at(-512, b"conectix"),
    "hfs": at(1024, b"H+\0\4"),
    "apfs": at(32, b"NXSB"),
    "fat": at(82, b"FAT32   "),
    "ntfs": at(3, b"NTFS    "),
    "ext": at(1024, bytes(24) + b"\2\0\0\0" + bytes(28) + b"\x53\xef\1\0" + bytes(16) + b"\1\0\0\0"),
    "qcow": b"QFI\xfb\0\0\0\3",
    "vmdk": b"KDMV\1",
    "vhdx": b"vhdxfile",
    "binhex": b"(This file must be converted with BinHex 4.0)",
    "tnef": b"\x78\x9f\x3e\x22",
    "szdd": b"SZDD\x88\xf0\x27\x33",
}


@pytest.mark.parametrize("label", FORMS)
def test_containers_by_their_magic(label: str) -> None:
    assert labels_of(FORMS[label].ljust(600, b"\x11") if len(FORMS[label]) < 600 else FORMS[label]) == (label,)


def test_skippable_frame_is_zstd() -> None:
    assert labels_of(b"\x5a\x2a\x4d\x18\4\0\0\0abcd\x28\xb5\x2f\xfd") == ("zstd",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"P",
        b"PK",
        b"text",
        b"BZh is a word",
        b"BZh9 and more words",
        bytes(1024),
        b"\x1f\x8b",
        b"\x1f\x9d\xff",
        b"-lh5- in a text",
        b"070708",
        b"\x60\xea\0\0",
        bytes(range(256)) * 20,
        b"7z is a program",
        b"Rar! he said",
        b"\0\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\x0b\0\0\0fit_params",
    ],
    ids=repr,
)
def test_honest_files_have_no_label(data: bytes) -> None:
    assert labels_of(data) == ()


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (ZIP, ("zip",)),
        (TAR, ("tar",)),
        (b"MZ program" + ZIP, ("zip",)),
        (b"MZ program" + ZIP + b"behind it", ("zip",)),
        (ZIP + TAR, ("zip",)),
        (TAR + ZIP, ("tar", "zip")),
        (b"7z\xbc\xaf\x27\x1c" + bytes(30) + ZIP, ("7z", "zip")),
        (at(32769, b"CD001")[:40_000].replace(b"\x11" * 512, TAR[:512], 1) + bytes(5000), ("tar", "iso")),
        (b"text with PK\5\6 in it, and more of it", ()),
    ],
    ids=range(9),
)
def test_all_labels_that_fit(data: bytes, labels: tuple[str, ...]) -> None:
    assert labels_of(data) == labels


def test_a_zip_in_a_tar_does_not_make_the_tar_a_zip() -> None:
    assert labels_of(member(b"a.zip", ZIP) + END) == ("tar",)


def test_a_zip_with_a_long_directory_behind_something_else() -> None:
    data = b"MZ" + archive([plain(b"%d" % number, b"") for number in range(3000)])
    assert len(data) > TAIL_BYTES
    assert labels_of(data) == ("zip",)
    assert labels_of(data + b"trailing") == ("zip",)


@pytest.mark.parametrize("size", [0, 1, 100, 511, 512, 4096])
def test_short_heads_do_no_harm(size: int) -> None:
    for data in (ZIP, TAR, *FORMS.values()):
        identify(data[:size], data[-size:] if size else b"", len(data))


@pytest.mark.parametrize("label", ["zip", "tar", "gzip", "bzip2", "xz", "lzma"])
def test_there_is_a_reader(label: str) -> None:
    assert label in READERS


@pytest.mark.skipif(not TESTFILES.is_dir(), reason="Debian's clamav-testfiles are not installed")
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("clam.7z", "7z"),
        ("clam.arj", "arj"),
        ("clam.bin-be.cpio", "cpio"),
        ("clam.bin-le.cpio", "cpio"),
        ("clam.newc.cpio", "cpio"),
        ("clam.odc.cpio", "cpio"),
        ("clam.cab", "cab"),
        ("clam.chm", "chm"),
        ("clam.exe.bz2", "bzip2"),
        ("clam.exe.szdd", "szdd"),
        ("clam.ole.doc", "ole"),
        ("clam.tar.gz", "gzip"),
        ("clam.tnef", "tnef"),
        ("clam.zip", "zip"),
        ("clam.exe.binhex", "binhex"),
    ],
)
def test_real_files(name: str, label: str) -> None:
    assert labels_of((TESTFILES / name).read_bytes()) == (label,)


@pytest.mark.parametrize(
    ("argv", "label"),
    [
        (["xz", "--format=lzma", "-0"], "lzma"),
        (["xz", "--format=lzma", "-9"], "lzma"),
        (["xz", "--format=lzma", "--lzma1=dict=1MiB,lc=1,lp=2,pb=1"], "lzma"),
        (["zstd"], "zstd"),
        (["lz4"], "lz4"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_real_writers(argv: list[str], label: str) -> None:
    data = subprocess.run([*argv, "-c"], input=b"some text " * 99, check=True, capture_output=True).stdout
    assert labels_of(data) == (label,)
    assert identify(data[:HEAD_BYTES], b"", len(data)) == (label,)


@pytest.mark.parametrize(
    ("label", "data"),
    [
        ("inno", b"zlb\x1a" + bytes(60)),
        ("inno", b"Inno Setup Setup Data (6.2.0)" + bytes(60)),
        ("installshield", b"InstallShield\0" + bytes(60)),
        ("autoit", bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!EA06"),
        ("nuitka", b"KAY\x28\xb5\x2f\xfd" + bytes(60)),
        ("nsis", b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst" + bytes(60)),
        ("pyinstaller", b"\x7fELF" + bytes(100) + b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80)),
    ],
)
def test_what_installers_carry_has_a_name(label: str, data: bytes) -> None:
    assert labels_of(data) == (label,)
    assert labels_of(b"\n" + data.replace(b"MEI", b"MEJ").replace(b"NullsoftInst", b"")) == ()
