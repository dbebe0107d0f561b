"""Hands bytes to an examiner as the runner would: through a view of a file without a name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from gate.examine.interface import Examiner, Observation, View


@contextmanager
def view_of(
    data: bytes,
    examiner: Examiner,
    *,
    name: bytes = b"item",
    mode: int | None = None,
    labels: tuple[str, ...] = (),
) -> Iterator[View]:
    """Give a view of ``data`` that shows what the examiner declared and nothing else."""
    descriptor = os.memfd_create("item")
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(data)
        yield View(descriptor, len(data), "", name=name, mode=mode, labels=labels, depends_on=examiner.depends_on)
    finally:
        os.close(descriptor)


def examined(examiner: Examiner, data: bytes, name: bytes = b"item", *, mode: int | None = None) -> list[Observation]:
    """Return all that the examiner says of ``data``."""
    with view_of(data, examiner, name=name, mode=mode) as view:
        return list(examiner.examine(view))
