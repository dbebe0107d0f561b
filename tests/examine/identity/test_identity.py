"""Containers that intake does not know are named; texts, pictures and keys that only resemble them are not."""

from __future__ import annotations

import ctypes
import lzma
import os
import random
import struct
import time
import zlib
from collections.abc import Callable

import pytest

from gate.errors import EngineFailure
from gate.examine.identity import checks, examiner, is_unnamed, library, samples
from gate.examine.identity.containers import CONTAINERS, container_of, told_of
from gate.examine.identity.examiner import IdentityExaminer, as_text
from gate.examine.identity.library import Library, LibraryMissing, UnknownContent
from gate.examine.interface import View
from gate.models import ContainerFact, Derived, Gap, Item
from tests.examine.identity.identity_samples import NOISE, SAMPLES, TEXT, TWINS, jffs2, minix, openpgp
from tests.examine.viewing import examined

ENCODINGS = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")


def gaps(data: bytes) -> list[Gap]:
    found = examined(IdentityExaminer(), data)
    assert all(isinstance(each, Gap) for each in found)
    return [each for each in found if isinstance(each, Gap)]


def families(data: bytes) -> list[str]:
    return [gap.detail.rpartition(": ")[2].removesuffix(", no reader") for gap in gaps(data)]


# --- what is a container, and what is not -------------------------------------------------------------------------


def test_every_family_has_a_sample_and_a_twin() -> None:
    assert set(SAMPLES) == set(TWINS) == {container.family for container in CONTAINERS}
    assert len(CONTAINERS) == len(SAMPLES)


@pytest.mark.parametrize("family", SAMPLES)
def test_sample_is_named(family: str) -> None:
    [gap] = gaps(SAMPLES[family])
    assert gap.detail.startswith("libmagic names it ")
    assert gap.detail.endswith(f": {family}, no reader")
    assert gap.detail.isascii()
    assert len(gap.detail) < 250
    expected = {container.family: container.reason for container in CONTAINERS}
    assert gap.reason == expected[family]


@pytest.mark.parametrize("family", TWINS)
def test_twin_is_not_named(family: str) -> None:
    assert gaps(TWINS[family]) == []


@pytest.mark.parametrize(
    "data",
    [
        b"age-encryption.org/v1\n-> X25519 a\nb\n--- c\n" + NOISE,
        b"\n-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
        b"\0GITCRYPT\0" + NOISE,
        bytes.fromhex("03d9a29a67fb4bb5") + NOISE,
    ],
)
def test_encrypted_file_is_a_gap(data: bytes) -> None:
    assert [gap.reason for gap in gaps(data)] == ["encrypted"]


