"""A line of a file, for people to look at."""

from __future__ import annotations

import os
import stat

from gate.paths import printable

_READ_BYTES = 4 << 20
_SHOWN = 160


def read_line(path: bytes, line: int) -> str:
    """Return line ``line`` (from 1) of a regular file, escaped and cut; empty where it cannot be had.

    Links at the end of the path are not followed, and of a large file only the beginning is read.
    """
    if line < 1:
        return ""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return ""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        lines = os.read(descriptor, _READ_BYTES).splitlines()
    finally:
        os.close(descriptor)
    if line > len(lines):
        return ""
    text = printable(lines[line - 1].decode("utf-8", "replace").strip())
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
