"""The budget of a run: bytes and entries counted as they flow, shared by everything that is unpacked in it."""

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
    """What is left of the whole run's entries and bytes, so that nested archives add up."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._entries = 0
        self._bytes = 0

    def take_entry(self) -> None:
        """Count one entry of any container; raises :class:`LimitReached` beyond ``entries_total``."""
        self._entries += 1
        if self._entries > self.limits.entries_total:
            raise LimitReached("too-many", f"more than {self.limits.entries_total} entries in all")

    def take_bytes(self, count: int) -> None:
        """Count unpacked bytes; raises :class:`LimitReached` beyond ``total_bytes``."""
        self._bytes += count
        if self._bytes > self.limits.total_bytes:
            raise LimitReached("too-large", f"more than {self.limits.total_bytes} bytes unpacked in all")


class ContainerBudget:
    """What one container may expand to: its entries, the size of each member, and the ratio of all of it."""

    def __init__(self, run: Budget, container_size: int) -> None:
        self._run = run
        self._container_size = max(container_size, 1)
        self._entries = 0
        self._bytes = 0
        self._member = 0

    def begin_member(self) -> None:
        """Count one entry."""
        self._entries += 1
        self._member = 0
        if self._entries > self._run.limits.entries:
            raise LimitReached("too-many", f"more than {self._run.limits.entries} entries")
        self._run.take_entry()

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
