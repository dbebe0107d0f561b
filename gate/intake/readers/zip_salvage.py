"""What can be had of a zip file without a directory: readers of streams go by the local headers alone."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from gate.intake.readers.interface import Data, Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.made_up import carry
from gate.intake.readers.names import unsafe
from gate.intake.readers.zip_contents import STORE, Contents, reading_of
from gate.intake.readers.zip_encryption import Key
from gate.intake.readers.zip_entry import descriptor_length
from gate.intake.readers.zip_records import (
    DESCRIPTOR,
    FLAG_DESCRIPTOR,
    FLAG_UTF8,
    LOCAL,
    BadExtra,
    Local,
    Window,
    read_local,
)

_DESCRIPTOR_BYTES = 24
_MARKERS = (DESCRIPTOR, b"PK00")
"""What the first part of a split archive begins with."""


def salvage(source: Source, options: Options) -> Iterator[Event]:
    """Yield the entries that follow each other from the start of the file, and what is left as ``rest``.

    The caller has told that the file is damaged, so what is left needs no further trouble.
    """
    window = Window(source)
    key = Key(options.password)
    start = position = len(DESCRIPTOR) if source.read_at(0, len(DESCRIPTOR)) in _MARKERS else 0
    for _ in range(options.entries):
        local = _local(window, position, source.size)
        if local is None:
            break
        end = yield from _entry(source, options, key, window, position + local.length, local)
        if end is None:
            return
        position = end
    if start < position < source.size:
        yield from carry(source, position, source.size, b"rest", None)


def _local(window: Window, position: int, stop: int) -> Local | None:
    if window.read(position, len(LOCAL)) != LOCAL:
        return None
    try:
        return read_local(window, position, stop)
    except BadExtra:
        return None


def _entry(
    source: Source, options: Options, key: Key, window: Window, start: int, local: Local
) -> Generator[Event, None, int | None]:
    """Yield one entry; return where the next one begins, or None where that cannot be known."""
    late = bool(local.flags & FLAG_DESCRIPTOR) and not local.compressed
    stop = source.size if late else start + local.compressed
    reading = reading_of(local, start, stop, late=bool(local.flags & FLAG_DESCRIPTOR))
    folder = local.name.endswith(b"/")
    yield Member(local.name, "folder" if folder else "file", size=reading.size, utf8=bool(local.flags & FLAG_UTF8))
    problem = unsafe(local.name, options)
    if problem:
        yield Trouble(problem, issue="unsafe-name", in_member=True)
    if late and (reading.encrypted or reading.method == STORE):
        yield Trouble("end of entry unknown", reason="corrupt", in_member=True)
        return None
    contents = Contents(source, reading, key, window)
    for event in contents:
        if folder and isinstance(event, Data | Stored):
            yield Member(b"data", made_up=True)
            folder = False
        yield event
    if not late:
        stop = min(stop, source.size)
    elif contents.whole:
        stop = contents.position
    else:
        return None
    return stop + _descriptor(source, local, stop, contents, stop - start)


def _descriptor(source: Source, local: Local, position: int, contents: Contents, compressed: int) -> int:
    if not local.flags & FLAG_DESCRIPTOR:
        return 0
    data = source.read_at(position, _DESCRIPTOR_BYTES)
    return descriptor_length(data, contents.crc, compressed, contents.size, -1) or 0
