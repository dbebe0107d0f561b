"""The budget of a run: what is unpacked, counted as it flows, shared by everything that is unpacked in it."""

from __future__ import annotations

from gate.limits import Limits
from gate.models import GapReason


class LimitReached(Exception):  # not an error of anyone: the reading of one container ends here
    """A limit is reached; ``reason`` and ``detail`` become the gap."""

    def __init__(self, reason: GapReason, detail: str) -> None:
        super().__init__(detail)
        self.reason: GapReason = reason
        self.detail = detail


class Budget:
    """What is left of the whole run's entries, bytes and time, so that nested archives add up.

    Once one of its limits is reached nothing more is unpacked in the run: :meth:`check` says so before a container is
    opened.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._entries = 0
        self._bytes = 0
        self._input = 0
        self._paths = 0
        self._seconds = 0.0
        self._spent: tuple[GapReason, str] | None = None

    def check(self) -> None:
        """Raise :class:`LimitReached` where a limit of the run was reached before."""
        if self._spent:
            raise LimitReached(*self._spent)

    def _end(self, reason: GapReason, detail: str) -> None:
        self._spent = (reason, detail)
        raise LimitReached(reason, detail)

    def add_input(self, size: int) -> None:
        """Count the bytes of an artifact's file, which the ratio of the run is held against."""
        self._input += size

    def take_entry(self) -> None:
        """Count one entry of any container; raises :class:`LimitReached` beyond ``entries_total``."""
        self._entries += 1
        if self._entries > self.limits.entries_total:
            self._end("too-many", f"more than {self.limits.entries_total} entries in all")

    def take_path(self, path: str) -> None:
        """Count the characters of an item path; raises :class:`LimitReached` beyond ``paths_total``."""
        self._paths += len(path)
        if self._paths > self.limits.paths_total:
            self._end("too-many", f"more than {self.limits.paths_total} characters of item paths in all")

    def take_bytes(self, count: int) -> None:
        """Count unpacked bytes; raises :class:`LimitReached` beyond ``total_bytes``, or the ratio of the run."""
        self._bytes += count
        limits = self.limits
        if self._bytes > limits.total_bytes:
            self._end("too-large", f"more than {limits.total_bytes} bytes unpacked in all")
        if self._bytes > limits.total_ratio_from_bytes and self._bytes > limits.ratio * max(self._input, 1):
            self._end("ratio", f"all expands more than {limits.ratio} times")

    def spend_seconds(self, seconds: float) -> None:
        """Count the time that the reading of a container took; what is opened after ``total_seconds`` is a gap."""
        self._seconds += seconds
        if self._seconds > self.limits.total_seconds and self._spent is None:
            self._spent = ("timeout", f"unpacking took more than {self.limits.total_seconds} s in all")


class ContainerBudget:
    """What one container may expand to: its entries, the size of each member, and the ratio of all of it."""

    def __init__(self, run: Budget, container_size: int) -> None:
        self._run = run
        self._container_size = max(container_size, 1)
        self._entries = 0
        self._bytes = 0
        self._member = 0

    def begin_member(self, path: str = "") -> None:
        """Count one entry with its item path."""
        self._entries += 1
        self._member = 0
        if self._entries > self._run.limits.entries:
            raise LimitReached("too-many", f"more than {self._run.limits.entries} entries")
        self._run.take_entry()
        self._run.take_path(path)

    def take(self, count: int) -> None:
        """Count bytes of the current member."""
        limits = self._run.limits
        self._member += count
        self._bytes += count
        if self._member > limits.member_bytes:
            raise LimitReached("too-large", f"a member of more than {limits.member_bytes} bytes")
        if self._bytes > limits.ratio_from_bytes and self._bytes > limits.ratio * self._container_size:
            raise LimitReached("ratio", f"expands more than {limits.ratio} times")
        self._run.take_bytes(count)
