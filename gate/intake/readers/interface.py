"""What a container reader is, and the events that it yields.

A reader runs inside a confined worker.  It is a function ``read(source, options)`` that yields, in the order of the
container: a :class:`Member` before each member; :class:`Data` with its bytes, or :class:`Stored` with their place
(only after members of kind ``file``); and :class:`Trouble` wherever something is wrong.  Trouble with ``in_member``
concerns the member begun last.  :class:`Decrypted` says that the password it was given was the right one.  What a
reader does not understand wholly it reports as trouble: no event is lost in silence, and an exception that escapes
becomes a gap with reason ``corrupt`` for the container.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gate.models import ContainerIssue, GapReason

CHUNK = 1 << 18
"""Most bytes of one :class:`Data`."""


def _seek_and_read(descriptor: int, size: int, offset: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


_read_at: Callable[[int, int, int], bytes] = getattr(os, "pread", _seek_and_read)
"""Windows, where only ``verify`` runs, cannot read by position in one step; nobody else uses the descriptor there."""


class Source:
    """The bytes of a container: a regular file that is only read, by position."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.size = os.fstat(descriptor).st_size

    def read_at(self, offset: int, size: int) -> bytes:
        """Return the bytes at ``offset``, fewer than ``size`` only at the end of the file."""
        if offset >= self.size or size <= 0:
            return b""
        data = _read_at(self.descriptor, size, offset)
        while len(data) < size and offset + len(data) < self.size:
            more = _read_at(self.descriptor, size - len(data), offset + len(data))
            if not more:
                break
            data += more
        return data


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may need to know.

    ``name_bytes`` and ``name_depth`` bound the stored names, ``entries`` their number.  ``label`` is what the
    container is read as, for a reader of several; ``password`` opens it where it is encrypted and one is known.
    """

    name_bytes: int = 1024
    name_depth: int = 64
    entries: int = 100_000
    label: str = ""
    password: bytes | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """The head of a member: the raw name as stored, its kind, its permission bits, and the target of a link.

    ``size`` is the declared size where the container declares one.  ``made_up`` marks a name that the reader gives
    itself (``content`` of a gzip stream, ``trailing`` for bytes after the end).  ``utf8`` is what the container says
    of the name's encoding: True for UTF-8, False for some older code page, None where it says nothing.
    """

    name: bytes
    kind: Literal["file", "folder", "symbolic-link", "hard-link", "special"] = "file"
    mode: int | None = None
    target: bytes = b""
    size: int | None = None
    made_up: bool = False
    utf8: bool | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """The next bytes of the member begun last."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """The next bytes of the member begun last stand in the container as they are: ``size`` of them at ``offset``."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong: a gap (``reason``) or a fact about the container (``issue``); exactly one of them is set."""

    detail: str
    reason: GapReason | None = None
    issue: ContainerIssue | None = None
    in_member: bool = False


@dataclass(frozen=True, slots=True)
class Decrypted:
    """The password of the options opened something in the container; told once or more."""


Event: TypeAlias = Member | Data | Stored | Trouble | Decrypted
Reader: TypeAlias = Callable[[Source, Options], Iterator[Event]]
