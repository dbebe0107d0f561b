"""External programs that a reader starts inside its confined worker.

The program inherits the worker's confinement: its limits, its user, its lack of a network, and its process group, which
the gate kills as a whole at the deadline.  It is also killed by the kernel when the worker dies, and by
:meth:`ChildProgram.close` when the reader is done.  It sees the descriptors that it is given and no others.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from gate.intake.readers.interface import CHUNK
from gate.isolation import environment

STDIN_BYTES = 4096
"""Most bytes of text on standard input: a pipe holds them all, so that writing never waits for the program."""
STDERR_BYTES = 1 << 16
_READ = 1 << 16
_PR_SET_PDEATHSIG = 1
_LIBRARY = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit status (negative: the signal that ended it) and what it wrote to standard error.

    ``errors`` are the first ``STDERR_BYTES``.
    """

    status: int
    errors: bytes


class ChildProgram:
    """An external program whose output is read as it comes; use as a context manager.

    ``argv`` begins with an absolute path.  ``descriptors`` stay open in the program under the same numbers; ``text`` is
    what it finds on standard input, at most ``STDIN_BYTES``.  Raises ``OSError`` where it cannot be started, and
    ``ValueError`` where ``text`` is too long.
    """

    def __init__(self, argv: Sequence[str | bytes], *, descriptors: Sequence[int] = (), text: bytes = b"") -> None:
        if len(text) > STDIN_BYTES:
            raise ValueError("too much text for standard input")
        parent = os.getpid()

        def die_with_the_worker() -> None:
            _LIBRARY.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if text else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd="/",
            close_fds=True,
            pass_fds=tuple(descriptors),
            preexec_fn=die_with_the_worker,  # noqa: PLW1509  # a worker that starts programs has a single thread
            bufsize=0,
        )
        self._errors = bytearray()
        _widen(self._process.stdout)
        self._selector = selectors.DefaultSelector()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                self._selector.register(stream, selectors.EVENT_READ)
        if self._process.stdin is not None:
            _hand_over(self._process.stdin, text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def chunks(self) -> Iterator[bytes]:
        """Yield standard output as it comes, at most ``CHUNK`` bytes at a time, while standard error is gathered."""
        while self._selector.get_map():
            for key, _ in self._selector.select():
                stream = key.fileobj
                block = os.read(key.fd, CHUNK if stream is self._process.stdout else _READ)
                if not block:
                    self._selector.unregister(stream)
                elif stream is self._process.stdout:
                    yield block
                else:
                    self._errors += block[: STDERR_BYTES - len(self._errors)]

    def end(self) -> Ended:
        """Read what is left of both outputs, wait for the end of the program and return how it ended."""
        for _ in self.chunks():
            pass
        return Ended(self._process.wait(), bytes(self._errors))

    def close(self) -> None:
        """Kill the program where it still runs, and collect it; may be called more than once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()


def _widen(stream: IO[bytes] | None) -> None:
    """Let the pipe hold a chunk, so that program and reader take turns less often; a system may refuse it."""
    if stream is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, CHUNK)


def _hand_over(stream: IO[bytes], text: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # the program ended without reading: how it ended says why
        stream.write(text)
        stream.close()
