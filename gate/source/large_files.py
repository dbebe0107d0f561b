"""Git LFS pointers: small blobs that stand for a large file, which they name by its SHA-256.

The form is that of the Git LFS specification, version 1: ``version``, ``oid sha256:…`` and ``size`` lines.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LENGTHS: Final = range(100, 400)
"""Bytes of a pointer."""
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-[^\n]{1,100}\n){0,2}"
    rb"oid sha256:(?P<sha256>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,15})\n"
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """The large file that a pointer stands for."""

    sha256: str
    size: int

    def names(self, file: Path) -> bool:
        """Say whether a file is the one that is meant."""
        if file.stat().st_size != self.size:
            return False
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256


def read_pointer(content: bytes) -> Pointer | None:
    """Return the pointer that a blob is, or None."""
    found = _POINTER.fullmatch(content)
    return Pointer(found["sha256"].decode(), int(found["size"])) if found else None
