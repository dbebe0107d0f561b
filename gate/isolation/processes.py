"""The processes behind workers: started afresh, or forked from a template that has imported what they need.

A template never sees a hostile byte: it imports modules, and forks when it is asked to.  Each fork confines itself
before it serves.  Forks share the memory of what was imported, and come up at once where one has to be replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Protocol

from gate._confine import Confinement
from gate._frames import FrameError, FrameSocket
from gate.errors import WorkerDied
from gate.isolation.surroundings import environment

START_SECONDS = 60.0
"""How long a template or worker may take to come up."""
_CLOSE_SECONDS = 0.5
"""How long an exchange under way is let finish when the template is closed."""


class Process(Protocol):
    """A worker's process, whoever started it."""

    @property
    def pid(self) -> int:
        """The process id, which is also its process group."""

    @property
    def ended(self) -> bool:
        """Whether the process can take no more requests."""

    def end(self) -> int:
        """Kill its whole group, collect it and return its exit status (negative: the signal that ended it).

        May be called more than once.
        """


class Spawned:
    """A process that was started afresh."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def end(self) -> int:
        """Kill its whole group, collect it and return its exit status."""
        return kill_group(self._process)


def kill_group(process: subprocess.Popen[Any]) -> int:
    """Kill a process and its whole group, collect it and return its status; may be called more than once."""
    if process.poll() is None or _group_lives(process.pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def spawn(module: str, arguments: Sequence[str], descriptor: int) -> subprocess.Popen[bytes]:
    """Start ``python -m module DESCRIPTOR ARGUMENTS…`` in a process group of its own, with a clean environment."""
    return subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", module, str(descriptor), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        cwd="/",
        pass_fds=[descriptor],
        start_new_session=True,
    )


@cache
def can_fork() -> bool:
    """Say whether this system has what forks of a template are watched with (Linux 5.3, pidfd_open(2))."""
    try:
        os.close(os.pidfd_open(os.getpid()))
        signal.pidfd_send_signal  # noqa: B018  # is it there
    except (AttributeError, OSError):
        return False
    return True


class Template:
    """A process that has imported the modules of a kind of worker, and forks workers.  Thread-safe.

    It comes up while others go on.  The thread that makes it has to outlive it: the kernel's promise to kill it with
    the gate is bound to that thread.
    """

    def __init__(self, target: str, preload: Sequence[str]) -> None:
        self._target = target
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = spawn("gate._template", [str(os.getpid()), target, *preload], theirs.fileno())
        self._channel = FrameSocket(ours)
        self._up_by = time.monotonic() + START_SECONDS
        self._asked = 0
        self._answered = 0
        self._forks: dict[int, tuple[int, int]] = {}
        """Process id and pidfd of each fork that has not been collected, by its number."""
        self._status: int | None = None
        """The exit status of the template once it has ended."""

    @property
    def pid(self) -> int:
        """Its process id: the parent of its forks."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def fork(self, confinement: Confinement, descriptor: int) -> Forked:
        """Ask for a worker that serves the socket ``descriptor``, without waiting for it.

        Raises ``WorkerDied`` where the template has gone.
        """
        with self._talking():
            self._asked += 1
            self._channel.send({"fork": json.dumps(asdict(confinement))}, (descriptor,), deadline=_deadline())
            return Forked(self, self._asked)

    def found(self, number: int) -> tuple[int, int]:
        """Return process id and pidfd of the fork that was the ``number``-th asked for; waits until it is there.

        The process id is its own until it is collected.  Raises ``WorkerDied`` where the template has gone.
        """
        with self._talking():
            self._read_answers(number)
            return self._forks[number]

    def collect(self, number: int) -> int:
        """Wait for the end of a fork and return its exit status; raises as :meth:`found`."""
        with self._talking():
            self._read_answers(self._asked)
            pid, _ = self._forks[number]
            self._channel.send({"collect": pid}, deadline=_deadline())
            status = int(self._receive()["status"])
            del self._forks[number]
            return status

    @contextlib.contextmanager
    def _talking(self) -> Iterator[None]:
        """Hold the channel for one exchange; one that is broken off, by whatever, ends the template.

        What was asked then would be answered to somebody else.
        """
        with self._lock:
            if self._status is not None:
                raise self._died()
            try:
                yield
            except (FrameError, OSError) as error:
                self._end()
                raise self._died() from error
            except BaseException:
                self._end()
                raise

    def _read_answers(self, number: int) -> None:
        while self._answered < number:
            pid = int(self._receive()["pid"])
            descriptor = os.pidfd_open(pid)
            self._answered += 1
            self._forks[self._answered] = (pid, descriptor)
            if not self.alive:  # then nobody held the process id while it was looked up
                raise FrameError("closed")

    def answers_at_once(self) -> bool:
        """Say whether every fork that was asked for is known by now, so that none has to be waited for."""
        with self._talking():
            while self._answered < self._asked and self._channel.readable(_CLOSE_SECONDS):
                self._read_answers(self._answered + 1)
            return self._answered == self._asked

    def _receive(self) -> dict[str, Any]:
        answer, _ = self._channel.receive(deadline=max(self._up_by, _deadline()))
        return dict(answer)

    def _died(self) -> WorkerDied:
        return WorkerDied("isolation.worker-died", target=self._target, how=f"status {self._status}")

    def _end(self) -> None:
        """Kill all forks with their groups, and the template, which has held their process ids until now."""
        if self._status is not None:
            return
        if self.alive:
            for pid, _ in self._forks.values():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
        self._status = kill_group(self._process)  # whatever fork is left, the kernel kills with it
        for _, descriptor in self._forks.values():
            select.select([descriptor], [], [], _CLOSE_SECONDS)  # they are gone when this returns
        self._channel.close()

    def close(self) -> None:
        """End it, and with it all of its forks; may be called more than once."""
        # Whoever waits for an answer holds the lock, and stops waiting when the process has gone.
        if self._lock.acquire(timeout=_CLOSE_SECONDS):
            self._lock.release()
        else:
            kill_group(self._process)
        with self._lock:
            self._end()
            forks, self._forks = self._forks, {}
            for _, descriptor in forks.values():
                os.close(descriptor)


