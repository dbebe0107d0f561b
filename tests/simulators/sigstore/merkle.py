"""An append-only log: a Merkle tree (RFC 6962, 2.1) whose root is signed as a note (C2SP tlog-checkpoint)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulators.sigstore.certificates import SigningKey, sign

_LEAF, _NODE = b"\0", b"\1"


@dataclass(frozen=True)
class Inclusion:
    """That an entry is in the log: ``path`` leads from its leaf to ``root``, which ``checkpoint`` signs."""

    index: int
    size: int
    root: bytes
    path: Sequence[bytes]
    checkpoint: str


@dataclass
class Log:
    """A log that signs with ``key`` and is known by ``identifier`` (32 bytes)."""

    key: SigningKey
    name: str
    identifier: bytes
    _leaves: list[bytes] = field(default_factory=list)

    def append(self, body: bytes) -> Inclusion:
        """Add an entry and prove that it is there."""
        self._leaves.append(_sha256(_LEAF + body))
        size = len(self._leaves)
        root = _root(self._leaves)
        return Inclusion(size - 1, size, root, _path(size - 1, self._leaves), self._checkpoint(size, root))

    def __len__(self) -> int:
        return len(self._leaves)

    def _checkpoint(self, size: int, root: bytes) -> str:
        note = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = self.identifier[:4] + sign(self.key, note.encode())
        return f"{note}\n\N{EM DASH} {self.name} {base64.b64encode(signature).decode()}\n"


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _split(count: int) -> int:
    """Return the largest power of two below ``count`` (RFC 6962, 2.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _sha256(_NODE + _root(leaves[:split]) + _root(leaves[split:]))


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the audit path of a leaf (RFC 6962, 2.1.1)."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*_path(index, leaves[:split]), _root(leaves[split:])]
    return [*_path(index - split, leaves[split:]), _root(leaves[:split])]
