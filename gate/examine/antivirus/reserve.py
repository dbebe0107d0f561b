"""A daemon that is started when it is first needed: most runs need none of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from gate.examine.antivirus.daemon import Daemon

_POLL_SECONDS = 0.1


class Reserve:
    """One daemon in reserve; ``start`` prepares, launches and proves it.  Thread-safe.

    The kernel ends a confined program with the thread that started it, so that thread waits here until the end, and
    it alone closes the daemon.
    """

    def __init__(self, daemon: Daemon, start: Callable[[Daemon], None]) -> None:
        self._daemon = daemon
        self._start = start
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._settled = threading.Event()
        self._closing = threading.Event()
        self._failure: EngineFailure | None = None

    def get(self) -> Daemon:
        """Return the daemon, started.  Raises ``EngineFailure``, each time the same, where it could not be."""
        with self._lock:
            if self._thread is None:
                if self._closing.is_set():
                    raise EngineFailure("malware.not-started")
                self._thread = threading.Thread(target=self._keep, name="clamd-reserve", daemon=True)
                self._thread.start()
        self._settled.wait()
        if self._failure is not None:
            raise self._failure
        return self._daemon

    def if_started(self) -> Daemon | None:
        """Return the daemon, or None where nobody needed it.  Raises ``EngineFailure`` where it did not start."""
        return None if self._thread is None else self.get()

    def _keep(self) -> None:
        try:
            self._start(self._daemon)
        except EngineFailure as failure:
            self._failure = failure
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait must be told
            text = printable(f"{type(error).__name__}: {error}")
            self._failure = EngineFailure("malware.clamd-start-failed", how="-", line=text)
        finally:
            self._settled.set()
        if self._failure is None:
            self._closing.wait()
        self._daemon.close()

    def close(self) -> None:
        """End the daemon and remove its folder, also while it starts; may be called more than once."""
        with self._lock:
            self._closing.set()
            thread = self._thread
        while thread is not None and thread.is_alive():
            self._daemon.interrupt()
            thread.join(_POLL_SECONDS)
