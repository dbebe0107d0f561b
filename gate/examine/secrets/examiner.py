"""The ``secrets`` examiner: private keys, tokens and stored passwords in any item.

A fact holds kind, place and length alone.  Nothing of a secret leaves the worker: no first characters, no digest.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

import cryptography
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gate.errors import EngineFailure
from gate.examine.interface import Observation, View
from gate.examine.secrets import tokens
from gate.examine.secrets.files import MOST_BYTES, secrets_of_file
from gate.examine.secrets.found import Found
from gate.examine.secrets.marks import MARKS
from gate.examine.secrets.rules import RULES
from gate.models import Aspect, EngineInfo, Gap, Item, SecretFact

WINDOW_BYTES: Final = 8 << 20
OVERLAP_BYTES: Final = 128 << 10
"""How much of a window the next one sees again, so that nothing is cut in two."""
MOST_FACTS: Final = 200
"""Secrets of one item that are told; more are a gap."""
_WIDE_MARKS: Final = tuple(mark.decode().encode("utf-16-le") for mark in MARKS)
_KEPT: Final = bytes([0xFF, *bytes(255)])
"""Of characters whose other byte is zero the byte is kept."""
_CANARY_TOKEN: Final = b"A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5"


class SecretsExaminer:
    """Looks for secrets by marks first, and reads closely only where one is."""

    name = "secrets"
    depends_on: frozenset[Aspect] = frozenset({"content", "name"})

    def applies(self, item: Item) -> bool:  # noqa: ARG002  # a key can lie in any item
        """Say yes."""
        return True

    def start(self) -> EngineInfo:
        """Prove that a key and a token are found, and that a token with a wrong checksum is not."""
        return self._proven()

    def finish(self) -> EngineInfo:
        """Prove it once more."""
        return self._proven()

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield a fact for each secret, in the order in which they stand."""
        told: set[tuple[str, int]] = set()
        lines = _Lines()
        for start in range(0, view.size, WINDOW_BYTES):
            window = view.read(WINDOW_BYTES + OVERLAP_BYTES, start)
            found = [*secrets_in(window), *_in_wide_text(window)]
            if start == 0 and view.size <= MOST_BYTES:
                found += secrets_of_file(window, view.name)
            for each in sorted(found, key=lambda each: (each.start, each.kind)):
                place = (each.kind, start + each.start)
                if place in told:
                    continue
                if len(told) == MOST_FACTS:
                    yield Gap("too-many", f"more than {MOST_FACTS} secrets")
                    return
                told.add(place)
                yield SecretFact(each.kind, each.certain, lines.of(view, *place[1:]), place[1], each.length)

    def _proven(self) -> EngineInfo:
        key = ed25519.Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        token = b"npm_" + _CANARY_TOKEN + tokens.base_62(zlib.crc32(_CANARY_TOKEN))
        seen = {(each.kind, each.certain) for each in secrets_in(pem + token)}
        if seen != {("private-key", True), ("npm-token", True)}:
            raise EngineFailure("examine.canary-missed", engine=self.name)
        if list(secrets_in(pem[:40] + token[:-1] + b"_")):
            raise EngineFailure("examine.canary-false", engine=self.name)
        return EngineInfo(self.name, f"cryptography {cryptography.__version__}", None, "passed", f"rules={len(RULES)}")


def secrets_in(data: bytes) -> Iterator[Found]:
    """Yield the secrets in bytes, in no order."""
    for rule in RULES:
        if any(mark in data for mark in rule.marks):
            yield from rule.find(data)


def _in_wide_text(window: bytes) -> Iterator[Found]:
    """Yield the secrets in UTF-16 text, with or without a mark of its order: programs for .NET hold all texts so.

    Its characters are taken for bytes of one each, at each of the two places where one may begin.  Big-endian text
    looks like little-endian text that begins a byte later, but for the last character before another script.
    """
    if not any(mark in window for mark in _WIDE_MARKS):
        return
    for begin in (0, 1):
        low = window[begin::2]
        high = window[begin + 1 :: 2].ljust(len(low), b"\0")
        kept = int.from_bytes(low) & int.from_bytes(high.translate(_KEPT))
        for each in secrets_in(kept.to_bytes(len(low))):
            yield Found(each.kind, begin + 2 * each.start, 2 * each.length - 1, each.certain)


class _Lines:
    """Counts line ends up to places that come in rising order; 0 where an item is no text."""

    def __init__(self) -> None:
        self._line = 1
        self._counted = 0
        self._binary = False

    def of(self, view: View, place: int) -> int:
        """Return the line, from 1, in which a place stands; places rise but for overlapping windows."""
        while self._counted < place and not self._binary:
            chunk = view.read(min(WINDOW_BYTES, place - self._counted), self._counted)
            self._binary = b"\0" in chunk or not chunk
            self._line += chunk.count(b"\n")
            self._counted += len(chunk)
        return 0 if self._binary else self._line
