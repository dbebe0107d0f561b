"""Daemons that start although useless: in none of these cases is anything approved."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.errors import EngineFailure
from gate.examine.antivirus import configuration, samples
from gate.examine.antivirus.configuration import loaded_signatures
from gate.examine.antivirus.examiner import ClamAVExaminer
from tests.examine.clamav.antivirus_kit import (
    EICAR_LINE,
    clamd_with,
    engine_of,
    folder_with,
    packed,
)
from tests.examine.clamav.faults_kit import Turncoat, run_of, settings

BENIGN = {"benign.txt": samples.BENIGN}

EICAR_MD5 = hashlib.md5(samples.eicar(), usedforsecurity=False).hexdigest()
EICAR_SHA256 = hashlib.sha256(samples.eicar()).hexdigest()


def test_a_good_run_is_approved(scratch: Path) -> None:
    """What all others here are held against: with nothing wrong the answer is yes."""
    good = run_of(ClamAVExaminer(scratch=scratch), BENIGN)
    assert (good.judgement.verdict, good.ids) == ("approved", set())


# --- start-up and configuration ----------------------------------------------------------------------------------


def failing_start(scratch: Path, database: Path | None = None) -> str:
    """Return the code by which an engine that must not start says so, having seen that no run on it is approved."""

    def examiner() -> ClamAVExaminer:
        return ClamAVExaminer(scratch=scratch, database=database)

    with pytest.raises(EngineFailure) as caught:
        examiner().start()
    verdicts = run_of(examiner(), BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids & {"engine/failed", "engine/canary"}
    (problem,) = verdicts.examination.problems
    assert problem.code == caught.value.code
    return caught.value.code


def test_a_daemon_told_to_load_official_databases_only(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """clamd 1.4.6 says so in its log and loads unsigned files all the same: the kind is found out without it."""
    monkeypatch.setitem(configuration._COMMON, "OfficialDatabaseOnly", "yes")
    database = folder_with(scratch / "database", {"own.ndb": "Own.X:0:*:aabbccddeeff\n"})
    verdicts = run_of(ClamAVExaminer(scratch=scratch, database=database), BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids & {"malware/database-not-official", "engine/failed"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"x.fp": f"{EICAR_MD5}:68:Not.So\n"}, "malware.canary-missed"),
        ({"x.sfp": f"{EICAR_SHA256}:68:Not.So:73\n"}, "malware.canary-missed"),
        ({"x.ign2": "Gate.Canary.EICAR\n"}, "malware.database-without-signatures"),
        ({"x.ndb": EICAR_LINE, "x.fp": f"{EICAR_MD5}:68:Not.So\n"}, "malware.canary-missed"),
        ({"x.ndb": EICAR_LINE, "x.sfp": f"{EICAR_SHA256}:68:Not.So:73\n"}, "malware.canary-missed"),
    ],
    ids=["fp", "sfp", "ign2", "eicar-and-fp", "eicar-and-sfp"],
)
def test_databases_that_make_blind(scratch: Path, files: dict[str, bytes | str], code: str) -> None:
    assert failing_start(scratch, folder_with(scratch / "database", files)) == code


def test_a_daemon_that_ignores_its_signatures_by_name(scratch: Path) -> None:
    """The name under which EICAR is known is ignored: clamd answers OK, the canary does not."""
    names = "Gate.Canary.EICAR\nTest.Eicar\n"
    files: dict[str, bytes | str] = {"x.ndb": EICAR_LINE + "A:0:*:aabbccddeeff\nB:0:*:aabbccddeefe\n", "x.ign2": names}
    assert failing_start(scratch, folder_with(scratch / "database", files)) == "malware.canary-missed"


def test_a_reload_does_not_pass_unnoticed(scratch: Path) -> None:
    """Somebody else reloads a database that has become unreadable: clamd keeps the old one and says so nowhere else."""
    examiner = ClamAVExaminer(scratch=scratch)
    try:
        examiner.start()
        daemon = engine_of(examiner).scanner
        (daemon.database / "gate-house.ldb").write_text("this is no signature\n")
        with contextlib.suppress(Exception):
            daemon.endpoint.client().command("RELOAD", seconds=5)
        ends = time.monotonic() + 20
        while not daemon.watch.unattributed() and time.monotonic() < ends:
            time.sleep(0.05)
        with pytest.raises(EngineFailure) as caught:
            examiner.finish()
        assert caught.value.code in {"malware.clamd-complained", "malware.clamd-died"}
    finally:
        examiner.close()


@pytest.mark.parametrize(
    "log", ["", "Loaded 3 signature", "Loaded 3 signatures.\nLoaded 3 signatures.\n", "Loaded x signatures."]
)
def test_a_log_that_does_not_say_what_was_loaded(log: str) -> None:
    with pytest.raises(EngineFailure) as caught:
        loaded_signatures(log)
    assert caught.value.code == "malware.log-incomplete"
    assert loaded_signatures("x\nLoaded 3 signatures.\n") == 3


def forged(folder: Path) -> bytes:
    """Return a daily database made with sigtool, which anybody can do, of any version and of today."""
    (folder / "daily.ndb").write_text("".join(f"Daily.X{number}:0:*:aabbccdd{number:08x}\n" for number in range(40)))
    (folder / "COPYING").write_text("none\n")
    subprocess.run(
        ["sigtool", "--build=daily.cud", "--unsigned", "--cvd-version=99999", "--datadir=."],
        input=b"x\n",
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return (folder / "daily.cud").read_bytes()


def stale(folder: Path) -> bytes:
    """Return a daily database of 2020."""
    assert folder.is_dir()
    return packed("daily", {"daily.ndb": b"Daily.X:0:*:aabbccddee\n"}, version=99_999)


@pytest.mark.parametrize("make", [forged, stale])
@pytest.mark.parametrize("name", ["daily.cud", "daily.cvd"])
def test_a_daily_database_made_by_anybody(scratch: Path, make: Callable[[Path], bytes], name: str) -> None:
    """VERSION repeats whatever the header claims; the kind of the database does not."""
    (scratch / "build").mkdir()
    database = folder_with(scratch / "database", {name: make(scratch / "build")})
    verdicts = run_of(ClamAVExaminer(scratch=scratch, database=database), BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    (engine,) = [engine for engine in verdicts.examination.engines if engine.name == "clamav"]
    if name == "daily.cvd":  # clamd itself misses the signature
        assert [problem.code for problem in verdicts.examination.problems] == ["malware.database-malformed"]
    else:
        assert engine.database
        assert (engine.database.kind, engine.database.version) == ("unverified", "daily 99999")
        assert engine.database.date.startswith("2020" if make is stale else "20")
        assert "malware/database-not-official" in verdicts.ids


def test_an_edited_time(scratch: Path) -> None:
    """A header that is fresher than the database it stands before."""
    data = stale(scratch)
    edited = data[:512].replace(b":1577836800", b":%d" % time.time()) + data[512:]
    database = folder_with(scratch / "database", {"daily.cud": edited})
    verdicts = run_of(ClamAVExaminer(scratch=scratch, database=database), BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids & {"engine/failed", "malware/database-not-official"}


def test_a_version_that_claims_an_official_database(scratch: Path) -> None:
    with clamd_with(scratch, settings()) as good:
        turncoat = Turncoat(f"{scratch}/t", good)
        hand_on = turncoat._hand_on

        def boasting(connection: socket.socket) -> None:
            head = connection.recv(64, socket.MSG_PEEK)
            if head.startswith(b"zVERSION"):
                connection.recv(64)
                connection.sendall(b"ClamAV 1.4.6/99999/Mon Nov 23 07:49:05 2026\0")
            else:
                hand_on(connection)

        turncoat.behaviour = boasting
        try:
            verdicts = run_of(ClamAVExaminer(f"unix:{scratch}/t"), BENIGN)
        finally:
            turncoat.close()
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids == {"malware/database-not-official"}
