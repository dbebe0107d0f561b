"""How the runner shares out its work: results that are made once, and tasks that leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from gate.examine.interface import Observation

Key: TypeAlias = str | tuple[str, bytes | None, int | None]
"""An item's digest, or with it the name and mode that a result depends on as well."""


class Memo:
    """Results of one examiner by what they depend on; each is made once, by the first thread that asks for it.

    Hundreds of thousands of them are kept, so that only what is being made costs more than the result itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[Key, tuple[Observation, ...]] = {}
        self._being_made: dict[Key, Future[tuple[Observation, ...]]] = {}

    def get(self, key: Key, make: Callable[[], tuple[Observation, ...]]) -> tuple[Observation, ...]:
        """Return the result for ``key``; ``make`` is called where there is none yet, and what it raises is raised."""
        with self._lock:
            made = self._made.get(key)
            if made is not None:
                return made
            waiting = self._being_made.get(key)
            if waiting is None:
                mine = self._being_made[key] = Future()
        if waiting is not None:
            return waiting.result()
        try:
            made = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        with self._lock:
            self._made[key] = made
            del self._being_made[key]
        mine.set_result(made)
        return made


class Tasks:
    """Work in a pool of threads; what one of it raises is raised by :meth:`drain`.  Finished work leaves nothing."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._changed = threading.Condition()
        self._left = 0
        self._error: BaseException | None = None

    def start(self, work: Callable[..., None], *arguments: object) -> None:
        """Let a thread of the pool call ``work`` with the arguments."""
        with self._changed:
            self._left += 1
        self._threads.submit(work, *arguments).add_done_callback(self._finished)

    def _finished(self, task: Future[None]) -> None:
        with self._changed:
            self._left -= 1
            if not task.cancelled():
                self._error = self._error or task.exception()
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until all work is done, or some of it raised: that is raised here."""
        with self._changed:
            while self._left and self._error is None:
                self._changed.wait(1.0)
            if self._error is not None:
                raise self._error


class Countdown:
    """Calls ``then`` after ``count`` steps, from the thread of the last one."""

    def __init__(self, count: int, then: Callable[[], None]) -> None:
        self._left = count
        self._then = then
        self._lock = threading.Lock()
        if count == 0:
            then()

    def step(self) -> None:
        """Count one step."""
        with self._lock:
            self._left -= 1
            last = self._left == 0
        if last:
            self._then()
