"""Installers and images: every way in which they are made is told, and what is in them by chance is not."""

from __future__ import annotations

import os
import struct

import lz4.block  # type: ignore[import-untyped]  # it ships no types
import pytest

from gate.examine.executable.content import Content, Memory
from gate.examine.executable.examiner import ExecutableExaminer
from gate.examine.executable.zip_names import Member, start_of, zip_listing
from gate.examine.executable.zipped import Unlisted, members
from gate.models import ExecutableFact, Gap
from tests.examine.executable.native_samples import mach_o, pe
from tests.examine.executable.setup_samples import (
    ARCHIVE,
    PROGRAM,
    SCRIPT_WITH_ARCHIVE,
    bootable_disc,
    squashfs,
    xz_squashfs,
)
from tests.examine.executable.zip_samples import zip_of
from tests.examine.viewing import examined


def facts(data: bytes, name: bytes = b"item", *, mode: int | None = None) -> dict[str, ExecutableFact]:
    found = examined(ExecutableExaminer(), data, name, mode=mode)
    assert not [each for each in found if isinstance(each, Gap) and each.reason == "engine-error"]
    return {each.format: each for each in found if isinstance(each, ExecutableFact)}


def gaps(data: bytes, name: bytes = b"item", *, mode: int | None = None) -> list[str]:
    return [each.reason for each in examined(ExecutableExaminer(), data, name, mode=mode) if isinstance(each, Gap)]


@pytest.mark.parametrize(
    ("data", "archive"),
    [
        (PROGRAM + ARCHIVE, "7z"),
        (PROGRAM + b";!@Install@!UTF-8!\nRunProgram=x\n;!@InstallEnd@!" + ARCHIVE, "7z"),
        (PROGRAM + b"Rar!\x1a\x07\1\0" + bytes(40), "rar"),
        (PROGRAM + b"MSCF\0\0\0\0" + bytes(40), "cab"),
        (PROGRAM + zip_of("a.txt"), "zip"),
        (SCRIPT_WITH_ARCHIVE, "gzip"),
        (b"#!/bin/sh\nunzip $0\n" + zip_of("a.txt"), "zip"),
    ],
)
def test_self_extractors(data: bytes, archive: str) -> None:
    assert f"archive={archive}" in facts(data)["sfx"].detail.split()


@pytest.mark.parametrize(
    "data", [PROGRAM + b"configuration", b"#!/bin/sh\n" + b"echo hello\n" * 600, mach_o() + bytes(100), b"#!/bin/sh\n"]
)
def test_other_programs_extract_nothing(data: bytes) -> None:
    assert "sfx" not in facts(data)


def test_zip_directory_is_found_behind_anything() -> None:
    jar = zip_of("A.class")
    for before in (b"", b"%PDF-1.7\n" + bytes(5000), b"GIF89a" + bytes(99)):
        assert "jar" in facts(before + jar)
    assert "jar" in facts(zip_of("A.class", comment=b"PK\5\6 " * 200))
    assert "jar" not in facts(jar[:-30])
    assert "jar" not in facts(b"PK\5\6" + bytes(18))


def test_large_count_takes_the_record_of_64_bit() -> None:
    plain = zip_of("A.class", "b.txt")
    end = plain[-22:]
    count, length, offset = struct.unpack_from("<HLL", end, 10)
    wide = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(plain) - 22, 1)
    saturated = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert "jar" in facts(plain[:-22] + wide + locator + saturated)
    small = plain[:-22] + wide + locator + end
    assert "jar" in facts(small), "records that are there and say nothing new"
    assert [member.name for member in members(Content(Memory(small)))] == ["a.class", "b.txt"]
    assert "jar" in facts(plain[:-22] + wide[:40] + bytes(16) + locator + end), "numbers that do not count"
    assert "jar" not in facts(plain[:-22] + locator + saturated)


def test_start_of_a_member() -> None:
    content = Content(Memory(b"before" + zip_of(a_txt=b"text " * 100)))
    listing = zip_listing(content)
    assert listing is not None
    [member] = listing.members
    assert start_of(content, member, 9) == b"text text"
    assert start_of(content, member._replace(place=0), 9) == b""
    assert start_of(content, member._replace(method=99), 9) == b""
    assert start_of(content, Member(b"x", 8, 40, 40, member.place + 1), 9) == b""


