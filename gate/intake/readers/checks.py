"""What several readers do alike: check a name, hand out bytes in chunks, count members, hold a text in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from gate.intake.readers.decoders import Damaged
from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Source, Trouble
from gate.intake.readers.names import unsafe

Buffer: TypeAlias = bytes | bytearray | memoryview


class TooManyMembers(Exception):
    """A container has more members than the limit allows."""


def pieces(data: Buffer) -> Iterator[Data]:
    """Yield ``data`` in chunks."""
    for start in range(0, len(data), CHUNK):
        yield Data(bytes(data[start : start + CHUNK]))


def load(source: Source, most: int) -> bytes:
    """Return all bytes of a container whose reader has to see them at once.

    Raises :class:`Damaged` with reason ``too-large`` beyond ``most`` bytes.
    """
    if source.size > most:
        raise Damaged(f"larger than {most >> 20} MiB, which is the most that is read of this format", "too-large")
    return source.read_at(0, source.size)


class Members:
    """Begins the members of one container: counts them, checks their names, and makes up names for those without."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._begun = 0
        self._made_up: dict[str, int] = {}

    def named(self, name: bytes, size: int | None = None, *, judged: bytes | None = None) -> Iterator[Event]:
        """Begin a member whose name the container gives; ``judged`` is what of it is checked, where that is less.

        Raises :class:`TooManyMembers`.
        """
        self._count()
        yield Member(name, size=size)
        problem = unsafe(name if judged is None else judged, self._options)
        if problem:
            yield Trouble(problem, issue="unsafe-name", in_member=True)

    def nameless(self, purpose: str, size: int | None = None) -> Iterator[Event]:
        """Begin a member with a name made up from ``purpose`` and a number.  Raises :class:`TooManyMembers`."""
        self._count()
        number = self._made_up[purpose] = self._made_up.get(purpose, 0) + 1
        yield Member(f"{purpose}-{number}".encode("ascii"), size=size, made_up=True)

    def carried(self, purpose: str, data: Buffer, trouble: Trouble | None = None) -> Iterator[Event]:
        """Yield a nameless member with its bytes, then what is wrong with it."""
        yield from self.nameless(purpose, len(data))
        yield from pieces(data)
        if trouble is not None:
            yield trouble

    def _count(self) -> None:
        if self._begun == self._options.entries:
            raise TooManyMembers
        self._begun += 1


def bounded(events: Iterator[Event], options: Options) -> Iterator[Event]:
    """Yield ``events`` and turn what ends them early into trouble of the container."""
    try:
        yield from events
    except TooManyMembers:
        yield Trouble(f"more than {options.entries} entries", reason="too-many")
    except Damaged as damage:
        yield Trouble(damage.detail, reason=damage.reason)
