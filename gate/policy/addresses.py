"""Addresses of repositories, compared: one repository has several spellings."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

_SCP: Final = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/:@]+):(?P<path>(?!//).+)", re.DOTALL)
"""``user@host:path`` (git-clone(1), "Git URLs")."""


def same_repository(expected: str, found: str) -> bool:
    """Say whether two addresses name one repository: host and path alike, however it is reached.

    User, port of the way there, a final ``.git`` and a final slash do not count; case counts in the path alone.
    """
    return bool(found) and _place(expected) == _place(found)


def _place(address: str) -> tuple[str, str]:
    if "://" in address:
        try:
            parts = urlsplit(address)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return "", address
    else:
        scp = _SCP.fullmatch(address)
        host, path = (scp["host"].lower(), scp["path"]) if scp else ("", address)
    return host, path.strip("/").removesuffix(".git") if host else path.rstrip("/")
