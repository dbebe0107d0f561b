"""RAR archives: what is hostile about them is told, what is honest reads without a word."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from gate.intake.readers import libarchive_data
from gate.intake.readers.blake2sp import Blake2sp
from gate.intake.readers.interface import Stored, Trouble
from gate.intake.readers.rar4_names import unicode_name
from tests.unpack.case_kit import hold
from tests.unpack.hostile.case import PAYLOAD, Case
from tests.unpack.hostile.rar_writer import (
    NORMAL,
    WINDOWS,
    archive4,
    archive5,
    block5,
    file4,
    file5,
    number,
    record,
    redirection,
)
from tests.unpack.hostile.rars import CASES
from tests.unpack.reader_kit import labels_of, read_bytes, read_file
from tests.unpack.test_readers_in_a_worker import events_of, worker_for

TEXT = b"an honest text\n" * 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_hostile(case: Case) -> None:
    hold(case)


def blake(content: bytes) -> bytes:
    digest = Blake2sp()
    digest.update(content)
    return record(2, b"\0" + digest.digest())


def test_honest_five() -> None:
    data = archive5(
        [
            file5(b"CMT", b"a note\0", kind=3),
            file5(b"run", TEXT, attributes=0o100755),
            file5(b"dos", TEXT, system=WINDOWS, attributes=0x20),
            file5("仕様書/第1章.txt".encode(), TEXT, extra=record(3, b"\1\0\0\0\0") + record(6, b"\0")),
            file5(b"blake", TEXT, file_flags=0, extra=blake(TEXT)),
            file5(b"folder", file_flags=1, attributes=0o40755),
            file5(b"link", extra=redirection(1, b"run")),
            file5(b"hard", extra=redirection(4, b"run")),
            file5(b"copy", extra=redirection(5, b"run")),
            file5(b"old", TEXT, extra=record(4, number(0) + number(2))),
            file5(b"QO", b"\1\2\3", kind=3),
            file5(b"RR", bytes(40), kind=3),
        ],
        main=block5(1, number(4), extra=record(1, number(0))),
    )
    assert labels_of(data) == ("rar",)
    reading = read_bytes(data + bytes(20), "rar")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert (heads[b"run"].mode, heads[b"dos"].mode) == (0o755, None)
    assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"run")
    assert heads[b"hard"].kind == heads[b"copy"].kind == "hard-link"
    assert heads[b"folder"].kind == "folder"
    assert bytes(reading.named(b"old;2").content) == TEXT
    assert bytes(reading.named(b"blake").content) == TEXT
    assert bytes(reading.named(b"service-1").content) == b"a note\0"


def test_honest_four() -> None:
    data = archive4(
        [
            file4(b"run", TEXT, attributes=0o100755),
            file4(b"docs\\dos.txt", TEXT, system=2, attributes=0x20),
            file4("仕様書\\表.txt".encode("cp932"), TEXT, system=2),
            file4("表.txt".encode(), TEXT, flags=0x200),
            file4(b"folder", flags=0xE0, attributes=0o40755),
            file4(b"link", b"run", attributes=0o120777),
            file4(b"times", TEXT, flags=0x1000, slack=b"\0\x90" + bytes(1)),
            file4(b"RR", bytes(40), kind=0x7A),
        ]
    )
    assert labels_of(data) == ("rar",)
    reading = read_bytes(data, "rar")
    assert reading.all_troubles == []
    heads = {seen.member.name: seen.member for seen in reading.seen}
    assert heads[b"run"].mode == 0o755
    assert (heads[b"link"].kind, heads[b"link"].target) == ("symbolic-link", b"run")
    assert heads["仕様書/表.txt".encode("cp932")].utf8 is False
    assert heads["表.txt".encode()].utf8 is True
    assert bytes(reading.named(b"docs/dos.txt").content) == TEXT


def test_an_archive_of_the_first_versions_has_no_end_block() -> None:
    assert read_bytes(archive4([file4(b"a", TEXT)], end=b""), "rar").all_troubles == []


def test_names_in_two_forms() -> None:
    packed = b"\x04" + b"\x50" + b"\x38\x39"  # two letters with the high byte, then two equal to the first form
    assert unicode_name(b"??.t\0" + packed, encoded=True)[0].decode() == "\u0438\u0439"
    assert unicode_name(b"ab\0\x04\xc0\x00", encoded=True)[0] == b"ab", "a run that is the same in both"
    assert unicode_name(b"ab\0\x04\xc0\x80\x01", encoded=True)[0].decode() == "\u0462\u0463"
    assert unicode_name(b"a\0\x04\x80", encoded=True)[0] == b"", "cut short"


def test_blake2sp() -> None:
    """The first of the known answers that the authors publish with the reference implementation."""
    assert Blake2sp().digest().hex() == "dd0e891776933f43c7d032b08a917e25741f8aa9a12c12e1cac8801500f2ca4f"
    whole, parts = Blake2sp(), Blake2sp()
    whole.update(TEXT * 40)
    for start in range(0, len(TEXT * 40), 97):
        parts.update((TEXT * 40)[start : start + 97])
    assert whole.digest() == parts.digest()


def test_wrong_blake_is_told() -> None:
    reading = read_bytes(archive5([file5(b"a", TEXT, file_flags=0, extra=blake(PAYLOAD))]), "rar")
    assert reading.gives == {"corrupt"}


def test_without_the_library_packed_members_are_gaps_and_stored_ones_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libarchive_data, "ffi", None)
    packed = file5(b"packed", b"????", method=NORMAL, size=90)
    reading = read_bytes(archive5([packed, file5(b"stored", TEXT)]), "rar")
    assert [trouble.reason for trouble in reading.named(b"packed").troubles] == ["unsupported"]
    assert "libarchive13" in reading.details[0]
    assert bytes(reading.named(b"stored").content) == TEXT


def test_in_a_worker() -> None:
    worker = worker_for("rar")
    try:
        events = events_of(worker, "rar", archive5([file5(b"a", TEXT)]))
        assert any(isinstance(event, Stored) for event in events)
        for case in CASES:
            assert any(isinstance(event, Trouble) for event in events_of(worker, "rar", case.data)) or case.entries < 99
    finally:
        worker.close()


# --- archives of RAR itself -----------------------------------------------------------------------------------

WHOLE = (
    "ctime5 rar3-owner rar3-readonly-win rar3-subdirs rar3-versions rar5-blake rar5-crc rar5-dups rar5-hlink rar5-owner "
    "rar5-quick-open rar5-solid rar5-solid-qo rar5-subdirs rar5-symlink-unix rar5-times rar5-versions seektest unicode2"
)
NOT_WHOLE = {
    "rar3-solid": "unsupported",
    "rar3-vols.part1": "unsupported",
    "rar5-vols.part1": "unsupported",
    "rar3-comment-psw": "encrypted",
    "rar3-comment-hpsw": "encrypted",
    "rar5-psw": "encrypted",
    "rar5-hpsw": "encrypted",
    "rar5-evil-symlink-traversal": "ambiguous",
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch the archives with which the Python module ``rarfile`` is tested (ISC licence)."""
    folder = tmp_path_factory.mktemp("rars")
    argv = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(folder)]
    subprocess.run([*argv, "rarfile==4.5"], check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.name.endswith(".rar") else None
            if content is not None:
                (folder / Path(member.name).name).write_bytes(content.read())
    return folder


UNAR_FAILS = frozenset(["ctime5", "rar5-owner", "rar5-solid", "rar5-subdirs", "rar5-symlink-unix", "rar5-versions"])
"""Archives that ``unar`` 1.10.7 cannot parse to their end, and says so."""


def by_unar(archive: Path, target: Path) -> set[str]:
    """Return the digests of what ``unar`` extracts."""
    subprocess.run(["unar", "-q", "-o", str(target), "-D", str(archive)], check=True, capture_output=True)
    return {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in target.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.corpus
@pytest.mark.parametrize("name", WHOLE.split())
def test_archives_of_rar_read_whole(name: str, samples: Path, tmp_path: Path) -> None:
    reading = read_file(samples / f"{name}.rar", "rar")
    assert reading.all_troubles == []
    assert reading.files
    if name not in UNAR_FAILS:
        assert by_unar(samples / f"{name}.rar", tmp_path) <= set(reading.files.values())


@pytest.mark.corpus
@pytest.mark.parametrize("name", NOT_WHOLE)
def test_archives_of_rar_that_are_not_opened_are_told(name: str, samples: Path) -> None:
    assert NOT_WHOLE[name] in read_file(samples / f"{name}.rar", "rar").gives
