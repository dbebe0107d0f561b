"""External programs, confined: run to their end, or started to stay."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gate import _confine
from gate._confine import Confinement
from gate.errors import IsolationError, WorkerTimeout
from gate.isolation.processes import kill_group
from gate.isolation.surroundings import PrivateFolder, environment, find_program, specify, unprivileged_user


@dataclasses.dataclass(frozen=True)
class Completed:
    """What an external program did: its exit status (negative: the signal that ended it) and bounded output."""

    status: int
    stdout: bytes
    stderr: bytes
    truncated: bool


class Program:
    """An external program that stays, started by :func:`start_program`."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self._process = process
        self.name = name

    @property
    def pid(self) -> int:
        """The process id, which is also its process group."""
        return self._process.pid

    @property
    def output(self) -> IO[bytes]:
        """Its standard output and error, as one stream."""
        if self._process.stdout is None:
            raise IsolationError("isolation.no-output", name=self.name)
        return self._process.stdout

    def status(self) -> int | None:
        """Return the exit status, or None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """Kill the process group and collect it; may be called more than once."""
        kill_group(self._process)
        if self._process.stdout is not None:
            self._process.stdout.close()


def _command(argv: Sequence[str], confinement: Confinement) -> list[str]:
    program = argv[0] if "/" in argv[0] else find_program(argv[0])
    if program is None:
        raise IsolationError("isolation.no-program", name=argv[0])
    specification = json.dumps(dataclasses.asdict(confinement))
    return [sys.executable, "-I", "-S", "-B", str(Path(_confine.__file__)), specification, "--", program, *argv[1:]]


def start_program(argv: Sequence[str], *, folder: PrivateFolder, confinement: Confinement | None = None) -> Program:
    """Start an external program that stays, confined, in ``folder`` and under that folder's user.

    Raises ``IsolationError`` where the program is not installed.
    """
    specification = specify(confinement, folder.user)
    process = subprocess.Popen(
        _command(argv, specification),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(folder.path),
        cwd=folder.path,
        start_new_session=True,
    )
    return Program(process, Path(argv[0]).name)


def run_program(
    argv: Sequence[str],
    *,
    seconds: float,
    folder: PrivateFolder | None = None,
    confinement: Confinement | None = None,
    stdin: int | None = None,
    descriptors: Sequence[int] = (),
    output_bytes: int = 1 << 20,
) -> Completed:
    """Run an external program to its end, confined, and return its status and at most ``output_bytes`` of each output.

    ``stdin`` is a descriptor to read from; ``descriptors`` stay open in the program under the same numbers.
    Raises ``WorkerTimeout`` past ``seconds`` (its process group is killed) and ``IsolationError`` where it is not
    installed.
    """
    specification = specify(confinement, folder.user if folder else unprivileged_user())
    process = subprocess.Popen(
        _command(argv, specification),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(folder.path if folder else None),
        cwd=folder.path if folder else "/",
        pass_fds=tuple(descriptors),
        start_new_session=True,
    )
    outputs = [_BoundedReader(stream, output_bytes) for stream in (process.stdout, process.stderr) if stream]
    deadline = time.monotonic() + seconds
    try:
        process.wait(timeout=seconds)
        for output in outputs:
            output.join(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise WorkerTimeout("isolation.worker-timeout", target=Path(argv[0]).name) from error
    finally:
        kill_group(process)
        for output in outputs:
            output.join(5.0)
            output.stream.close()
    stdout, stderr = outputs
    return Completed(process.returncode, bytes(stdout.data), bytes(stderr.data), stdout.truncated or stderr.truncated)


class _BoundedReader(threading.Thread):
    """Reads a pipe to its end, so that the writer never blocks, and keeps only the first bytes."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self.stream = stream
        self.data = bytearray()
        self.truncated = False
        self._limit = limit
        self.start()

    def run(self) -> None:
        while chunk := os.read(self.stream.fileno(), 1 << 16):
            room = self._limit - len(self.data)
            self.data += chunk[:room]
            self.truncated = self.truncated or len(chunk) > room