@pytest.mark.parametrize("data", [b"age-encryption.org/v1 is a format\n", b"See -----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_words_about_encryption_are_none(data: bytes) -> None:
    assert gaps(data) == []


def test_the_mime_type_is_told_where_there_is_one() -> None:
    assert "(application/x-arc)" in gaps(SAMPLES["ARC archive"])[0].detail
    assert "application/octet-stream" not in gaps(SAMPLES["backup"])[0].detail


@pytest.mark.parametrize(
    ("data", "family"),
    [
        (jffs2(">"), "JFFS2 image"),
        (minix(order=">"), "Minix image"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0==\n-----END PGP MESSAGE-----\n", "encrypted data"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6231\n", "encrypted data"),
        (b"U2FsdGVkX1+abcdefgh\n", "encrypted data"),
        (b"LUKS\xba\xbe\0\1aes" + bytes(600), "encrypted data"),
        (b"xbtoa Begin\n87cUR\nxbtoa End\n", "archive in text"),
        (b"-h- a.c\nint x;\n", "archive in text"),
        (b"FiLeStArTfIlEsTaRt\nabc\n", "archive in text"),
        (b"SVN-fs-dump-format-version: 2\n\nUUID: 1\n", "history of version control"),
        (b"PACK\0\0\0\2\0\0\0\3" + NOISE, "history of version control"),
        (b"\x1f\x9e" + NOISE, "compressed stream"),
        (b"RZIP\2\1\0\0\1\0" + NOISE, "compressed stream"),
        (b"BSDIFF40" + NOISE, "difference between files"),
        (b"UBI#\1\0\0\0" + NOISE, "file system image"),
        (bytes(1024) + struct.pack("<L", 0xE0F5E1E2) + bytes(4000), "file system image"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_further_members_of_the_families(data: bytes, family: str) -> None:
    assert families(data) == [family]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT,
        NOISE,
        bytes(5000),
        b"\xff" * 5000,
        b"Par archive data is what PAR makes.\n",
        b"-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n",
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEz\n-----END PGP PUBLIC KEY BLOCK-----\n",
        b"\x99\x01\x8d\x04" + NOISE,
        b"DIRC\0\0\0\2\0\0\0\1" + NOISE,
        b"\xfftOc\0\0\0\2" + NOISE,
        b"\xde\x12\4\x95\0\0\0\0\1\0\0\0" + struct.pack("<LL", 28, 36) + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE,
        b"\x1f\x9f" + NOISE,
        b"\0\4\1\1" + bytes(1000),
        b"#!/bin/sh\necho archive data\n",
        b"\0\5\x26\7\0\2\0\0" + bytes(100),
    ],
)
def test_what_is_no_container(data: bytes) -> None:
    assert gaps(data) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_in_other_encodings_is_read_as_text(encoding: str) -> None:
    assert families(SAMPLES["archive in text"].decode().encode(encoding)) == ["archive in text"]
    assert gaps(TEXT.decode().encode(encoding)) == []
    assert gaps(TWINS["archive in text"].decode().encode(encoding)) == []


def test_numbers_are_not_taken_for_text() -> None:
    assert as_text(struct.pack("<40H", *range(300, 340))) is None
    assert as_text(bytes(100)) is None
    assert as_text(b"") is None
    assert as_text("a\n".encode("utf-16")) == b"a\n"


def test_all_names_of_a_polyglot_count() -> None:
    """A picture that is an image of a file system beside it: what libmagic finds first does not hide the other."""
    picture = b"GIF89a\1\0\1\0\0\0\0;".ljust(1024, b"\0")
    both = picture + struct.pack("<L", 0xE0F5E1E2) + bytes(4000)
    assert families(both) == ["file system image"]
    assert gaps(picture + bytes(4004)) == []
    two = bytearray(SAMPLES["compressed stream"].ljust(5000, b"\1"))
    two[1024:1028] = struct.pack("<L", 0xE0F5E1E2)
    assert sorted(families(bytes(two))) == ["compressed stream", "file system image"]


def test_a_large_file_is_read_by_its_descriptor_from_its_start() -> None:
    data = b"QED\0" + NOISE + bytes(3 << 20)
    tested = IdentityExaminer()
    descriptor = os.memfd_create("item")
    try:
        os.write(descriptor, data)  # leaves the descriptor at the end
        view = View(descriptor, len(data), "", name=None, mode=None, labels=(), depends_on=tested.depends_on)
        assert [gap.reason for gap in tested.examine(view) if isinstance(gap, Gap)] == ["unsupported"]
    finally:
        os.close(descriptor)
    assert gaps(TEXT + bytes(3 << 20)) == []


def test_fewer_bytes_than_there_should_be() -> None:
    tested = IdentityExaminer()
    descriptor = os.memfd_create("item")
    try:
        os.write(descriptor, TEXT)
        view = View(descriptor, len(TEXT) + 1, "", name=None, mode=None, labels=(), depends_on=tested.depends_on)
        assert list(tested.examine(view)) == [Gap("unreadable", f"fewer than {len(TEXT) + 1} bytes are there")]
    finally:
        os.close(descriptor)


def test_only_what_intake_has_no_name_for_is_looked_at() -> None:
    def item(size: int, *labels: str) -> Item:
        return Item("a", "", size, b"a", labels=labels)

    tested = IdentityExaminer()
    for applies in (tested.applies, is_unnamed):
        assert applies(item(1))
        assert not applies(item(0))
        assert not applies(item(1, "zip"))


# --- the table ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "description",
    [
        "data",
        "ASCII text",
        "TTComp archive data, binary, 4K dictionary",
        "ARJ archive data",
        "OpenPGP Public Key Version 4",
        "PGP signature Signature (old)",
        "Git index, version 2, 1 entries",
        "Git pack index, version 2",
        "GNU message catalog, Project-Id-Version: cpio 'x archive data'",
        "ELF 64-bit LSB executable",
        "POSIX shell script, ASCII text executable",
        "",
    ],
)
def test_names_that_say_nothing_of_files_within(description: str) -> None:
    assert container_of(description) is None
    assert told_of([description], NOISE, len(NOISE)) == []


@pytest.mark.parametrize(
    "description",
    [
        "HA archive data 2 files",
        "InstallShield Z archive Data",
        "RAX archive data",
        "StuffIt Archive (data) : ",
        "LVM2 PV",
    ],
)
def test_names_of_formats_that_no_program_here_makes(description: str) -> None:
    assert container_of(description) is not None


def test_long_descriptions_take_linear_time() -> None:
    begin = time.process_time()
    assert container_of("a " * 30_000) is None
    assert container_of("script " * 10_000) is None
    assert time.process_time() - begin < 2


@pytest.mark.parametrize("check", [container.check for container in CONTAINERS if container.check])
def test_checks_take_any_bytes(check: Callable[[bytes, int], bool]) -> None:
    dice = random.Random(5)
    for _ in range(400):
        data = dice.randbytes(dice.choice((0, 1, 2, 5, 30, 200, 600, 1100, 2000)))
        assert check(data, len(data)) in {True, False}
    for sample in SAMPLES.values():
        for cut in range(0, len(sample), max(1, len(sample) // 200)):
            check(sample[:cut], cut)


def test_packets_of_the_new_form_are_read() -> None:
    key = bytes([4, 9, 3, 10]) + bytes(range(8)) + b"\xff"
    follows = bytes([0xD2, 10]) + NOISE[:10]
    assert checks.is_openpgp_message(bytes([0xC3, 13]) + key + follows, 30)
    assert not checks.is_openpgp_message(bytes([0xC3, 13]) + key, 15), "nothing follows"
    public = bytes([3]) + bytes(range(8)) + b"\1" + NOISE[:256]
    head = bytes([0xC1, 192, len(public) - 192]) + public + follows
    assert checks.is_openpgp_message(head, len(head))
    assert not checks.is_openpgp_message(openpgp(version=2), 300)
    assert not checks.is_openpgp_message(bytes([0xC6, 13]) + key + follows, 30), "a key"


def test_a_zlib_stream_is_whole_or_longer_than_what_is_tried() -> None:
    stream = zlib.compress(random.Random(1).randbytes(9000))
    assert checks.inflates(stream, len(stream))
    assert checks.inflates(zlib.compress(TEXT), 100)
    assert not checks.inflates(zlib.compress(TEXT)[:-3], 100)
    bomb = zlib.compress(bytes(50 << 20))
    begin = time.process_time()
    assert checks.inflates(bomb, len(bomb))
    assert time.process_time() - begin < 0.5


# --- the engine ---------------------------------------------------------------------------------------------------


def test_it_proves_itself_and_says_with_what() -> None:
    tested = IdentityExaminer()
    info = tested.start()
    assert info == tested.finish()
    assert (info.name, info.canary) == ("identity", "passed")
    assert info.database is not None
    assert info.version == f"libmagic {info.database.version}"
    assert len(info.database.sha256) == 64
    assert info.database.signatures > 10_000
    tested.close()


@pytest.mark.parametrize(
    ("name", "sample", "code"),
    [
        ("tiny_bzip3", lambda: TEXT, "examine.canary-missed"),
        ("tiny_git_bundle", lambda: b"\0" + TEXT, "examine.canary-missed"),
        ("TEXT", samples.tiny_bzip3(), "examine.canary-false"),
        ("TEXT", NOISE, "examine.canary-false"),
    ],
)
def test_a_canary_that_is_missed_or_false(
    monkeypatch: pytest.MonkeyPatch, name: str, sample: object, code: str
) -> None:
    tested = IdentityExaminer()
    tested.start()
    monkeypatch.setattr(samples, name, sample)
    for step in (tested.start, tested.finish):
        with pytest.raises(EngineFailure) as failure:
            step()
        assert failure.value.code == code


def test_a_library_that_gives_up_misses_its_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*_: object, **__: object) -> list[str]:
        raise UnknownContent("no")

    monkeypatch.setattr(Library, "descriptions", gives_up)
    with pytest.raises(EngineFailure) as failure:
        IdentityExaminer().start()
    assert failure.value.code == "examine.canary-missed"
    assert gaps(NOISE) == [Gap("engine-limit", "libmagic: no")]


def test_without_libmagic_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "LOADED", LibraryMissing("failed to find libmagic"))
    tested = IdentityExaminer()
    with pytest.raises(EngineFailure) as failure:
        tested.start()
    assert failure.value.code == "examine.libmagic-missing"
    assert "failed to find libmagic" in str(failure.value)
    assert "libmagic1" in failure.value.advice()


def test_without_its_package_or_database_there_is_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setitem(__import__("sys").modules, "magic", None)
        with pytest.raises(LibraryMissing):
            Library()
    import magic

    class Elsewhere:
        @staticmethod
        def magic_getpath(_name: object, _action: int) -> bytes:
            return b"/nonexistent/magic"

    monkeypatch.setattr(magic, "libmagic", Elsewhere)
    with pytest.raises(LibraryMissing, match=r"/nonexistent/magic\.mgc"):
        Library()


def test_a_broken_database_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    broken = os.path.join(str(tmp_path), "magic.mgc")  # noqa: PTH118  # the text that libmagic would give
    with open(broken, "wb") as file:  # noqa: PTH123  # as above
        file.write(b"\x1c\x04\x1e\xf1" + bytes(5000))
    import magic

    class Broken:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        @staticmethod
        def magic_getpath(_name: object, _action: int) -> bytes:
            return broken.encode()

    real = magic.libmagic
    assert isinstance(real, ctypes.CDLL)
    monkeypatch.setattr(magic, "libmagic", Broken())
    with pytest.raises(LibraryMissing):
        Library()
    assert examiner.IdentityExaminer().start().canary == "passed", "the library that was loaded is not touched"


def test_archives_inside_of_something_else_come_out() -> None:
    page = b"<!DOCTYPE html><html><body>hello</body></html>\n"
    archive = lzma.compress(b"inside " * 100)
    found = examined(IdentityExaminer(), page + archive)
    assert [each.data for each in found if isinstance(each, Derived)] == [archive]
    assert [each.issue for each in found if isinstance(each, ContainerFact)] == ["hidden-data"]
    assert examined(IdentityExaminer(), page + archive[:6] + b"is how an xz file begins") == []


def test_what_a_program_carries_is_not_hidden() -> None:
    program = b"\x7fELF" + bytes(200)
    found = examined(IdentityExaminer(), program + lzma.compress(b"inside " * 100))
    assert any(isinstance(each, Derived) for each in found)
    assert not any(isinstance(each, ContainerFact) for each in found)
