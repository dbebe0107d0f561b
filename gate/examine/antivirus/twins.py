"""Different content with one MD5: what clamd's cache of clean files cannot tell apart.

The first published pair is that of X. Wang, D. Feng, X. Lai and H. Yu, "Collisions for Hash Functions MD4, MD5,
HAVAL-128 and RIPEMD", 2004.  One of a pair can be harmless and be scanned first.
"""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gate.examine.interface import View

_CHUNK = 1 << 20


class Twins:
    """Remembers by MD5 which content was seen first.  Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[bytes, str] = {}

    def has_other(self, view: View) -> bool:
        """Say whether other content with the same MD5 came before; raises ``OSError`` where it cannot be read."""
        digest = hashlib.md5(usedforsecurity=False)
        for offset in range(0, view.size, _CHUNK):
            digest.update(view.read(_CHUNK, offset))
        with self._lock:
            return self._seen.setdefault(digest.digest(), view.sha256) != view.sha256
