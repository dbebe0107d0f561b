"""Events of readers go in batches, and none of them waits for long or gets lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from gate.intake.readers.interface import CHUNK, Data, Event, Member, Trouble
from gate.intake.unpacker import batches, event_of


def test_small_events_share_a_message_and_keep_their_order() -> None:
    events: list[Event] = []
    for number in range(500):
        events += [Member(b"%d" % number), Data(b"x" * number)]
    sent = list(batches(iter(events)))
    assert len(sent) < len(events) / 4
    assert [event_of(frame) for batch in sent for frame in batch] == events


def test_a_message_holds_little_more_than_a_chunk() -> None:
    sent = list(batches(iter([Data(b"x" * CHUNK)] * 5)))
    assert [len(batch) for batch in sent] == [1] * 5


def test_what_came_before_an_exception_is_sent_before_it() -> None:
    def reading() -> Iterator[Event]:
        yield Member(b"a")
        yield Trouble("odd", issue="ambiguous")
        raise ValueError("broken")

    sent = batches(reading())
    assert [event_of(frame) for frame in next(sent)] == [Member(b"a"), Trouble("odd", issue="ambiguous")]
    with pytest.raises(ValueError, match="broken"):
        next(sent)


def test_an_exception_alone_is_sent_alone() -> None:
    def reading() -> Iterator[Event]:
        yield from ()
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        next(batches(reading()))


def test_events_that_come_slowly_do_not_wait() -> None:
    def reading() -> Iterator[Event]:
        for number in range(3):
            yield Member(b"%d" % number)
            time.sleep(0.05)
            yield Data(b"x")

    assert len(list(batches(reading()))) == 3
