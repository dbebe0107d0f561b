"""The only way to run a parser or an external program on hostile bytes.

A :class:`Worker` is a Python process of our own that serves one function; :func:`run_program` runs an external
program to its end, :func:`start_program` starts one that stays.  All of them get: an environment from an allow-list
(no token, PIN or GNUPGHOME), resource limits, a deadline, a process group of their own that is killed as a whole, an
unprivileged user id when the gate is root, no new privileges, no network where the kernel allows, and the kernel's
promise to kill them when the gate dies.

Hostile bytes reach a worker as open files or as bytes in a message; a worker never learns a path of the gate.
Answers are MessagePack, bounded, and checked by whoever asked (see ``_frames``).
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import os
import queue
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Self

from gate import _confine
from gate._confine import Confinement
from gate._frames import FrameError, FrameSocket, FrameTimeout
from gate.errors import IsolationError, WorkerDied, WorkerTimeout

__all__ = [
    "Completed",
    "Confinement",
    "PrivateFolder",
    "Program",
    "Worker",
    "WorkerFailed",
    "WorkerPool",
    "find_program",
    "run_program",
    "start_program",
]

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin"
"""Where external programs are looked for: fixed, so that no folder of the caller's can put one in front."""
START_SECONDS = 60.0
_SEND_BYTES = 1 << 20
"""What a worker can send ahead; the system may allow less."""
_numbers = itertools.count()


class WorkerFailed(IsolationError):
    """The worker's function raised; the worker itself is well.  ``kind`` is the exception's class name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__("isolation.worker-failed", kind=kind, text=text)
        self.kind = kind
        self.text = text


def unprivileged_user() -> int:
    """Return an id for the next confined process; only used where the gate runs as root."""
    ids = _confine.UNPRIVILEGED_IDS
    return ids[(os.getpid() * 31 + next(_numbers)) % len(ids)]


def _specify(confinement: Confinement | None, user: int) -> Confinement:
    return dataclasses.replace(confinement or Confinement(), user=user, parent=os.getpid())


def find_program(name: str) -> str | None:
    """Return the absolute path of an external program on the fixed search path, or None."""
    return shutil.which(name, path=SEARCH_PATH)


def environment(home: Path | None = None) -> dict[str, str]:
    """Return the environment of a confined process: nothing of ours but the search path and a neutral locale."""
    folder = str(home) if home else "/nonexistent"
    return {
        "PATH": SEARCH_PATH,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": folder,
        "TMPDIR": str(home) if home else "/nonexistent",
        "TZ": "UTC",
    }


class PrivateFolder:
    """A folder that only one confined user (and root) can enter, removed with all it holds at the end.

    Use as a context manager or call :meth:`remove`.  Raises ``IsolationError`` where no temporary folder can be had
    that the unprivileged user can reach.
    """

    def __init__(self, purpose: str, *, user: int | None = None, base: Path | None = None) -> None:
        self.user = unprivileged_user() if user is None else user
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f"gate-{purpose}-", dir=base or _reachable_base()))
            if os.geteuid() == 0:
                os.chown(self.path, self.user, self.user)
        except OSError as error:
            raise IsolationError("isolation.no-folder", error=error.strerror or str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the folder and all it holds; not an error where it has gone."""
        shutil.rmtree(self.path, ignore_errors=True)


def temporary_base() -> Path:
    """Return the folder for temporary files: that of ``TMPDIR`` where it is set, and no other in its place.

    Python's own choice would pass over a folder that cannot be written to in silence; a person who names one means it.
    """
    named = os.environ.get("TMPDIR")
    return Path(named) if named else Path(tempfile.gettempdir()).resolve()


def _reachable_base() -> str:
    """Return the temporary folder; where none is named, a standard one that an unprivileged user can pass through."""
    chosen = temporary_base()
    if os.geteuid() != 0:
        return str(chosen)
    standard = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108  # mkdtemp makes a private folder there
    for candidate in (chosen,) if os.environ.get("TMPDIR") else (chosen, *standard):
        parents = [candidate.absolute(), *candidate.absolute().parents]
        if all(parent.is_dir() and parent.stat().st_mode & stat.S_IXOTH for parent in parents):
            return str(candidate)
    raise IsolationError("isolation.no-folder", error="no temporary folder can be reached by an unprivileged user")


