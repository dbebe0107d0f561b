"""Programs that a reader starts: their output streams, their errors are bounded, and none outlives its reader."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gate.intake.program import STDERR_BYTES, STDIN_BYTES, ChildProgram, Ended
from gate.intake.readers.interface import CHUNK

SHELL = "/bin/sh"


def run(script: str, **more: object) -> tuple[bytes, Ended]:
    with ChildProgram([SHELL, "-c", script], **more) as child:  # type: ignore[arg-type]  # as the test gives it
        output = b"".join(child.chunks())
        return output, child.end()


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_output_errors_and_status() -> None:
    assert run("echo out; echo err >&2; exit 3") == (b"out\n", Ended(3, b"err\n"))


def test_output_comes_in_chunks() -> None:
    with ChildProgram([SHELL, "-c", "head -c 3000000 /dev/zero"]) as child:
        sizes = [len(chunk) for chunk in child.chunks()]
        assert child.end().status == 0
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= CHUNK


def test_errors_are_bounded_and_block_nobody() -> None:
    output, ended = run("head -c 3000000 /dev/zero >&2; head -c 1000000 /dev/zero; head -c 3000000 /dev/zero >&2")
    assert len(output) == 1_000_000
    assert len(ended.errors) == STDERR_BYTES


def test_an_end_that_nobody_waited_for_in_chunks() -> None:
    with ChildProgram([SHELL, "-c", "head -c 3000000 /dev/zero; exit 5"]) as child:
        assert child.end() == Ended(5, b"")


def test_standard_input() -> None:
    assert run("cat", text=b"secret\n")[0] == b"secret\n"
    assert run("cat")[0] == b""
    assert run("exit 0", text=b"nobody reads this\n")[1].status == 0
    with pytest.raises(ValueError, match="too much"):
        ChildProgram([SHELL], text=bytes(STDIN_BYTES + 1))


def test_only_given_descriptors_are_open(tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"given")
    given, other = (os.open(tmp_path / "given", os.O_RDONLY) for _ in range(2))
    try:
        os.set_inheritable(other, True)
        listing, _ = run("ls /proc/self/fd", descriptors=[given])
        assert str(given).encode() in listing.split()
        assert str(other).encode() not in listing.split()
        assert run(f"cat /dev/fd/{given}", descriptors=[given])[0] == b"given"
    finally:
        os.close(given)
        os.close(other)


def test_the_environment_is_neutral(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_TEST_TOKEN", "secret")
    environment = run("env")[0]
    assert b"secret" not in environment
    assert b"LC_ALL=C.UTF-8" in environment


def test_it_is_killed_when_the_reader_stops() -> None:
    with ChildProgram([SHELL, "-c", "echo $$; exec sleep 600"]) as child:
        process = int(next(child.chunks()))
        assert alive(process)
    assert not alive(process)
    child.close()


def test_it_dies_with_its_worker() -> None:
    script = (
        "import os, sys, time\n"
        "from gate.intake.program import ChildProgram\n"
        "child = ChildProgram(['/bin/sh', '-c', 'echo $$; exec sleep 600'])\n"
        "sys.stdout.write(next(child.chunks()).decode())\n"
        "sys.stdout.flush()\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as worker:
        assert worker.stdout is not None
        process = int(worker.stdout.readline())
        assert alive(process)
        worker.kill()
    deadline = time.monotonic() + 20
    while alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(process)


def test_what_cannot_be_started() -> None:
    with pytest.raises(OSError, match="No such file"):
        ChildProgram(["/nonexistent/program"])
