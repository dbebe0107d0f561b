"""The inside of an unpacking worker: runs one container reader over one open file and sends its events.

A message is a batch of frames: ``["m", name, kind, mode, target, size, made_up, utf8]``, ``["d", bytes]``,
``["x", offset, size]``, ``["t", detail, reason, issue, in_member]`` and ``["k"]``, in the order of the reader's events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.intake.readers.interface import CHUNK, Data, Decrypted, Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.registry import reader_for

Handler = Callable[[Mapping[str, Any], list[int]], Iterator[list[list[Any]]]]
_BATCH = 64
"""Most frames of one message: for small members a message each would cost more than the reading."""
_BATCH_SECONDS = 0.02
"""How long frames wait for others."""


def serve(options: Mapping[str, Any]) -> Handler:
    """Return the handler of requests ``{"label": …, "password": …}`` with one descriptor.

    ``options`` are those of all readings.
    """

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[list[list[Any]]]:
        label = request["label"]
        reader_options = Options(**options, label=label, password=request["password"])
        return batches(reader_for(label)(Source(descriptors[0]), reader_options))

    return handle


def batches(events: Iterator[Event]) -> Iterator[list[list[Any]]]:
    """Yield the frames of events, several in one message; what came before an exception comes before it here too."""
    batch: list[list[Any]] = []
    size, begun = 0, 0.0
    try:
        for event in events:
            if not batch:
                begun = time.monotonic()
            batch.append(frame_of(event))
            size += len(event.chunk) if isinstance(event, Data) else 0
            if size >= CHUNK or len(batch) == _BATCH or time.monotonic() - begun >= _BATCH_SECONDS:
                yield batch
                batch, size = [], 0
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def frame_of(event: Event) -> list[Any]:
    """Return the frame of an event."""
    match event:
        case Data(chunk):
            return ["d", chunk]
        case Stored(offset, size):
            return ["x", offset, size]
        case Member():
            return ["m", event.name, event.kind, event.mode, event.target, event.size, event.made_up, event.utf8]
        case Trouble():
            return ["t", event.detail, event.reason, event.issue, event.in_member]
        case Decrypted():
            return ["k"]


def event_of(frame: object) -> Event:
    """Return the event of a frame; raises ``ValueError`` where a worker sent something else."""
    match frame:
        case ["d", bytes(chunk)]:
            return Data(chunk)
        case ["x", int(offset), int(size)] if offset >= 0 and size > 0:
            return Stored(offset, size)
        case [
            "m",
            bytes(name),
            "file" | "folder" | "symbolic-link" | "hard-link" | "special" as kind,
            int() | None as mode,
            bytes(target),
            int() | None as size,
            bool(made_up),
            bool() | None as utf8,
        ]:
            return Member(name, kind, mode, target, size, made_up, utf8)
        case ["k"]:
            return Decrypted()
        case [
            "t",
            str(detail),
            None,
            "ambiguous" | "unsafe-name" | "unsafe-link" | "special-file" | "hidden-data" as issue,
            bool(in_member),
        ]:
            return Trouble(detail, None, issue, in_member)
        case [
            "t",
            str(detail),
            "encrypted"
            | "corrupt"
            | "too-large"
            | "too-deep"
            | "too-many"
            | "ratio"
            | "timeout"
            | "unreadable"
            | "unsupported" as reason,
            None,
            bool(in_member),
        ]:
            return Trouble(detail, reason, None, in_member)
        case _:
            raise ValueError("not an event")