# --- Python workers -------------------------------------------------------------------------------------------


class Worker:
    """A confined Python process that serves ``target`` (``module:function``), started at construction.

    ``options`` (plain values) are handed to the function, which returns the handler of requests; ``preload`` names
    modules that it needs later, as a confined process may not be able to import any more.  Not thread-safe: one
    request at a time.  Without ``wait`` it may still be coming up when the constructor returns.  A worker that has to
    write gets a ``folder``: it runs under that folder's user, and is told the path in ``options``.  Raises
    ``WorkerTimeout`` or ``WorkerDied`` where it does not come up.
    """

    def __init__(
        self,
        target: str,
        options: Mapping[str, Any] | None = None,
        *,
        confinement: Confinement | None = None,
        preload: Sequence[str] = (),
        folder: PrivateFolder | None = None,
        wait: bool = True,
    ) -> None:
        self._target = target
        specification = _specify(confinement, folder.user if folder else unprivileged_user())
        ours, theirs = socket.socketpair()
        # So that a worker can go on while the gate is busy with what it sent before.
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        with theirs:
            command = [
                sys.executable,
                "-I",
                "-B",
                "-m",
                "gate._worker",
                str(theirs.fileno()),
                json.dumps(dataclasses.asdict(specification)),
                target,
                *preload,
            ]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=environment(),
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._channel = FrameSocket(ours)
        self._up_by = time.monotonic() + START_SECONDS
        self._hello: dict[str, Any] | None = None
        try:
            self._send(dict(options or {}), (), self._up_by)
            if wait:
                self._greet()
        except BaseException:
            self.kill()
            raise

    def _greet(self) -> dict[str, Any]:
        """Return what the worker said of itself when it came up, waiting for it."""
        if self._hello is None:
            # What it said long ago may only be read now.
            self._hello, _ = self._receive(max(self._up_by, time.monotonic() + 1))
        return self._hello

    @property
    def no_network(self) -> bool:
        """Whether the system let it do without network."""
        return bool(self._greet().get("no_network"))

    @property
    def unprivileged(self) -> bool:
        """Whether it runs under an id that is not root's."""
        return bool(self._greet().get("unprivileged"))

    @property
    def alive(self) -> bool:
        """Whether the process can still take requests."""
        return self._process.poll() is None

    def request(self, request: Mapping[str, Any], descriptors: Sequence[int] = (), *, seconds: float) -> Iterator[Any]:
        """Send one request with open files and yield the frames of the answer.

        The whole answer has to come within ``seconds``; past that the process group is killed and ``WorkerTimeout``
        raised.  Raises ``WorkerDied`` where the process ends or sends garbage, and :class:`WorkerFailed` where its
        function raised.  A caller that stops reading early must call :meth:`kill`.
        """
        message = {**request, "cpu_seconds": int(seconds) + 1}
        try:
            self._greet()
            deadline = time.monotonic() + seconds
            self._send(message, descriptors, deadline)
            while True:
                answer, _ = self._receive(deadline)
                if "frame" in answer:
                    yield answer["frame"]
                elif "end" in answer:
                    return
                else:
                    raise WorkerFailed(str(answer.get("error", "?"))[:100], str(answer.get("text", ""))[:500])
        except (WorkerTimeout, WorkerDied):
            self.kill()
            raise

    def _send(self, message: Mapping[str, Any], descriptors: Sequence[int], deadline: float) -> None:
        try:
            self._channel.send(dict(message), tuple(descriptors), deadline=deadline)
        except FrameTimeout as error:
            raise WorkerTimeout("isolation.worker-timeout", target=self._target) from error
        except (FrameError, OSError) as error:
            raise self._died() from error

    def _receive(self, deadline: float) -> tuple[dict[str, Any], list[int]]:
        try:
            answer, descriptors = self._channel.receive(deadline=deadline)
        except FrameTimeout as error:
            raise WorkerTimeout("isolation.worker-timeout", target=self._target) from error
        except (FrameError, OSError) as error:
            raise self._died() from error
        for descriptor in descriptors:  # no worker has a file to give: a hostile one may try
            os.close(descriptor)
        if not isinstance(answer, dict):
            raise self._died()
        return answer, []

    def _died(self) -> WorkerDied:
        self.kill()
        status = self._process.returncode
        how = signal.Signals(-status).name if status is not None and status < 0 else f"status {status}"
        return WorkerDied("isolation.worker-died", target=self._target, how=how)

    def kill(self) -> None:
        """Kill the process group and collect it; may be called more than once."""
        _kill_group(self._process)
        self._channel.close()

    close = kill


