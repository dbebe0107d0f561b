"""Asking private daemons: about an item, with an eye on what they print meanwhile, and for their canaries."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from gate.errors import EngineFailure
from gate.examine.antivirus import canary
from gate.examine.antivirus.client import ExchangeFailed, reopen
from gate.examine.antivirus.engine import SHORT_SECONDS, Ask, gap_of
from gate.models import Gap
from gate.paths import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gate.examine.antivirus.daemon import Daemon
    from gate.examine.antivirus.replies import Answer
    from gate.examine.antivirus.reserve import Reserve

_ENDING_SECONDS = 1.0
_POLL_SECONDS = 0.02
_ABOUT_SPACE = ("No space left", "Read-only file system", "temporary", "Permission denied")


class Question:
    """One item for one or more daemons.  ``complaints`` is what they printed while they had it."""

    def __init__(self, descriptor: int, seconds: float) -> None:
        self._descriptor = descriptor
        self._seconds = seconds
        self.complaints: list[str] = []

    def to(self, daemon: Daemon) -> Answer | Gap:
        """Return the answer, or the gap where there was none."""
        with daemon.watch.observing() as observed:
            try:
                answer: Answer | Gap = daemon.endpoint.client().file(self._descriptor, seconds=self._seconds)
            except ExchangeFailed as error:
                answer = gap_of(error)
        self.complaints += observed.lines
        return answer

    def to_reserve(self, reserve: Reserve) -> Answer | Gap:
        """Return the answer of a daemon that may have to be started first."""
        try:
            daemon = reserve.get()
        except EngineFailure as failure:
            return Gap("engine-error", detail=str(failure))
        return self.to(daemon)


def prove(daemon: Daemon, canaries: Sequence[canary.Canary]) -> None:
    """Let a daemon answer canaries and look at what it has printed that belongs to no item.

    Raises ``EngineFailure`` where it has died, cannot use its temporary folder, misses one, or complained.
    """
    failure: EngineFailure | None = None
    with daemon.watch.observing() as observed:
        try:
            canary.require(canaries, _asker(daemon))
        except EngineFailure as error:
            failure = error
    ending = daemon.ending() if failure is None else _ending_of(daemon)
    if ending is not None:
        raise EngineFailure("malware.clamd-died", how=ending)
    complaints = [*daemon.watch.unattributed(), *observed.lines]
    if any(hint in line for line in complaints for hint in _ABOUT_SPACE):
        raise EngineFailure("malware.scratch-unusable", folder=printable(str(daemon.folder.path)), error=complaints[0])
    if failure is not None:
        raise failure
    if complaints:
        raise EngineFailure("malware.clamd-complained", line=complaints[0])


def _ending_of(daemon: Daemon) -> str | None:
    """Return how a daemon ended that did not answer as it must, or None where it goes on running.

    Its connections break a moment before the system says that it has ended.
    """
    until = time.monotonic() + _ENDING_SECONDS
    while (ending := daemon.ending()) is None and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
    return ending


def _asker(daemon: Daemon) -> Ask:
    """Return the way to send canaries: as an open file, the way items are sent."""

    def ask(content: bytes) -> Answer:
        descriptor = os.memfd_create("gate-canary", os.MFD_CLOEXEC)
        try:
            with open(descriptor, "wb", closefd=False) as stream:  # a descriptor, not a path
                stream.write(content)
            readable = reopen(descriptor)
        finally:
            os.close(descriptor)
        try:
            return daemon.endpoint.client().file(readable, seconds=SHORT_SECONDS)
        finally:
            os.close(readable)

    return ask
