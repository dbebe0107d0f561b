"""Confined Python processes of our own, each serving one function."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gate._confine import Confinement
from gate._frames import FrameError, FrameSocket, FrameTimeout
from gate.errors import IsolationError, WorkerDied, WorkerTimeout
from gate.isolation.processes import START_SECONDS, Process, Spawned, Template, spawn
from gate.isolation.surroundings import PrivateFolder, specify, unprivileged_user

_SEND_BYTES = 1 << 20
"""What a worker can send ahead; the system may allow less."""


class WorkerFailed(IsolationError):
    """The worker's function raised; the worker itself is well.  ``kind`` is the exception's class name."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__("isolation.worker-failed", kind=kind, text=text)
        self.kind = kind
        self.text = text


class Worker:
    """A confined Python process that serves ``target`` (``module:function``), started at construction.

    ``options`` (plain values) are handed to the function, which returns the handler of requests; ``preload`` names
    modules that it needs later, as a confined process may not be able to import any more.  Not thread-safe: one
    request at a time.  Without ``wait`` it may still be coming up when the constructor returns.  A worker that has to
    write gets a ``folder``: it runs under that folder's user, and is told the path in ``options``.  A
    ``template`` of the same target and modules forks it.  Raises
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
        template: Template | None = None,
    ) -> None:
        self._target = target
        user = folder.user if folder else unprivileged_user()
        specification = specify(confinement, user)
        ours, theirs = socket.socketpair()
        # So that a worker can go on while the gate is busy with what it sent before.
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        self._channel = FrameSocket(ours)
        try:
            with theirs:
                self._process = self._start(specification, theirs.fileno(), preload, template)
        except BaseException:
            self._channel.close()
            raise
        self._up_by = time.monotonic() + START_SECONDS
        self._hello: dict[str, Any] | None = None
        try:
            self._send(dict(options or {}), (), self._up_by)
            if wait:
                self._greet()
        except BaseException:
            self.kill()
            raise

    def _start(
        self, specification: Confinement, descriptor: int, preload: Sequence[str], template: Template | None
    ) -> Process:
        if template is not None:
            return template.fork(dataclasses.replace(specification, parent=template.pid), descriptor)
        arguments = [json.dumps(dataclasses.asdict(specification)), self._target, *preload]
        return Spawned(spawn("gate._worker", arguments, descriptor))

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
    def pid(self) -> int:
        """The process id, which is also its process group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process can still take requests."""
        return not self._process.ended

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
        status = self._process.end()
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return WorkerDied("isolation.worker-died", target=self._target, how=how)

    def kill(self) -> None:
        """Kill the process group and collect it; may be called more than once."""
        self._process.end()
        self._channel.close()

    close = kill
