"""The asking side of the workers that read containers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from gate.intake.blobs import Blob
from gate.intake.readers.registry import READERS, modules_of
from gate.isolation import Confinement, WorkerPool
from gate.limits import Limits

MEMORY_BYTES = 1 << 30
"""Address space of a worker that unpacks, and of each program that it starts."""


class Unpackers:
    """The confined workers that read containers: a pool for each group of readers, started when first needed."""

    def __init__(self, limits: Limits, size: int = 1) -> None:
        options = {"name_bytes": limits.name_bytes, "name_depth": limits.name_depth, "entries": limits.entries}
        self._pools = {
            group: WorkerPool(
                size,
                "gate.intake.unpacker:serve",
                options,
                confinement=Confinement(memory_bytes=MEMORY_BYTES, cpu_seconds=None, file_bytes=0),
                preload=modules_of(group),
            )
            for group in {place.group for place in READERS.values()}
        }

    def warm(self) -> None:
        """Let a worker of our own readers come up, as nearly every run needs one."""
        self._pools["own"].warm()

    def read(self, label: str, descriptor: int, *, password: bytes | None, seconds: float) -> Iterator[Any]:
        """Yield the frames of the container in ``descriptor``.

        Raises as ``WorkerPool.request``, and ``ValueError`` for a message that is no batch of frames.
        """
        request = {"label": label, "password": password}
        for batch in self._pools[READERS[label].group].request(request, [descriptor], seconds=seconds):
            if not isinstance(batch, list):
                raise ValueError("not a batch of frames")  # noqa: TRY004  # hostile bytes, not a caller's mistake
            yield from batch

    def close(self) -> None:
        """Kill all workers."""
        for pool in self._pools.values():
            pool.close()


@contextlib.contextmanager
def readable(blob: Blob, label: str) -> Iterator[int]:
    """Give a descriptor that the worker of a reader can use."""
    held = blob.for_others() if READERS[label].group == "program" else blob.hold()
    try:
        with held.descriptor() as descriptor:
            yield descriptor
    finally:
        held.release()