def _kill_group(process: subprocess.Popen[Any]) -> None:
    if process.poll() is None or _group_lives(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


class WorkerPool:
    """Up to ``size`` workers of one kind, started when first needed and replaced when they die.  Thread-safe."""

    def __init__(
        self,
        size: int,
        target: str,
        options: Mapping[str, Any] | None = None,
        *,
        confinement: Confinement | None = None,
        preload: Sequence[str] = (),
    ) -> None:
        self._make: Callable[[bool], Worker] = lambda wait: Worker(
            target, options, confinement=confinement, preload=preload, wait=wait
        )
        self._idle: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        self._all: list[Worker] = []
        self._lock = threading.Lock()
        self._closed = False
        self._size = size
        for _ in range(size):
            self._idle.put(None)

    def request(self, request: Mapping[str, Any], descriptors: Sequence[int] = (), *, seconds: float) -> Iterator[Any]:
        """As :meth:`Worker.request`, by any worker that is free; waits for one where none is."""
        worker = self._idle.get()
        finished = False
        try:
            if worker is None or not worker.alive:
                worker = self._start()
            yield from worker.request(request, descriptors, seconds=seconds)
            finished = True
        except WorkerFailed:
            finished = True
            raise
        finally:
            if not finished and worker is not None:
                worker.kill()
            self._idle.put(worker if finished and worker is not None else None)

    def warm(self) -> None:
        """Start one worker without waiting until it is up; what goes wrong is told by the first request.

        The thread that calls this has to outlive the worker: the kernel's promise to kill it is bound to that thread.
        """
        worker = self._idle.get()
        try:
            if worker is None or not worker.alive:
                worker = self._start(wait=False)
        finally:
            self._idle.put(worker)

    def everywhere(self, request: Mapping[str, Any], *, seconds: float) -> list[list[Any]]:
        """Send one request to every worker that is up (to a new one where none is) and return their answers.

        Waits for requests under way.  Raises as :meth:`Worker.request` for the first that fails.
        """
        taken = [self._idle.get() for _ in range(self._size)]
        try:
            living = [worker for worker in taken if worker is not None and worker.alive]
            if not living:
                living = [self._start()]
                taken[0] = living[0]
            return [list(worker.request(request, seconds=seconds)) for worker in living]
        finally:
            for worker in taken:
                self._idle.put(worker if worker is not None and worker.alive else None)

    def _start(self, *, wait: bool = True) -> Worker:
        worker = self._make(wait)
        with self._lock:
            self._all = [known for known in self._all if known.alive]
            self._all.append(worker)
            if self._closed:
                worker.kill()
        return worker

    def close(self) -> None:
        """Kill all workers; may be called more than once."""
        with self._lock:
            self._closed = True
            workers, self._all = self._all, []
        for worker in workers:
            worker.kill()


# --- external programs ----------------------------------------------------------------------------------------


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
        _kill_group(self._process)
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
    specification = _specify(confinement, folder.user)
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
    specification = _specify(confinement, folder.user if folder else unprivileged_user())
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
        _kill_group(process)
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
