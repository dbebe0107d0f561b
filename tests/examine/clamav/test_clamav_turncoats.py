"""Temporary folders that fail, and daemons that lie or die: in no case is anything approved."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.examine.antivirus import samples
from gate.examine.antivirus.examiner import ClamAVExaminer
from tests.examine.clamav.antivirus_kit import (
    Liar,
    answering,
    clamd_with,
    engine_of,
)
from tests.examine.clamav.faults_kit import Behaviour, Spoiled, Turncoat, run_of, settings

BENIGN = {"benign.txt": samples.BENIGN}

# --- the temporary folder -----------------------------------------------------------------------------------------


@pytest.fixture
def few_inodes(scratch: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    disk = scratch / "inodes"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,nr_inodes=60,mode=711", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def use_up(disk: Path) -> None:
    """Make files until the file system has room for no other one."""
    with contextlib.suppress(OSError):
        for number in range(1000):
            (disk / f"filler-{number}").touch()


def fill(disk: Path) -> None:
    """Write until the disk is full."""
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def remove(disk: Path) -> None:
    for folder in disk.glob("gate-*/temporary"):
        shutil.rmtree(folder)


def lock(disk: Path) -> None:
    """Put a file system that nothing can be written to in the place of each temporary folder."""
    for folder in disk.glob("gate-*/temporary"):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], check=True)


@pytest.mark.parametrize("spoil", [fill, remove, lock])
def test_a_temporary_folder_that_fails_during_a_run(small_disk: Path, spoil: Callable[[Path], None]) -> None:
    examiner = Spoiled(scratch=small_disk)
    examiner.spoil = lambda: spoil(small_disk)
    try:
        verdicts = run_of(examiner, {"bad.zip": samples.zipped(samples.eicar()), "sound.zip": samples.zipped(b"sound")})
    finally:
        for folder in small_disk.glob("gate-*/temporary"):
            subprocess.run(["umount", "-l", folder], check=False, capture_output=True)
    assert verdicts.judgement.verdict != "approved"
    assert verdicts.standing("bad.zip")
    assert [problem.code for problem in verdicts.examination.problems] == ["malware.scratch-unusable"]


def test_a_temporary_folder_without_inodes(few_inodes: Path) -> None:
    examiner = Spoiled(scratch=few_inodes)
    examiner.spoil = lambda: use_up(few_inodes)
    verdicts = run_of(examiner, {"bad.zip": samples.zipped(samples.eicar()), "sound.zip": samples.zipped(b"sound")})
    assert verdicts.judgement.verdict != "approved"
    assert verdicts.standing("bad.zip")
    assert [problem.code for problem in verdicts.examination.problems] == ["malware.scratch-unusable"]
    use_up(few_inodes)
    again = run_of(ClamAVExaminer(scratch=few_inodes), BENIGN)
    assert again.judgement.verdict == "incomplete"
    assert [problem.code for problem in again.examination.problems] == ["malware.scratch-unusable"]


# --- daemons that turn --------------------------------------------------------------------------------------------

TURNS: dict[str, Behaviour] = {
    "garbage": answering(b"\xff\x00garbage"),
    "truncated": answering(b"stream: OK"),
    "two-replies": answering(b"stream: OK\0stream: OK\0"),
    "two-replies-apart": answering(b"stream: OK\0", b"stream: OK\0", pause=0.05),
    "error-and-ok": answering(b"Error writing to temporary file ERROR\0stream: OK\0"),
    "other-verb": answering(b"fd[9]: OK\0"),
    "nothing": answering(),
    "hangs-up": lambda _: None,
    "late": answering(b"stream: OK\0", pause=2.0),
}


@pytest.mark.parametrize("name", TURNS)
def test_a_daemon_that_lies_from_the_start(scratch: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("gate.examine.antivirus.engine.BASE_SECONDS", 0.5)
    liar = Liar(f"{scratch}/liar", TURNS[name])
    try:
        verdicts = run_of(ClamAVExaminer(f"unix:{scratch}/liar"), BENIGN)
    finally:
        liar.close()
    assert verdicts.judgement.verdict == "incomplete"
    assert len(verdicts.examination.problems) == 1


@pytest.mark.parametrize("name", TURNS)
def test_a_daemon_that_turns_after_it_proved_itself(scratch: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("gate.examine.antivirus.canary.LARGE_MEMBER_BYTES", 1 << 20)
    with clamd_with(scratch, settings()) as good:
        turncoat = Turncoat(f"{scratch}/t", good)
        examiner = Spoiled(f"unix:{scratch}/t")

        def turn() -> None:
            turncoat.behaviour = TURNS[name]
            monkeypatch.setattr("gate.examine.antivirus.engine.BASE_SECONDS", 0.5)

        examiner.spoil = turn
        try:
            verdicts = run_of(examiner, BENIGN)
        finally:
            turncoat.close()
    assert verdicts.judgement.verdict == "incomplete"
    assert verdicts.ids & {"gap/clamav-engine-error", "gap/clamav-timeout"}
    assert len(verdicts.examination.problems) == 1


def test_an_engine_that_is_killed_in_the_middle_of_a_run(scratch: Path) -> None:
    examiner = Spoiled(scratch=scratch)
    examiner.spoil = lambda: os.kill(engine_of(examiner).processes()[0], 9)
    verdicts = run_of(examiner, BENIGN)
    assert verdicts.judgement.verdict == "incomplete"
    assert "gap/clamav-engine-error" in verdicts.ids
    assert [problem.code for problem in verdicts.examination.problems] == ["malware.clamd-died"]
