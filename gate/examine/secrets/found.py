"""What a rule says that it found: where, how long, of which kind, and whether its structure proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from gate.models import SecretKind

_FEWEST_DIFFERENT: Final = 10
"""Different characters of a token that was drawn at random; a placeholder has fewer."""
_PLACEHOLDERS: Final = (
    b"example",
    b"xxxx",
    b"0000000",
    b"1234567890",
    b"abcdefgh",
    b"placeholder",
    b"redacted",
    b"...",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A secret at ``start`` of the bytes looked at, ``length`` bytes long.

    ``certain`` says that a checksum, or a structure that nothing else has, proves it.
    """

    kind: SecretKind
    start: int
    length: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of finding secrets: only where one of the ``marks`` is in the bytes is ``find`` called."""

    marks: tuple[bytes, ...]
    find: Callable[[bytes], Iterator[Found]]


Rules: TypeAlias = tuple[Rule, ...]


def is_random(token: bytes) -> bool:
    """Say whether a token may have been drawn at random: enough different characters, and no word of an example."""
    lowered = token.lower()
    return len(set(token)) >= min(_FEWEST_DIFFERENT, len(token)) and not any(word in lowered for word in _PLACEHOLDERS)
