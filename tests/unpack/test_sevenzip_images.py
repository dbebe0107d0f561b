"""What images hold of their own, tables, boot code and headers, comes out so that nobody takes it for one more image."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from gate.intake.readers.byte_stream import ByteStream
from gate.intake.readers.interface import Data, Member, Options
from gate.intake.readers.sevenzip_members import Entry
from gate.intake.readers.sevenzip_stream import Members
from tests.unpack.reader_kit import labels_of, read_bytes
from tests.unpack.sevenzip_kit import fat, fresh, made, run, tree


def test_the_tables_of_a_disk_are_no_disk_of_their_own() -> None:
    reading = read_bytes(made("gpt"), "gpt")
    assert [seen.member.name for seen in reading.seen] == [b"0.data.img"]


def with_secret(place: int, secret: bytes) -> bytes:
    """Return a disk with a secret at a place, counted from the end where negative, and checksums that fit it."""
    disk = bytearray(made("gpt"))
    start = place % len(disk)
    disk[start : start + len(secret)] = secret
    for header, entries in ((512, 1024), (len(disk) - 512, len(disk) - 512 - 128 * 128)):
        disk[header + 88 : header + 92] = zlib.crc32(disk[entries : entries + 128 * 128]).to_bytes(4, "little")
        disk[header + 16 : header + 20] = bytes(4)
        disk[header + 16 : header + 20] = zlib.crc32(disk[header : header + 92]).to_bytes(4, "little")
    return bytes(disk)


@pytest.mark.parametrize(
    "place",
    [0, 512 + 92, 1024 + 128 * 3 + 40, -512 - 128 * 128 + 128 * 3 + 40, -512 + 92],
    ids=["boot code", "header", "entries", "entries of the copy", "copy"],
)
def test_what_a_table_does_not_use_is_brought_to_light(place: int) -> None:
    reading = read_bytes(with_secret(place, b"hidden in the table"), "gpt")
    parts = [bytes(seen.content) for seen in reading.seen if seen.member.made_up]
    assert any(b"hidden in the table" in part for part in parts)
    assert all(labels_of(part) == () for part in parts)


@pytest.mark.parametrize("place", [512 + 16, -512 + 16, -512 - 128 * 128], ids=["table", "copy", "entries of the copy"])
def test_a_table_that_does_not_hold_together_is_brought_to_light(place: int) -> None:
    disk = bytearray(made("gpt"))
    disk[place % len(disk)] ^= 1
    reading = read_bytes(bytes(disk), "gpt")
    assert any(seen.member.made_up for seen in reading.seen) or reading.gives


def disc_with_a_table(folder: Path) -> bytes:
    """Return an ISO image that is a disk with a GUID partition table as well, as systems are installed from."""
    (folder / "inner").mkdir()
    (folder / "boot").write_bytes(fat(folder / "inner"))
    command = ("xorriso", "-as", "mkisofs", "-R", "-o", folder / "disc", "-appended_part_as_gpt")
    run(*command, "-append_partition", "2", "0xef", folder / "boot", tree(folder), folder=folder)
    return (folder / "disc").read_bytes()


def test_the_first_sectors_of_a_disc_with_a_table() -> None:
    disc = fresh(disc_with_a_table)
    assert disc[512:520] == b"EFI PART"
    code = b"boot code" * 9
    for image, expected in ((disc, []), (code + disc[len(code) :], [b"system-area-1"])):
        reading = read_bytes(image, "iso")
        assert [seen.member.name for seen in reading.seen if b"system" in seen.member.name] == expected
        assert all("gpt" not in labels_of(bytes(seen.content)) for seen in reading.seen)


def test_the_start_of_ntfs_in_its_own_file_is_no_image() -> None:
    image = made("ntfs")
    code = read_bytes(image, "ntfs").named(b"boot-code")
    assert bytes(code.content) == image[84:8192]
    assert labels_of(bytes(code.content)) == ()


def boot_file(content: bytes, parameters: bytes) -> bytes:
    """Return the name under which a boot file comes out of an image that begins with ``parameters``."""
    entry = Entry(b"[SYSTEM]/$Boot", "file", None, len(content), None)
    members = Members(Options(label="ntfs"), [entry], set(), parameters)
    first, *rest = members.cut(entry, ByteStream(iter([content])))
    assert isinstance(first, Member)
    assert b"".join(event.chunk for event in rest if isinstance(event, Data)) == content[-(first.size or 0) :]
    return first.name


def test_a_boot_file_that_is_not_the_start_of_its_image() -> None:
    start = made("ntfs")[:8192]
    assert boot_file(start, start[:84]) == b"boot-code"
    assert boot_file(start, start[:83] + b"x") == b"[SYSTEM]/$Boot"
    assert boot_file(start[:84], start[:84]) == b"[SYSTEM]/$Boot"
    assert boot_file(start + b"\0", start[:84]) == b"[SYSTEM]/$Boot"


def test_the_header_of_a_package_is_no_package() -> None:
    package = made("rpm")
    header = read_bytes(package, "rpm").named(b"header")
    assert package[4:].startswith(bytes(header.content))
    assert labels_of(bytes(header.content)) == ()
