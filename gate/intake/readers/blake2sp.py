"""BLAKE2sp, the checksum of RAR 5 (the paper "BLAKE2: simpler, smaller, fast as MD5", section 2.10 and BLAKE2 X)."""

from __future__ import annotations

import hashlib

_LEAVES = 8
_BLOCK = 64
_STRIPE = _LEAVES * _BLOCK
_DIGEST = 32


class Blake2sp:
    """Eight BLAKE2s leaves that take the blocks of a message in turn, and a root over their digests."""

    def __init__(self) -> None:
        self._leaves = [
            hashlib.blake2s(
                fanout=_LEAVES, depth=2, node_offset=place, inner_size=_DIGEST, last_node=place == _LEAVES - 1
            )
            for place in range(_LEAVES)
        ]
        self._rest = b""

    def update(self, data: bytes) -> None:
        """Take the next bytes."""
        data = self._rest + data
        whole = len(data) - len(data) % _STRIPE
        for start in range(0, whole, _BLOCK):
            self._leaves[start // _BLOCK % _LEAVES].update(data[start : start + _BLOCK])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """Return the digest of all bytes; none may follow."""
        for start in range(0, len(self._rest), _BLOCK):
            self._leaves[start // _BLOCK].update(self._rest[start : start + _BLOCK])
        self._rest = b""
        root = hashlib.blake2s(fanout=_LEAVES, depth=2, node_depth=1, inner_size=_DIGEST, last_node=True)
        for leaf in self._leaves:
            root.update(leaf.digest())
        return root.digest()
