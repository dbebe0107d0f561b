"""Size: the gate's own memory does not grow with what it examines."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

from tests.conftest import clean_environment, policy_text

LIMIT = 300 << 20


def own_memory(pid: int) -> int:
    """Return the memory of the gate and its workers in bytes, clamd apart: what is theirs alone, not files that the
    kernel may drop (proportional set size less mapped files)."""
    total = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        try:
            if process.name() == "clamd":
                continue
            fields = dict(
                line.split(":") for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()[1:]
            )
        except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(fields[name].split()[0]) * 1024 for name in ("Pss_Anon", "Pss_Shmem"))
    return total


def test_thousand_small_files_and_a_large_one(tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(policy_text())
    artifact = tmp_path / "release"
    artifact.mkdir()
    for number in range(1000):
        (artifact / f"file-{number}.txt").write_text(f"content of file {number}\n")
    with (artifact / "large.bin").open("wb") as stream:
        for _ in range(300):
            stream.write(os.urandom(1 << 20))
    running = subprocess.Popen(
        [sys.executable, "-m", "gate", "check", "release"],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    )
    peaks = [0]

    def watch() -> None:
        while running.poll() is None:
            try:
                peaks.append(own_memory(running.pid))
            except psutil.NoSuchProcess:
                return
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    stdout, stderr = running.communicate(timeout=300)
    watcher.join()
    assert running.returncode == 0, stdout + stderr
    assert "1001 items" in stdout
    assert 10 << 20 < max(peaks) < LIMIT, f"{max(peaks) >> 20} MiB"
