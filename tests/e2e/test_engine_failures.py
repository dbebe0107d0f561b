"""An engine that does not work is never "approved": exit 3, a message with the remedy, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import Gate, clean_environment, eicar, policy_text

needs_mount = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a file system")


@pytest.fixture(autouse=True)
def _artifact(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    (tmp_path / "artifact.txt").write_text("plain text\n")


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    for parent in folder.parents:  # pytest's own folders are closed to others, and engines run unprivileged
        if parent == Path(tempfile.gettempdir()):
            break
        parent.chmod(parent.stat().st_mode | 0o011)
    return folder


@pytest.fixture
def small_disk(temporary: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k,mode=777", "tmpfs", temporary], check=True)
    yield temporary
    subprocess.run(["umount", "-l", temporary], check=True)


def fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(b"x" * 4096):
            pass


def children_named(pid: int, name: str) -> list[psutil.Process]:
    try:
        return [child for child in psutil.Process(pid).children(recursive=True) if child.name() == name]
    except psutil.NoSuchProcess:
        return []


def processes_with(folder: Path) -> list[str]:
    """Return the command lines of processes that work in or name the folder."""
    lines = (" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))
    return [line for line in lines if str(folder) in line]


def test_empty_database_folder(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    ran = gate("check", "--format", "json", "--database", "database", "artifact.txt")
    assert ran.status == 3
    assert ran.document["verdict"] == "incomplete"
    text = gate("check", "--database", "database", "artifact.txt")
    assert text.status == 3
    assert "freshclam" in text.stdout


def test_no_such_clamd(gate: Gate, tmp_path: Path) -> None:
    text = policy_text().replace("[malware]", '[malware]\nclamd = "unix:/nonexistent/clamd.ctl"')
    (tmp_path / "gate.toml").write_text(text)
    ran = gate("check", "--format", "json", "artifact.txt")
    assert (ran.status, ran.document["verdict"]) == (3, "incomplete")


def test_detection_by_another_engine_still_rejects(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    (tmp_path / "artifact.txt").write_bytes(eicar())
    ran = gate("check", "--format", "json", "--database", "database", "artifact.txt")
    assert (ran.status, ran.document["verdict"]) == (1, "rejected")


@needs_mount
def test_read_only_temporary_folder(gate: Gate, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    ran = gate("check", "artifact.txt", TMPDIR=str(small_disk))
    assert ran.status == 3
    assert "TMPDIR" in ran.stdout + ran.stderr


@needs_mount
def test_full_temporary_folder(gate: Gate, small_disk: Path) -> None:
    fill(small_disk / "filler")
    ran = gate("check", "artifact.txt", TMPDIR=str(small_disk))
    assert ran.status == 3
    assert "APPROVED" not in ran.stdout
    assert {entry.name for entry in small_disk.iterdir()} == {"filler"}


def start(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gate", *arguments],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**clean_environment(), **environment},
    )


def wait_for_clamd(running: subprocess.Popen[str]) -> psutil.Process:
    """Return the clamd of a run once it has been handed the artifact."""
    end = time.monotonic() + 200
    while time.monotonic() < end:
        for process in children_named(running.pid, "clamd"):
            if holds_open(process.pid, "large.bin"):
                return process
        assert running.poll() is None, "the run ended before clamd had the artifact"
        time.sleep(0.01)
    raise AssertionError("clamd never got the artifact")


def holds_open(pid: int, name: str) -> bool:
    try:
        return any(link.readlink().name == name for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:  # the process, or one of its descriptors, has just gone
        return False


@pytest.fixture
def large_artifact(tmp_path: Path) -> str:
    with (tmp_path / "large.bin").open("wb") as stream:
        for number in range(400):
            stream.write(os.urandom(1 << 10) * 1024 + number.to_bytes(4, "big"))
    return "large.bin"


def test_clamd_killed_in_the_middle_of_a_scan(tmp_path: Path, temporary: Path, large_artifact: str) -> None:
    running = start(tmp_path, "check", large_artifact, TMPDIR=str(temporary))
    victim = wait_for_clamd(running)
    victim.kill()
    stdout, stderr = running.communicate(timeout=120)
    assert running.returncode == 3, stdout + stderr
    assert stdout.startswith("INCOMPLETE")
    assert list(temporary.iterdir()) == []
    assert processes_with(temporary) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_interrupt_ends_clean(tmp_path: Path, temporary: Path, large_artifact: str, number: signal.Signals) -> None:
    running = start(tmp_path, "check", large_artifact, TMPDIR=str(temporary))
    wait_for_clamd(running)
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(number)
    stdout, stderr = running.communicate(timeout=60)
    assert (running.returncode, stdout) == (130, ""), stderr
    assert "Traceback" not in stderr
    assert list(temporary.iterdir()) == []
    _, left = psutil.wait_procs(children, timeout=10)  # who is killed as an orphan is collected by the system
    assert left == []
