"""Runs a container reader over bytes or a file and gathers what it yields, holding it to the rules of events."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from gate.intake.identify import HEAD_BYTES, TAIL_BYTES, identify
from gate.intake.readers.interface import CHUNK, Data, Event, Member, Options, Reader, Source, Stored, Trouble
from gate.intake.readers.registry import reader_for


@dataclass
class Seen:
    """One member as it came: its head, its bytes by digest (and whole where small), its troubles."""

    member: Member
    content: bytearray = field(default_factory=bytearray)
    size: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        return self.digest.hexdigest()


@dataclass
class Reading:
    """All that a reader yielded."""

    seen: list[Seen] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def all_troubles(self) -> list[Trouble]:
        return [*self.troubles, *(trouble for seen in self.seen for trouble in seen.troubles)]

    @property
    def gives(self) -> set[str]:
        words = {trouble.reason or trouble.issue or "" for trouble in self.all_troubles}
        return words | ({"special"} if any(seen.member.kind == "special" for seen in self.seen) else set())

    @property
    def details(self) -> list[str]:
        return [trouble.detail for trouble in self.all_troubles]

    @property
    def files(self) -> dict[bytes, str]:
        return {
            seen.member.name: seen.sha256
            for seen in self.seen
            if seen.member.kind == "file" and not seen.member.made_up
        }

    def named(self, name: bytes) -> Seen:
        found = [seen for seen in self.seen if seen.member.name == name]
        assert len(found) == 1, f"{name!r}: {len(found)} times"
        return found[0]


KEPT = 4 << 20


def events_of(reader: Reader, descriptor: int, options: Options) -> Iterator[Event]:
    """Yield the events of a reading, with the bytes in the place of where they stand in the container."""
    source = Source(descriptor)
    for event in reader(source, options):
        if not isinstance(event, Stored):
            yield event
            continue
        assert event.size > 0
        assert 0 <= event.offset <= source.size - event.size
        stop = event.offset + event.size
        for offset in range(event.offset, stop, CHUNK):
            yield Data(source.read_at(offset, min(CHUNK, stop - offset)))


def gather(label: str, descriptor: int, options: Options | None = None, *, most: int = 1 << 32) -> Reading:
    """Read the whole container, or until ``most`` bytes came out, as a budget would stop it."""
    reading = Reading()
    total = 0
    for event in events_of(reader_for(label), descriptor, replace(options or Options(), label=label)):
        if isinstance(event, Member):
            assert not event.made_up or event.name.isascii()
            assert event.kind in {"symbolic-link", "hard-link"} or not event.target
            reading.seen.append(Seen(event))
        elif isinstance(event, Data):
            assert reading.seen, "data before any member"
            assert reading.seen[-1].member.kind == "file", "data of what is no file"
            assert 0 < len(event.chunk) <= CHUNK
            last = reading.seen[-1]
            last.size += len(event.chunk)
            last.digest.update(event.chunk)
            last.content += event.chunk[: KEPT - len(last.content)]
            total += len(event.chunk)
            if total > most:
                break
        elif isinstance(event, Trouble):
            assert (event.reason is None) != (event.issue is None)
            assert event.detail.isascii()
            if event.in_member:
                reading.seen[-1].troubles.append(event)
            else:
                reading.troubles.append(event)
    return reading


def read_file(path: Path, label: str, options: Options | None = None) -> Reading:
    """Read the container at ``path``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return gather(label, descriptor, options)
    finally:
        os.close(descriptor)


def read_bytes(data: bytes, label: str, options: Options | None = None, *, most: int = 1 << 32) -> Reading:
    """Read the container ``data``."""
    descriptor = os.memfd_create("container")
    try:
        os.write(descriptor, data)
        return gather(label, descriptor, options, most=most)
    finally:
        os.close(descriptor)


def labels_of(data: bytes) -> tuple[str, ...]:
    """Return the labels that content identification gives ``data``."""
    return identify(data[:HEAD_BYTES], data[-TAIL_BYTES:], len(data))
