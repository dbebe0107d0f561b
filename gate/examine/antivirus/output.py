"""Watching what a clamd prints: often the only place where it says that it did not scan.

The pipe is read by a thread, and also, to its end, by whoever asks (:meth:`OutputWatch.settle`): clamd writes a
complaint before it writes the reply, so once a reply is there and the pipe has been emptied, nothing about that
scan can still be under way.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import threading
from collections import deque
from typing import TYPE_CHECKING

from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT_LINES = 200
"""How many lines of each kind are kept; counting goes on beyond that."""
LINE_BYTES = 4096
"""Longest line; what is longer is taken as several."""

_COMPLAINT = re.compile(rb"\s*(LibClamAV (Error|Warning)|ERROR|WARNING)\b")
# The only complaints that may stand at the start: the frame of asterisks and the two lines by which libclamav says
# that the daily database is over a week old.  Policy has an age limit of its own and judges by the database's date.
_ALLOWED_AT_START = re.compile(
    rb"LibClamAV Warning: (\*+|\*\*\*\s+The virus database is older than 7 days!\s+\*\*\*"
    rb"|\*\*\*\s+Please update it as soon as possible\.\s+\*\*\*)\s*"
)
# While scanning, clamd prints one line for each detection and one for each error that it also replies.
_EXPECTED_WHILE_SCANNING = re.compile(rb".*: .+ (FOUND|ERROR)\s*|LibClamAV info: .*|\s*")


class Observed:
    """The complaints that were printed while something was being scanned."""

    def __init__(self) -> None:
        self.lines: list[str] = []


class OutputWatch:
    """Reads the output of one clamd until it ends.

    Before :meth:`scanning_begins`, errors and warnings are complaints; afterwards everything is that is not an
    expected line, so that the words of a crash or of a library below clamd are not overlooked.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = os.dup(descriptor)
        os.set_blocking(self._descriptor, False)
        self._lock = threading.Lock()
        self._rest = b""
        self._ended = False
        self._scanning = False
        self._recent: deque[str] = deque(maxlen=KEPT_LINES)
        self._unattributed: deque[str] = deque(maxlen=KEPT_LINES)
        self._observed: list[Observed] = []
        self._thread = threading.Thread(target=self._run, name="clamd-output", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLIN)
        while not self._ended:
            poll.poll()
            self.settle()

    def settle(self) -> None:
        """Take in everything that has been written so far."""
        with self._lock:
            self._drain()

    def _drain(self) -> None:
        while not self._ended:
            try:
                data = os.read(self._descriptor, 1 << 16)
            except BlockingIOError:
                return
            if not data:
                self._ended = True
            *lines, self._rest = (self._rest + data).split(b"\n")
            if self._rest and (self._ended or len(self._rest) > LINE_BYTES):
                lines.append(self._rest)
                self._rest = b""
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        text = printable(line[:LINE_BYTES])
        self._recent.append(text)
        if not self._is_complaint(line):
            return
        for observed in self._observed:
            if len(observed.lines) < KEPT_LINES:
                observed.lines.append(text)
        if not self._observed:
            self._unattributed.append(text)

    def _is_complaint(self, line: bytes) -> bool:
        if self._scanning:
            return _COMPLAINT.match(line) is not None or _EXPECTED_WHILE_SCANNING.fullmatch(line) is None
        return _COMPLAINT.match(line) is not None and _ALLOWED_AT_START.fullmatch(line) is None

    def scanning_begins(self) -> None:
        """From here on only the lines of scans are expected."""
        with self._lock:
            self._drain()
            self._scanning = True

    @contextlib.contextmanager
    def observing(self) -> Iterator[Observed]:
        """Collect the complaints that appear between entering and leaving, from whatever scan."""
        observed = Observed()
        with self._lock:
            self._drain()
            self._observed.append(observed)
        try:
            yield observed
        finally:
            with self._lock:
                self._drain()
                self._observed.remove(observed)

    def unattributed(self) -> tuple[str, ...]:
        """Return the complaints that appeared while nothing was being scanned."""
        self.settle()
        with self._lock:
            return tuple(self._unattributed)

    def recent(self) -> tuple[str, ...]:
        """Return the last lines, complaints and others."""
        self.settle()
        with self._lock:
            return tuple(self._recent)

    def close(self) -> None:
        """Wait for the end of the output, which comes when the program has been killed, and release the pipe."""
        self._thread.join(timeout=5.0)
        if not self._thread.is_alive() and self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
