"""A line of a file, for people to look at."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from functools import lru_cache

from gate.paths import printable

_READ_BYTES = 4 << 20
_LOOKED_AT = 1 << 16
_SHOWN = 160
_USER_INFORMATION = re.compile(r"//[^\s/?#\"'`<>]*@")
_QUERY_VALUE = re.compile(r"([?&][^\s=?&#\"'`<>]{1,64}=)[^\s&#\"'`<>]+")


def read_line(path: bytes, line: int, *, withheld: Iterable[bytes] = ()) -> str:
    """Return line ``line`` (from 1) of a regular file, escaped and cut; empty where it cannot be had.

    A line that holds one of the ``withheld`` marks may hold a secret: ``[…]`` is shown in its place.  Of addresses in
    it the user information and the values of queries are left out.
    Links at the end of the path are not followed, and of a large file only the beginning is read.
    """
    if line < 1:
        return ""
    try:
        state = os.lstat(path)
        lines = _lines(path, state.st_ino, state.st_mtime_ns, state.st_size)
    except (OSError, ValueError):
        return ""
    if line > len(lines):
        return ""
    if any(mark in lines[line - 1] for mark in withheld):
        return "[…]"
    text = printable(lines[line - 1][:_LOOKED_AT].decode("utf-8", "replace").strip())
    text = _QUERY_VALUE.sub(r"\1…", _USER_INFORMATION.sub("//…@", text))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@lru_cache(maxsize=4)
def _lines(path: bytes, *_state: int) -> tuple[bytes, ...]:
    """Return the lines of a file in a state of it: many contacts stand in one file, which is read once for them."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ()
        return tuple(os.read(descriptor, _READ_BYTES).splitlines())
    finally:
        os.close(descriptor)
