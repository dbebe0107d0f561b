"""What an examiner is: the Protocol, the view of an item that it gets, and the aspects its result depends on."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, Protocol, TypeAlias, runtime_checkable

from gate.models import Aspect, Derived, EngineInfo, Gap, Item, SeenFact

Observation: TypeAlias = SeenFact | Gap | Derived


class AspectNotDeclared(RuntimeError):
    """An examiner looked at an aspect of an item that its ``depends_on`` does not name: a bug in the examiner."""


class View:
    """One item as an examiner sees it: its content, and of its name and mode only what ``depends_on`` declares.

    Results are shared between items that are equal in all declared aspects, so an examiner must not be able to
    look at another one; :attr:`name` and :attr:`mode` raise :class:`AspectNotDeclared` then.
    """

    def __init__(
        self,
        descriptor: int,
        size: int,
        sha256: str,
        *,
        name: bytes | None,
        mode: int | None,
        labels: tuple[str, ...],
        depends_on: frozenset[Aspect],
    ) -> None:
        self._descriptor = descriptor
        self._name = name
        self._mode = mode
        self._depends_on = depends_on
        self.size = size
        self.sha256 = sha256
        self.labels = labels

    @classmethod
    def of(cls, item: Item, descriptor: int, depends_on: frozenset[Aspect]) -> View:
        """Return the view of ``item`` whose bytes can be read at ``descriptor`` (a regular file, any offset)."""
        return cls(
            descriptor,
            item.size,
            item.sha256,
            name=item.name,
            mode=item.mode,
            labels=item.labels,
            depends_on=depends_on,
        )

    @property
    def name(self) -> bytes:
        """The raw last component of the item's name."""
        if "name" not in self._depends_on or self._name is None:
            raise AspectNotDeclared("name")
        return self._name

    @property
    def mode(self) -> int | None:
        """The permission bits that the container or file system records, or None where it records none."""
        if "mode" not in self._depends_on:
            raise AspectNotDeclared("mode")
        return self._mode

    def descriptor(self) -> int:
        """Return a descriptor of the item's bytes; it stays the view's and must not be closed or written to."""
        return self._descriptor

    def read(self, size: int = -1, offset: int = 0) -> bytes:
        """Return up to ``size`` bytes from ``offset`` (all of them where ``size`` is negative)."""
        wanted = self.size - offset if size < 0 else min(size, self.size - offset)
        chunks = []
        while wanted > 0:
            chunk = os.pread(self._descriptor, wanted, offset)
            if not chunk:
                break
            chunks.append(chunk)
            offset += len(chunk)
            wanted -= len(chunk)
        return b"".join(chunks)

    def open(self) -> BinaryIO:
        """Return a new binary stream over the item's bytes, positioned at the start; the caller closes it."""
        return io.BufferedReader(_PositionedReader(self), buffer_size=1 << 16)


class _PositionedReader(io.RawIOBase):
    """Reads a view by position, so that several readers of one descriptor do not disturb each other."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._offset = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._offset, os.SEEK_END: self._view.size}[whence]
        if base + offset < 0:
            raise ValueError(offset)
        self._offset = base + offset
        return self._offset

    def tell(self) -> int:
        return self._offset

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed names the parameter differently
        data = self._view.read(len(buffer), self._offset)
        buffer[: len(data)] = data
        self._offset += len(data)
        return len(data)


@runtime_checkable
class Examiner(Protocol):
    """One way of looking at items.

    The runner calls :meth:`start` once, :meth:`examine` for each item that :meth:`applies` says yes to (from several
    threads at once where ``threadsafe``), :meth:`finish` once after the last item, and :meth:`close` whatever
    happened.  Any exception out of :meth:`examine` becomes a gap with reason ``engine-error``.
    """

    @property
    def name(self) -> str:
        """Short lower-case name: the ``examiner`` of gaps and of the coverage table."""

    @property
    def depends_on(self) -> frozenset[Aspect]:
        """The aspects that the result depends on."""

    def applies(self, item: Item) -> bool:
        """Say whether the examiner has anything to say of such an item; it must not read the content."""

    def start(self) -> EngineInfo:
        """Start the engine and let it prove itself by its canary.

        Raises ``EngineFailure`` where it cannot be had or does not prove itself.
        """

    def examine(self, view: View) -> Iterator[Observation]:
        """Yield what is seen in the item, and a gap for each part that could not be looked at."""

    def finish(self) -> EngineInfo:
        """Prove the engine once more after the last item and return its final state.

        Raises ``EngineFailure`` where it does not prove itself; then nothing that it said of this run counts.
        """

    def close(self) -> None:
        """Release processes and files; may be called more than once and after a failed start."""


@runtime_checkable
class Warmable(Protocol):
    """An examiner whose engine takes a while to come up, and can do so while others prove themselves."""

    def warm(self) -> None:
        """Let the engine begin to come up, without waiting; what goes wrong is told by :meth:`Examiner.start`."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item among all others of a run; ``opened`` gives a descriptor of its bytes for the time of a ``with``."""

    item: Item
    opened: Callable[[], AbstractContextManager[int]]


class Together(Protocol):
    """A way of looking at items that mean something only among their siblings, once all items are there.

    The runner calls :meth:`start` once before intake, :meth:`examine` once after it, :meth:`finish` and :meth:`close`
    as with an :class:`Examiner`.  An item that applies and is not answered for is a gap.
    """

    @property
    def name(self) -> str:
        """Short lower-case name: the ``examiner`` of gaps and of the coverage table."""

    def applies(self, item: Item) -> bool:
        """Say whether such an item is to be looked at; the others are there for its sake."""

    def start(self) -> EngineInfo:
        """Start and prove the engine; raises ``EngineFailure`` where it cannot be had."""

    def examine(self, members: Sequence[Member]) -> Iterator[tuple[Item, Sequence[SeenFact | Gap]]]:
        """Yield each item that applies with what is seen in it, in any order."""

    def finish(self) -> EngineInfo:
        """Prove the engine once more; raises ``EngineFailure``."""

    def close(self) -> None:
        """Release what is held; may be called more than once."""
