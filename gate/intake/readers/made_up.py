"""Members that a reader makes up for bytes of a container that no member explains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from gate.intake.readers.decoders import Region
from gate.intake.readers.interface import Data, Event, Member, Source, Trouble

_TEXT_BYTES = 1024
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")


class MadeUpNames:
    """Numbers the made-up members of one container: ``gap-1``, ``gap-2``, ``extra-1`` and so on."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def next(self, purpose: str) -> bytes:
        """Return the next name for such bytes."""
        self._count[purpose] += 1
        return f"{purpose}-{self._count[purpose]}".encode()


def carry(source: Source, start: int, stop: int, name: bytes, trouble: Trouble | None) -> Iterator[Event]:
    """Yield a made-up member with the bytes of ``source`` from ``start`` to ``stop``, then what is wrong with them."""
    yield Member(name, size=stop - start, made_up=True)
    for block in Region(source, start, stop).blocks():
        yield Data(block)
    if trouble is not None:
        yield trouble


def hidden(detail: str) -> Trouble:
    """Return the trouble of a made-up member whose bytes no reader would show."""
    return Trouble(detail, issue="hidden-data", in_member=True)


def is_note(text: bytes) -> bool:
    """Say whether a comment is what comments are for: short text in UTF-8 or CP932 without control characters."""
    if len(text) > _TEXT_BYTES:
        return False
    for encoding in ("utf-8", "cp932"):
        try:
            return _CONTROL.search(text.decode(encoding)) is None
        except UnicodeDecodeError:
            continue
    return False
