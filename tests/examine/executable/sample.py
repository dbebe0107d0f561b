"""What a sample of a format is: bytes, and where the format depends on them a name and permission bits."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class File(NamedTuple):
    """A file as the examiner sees it."""

    data: bytes
    name: bytes = b"item"
    mode: int | None = None


Sample: TypeAlias = bytes | File
"""Bytes alone stand for a file whose name says nothing."""


def as_file(sample: Sample) -> File:
    """Return the sample as a file."""
    return File(sample) if isinstance(sample, bytes) else sample
