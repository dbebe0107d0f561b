"""An engine that does not work: an error with the remedy or a gap, never "nothing found", and nothing left behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from gate.errors import EngineFailure
from gate.examine.antivirus import configuration, samples
from gate.examine.antivirus.examiner import ClamAVExaminer
from gate.models import Gap
from gate.text import LANGUAGES
from tests.examine.clamav.antivirus_kit import (
    EICAR_LINE,
    SIGNATURE_COUNT,
    SIGNATURES,
    engine_of,
    examined,
    folder_with,
    left_behind,
    packed,
    viewed,
)

if TYPE_CHECKING:
    from gate.examine.interface import Observation


UNRELATED = "".join(f"Unrelated.{number}:0:*:{number:016x}ffeeddcc\n" for number in range(8))


def failed_start(examiner: ClamAVExaminer, scratch: Path) -> EngineFailure:
    """Start an examiner that must not start; nothing of it may be left."""
    with pytest.raises(EngineFailure) as caught:
        examiner.start()
    assert list(scratch.glob("**/gate-clamav-*")) == []
    for language in LANGUAGES:
        assert caught.value.message(language)
        assert caught.value.advice(language)
    return caught.value


# --- it does not start -----------------------------------------------------------------------------------------


def test_clamd_is_not_installed(scratch: Path) -> None:
    failure = failed_start(ClamAVExaminer(scratch=scratch, program="clamd-that-nobody-has"), scratch)
    assert failure.code == "malware.clamd-missing"
    assert "clamav-daemon" in failure.advice()


def test_a_program_that_ends_at_once(scratch: Path) -> None:
    failure = failed_start(ClamAVExaminer(scratch=scratch, program="false"), scratch)
    assert failure.code == "malware.clamd-start-failed"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "malware.database-folder-empty"),
        ({"notes.txt": "x"}, "malware.database-folder-empty"),
        ({"a.ndb": "# nothing but a comment\n"}, "malware.database-without-signatures"),
        ({"a.ign2": "Some.Name\n"}, "malware.database-without-signatures"),
        ({"a.ndb": "this is no signature\n"}, "malware.database-malformed"),
        ({"daily.cvd": b"garbage"}, "malware.database-malformed"),
        ({"gate-canary.ndb": EICAR_LINE}, "malware.database-name-clash"),
        ({"local.cfg": "DOCUMENT:0x0\n"}, "malware.database-name-clash"),
        ({"a.ndb": UNRELATED, "x.ign2": "Gate.Canary.EICAR\n"}, "malware.canary-missed"),
        ({"a.ndb": UNRELATED, "x.ign2": "Gate.Canary.Token\n"}, "malware.canary-missed"),
        (
            {"a.ndb": "".join(f"Old.{number}:0:*:{number:08x}:1:50\n" for number in range(40))},
            "malware.signatures-not-loaded",
        ),
        (
            {"daily.cud": packed("daily", {"daily.ndb": EICAR_LINE.encode()}, built=4_000_000_000)},
            "malware.clamd-warned",
        ),
    ],
)
def test_databases_that_do_not_do(scratch: Path, files: dict[str, bytes | str], code: str) -> None:
    database = folder_with(scratch / "database", files)
    assert failed_start(ClamAVExaminer(scratch=scratch, database=database), scratch).code == code


def test_a_database_folder_that_is_not_there(scratch: Path) -> None:
    failure = failed_start(ClamAVExaminer(scratch=scratch, database=scratch / "none"), scratch)
    assert failure.code == "malware.database-folder-unreadable"
    assert "freshclam" in failure.advice()


def test_a_false_positive_entry_for_the_canary(scratch: Path) -> None:
    digest = hashlib.md5(samples.eicar(), usedforsecurity=False).hexdigest()
    database = folder_with(scratch / "database", {"a.ndb": "Some.Name:0:*:aabbccddeeff\n", "a.fp": f"{digest}:68:x\n"})
    assert failed_start(ClamAVExaminer(scratch=scratch, database=database), scratch).code == "malware.canary-missed"


@pytest.mark.parametrize("name", ["x.ign2", "x.ign", "x.fp", "x.SFP", "x.crb"])
def test_house_signatures_come_without_exceptions(scratch: Path, name: str) -> None:
    house = scratch / "house"
    shutil.copytree(SIGNATURES, house)
    (house / name).write_text("Gate.Canary.EICAR\n")
    failure = failed_start(ClamAVExaminer(scratch=scratch, house_signatures=house), scratch)
    assert failure.code == "malware.house-signatures-suppressed"


def test_house_signatures_without_the_canary(scratch: Path) -> None:
    house = folder_with(scratch / "house", {"a.ndb": "Some.Name:0:*:aabbccddeeff\n"})
    failure = failed_start(ClamAVExaminer(scratch=scratch, house_signatures=house), scratch)
    assert (failure.code, failure.arguments["canary"]) == ("malware.canary-missed", "eicar")


def test_other_house_signatures_are_custom(scratch: Path) -> None:
    house = scratch / "house"
    shutil.copytree(SIGNATURES, house)
    examiner = ClamAVExaminer(scratch=scratch, house_signatures=house)
    try:
        database = examiner.start().database
        assert database is not None
        assert database.kind == "custom"
    finally:
        examiner.close()


def test_an_old_daily_database_starts_and_is_dated(scratch: Path) -> None:
    files = {"daily.cud": packed("daily", {"daily.ndb": b"Daily.X:0:*:aabbccddeeff\n"}, version=27_000)}
    examiner = ClamAVExaminer(scratch=scratch, database=folder_with(scratch / "database", files))
    try:
        database = examiner.start().database
        assert database is not None
        assert (database.kind, database.version, database.date, database.signatures) == (
            "unverified",
            "daily 27000",
            "2020-01-01T00:00:00Z",
            SIGNATURE_COUNT + 1,
        )
        assert "daily.cud" in database.detail
    finally:
        examiner.close()


@pytest.mark.parametrize(
    "key", ["MaxFileSize", "MaxScanSize", "MaxRecursion", "MaxFiles", "PCREMaxFileSize", "MaxScanTime", "MaxEmbeddedPE"]
)
def test_limits_that_were_not_taken_over(scratch: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setitem(configuration._COMMON, key, "17")
    failure = failed_start(ClamAVExaminer(scratch=scratch), scratch)
    assert failure.code == "malware.limits-not-applied"


@pytest.mark.parametrize(
    ("key", "canary"),
    [
        ("AlertExceedsMax", "too-deep"),
        ("AlertEncryptedArchive", "encrypted-archive"),
        ("AlertEncryptedDoc", "encrypted-document"),
        ("AlertBrokenExecutables", "broken-executable"),
        ("AlertBrokenMedia", "broken-picture"),
    ],
)
def test_alerts_that_were_not_taken_over(scratch: Path, monkeypatch: pytest.MonkeyPatch, key: str, canary: str) -> None:
    alerts = configuration._ALERTS["scan"] | {key: "no"} | ({"AlertEncrypted": "no"} if "Encrypted" in key else {})
    monkeypatch.setitem(configuration._ALERTS, "scan", alerts)
    failure = failed_start(ClamAVExaminer(scratch=scratch), scratch)
    assert (failure.code, failure.arguments["canary"]) == ("malware.canary-missed", canary)


def test_macro_alerts_that_were_not_taken_over(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(configuration._ALERTS, "scan", configuration._ALERTS["others"])
    failure = failed_start(ClamAVExaminer(scratch=scratch), scratch)
    assert (failure.code, failure.arguments["canary"]) == ("malware.canary-missed", "macro-document")


@pytest.mark.parametrize(
    ("role", "content", "canary"),
    [
        ("macros", samples.encrypted_zip(), "macro-document"),
        ("others", samples.macro_document(), "encrypted-archive"),
    ],
)
def test_a_daemon_in_reserve_that_does_not_prove_itself(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, role: configuration.Role, content: bytes, canary: str
) -> None:
    monkeypatch.setitem(configuration._ALERTS, role, {"AlertOLE2Macros": "no"})
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        assert examined(examiner, samples.BENIGN) == []
        for _ in range(2):
            gaps = [each for each in examined(examiner, content) if isinstance(each, Gap)]
            assert [each for each in gaps if each.reason == "engine-error" and canary in each.detail]
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert (caught.value.code, caught.value.arguments["canary"]) == ("malware.canary-missed", canary)
    finally:
        examiner.close()
    assert left_behind((), scratch) == []


def test_a_reserve_that_is_closed_while_it_starts(scratch: Path) -> None:
    """A run that is interrupted leaves no daemon behind, whatever was under way."""
    database = folder_with(scratch / "database", {"large.ndb": "".join(map(_long_line, range(200_000)))})
    examiner = ClamAVExaminer(scratch=scratch, database=database)
    try:
        examiner.start()
        waiting = threading.Thread(target=lambda: examined(examiner, samples.macro_document()))
        waiting.start()
        time.sleep(0.3)
    finally:
        started = time.monotonic()
        examiner.close()
    waiting.join(30)
    assert not waiting.is_alive()
    assert time.monotonic() - started < 20
    assert left_behind((), scratch) == []
    assert not [
        each for each in psutil.process_iter(["cmdline"]) if str(scratch) in " ".join(each.info["cmdline"] or [])
    ]


def _long_line(number: int) -> str:
    return f"Unrelated.{number}:0:*:{hashlib.sha256(b'%d' % number).hexdigest()}\n"


def test_an_unknown_setting(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(configuration._COMMON, "NoSuchSetting", "yes")
    failure = failed_start(ClamAVExaminer(scratch=scratch), scratch)
    assert failure.code == "malware.clamd-start-failed"
    assert "NoSuchSetting" in failure.message("en")


# --- its temporary folder --------------------------------------------------------------------------------------


def test_no_temporary_folder(scratch: Path) -> None:
    failure = failed_start(ClamAVExaminer(scratch=scratch / "missing"), scratch)
    assert failure.code == "malware.scratch-unusable"
    assert "TMPDIR" in failure.advice()


def test_a_read_only_temporary_folder(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    failure = failed_start(ClamAVExaminer(scratch=small_disk), small_disk)
    assert failure.code == "malware.scratch-unusable"
    assert "Read-only" in failure.message("en")


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))
    assert os.statvfs(disk).f_bavail == 0


def test_a_full_temporary_folder(small_disk: Path) -> None:
    fill(small_disk)
    failure = failed_start(ClamAVExaminer(scratch=small_disk), small_disk)
    assert failure.code == "malware.scratch-unusable"


Spoil = Callable[[ClamAVExaminer, Path], None]


def fill_disk(_examiner: ClamAVExaminer, disk: Path) -> None:
    fill(disk)


def remove_temporary(_examiner: ClamAVExaminer, disk: Path) -> None:
    for folder in disk.glob("gate-*/temporary"):
        shutil.rmtree(folder)


def read_only_temporary(_examiner: ClamAVExaminer, disk: Path) -> None:
    for folder in disk.glob("gate-*/temporary"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], check=True)


@pytest.mark.parametrize("spoil", [fill_disk, remove_temporary, read_only_temporary])
def test_a_temporary_folder_that_fails_during_the_run(small_disk: Path, spoil: Spoil) -> None:
    examiner = ClamAVExaminer(scratch=small_disk)
    try:
        examiner.start()
        pids = engine_of(examiner).processes()
        assert examined(examiner, samples.zipped(b"sound")) == []
        spoil(examiner, small_disk)
        for content in (samples.zipped(samples.eicar()), samples.zipped(b"sound" * 99)):
            assert [each.reason for each in examined(examiner, content) if isinstance(each, Gap)], spoil
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert caught.value.code == "malware.scratch-unusable"
    finally:
        for folder in small_disk.glob("gate-*/temporary"):
            subprocess.run(["umount", "-l", folder], check=False, capture_output=True)
        examiner.close()
    assert left_behind(pids, small_disk) == []


def test_a_complaint_while_nothing_was_being_scanned(scratch: Path) -> None:
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        with viewed(b"GIF89a\x10\x00") as view:  # a picture that makes clamd write an error line, sent past the engine
            engine_of(examiner).scanner.endpoint.client().file(view.descriptor(), seconds=10)
        assert examined(examiner, samples.BENIGN) == []
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert caught.value.code == "malware.clamd-complained"
    finally:
        examiner.close()


@pytest.mark.parametrize("name", ["with space", "日本語", "#hash", "l" * 120, '"quoted"'])
def test_a_temporary_folder_of_an_unusual_name(scratch: Path, name: str) -> None:
    folder = scratch / name
    folder.mkdir()
    folder.chmod(0o711)
    examiner = ClamAVExaminer(scratch=folder)
    try:
        examiner.start()
        assert examined(examiner, samples.zipped(samples.eicar())) != []
        examiner.finish()
    finally:
        examiner.close()
    assert list(folder.iterdir()) == []


# --- it dies ---------------------------------------------------------------------------------------------------


def wait_until_busy(pid: int) -> None:
    """Return once the process has spent processor time on what it was sent."""
    process = psutil.Process(pid)
    before = process.cpu_times().user
    ends = time.monotonic() + 30
    while process.cpu_times().user < before + 0.05:
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_killed_in_the_middle_of_a_scan(scratch: Path, number: signal.Signals) -> None:
    examiner = ClamAVExaminer(scratch=scratch)
    results: list[list[Observation]] = []
    try:
        examiner.start()
        (pid,) = engine_of(examiner).processes()
        content = os.urandom(1 << 16) * 640
        scan = threading.Thread(target=lambda: results.append(examined(examiner, content)))
        scan.start()
        wait_until_busy(pid)
        os.kill(pid, number)
        scan.join(60)
        assert results
        if number == signal.SIGKILL:  # on the other signal clamd may first bring the scan to its end
            assert {each.reason for each in results[0] if isinstance(each, Gap)} == {"engine-error"}
        later = examined(examiner, samples.BENIGN)
        assert [each.reason for each in later if isinstance(each, Gap)]
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert caught.value.code == "malware.clamd-died"
    finally:
        examiner.close()
    assert left_behind((pid,), scratch) == []


@pytest.mark.parametrize(
    ("content", "alone"),
    [(samples.encrypted_zip(), Gap("encrypted", "Heuristics.Encrypted.Zip")), (samples.macro_document(), None)],
)
def test_a_daemon_in_reserve_that_was_killed(scratch: Path, content: bytes, alone: Gap | None) -> None:
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        first = examined(examiner, content)
        assert [each for each in first if isinstance(each, Gap)] == ([alone] if alone else [])
        _, reserve = engine_of(examiner).processes()
        os.kill(reserve, signal.SIGKILL)
        assert [each for each in examined(examiner, content) if isinstance(each, Gap) and each.reason == "engine-error"]
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert caught.value.code == "malware.clamd-died"
    finally:
        examiner.close()
    assert left_behind((reserve,), scratch) == []


def test_used_before_it_started() -> None:
    examiner = ClamAVExaminer()
    with pytest.raises(EngineFailure) as caught:
        examiner.finish()
    assert caught.value.code == "malware.not-started"
    examiner.close()