def test_snap_by_what_is_in_it_or_by_its_name() -> None:
    assert "snap" in facts(xz_squashfs(b"snap.yaml"))
    entry = bytes(18) + b"\x08\0snap.yaml"
    packed = lz4.block.compress(entry, store_size=False)
    assert "snap" in facts(squashfs(b"x", compression=5, block=packed))
    unread = squashfs(b"snap.yaml", compression=3)
    assert "snap" not in facts(unread)
    assert "snap" in facts(unread, b"app.SNAP")
    assert "snap" not in facts(b"text", b"app.snap")
    for damaged in (squashfs(b"snap.yaml")[:200], squashfs(b"snap.yaml", block=b"noise" * 9)):
        facts(damaged)


def test_disc_whose_catalog_is_broken_still_boots_by_it() -> None:
    assert facts(bootable_disc())["el-torito"].architecture == "efi"
    assert "broken=catalog" in facts(bootable_disc(key=b"\0\0"))["el-torito"].detail


NOISE = os.urandom(4000)
"""What packed or encrypted bytes look like."""


@pytest.mark.parametrize(
    ("data", "name", "mode", "told", "reasons"),
    [
        (b"\xe9\x10\1" + bytes(60), b"A.COM", None, ["dos-com"], []),
        (b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$TEST-FILE-OF-CHARACTERS!$H+H*", b"a.com", None, ["dos-com"], []),
        (b"<html>\n", b"example.com", None, [], []),
        (b"\xe9\x10\1" + bytes(70_000), b"a.com", None, ["raw-code"], []),
        (b"\x90" * 40 + b"\1\xcc", b"x.dll", 0o644, ["raw-code"], []),
        (b"\x90" * 40 + b"\0\xcc", b"x", 0o755, ["raw-code"], []),
        (b"\x90" * 40 + b"\0\xcc", b"x.dat", 0o644, [], []),
        (NOISE, b"setup.exe", None, [], ["unsupported"]),
        (NOISE, b"setup", 0o755, [], ["unsupported"]),
        (bytes(9000) + NOISE, b"setup", 0o755, [], ["unsupported"]),
        (NOISE, b"setup.dat", 0o644, [], []),
        (b"\x89PNG\r\n\x1a\n" + NOISE, b"a.png", 0o755, [], []),
        (bytes(80) + b"\2\0\0\0" + bytes(range(100)), b"part.stl", 0o755, [], []),
        (bytes(80) + b"\3\0\0\0" + bytes(range(100)), b"part.stl", 0o755, ["raw-code"], []),
        (b"MZ is how this begins, and all of it is letters.", b"a.exe", None, ["mz"], []),
        (b"MZ is how this begins, and all of it is letters.", b"a.txt", None, [], []),
        (b"", b"empty.exe", 0o755, [], []),
        (b"text\n", b"a.exe", 0o755, [], []),
        (pe(), b"a.com", 0o755, ["pe"], []),
    ],
)
def test_code_without_a_mark(data: bytes, name: bytes, mode: int | None, told: list[str], reasons: list[str]) -> None:
    native = [each.format for each in facts(data, name, mode=mode).values() if each.class_ == "native"]
    assert native == told
    assert gaps(data, name, mode=mode) == reasons


def test_a_directory_that_breaks_off_lists_what_it_has() -> None:
    whole = zip_of("a.txt", "b.txt")
    broken = whole.replace(b"PK\1\2", b"PK\1\3").replace(b"PK\1\3", b"PK\1\2", 1)
    listing = zip_listing(Content(Memory(broken)))
    assert listing is not None
    assert ([member.name for member in listing.members], listing.sound) == ([b"a.txt"], False)
    with pytest.raises(Unlisted, match="breaks off"):
        list(members(Content(Memory(broken))))


def test_a_comment_that_quotes_an_end_record_hides_no_member() -> None:
    archive = zip_of("a.txt")
    comment = b"PK\5\6" + bytes(18)
    quoting = archive[:-2] + len(comment).to_bytes(2, "little") + comment
    assert [member.name for member in members(Content(Memory(quoting)))] == ["a.txt"]