def _deadline() -> float:
    return time.monotonic() + START_SECONDS


class Forked:
    """A worker's process that a template forked."""

    def __init__(self, template: Template, number: int) -> None:
        self._template = template
        self._number = number
        self._found: tuple[int, int] | None = None
        self._status: int | None = None
        self._lock = threading.Lock()
        """Held while it is looked at or ended: once it is collected, its numbers may be something else's."""

    def _process(self) -> tuple[int, int]:
        if self._found is None:
            self._found = self._template.found(self._number)
        return self._found

    @property
    def pid(self) -> int:
        """The process id; waits until it has been there.  Raises ``WorkerDied`` where its template has gone."""
        with self._lock:
            return self._process()[0]

    @property
    def ended(self) -> bool:
        """Whether it has ended; waits until it has been there at all."""
        with self._lock:
            if self._status is not None or not self._template.alive:
                return True
            try:
                return bool(select.select([self._process()[1]], [], [], 0)[0])
            except (WorkerDied, OSError, ValueError):  # the template, and its descriptor of this one, have gone
                return True

    def end(self) -> int:
        """Kill its whole group, collect it and return its exit status; where its template has gone, that of a kill.

        May be called by several threads at once: the owner of a worker that died, and the pool that clears up.
        """
        with self._lock:
            return self._end()

    def _end(self) -> int:
        if self._status is None and not self._template.alive:
            self._status = -signal.SIGKILL  # by the kernel; its process id may be another's by now
        if self._status is None:
            try:
                pid, descriptor = self._process()
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)
                # It may not have come so far as to have a group of its own.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                self._status = self._template.collect(self._number)
                os.close(descriptor)
            except (WorkerDied, OSError):
                self._status = -signal.SIGKILL
        return self._status
