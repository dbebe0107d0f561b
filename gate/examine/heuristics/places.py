"""Folders from which no released program has a reason to load code."""

from __future__ import annotations

_WRITABLE = ("/tmp", "/var/tmp", "/dev/shm", "/run/shm", "/private/tmp", "/private/var/tmp", "/Users/Shared")  # noqa: S108  # names to look for
"""Folders in which every user of a system can put files."""


def anyone_writes(path: str) -> bool:
    """Say whether a path lies in a folder that every user can write to."""
    plain = "/" + "/".join(part for part in path.split("/") if part not in ("", ".")) if path.startswith("/") else path
    return any(plain == folder or plain.startswith(folder + "/") for folder in _WRITABLE)
