"""Several workers of one kind, forked from one template."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gate._confine import Confinement
from gate.errors import WorkerDied
from gate.isolation.processes import Template, can_fork
from gate.isolation.workers import Worker, WorkerFailed


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
        self._target = target
        self._options = options
        self._confinement = confinement
        self._preload = tuple(preload)
        self._template: Template | None = None
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
        worker = Worker(
            self._target,
            self._options,
            confinement=self._confinement,
            preload=self._preload,
            wait=wait,
            template=self._living_template(),
        )
        with self._lock:
            for known in [known for known in self._all if not known.alive]:
                known.kill()  # what it held of ours goes with it
                self._all.remove(known)
            self._all.append(worker)
            if self._closed:
                worker.kill()
        return worker

    def _living_template(self) -> Template | None:
        """Return what workers are forked from, a new one where it has gone; None where this system cannot."""
        if not can_fork():
            return None
        with self._lock:
            if self._closed:
                return None
            if self._template is not None and not self._template.alive:
                self._template.close()  # what it held of ours
                self._template = None
            if self._template is None:
                self._template = Template(self._target, self._preload)
            return self._template

    def close(self) -> None:
        """Kill all workers; may be called more than once."""
        with self._lock:
            self._closed = True
            workers, self._all = self._all, []
            template, self._template = self._template, None
        if template is not None and not _answers(template):
            template.close()  # first: a worker that is still coming up is not waited for
        for worker in workers:
            worker.kill()
        if template is not None:
            template.close()


def _answers(template: Template) -> bool:
    try:
        return template.answers_at_once()
    except WorkerDied:
        return False
