"""The inside of an unpacking worker: runs one container reader over one open file and sends its events.

Frames are ``["m", name, kind, mode, target, size, made_up]``, ``["d", bytes]`` and
``["t", detail, reason, issue, in_member]``, in the order of the reader's events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gate.intake.readers.interface import Data, Decrypted, Event, Member, Options, Source, Stored, Trouble
from gate.intake.readers.registry import reader_for

Handler = Callable[[Mapping[str, Any], list[int]], Iterator[list[Any]]]


def serve(options: Mapping[str, Any]) -> Handler:
    """Return the handler of requests ``{"label": …, "password": …}`` with one descriptor.

    ``options`` are those of all readings.
    """

    def handle(request: Mapping[str, Any], descriptors: list[int]) -> Iterator[list[Any]]:
        label = request["label"]
        reader_options = Options(**options, label=label, password=request["password"])
        for event in reader_for(label)(Source(descriptors[0]), reader_options):
            yield frame_of(event)

    return handle


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
