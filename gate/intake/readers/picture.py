"""What a picture carries beside the picture: bytes behind its end, and archives anywhere in its file.

Cameras and editors append data of their own, so that it is there makes no trouble: it comes out as a made-up member,
which intake identifies again.  An archive is something else: viewers show the picture, programs that open archives
find it by its sign.
"""

from __future__ import annotations

from collections.abc import Iterator

from gate.intake.readers.checks import Members, bounded
from gate.intake.readers.interface import Event, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import hidden
from gate.intake.readers.picture_ends import is_picture, picture_end
from gate.intake.readers.stream_formats import skip_zeros
from gate.intake.readers.zip_records import Window
from gate.structure.embedded import Embedded, embedded_containers

__all__ = ["is_picture", "picture_with_more", "read"]
_CONTAINERS = 1000
_READS = 2000
"""Most steps through the structure of a picture outside of a worker."""


class _UnknownBytesError(Exception):
    """Bytes of a file of which only the start and the end are known."""


def picture_with_more(head: bytes, tail: bytes, size: int) -> bool:
    """Say whether a file of ``size`` bytes is a picture with something but zeros behind its end.

    ``head`` and ``tail`` are its first and last bytes.  Where they do not tell the end it is said of any picture.
    """
    if not is_picture(head):
        return False

    known = _Known(head, tail, size)
    try:
        end = picture_end(known.read, size)
        return bool(known.read(end, size - end).strip(b"\0"))
    except _UnknownBytesError:
        return True


class _Known:
    """The bytes of a file of which the start and the end are known; few steps are made through it."""

    def __init__(self, head: bytes, tail: bytes, size: int) -> None:
        missing = size - len(head)
        whole = 0 < missing <= len(tail)
        self._head = head + tail[len(tail) - missing :] if whole else head
        self._tail = tail
        self._size = size
        self._reads = 0

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes at a place; raises :class:`_UnknownBytesError` where they are not known."""
        self._reads += 1
        stop = min(offset + count, self._size)
        begin = offset - (self._size - len(self._tail))
        if self._reads > _READS or (stop > len(self._head) and begin < 0):
            raise _UnknownBytesError
        if stop <= len(self._head):
            return self._head[offset:stop]
        return self._tail[begin : begin + max(0, stop - offset)]


def read(source: Source, options: Options) -> Iterator[Event]:
    """Yield what a file holds behind the picture that it begins with, and each archive that begins anywhere in it."""
    yield from bounded(_events(source, Members(options)), options)


def _events(source: Source, members: Members) -> Iterator[Event]:
    end = picture_end(Window(source).read, source.size)
    position, last = skip_zeros(source, end), 0
    for number, container in enumerate(embedded_containers(source.read_at, source.size)):
        if number == _CONTAINERS:
            yield Trouble(f"more than {_CONTAINERS} archives in a picture", reason="too-many")
            break
        if container.offset < last:
            continue  # within one that does not say where it ends, whose reader sees it
        if position < container.offset:
            yield from _part(members, "trailing", position, container.offset)
        last = _end_of(container, end, source.size)
        yield from _part(members, "archive", container.offset, last)
        yield hidden(f"a {container.label} archive in a picture")
        position = max(position, last)
    if position < source.size:
        yield from _part(members, "trailing", position, source.size)


def _end_of(container: Embedded, picture: int, size: int) -> int:
    """Return where an archive ends: one inside of the picture that does not say it, with the picture."""
    if container.end is not None:
        return min(container.end, size)
    return picture if container.offset < picture else size


def _part(members: Members, purpose: str, start: int, stop: int) -> Iterator[Event]:
    yield from members.nameless(purpose, stop - start)
    yield Stored(start, stop - start)
