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
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Protocol

from gate._confine import Confinement
from gate._frames import FrameError, FrameSocket
from gate.errors import WorkerDied
from gate.isolation.surroundings import environment

START_SECONDS = 60.0
"""How long a template or worker may take to come up."""


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
        with self._lock:
            self._send({"fork": json.dumps(asdict(confinement))}, (descriptor,))
            self._asked += 1
            return Forked(self, self._asked)

    def found(self, number: int) -> tuple[int, int]:
        """Return process id and pidfd of the fork that was the ``number``-th asked for; waits until it is there.

        The process id is its own until it is collected.  Raises ``WorkerDied`` where the template has gone.
        """
        with self._lock:
            self._read_answers(number)
            return self._forks.pop(number)

    def collect(self, pid: int) -> int:
        """Wait for the end of a fork and return its exit status; raises as :meth:`found`."""
        with self._lock:
            self._read_answers(self._asked)
            self._send({"collect": pid})
            return int(self._receive()["status"])

    def _read_answers(self, number: int) -> None:
        while self._answered < number:
            pid = int(self._receive()["pid"])
            try:
                descriptor = os.pidfd_open(pid)
            except OSError as error:
                raise self._died() from error
            if not self.alive:  # then nobody held the process id while it was looked up
                os.close(descriptor)
                raise self._died()
            self._answered += 1
            self._forks[self._answered] = (pid, descriptor)

    def _send(self, message: dict[str, Any], descriptors: tuple[int, ...] = ()) -> None:
        try:
            self._channel.send(message, descriptors, deadline=time.monotonic() + START_SECONDS)
        except (FrameError, OSError) as error:
            raise self._died() from error

    def _receive(self) -> dict[str, Any]:
        try:
            answer, _ = self._channel.receive(deadline=max(self._up_by, time.monotonic() + START_SECONDS))
        except (FrameError, OSError) as error:
            raise self._died() from error
        return dict(answer)

    def _died(self) -> WorkerDied:
        status = kill_group(self._process)  # its forks go with it
        self._channel.close()
        return WorkerDied("isolation.worker-died", target=self._target, how=f"status {status}")

    def close(self) -> None:
        """End it, and with it whatever fork is left; may be called more than once."""
        kill_group(self._process)
        with self._lock:
            self._channel.close()
            forks, self._forks = self._forks, {}
            for _, descriptor in forks.values():
                os.close(descriptor)


class Forked:
    """A worker's process that a template forked."""

    def __init__(self, template: Template, number: int) -> None:
        self._template = template
        self._number = number
        self._found: tuple[int, int] | None = None
        self._status: int | None = None

    def _process(self) -> tuple[int, int]:
        if self._found is None:
            self._found = self._template.found(self._number)
        return self._found

    @property
    def pid(self) -> int:
        """The process id; waits until it has been there.  Raises ``WorkerDied`` where its template has gone."""
        return self._process()[0]

    @property
    def ended(self) -> bool:
        """Whether it has ended; waits until it has been there at all."""
        if self._status is not None:
            return True
        try:
            return bool(select.select([self._process()[1]], [], [], 0)[0])
        except WorkerDied:
            return True

    def end(self) -> int:
        """Kill its whole group, collect it and return its exit status; where its template has gone, that of a kill."""
        if self._status is None:
            try:
                pid, descriptor = self._process()
                self._kill(pid, descriptor)
                self._status = self._template.collect(pid)
            except WorkerDied:
                self._status = -signal.SIGKILL
            if self._found is not None:
                os.close(self._found[1])
        return self._status

    def _kill(self, pid: int, descriptor: int) -> None:
        if self._template.alive:  # else nobody holds the process id, and the kernel has killed the fork
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        # It may not have come so far as to have a group of its own.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
